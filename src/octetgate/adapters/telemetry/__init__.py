"""Tells the outside what happens inside: logs now, metrics to come."""
