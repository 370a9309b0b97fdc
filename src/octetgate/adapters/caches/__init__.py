"""Caches of stages, one module for each place where they may be."""
