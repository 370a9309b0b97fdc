"""Wires everything together and runs it; the only place that knows everyone."""
