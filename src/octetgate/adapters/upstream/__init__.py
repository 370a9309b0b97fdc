"""The way to HTTP backends."""
