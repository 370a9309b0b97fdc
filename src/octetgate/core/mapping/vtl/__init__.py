"""Our Velocity engine: template text to Python, compiled once and rendered many times."""
