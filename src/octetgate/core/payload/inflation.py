"""Taking content codings off a body as it passes, in bounded pieces.

A small body can stand for a huge one.  So inflation is pulled: whoever reads gets at most
``PIECE`` bytes at a time, and what has not been asked for is not inflated.  What is held whole
is bounded by whoever holds it; what streams is bounded by ``RATIO``.
"""

from collections.abc import Sequence
from typing import cast

from isal import igzip_lib

from octetgate.core.http.body import Body, Source, turn
from octetgate.core.payload.codecs import BadPayload
from octetgate.core.payload.codings import Coding

PIECE = 64 * 1024
"""The most bytes of one read."""

FREE = 10_485_760
"""Bytes that any body may inflate to: those of API Gateway's payload limit."""

RATIO = 200
"""Beyond ``FREE``, the most bytes for each byte that arrived.  Text reaches 50, no more than
1,032 is possible; ours, for AWS has no larger bodies."""

_Malformed = cast("type[Exception]", igzip_lib.error)
_WINDOW = 16 * 1024
"""How much compressed data is looked at in one go: what follows a member is copied."""
_MOST_HEADER = 64 * 1024
_MOST_EMPTY_MEMBERS = 1024
_TURN = 1 << 20
_MEMBER_COST = 1024
_EXTRA, _NAME, _COMMENT, _HEADER_CRC, _RESERVED = 0x04, 0x08, 0x10, 0x02, 0xE0


class BadCompression(BadPayload):
    """A body that is not what its Content-Encoding says; the offset counts coded bytes."""


class TooExpanded(BadPayload):
    """A body that inflates to more than honest data does."""


def inflated(body: Body, codings: Sequence[Coding]) -> Body:
    """Return the body without its codings, the last of which was put on last."""
    arrived = _Counted(body)
    source: Source = arrived
    for coding in reversed(codings):
        source = _Layer(source, coding, arrived)
    return Body(source)


class _Counted:
    """A source that knows how much has been read from it."""

    __slots__ = ("_source", "bytes")

    def __init__(self, source: Source) -> None:
        self._source = source
        self.bytes = 0

    async def read(self) -> bytes:
        piece = await self._source.read()
        self.bytes += len(piece)
        return piece

    def close(self) -> None:
        self._source.close()


class _Layer:
    """A source that takes one coding off."""

    __slots__ = (
        "_arrived",
        "_coding",
        "_effort",
        "_empty_members",
        "_ended",
        "_held",
        "_made",
        "_made_by_member",
        "_member",
        "_members",
        "_source",
        "_taken",
        "_window",
    )

    def __init__(self, source: Source, coding: Coding, arrived: _Counted) -> None:
        self._source = source
        self._coding = coding
        self._arrived = arrived
        self._held = memoryview(b"")
        """What was read and not looked at."""
        self._window = b""
        """What is looked at before a member can begin."""
        self._member: igzip_lib.IgzipDecompressor | None = None
        """What is being inflated: all of a deflate body, one of the members of gzip's."""
        self._ended = False
        self._taken = 0
        self._made = 0
        self._made_by_member = 0
        self._members = 0
        self._empty_members = 0
        self._effort = 0

    async def read(self) -> bytes:
        while True:
            if self._effort >= _TURN:
                self._effort = 0
                await turn()
            if self._member is None:
                if not await self._begin():
                    return b""
            elif self._member.eof:
                self._end(self._member)
            elif made := await self._inflate(self._member):
                self._account(len(made))
                return made

    def close(self) -> None:
        self._source.close()

    async def _more(self) -> bytes:
        """Return the next bytes to look at, ``b""`` at the end."""
        if not self._held and not self._ended:
            piece = await self._source.read()
            self._held, self._ended = memoryview(piece), not piece
        window, self._held = self._held[:_WINDOW], self._held[_WINDOW:]
        self._taken += len(window)
        return bytes(window)

    async def _begin(self) -> bool:
        """Begin a member; return whether there is one."""
        while (flag := self._recognised()) is None:
            more = await self._more()
            if not more:
                if not self._window:
                    return False
                raise self._bad(f"a whole {self._coding} header")
            self._window += more
        self._member = igzip_lib.IgzipDecompressor(flag=flag)
        self._members += 1
        self._made_by_member = 0
        return True

    def _recognised(self) -> int | None:
        """Return how the member that begins is wrapped, or None while that is not known."""
        window = self._window
        if self._coding is Coding.GZIP:
            # The decompressor forgets parts of a header that comes in pieces.
            return igzip_lib.DECOMP_GZIP if self._has_gzip_header(window) else None
        if self._members and window:
            raise self._bad(f"nothing after the {self._coding} data")
        if len(window) < 2:
            return None
        # "deflate" means zlib's wrapper; many send none.  No bare deflate looks like one, for
        # its first bits would be a stored block with padding that is not zero.
        wrapped = window[0] & 0x8F == 0x08 and (window[0] << 8 | window[1]) % 31 == 0
        return igzip_lib.DECOMP_ZLIB if wrapped else igzip_lib.DECOMP_DEFLATE

    def _has_gzip_header(self, data: bytes) -> bool:
        """Say whether a whole header stands at the front (RFC 1952, 2.3)."""
        if not b"\x1f\x8b\x08".startswith(data[:3]):
            raise self._bad("a gzip header")
        if len(data) > _MOST_HEADER:
            raise self._bad(f"a gzip header of at most {_MOST_HEADER} bytes")
        if len(data) < 10:
            return False
        flags, at = data[3], 10
        if flags & _RESERVED:
            raise self._bad("a gzip header")
        if flags & _EXTRA:
            at += 2 + int.from_bytes(data[at : at + 2], "little")
        for text in (_NAME, _COMMENT):
            if flags & text:
                end = data.find(b"\0", at)
                if end < 0:
                    return False
                at = end + 1
        if flags & _HEADER_CRC:
            at += 2
        return len(data) >= at

    async def _inflate(self, member: igzip_lib.IgzipDecompressor) -> bytes:
        data, self._window = self._window, b""
        if not data and member.needs_input:
            data = await self._more()
            if not data:
                raise self._bad(f"the end of the {self._coding} data")
        try:
            return member.decompress(data, PIECE)
        except _Malformed as error:
            raise self._bad(f"{self._coding} data", str(error)) from None

    def _end(self, member: igzip_lib.IgzipDecompressor) -> None:
        """Leave a member that is over; what follows it is looked at next."""
        self._window = member.unused_data
        self._member = None
        self._effort += _MEMBER_COST
        if not self._made_by_member:
            self._empty_members += 1
            if self._empty_members > _MOST_EMPTY_MEMBERS:
                raise self._bad(f"at most {_MOST_EMPTY_MEMBERS} empty gzip members")

    def _account(self, made: int) -> None:
        self._made += made
        self._made_by_member += made
        self._effort += made
        allowed = max(FREE, RATIO * self._arrived.bytes)
        if self._made > allowed:
            raise TooExpanded(
                f"at most {RATIO} bytes for each that arrived",
                f"{self._made} for {self._arrived.bytes}",
                self._taken,
            )

    def _bad(self, expected: str, found: str = "") -> BadCompression:
        found = found or (repr(self._window[:8])[1:] if self._window else "the end")
        return BadCompression(expected, found, self._taken)
