"""Keeps configuration: each file is one place to keep it, named by the URL's scheme.

A module offers ``open(url) -> Store`` and raises StoreUnusable for a URL that it cannot serve.
"""

KEPT_CHANGES = 10_000
"""As many changes are remembered by every store; who has seen less has to read it all again."""
