"""A Lambda data plane that answers what a test tells it to."""

import asyncio
import queue

from octetgate.core.ports.functions import Invocation, InvokeError, Outcome, Provision, StreamBroken


class FakeFunctions:
    """Remembers what it was asked."""

    def __init__(self):
        self.asked: list[Invocation] = []
        self.answers: list[Outcome | InvokeError | FakeStream] = []
        self.provisions: dict[tuple[str, str], Provision] = {}
        """By function and qualifier."""

    async def invoke(self, invocation):
        self.asked.append(invocation)
        answer = self.answers.pop(0)
        if isinstance(answer, InvokeError):
            raise answer
        return answer

    stream = invoke

    async def provision(self, function, qualifier):
        return self.provisions[function.rpartition(":")[2], qualifier]


class FakeStream:
    """An answer that a test writes piece by piece, ``b""`` or an error at its end."""

    content_type = None
    executed_version = "7"
    request_id = ""

    def __init__(self):
        self.written: queue.Queue[bytes | StreamBroken] = queue.Queue()
        self.log_tail = None
        self.closed = False

    async def read(self):
        # The test writes from another thread than the server's.
        piece = await asyncio.to_thread(self.written.get, timeout=10)
        if isinstance(piece, StreamBroken):
            raise piece
        return piece

    def close(self):
        self.closed = True
