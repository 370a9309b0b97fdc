"""Doors: how requests come in."""
