"""The boxes of the console's method page, one file each, in the order of ``pipeline.py``."""
