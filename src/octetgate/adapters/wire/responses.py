"""A response's body as a client takes it, however its end is told."""

from collections.abc import Callable

from octetgate.adapters.wire.flow import Inlet, Wire
from octetgate.adapters.wire.framing import Chunked, Counted, Reader, UntilClosed
from octetgate.adapters.wire.heads import Framing


def reader_of(framing: Framing) -> Reader:
    """Return what tells where the body ends."""
    if framing.length is not None:
        return Counted(framing.length)
    return Chunked() if framing.chunked else UntilClosed()


class ResponseBody(Inlet):
    """A response's body; nobody wanting its rest frees the connection at once."""

    __slots__ = ("_abort",)

    def __init__(self, wire: Wire, reader: Reader, abort: Callable[[], None]) -> None:
        super().__init__(wire, reader)
        self._abort = abort

    def close(self) -> None:
        unfinished = not self.over
        super().close()
        if unfinished:
            self._abort()


class _Nothing:
    """The source of a body that has a length and no bytes: the answer to HEAD."""

    async def read(self) -> bytes:
        return b""

    def close(self) -> None:
        pass


NOTHING = _Nothing()
