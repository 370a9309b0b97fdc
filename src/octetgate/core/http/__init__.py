"""The vocabulary of HTTP: heads, headers, bodies, media types, targets."""
