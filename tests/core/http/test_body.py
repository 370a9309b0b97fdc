"""A body passes once, whole or in pieces, and never looks complete when it is not.

Core runs without a loop: nothing here waits, so a coroutine is driven by hand.
"""

from collections.abc import Coroutine
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octetgate.core.http.body import Body, BodyTooLarge
from octetgate.core.payload.codecs import Encode, Utf8

T = TypeVar("T")


class Broken(Exception):
    """The sender left."""


class Pieces:
    """A source of ready pieces, which may break off."""

    def __init__(self, *pieces: bytes, breaks: bool = False) -> None:
        self.left = list(pieces)
        self.breaks = breaks
        self.closed = 0

    async def read(self) -> bytes:
        if self.left:
            return self.left.pop(0)
        if self.breaks:
            raise Broken
        return b""

    def close(self) -> None:
        self.closed += 1


def done(coroutine: Coroutine[Any, Any, T]) -> T:
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value
    raise AssertionError("expected a coroutine that does not wait")


def rest(body: Body) -> bytes:
    pieces = []
    while piece := done(body.read()):
        pieces.append(piece)
    return b"".join(pieces)


def test_no_source_is_an_empty_body_that_is_here():
    body = Body()
    assert (body.length, body.ready) == (0, b"")
    assert done(body.read()) == b""


def test_a_ready_body_reads_once_and_then_ends():
    body = Body.of(b"abc")
    assert body.length == 3
    assert [done(body.read()) for _ in range(3)] == [b"abc", b"", b""]


def test_a_stream_passes_its_pieces_on():
    body = Body(Pieces(b"ab", b"c"), length=3)
    assert (body.length, body.ready) == (3, None)
    assert [done(body.read()) for _ in range(4)] == [b"ab", b"c", b"", b""]


def test_a_stream_that_breaks_off_says_so():
    body = Body(Pieces(b"ab", breaks=True))
    assert done(body.read()) == b"ab"
    with pytest.raises(Broken):
        done(body.read())


@given(st.lists(st.binary(min_size=1, max_size=5), max_size=5), st.integers(0, 25))
def test_collecting_gives_everything_or_refuses_by_the_limit(pieces, limit):
    whole = b"".join(pieces)
    body = Body(Pieces(*pieces))
    if len(whole) > limit:
        with pytest.raises(BodyTooLarge, match=f"at most {limit} bytes"):
            done(body.collect(limit))
    else:
        assert done(body.collect(limit)) == whole
        assert (body.ready, body.length) == (whole, len(whole))


def test_a_ready_body_beyond_the_limit_is_refused():
    with pytest.raises(BodyTooLarge) as raised:
        done(Body.of(b"abc").collect(2))
    assert raised.value.limit == 2


def test_a_stream_announced_beyond_the_limit_is_refused_unread_and_closed():
    source = Pieces(b"abc")
    with pytest.raises(BodyTooLarge):
        done(Body(source, length=3).collect(2))
    assert source.left == [b"abc"]
    assert source.closed == 1


def test_collecting_a_broken_stream_fails():
    with pytest.raises(Broken):
        done(Body(Pieces(b"ab", breaks=True)).collect(10))


@given(st.lists(st.binary(min_size=1, max_size=5), max_size=5), st.integers(0, 25))
def test_gathering_never_loses_a_byte(pieces, limit):
    whole = b"".join(pieces)
    body = Body(Pieces(*pieces))
    done(body.gather(limit))
    assert (body.ready is not None) == (len(whole) <= limit)
    assert rest(body) == whole


def test_gathering_a_body_that_is_here_changes_nothing():
    body = Body.of(b"abc")
    done(body.gather(1))
    assert body.ready == b"abc"


def test_a_stream_gathered_in_vain_can_be_closed():
    source = Pieces(b"abc", b"def")
    body = Body(source)
    done(body.gather(2))
    body.close()
    assert rest(body) == b"def"
    assert source.closed == 1


def test_closing_a_ready_body_is_nothing():
    body = Body.of(b"abc")
    body.close()
    assert rest(body) == b"abc"


def test_a_ready_body_is_converted_at_once():
    assert done(Body.of(b"ABCD").through(Encode())).ready == b"QUJDRA=="


@given(st.lists(st.binary(min_size=1, max_size=5), max_size=5))
def test_a_stream_is_converted_as_it_passes(pieces):
    whole = b"".join(pieces)
    made = done(Body.of(whole).through(Encode())).ready
    assert rest(done(Body(Pieces(*pieces)).through(Encode()))) == made


def test_a_converted_stream_knows_its_length_when_the_codec_does():
    assert done(Body(Pieces(b"ABCD"), length=4).through(Encode())).length == 8
    assert done(Body(Pieces(b"ABCD"), length=4).through(Utf8())).length is None
    assert done(Body(Pieces(b"ABCD")).through(Encode())).length is None


def test_a_converted_stream_breaks_off_where_its_source_does():
    body = done(Body(Pieces(b"ABC", breaks=True)).through(Encode()))
    assert done(body.read()) == b"QUJD"
    with pytest.raises(Broken):
        done(body.read())


def test_a_converted_stream_stays_at_its_end():
    body = done(Body(Pieces(b"ABC")).through(Encode()))
    assert [done(body.read()) for _ in range(3)] == [b"QUJD", b"", b""]


def test_closing_a_converted_stream_closes_its_source():
    source = Pieces(b"ABC")
    done(Body(source).through(Encode())).close()
    assert source.closed == 1
