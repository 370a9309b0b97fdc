"""What decides and never acts: no socket, file, thread, clock, dice or global state."""
