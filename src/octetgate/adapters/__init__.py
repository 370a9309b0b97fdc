"""Acts: each file keeps one port's promise."""
