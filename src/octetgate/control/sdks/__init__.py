"""Clients of a deployed API, as source: a file for each type that can be made."""
