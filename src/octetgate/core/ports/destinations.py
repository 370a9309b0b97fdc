"""Where records of asynchronous calls and dead letters go: queues, topics, buses and buckets."""

from typing import Protocol

from octetgate.core.functions.events import Delivery


class Undeliverable(Exception):
    """A target did not take what it was told; says which, and why."""


class Destinations(Protocol):
    """The targets beyond this machine's functions."""

    async def send(self, delivery: Delivery) -> None:
        """Hand it over; raises Undeliverable.  It may arrive more than once."""
