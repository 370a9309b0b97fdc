"""What authorizers' functions said lately: in this process, and in all of the machine.

A hundred equal calls that find nothing ask the function once; the others wait for what it says.
What it says is kept under the authorizer as it is configured and the values of its identity
sources, so a flush, or a deployment that changes either, is another key everywhere at once (spec:
request-lifecycle 8.1).
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from hashlib import blake2b
from typing import TypeVar

import msgspec

from octetgate.core.ports.cache import Cache, Caches

T = TypeVar("T")

MOST_HERE = 4096
"""Callers that a process knows without asking the others."""
_NAME, _BYTES = "authorizers", 64 * 2**20
"""One cache for all stages: its entries are small."""


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    until: float
    """Seconds of the clock that all processes of the machine have."""
    answer: bytes


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Kept).decode


class Memory:
    """One authorizer's answers."""

    def __init__(self, caches: Caches | None, authorizer: Iterable[object], seconds: int) -> None:
        """``authorizer`` is all that makes it this one and no other."""
        self._shared: Cache | None = None
        if caches is not None and seconds:
            self._shared = caches.open(_NAME, _BYTES)
        self._authorizer = _encode(tuple(authorizer))
        self._seconds = seconds
        self._here: dict[bytes, tuple[float, object]] = {}
        self._flights: dict[bytes, asyncio.Future[bool]] = {}
        """Questions that others of this process wait for; whether there is an answer."""

    def key(self, identity: Iterable[str]) -> bytes:
        """Return what tells a caller from others; tokens need not be kept for that."""
        return blake2b(_encode((self._authorizer, list(identity)))).digest()

    def known(self, key: bytes, kind: type[T]) -> T | None:
        """Return what this process knows of the caller."""
        until, found = self._here.get(key, (0.0, None))
        return found if isinstance(found, kind) and time.monotonic() < until else None

    async def find(
        self,
        key: bytes,
        kind: type[T],
        ask: Callable[[], Awaitable[bytes]],
        read: Callable[[bytes], T],
    ) -> T:
        """Return what is said of the caller, asked once for all who want to know it now.

        What ``ask`` and ``read`` raise is this call's alone: whoever waited then asks for itself.
        """
        while (flight := self._flights.get(key)) is not None:
            await asyncio.wait([flight])
            if flight.cancelled():
                continue  # Its client left.  One of those who waited goes instead.
            if flight.result() and (found := self.known(key, kind)) is not None:
                return found
            return read(await ask())
        flight = self._flights[key] = asyncio.get_running_loop().create_future()
        try:
            found = await self._lead(key, ask, read)
            flight.set_result(True)
            return found
        except asyncio.CancelledError:
            flight.cancel()
            raise
        finally:
            del self._flights[key]
            if not flight.done():
                flight.set_result(False)

    async def _lead(
        self, key: bytes, ask: Callable[[], Awaitable[bytes]], read: Callable[[bytes], T]
    ) -> T:
        """Ask for all who want to know the same, in whichever process."""
        if self._shared is None:
            return self._remember(key, time.monotonic() + self._seconds, read(await ask()))
        if (found := await self._kept(key, read)) is not None:
            return found
        async with self._shared.turn(key):
            if (found := await self._kept(key, read)) is not None:
                return found
            answer = await ask()
            found = read(answer)
            until = time.monotonic() + self._seconds
            await self._shared.put(key, _encode(_Kept(until, answer)), seconds=self._seconds)
            return self._remember(key, until, found)

    async def _kept(self, key: bytes, read: Callable[[bytes], T]) -> T | None:
        """Return what another process was told, for as long as that is good."""
        value = None if self._shared is None else await self._shared.get(key)
        if value is None:
            return None
        kept = _decode(value)
        return self._remember(key, kept.until, read(kept.answer))

    def _remember(self, key: bytes, until: float, found: T) -> T:
        if len(self._here) >= MOST_HERE:
            del self._here[next(iter(self._here))]
        self._here[key] = until, found
        return found
