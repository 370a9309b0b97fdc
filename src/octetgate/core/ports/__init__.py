"""What core asks of the world: a protocol, its values and its errors, one per file."""
