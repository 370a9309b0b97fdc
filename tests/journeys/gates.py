"""Where a test and a function wait for each other; files they could not both see.

A gate is a port of this machine: shut as long as nothing listens there.
"""

import select
import socket


class Gate:
    """A function waits at it until it is opened, and may be seen to have passed."""

    def __init__(self):
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.port = str(self._socket.getsockname()[1])

    def open(self):
        """Let everybody pass; returns the gate."""
        self._socket.listen()
        return self

    def close(self):
        self._socket.close()

    def was_passed(self, seconds=0):
        """Return whether somebody has passed, after so many seconds at most."""
        return bool(select.select([self._socket], [], [], seconds)[0])
