"""Our Velocity engine: template text to closures, compiled once and rendered many times."""
