"""Answers API calls: asynchronous, over ports."""
