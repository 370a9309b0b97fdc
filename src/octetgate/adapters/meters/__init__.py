"""Counts that every process of a machine shares, in memory that all of them map."""
