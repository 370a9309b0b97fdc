"""AWS signatures: what a request claims, and whether it holds."""
