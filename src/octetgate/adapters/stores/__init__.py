"""Keeps configuration: each file is one place to keep it, named by the URL's scheme.

A module offers ``open(url) -> Store`` and raises StoreUnusable for a URL that it cannot serve.
"""
