"""Where answers are remembered for a while, for all gateway processes of a machine."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol


class Cache(Protocol):
    """Values under keys, within a budget of bytes.  Forgetting early is always allowed.

    A value is whole or not there, and never another key's.
    """

    async def get(self, key: bytes) -> bytes | None:
        """Return the value, unless it is forgotten or its time is over."""

    async def put(self, key: bytes, value: bytes, *, seconds: float) -> None:
        """Remember the value for so long; one that does not fit the budget is forgotten."""

    def turn(self, key: bytes) -> AbstractAsyncContextManager[None]:
        """Wait until no other process has the key's turn, and have it while the block runs.

        The turn of a process that dies is free again.  Within a process the caller sees to it
        that only one asks at a time.
        """


class Caches(Protocol):
    """The caches of all stages."""

    def open(self, name: str, budget: int) -> Cache:
        """Return the cache of that name: the same one for every process that asks.

        ``budget`` is in bytes; a cache with another budget is another cache.
        """
