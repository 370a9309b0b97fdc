"""Turns between processes: one works, the others wait, and nobody waits for the dead.

A turn is a record lock on one byte of a file, chosen by the key.  Two keys may share a byte;
then one waits for the other for nothing, or, in one process, both work at once.
"""

import asyncio
import contextlib
import fcntl
import os
from collections import Counter
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import blake2b
from pathlib import Path

_BYTES = 1 << 40
_THREADS = 8
"""How many keys a process waits for at once; more wait for these first."""


class Turns:
    """Turns on the bytes of one file, for one event loop."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._wanted: Counter[int] = Counter()
        """How often this process has a byte, or waits for it: its lock is one for all."""
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="turns")

    @contextlib.asynccontextmanager
    async def take(self, key: bytes) -> AsyncIterator[None]:
        """Have the key's turn while the block runs."""
        byte = int.from_bytes(blake2b(key, digest_size=8).digest()) % _BYTES
        self._wanted[byte] += 1
        try:
            fcntl.lockf(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, byte)
        except BlockingIOError:
            await self._wait(byte)
        try:
            yield
        finally:
            self._give_back(byte)

    async def _wait(self, byte: int) -> None:
        waiting = asyncio.get_running_loop().run_in_executor(
            self._threads, fcntl.lockf, self._descriptor, fcntl.LOCK_EX, 1, byte
        )
        try:
            await asyncio.shield(waiting)
        except asyncio.CancelledError:
            # The thread cannot be called off; what it gets in the end, nobody wants any more.
            waiting.add_done_callback(lambda _: self._give_back(byte))
            raise

    def _give_back(self, byte: int) -> None:
        self._wanted[byte] -= 1
        if self._wanted[byte]:
            return
        del self._wanted[byte]
        with contextlib.suppress(OSError):
            fcntl.lockf(self._descriptor, fcntl.LOCK_UN, 1, byte)

    def close(self) -> None:
        """Give back every turn."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        os.close(self._descriptor)
