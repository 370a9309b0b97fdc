"""Fixtures for what the server wires together."""

from tests.adapters.certificates import certificate

__all__ = ["certificate"]
