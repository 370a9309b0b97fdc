"""Who makes certificates."""
