"""A minute for what has to end by itself."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def an_end() -> Iterator[None]:
    """Fail after a minute, also inside ``re``, which looks for signals while it matches."""
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.alarm(60)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
