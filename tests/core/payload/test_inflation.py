"""Codings come off as zlib says, in pieces, and never to more than is asked for."""

import contextlib
import gzip
import itertools
import random
import struct
import zlib
from collections.abc import Coroutine, Iterator
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octetgate.core.http.body import Body
from octetgate.core.payload.codings import Coding
from octetgate.core.payload.inflation import (
    FREE,
    PIECE,
    RATIO,
    BadCompression,
    TooExpanded,
    inflated,
)

T = TypeVar("T")
GZIP, DEFLATE = Coding.GZIP, Coding.DEFLATE
ZEROS_MIB = 1 << 20


class Pieces:
    """A source of ready pieces, which knows how many were taken."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self.taken = 0
        self.closed = False

    async def read(self) -> bytes:
        self.taken += 1
        return next(self._pieces, b"")

    def close(self) -> None:
        self.closed = True


def done(coroutine: Coroutine[Any, Any, T]) -> T:
    """Return what it returns, giving it every turn it asks for."""
    try:
        while True:
            coroutine.send(None)
    except StopIteration as stop:
        return stop.value


def read(*pieces: bytes, codings: tuple[Coding, ...]) -> bytes:
    body, got = inflated(Body(Pieces(iter(pieces))), codings), []
    while piece := done(body.read()):
        assert len(piece) <= PIECE
        got.append(piece)
    assert done(body.read()) == b""
    return b"".join(got)


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


def deflated(data: bytes, wbits: int, level: int = 6) -> bytes:
    made = zlib.compressobj(level, zlib.DEFLATED, wbits)
    return made.compress(data) + made.flush()


data = st.one_of(
    st.binary(max_size=300),
    st.builds(lambda unit, times: unit * times, st.binary(max_size=9), st.integers(0, 40_000)),
)
sizes = st.integers(1, 40)
levels = st.integers(0, 9)


@given(data, levels, sizes, st.sampled_from([(GZIP, 31), (DEFLATE, 15), (DEFLATE, -15)]))
def test_what_zlib_compressed_comes_back_however_it_is_cut(data, level, size, how):
    coding, wbits = how
    packed = deflated(data, wbits, level)
    assert read(*cut(packed, size), codings=(coding,)) == data


@given(data, sizes, st.lists(st.sampled_from([GZIP, DEFLATE]), max_size=4))
def test_codings_come_off_in_the_reverse_of_their_order(data, size, codings):
    packed = data
    for coding in codings:
        packed = deflated(packed, 31 if coding is GZIP else 15)
    assert read(*cut(packed, size), codings=tuple(codings)) == data


@given(st.lists(st.binary(max_size=50), max_size=6), sizes)
def test_members_of_gzip_follow_each_other(members, size):
    packed = b"".join(gzip.compress(member) for member in members)
    assert read(*cut(packed, size), codings=(GZIP,)) == b"".join(members)


@pytest.mark.parametrize("flags", range(32))
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_every_kind_of_gzip_header_is_read(flags, size):
    head = b"\x1f\x8b\x08" + bytes([flags]) + b"\0\0\0\0\0\xff"
    head += struct.pack("<H", 5) + b"ab\0de" if flags & 4 else b""
    head += b"name\0" if flags & 8 else b""
    head += b"a comment\0" if flags & 16 else b""
    head += struct.pack("<H", zlib.crc32(head) & 0xFFFF) if flags & 2 else b""
    packed = head + deflated(b"data" * 50, -15)
    packed += struct.pack("<II", zlib.crc32(b"data" * 50), 200)
    assert read(*cut(packed, size), codings=(GZIP,)) == b"data" * 50


@pytest.mark.parametrize("codings", [(), (GZIP,), (DEFLATE,), (GZIP, DEFLATE)])
def test_a_body_without_bytes_stays_without(codings):
    assert read(codings=codings) == b""


WHOLE = {GZIP: gzip.compress(b"hello" * 9, mtime=0), DEFLATE: zlib.compress(b"hello" * 9)}


@pytest.mark.parametrize(
    "coding, packed, complaint",
    [
        pytest.param(GZIP, b"plain text", "a gzip header, found 'p", id="text"),
        pytest.param(GZIP, WHOLE[DEFLATE], "a gzip header", id="zlib-for-gzip"),
        pytest.param(
            GZIP, b"\x1f\x8b\x08", "a whole (gzip|deflate) header", id="cut-in-the-header"
        ),
        pytest.param(
            GZIP, WHOLE[GZIP][:-9], "the end of the (gzip|deflate) data", id="cut-in-the-data"
        ),
        pytest.param(
            GZIP, WHOLE[GZIP][:-1], "the end of the (gzip|deflate) data", id="cut-in-the-trailer"
        ),
        pytest.param(GZIP, WHOLE[GZIP] + b"!", "a gzip header, found '!'", id="something-behind"),
        pytest.param(GZIP, b"\x1f\x8b\x08\xe0" + WHOLE[GZIP][4:], "header", id="reserved-flags"),
        pytest.param(GZIP, WHOLE[GZIP][:-8] + b"\0" * 8, "data, found .*checksum", id="checksum"),
        pytest.param(GZIP, WHOLE[GZIP][:-4] + b"\0" * 4, "data, found .*checksum", id="length"),
        pytest.param(
            GZIP, b"\x1f\x8b\x08\x08" + b"x" * 70_000, "a gzip header of at most", id="endless-name"
        ),
        pytest.param(DEFLATE, b"plain text", "deflate data, found", id="deflate-text"),
        pytest.param(DEFLATE, b"x", "a whole (gzip|deflate) header", id="one-byte"),
        pytest.param(
            DEFLATE, WHOLE[DEFLATE][:-1], "the end of the (gzip|deflate) data", id="deflate-cut"
        ),
        pytest.param(
            DEFLATE, WHOLE[DEFLATE] + b"!", "nothing after the deflate data", id="deflate-behind"
        ),
        pytest.param(DEFLATE, WHOLE[DEFLATE][:-1] + b"!", "checksum", id="deflate-checksum"),
        pytest.param(
            DEFLATE, b"\x78\xbb" + b"\0" * 90, "deflate data, found", id="preset-dictionary"
        ),
    ],
)
@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_what_is_not_in_its_coding_is_refused(coding, packed, complaint, size):
    with pytest.raises(BadCompression, match=complaint):
        read(*cut(packed, size), codings=(coding,))


def zeros(mebibytes: int) -> bytes:
    made = zlib.compressobj(wbits=31)
    return b"".join([*(made.compress(bytes(ZEROS_MIB)) for _ in range(mebibytes)), made.flush()])


def test_nothing_is_inflated_that_nobody_asked_for():
    source = Pieces(iter([zeros(64)]))
    body = inflated(Body(source), (GZIP,))
    assert len(done(body.read())) <= PIECE
    assert source.taken == 1
    body.close()
    assert source.closed


def read_until_refused(packed: bytes, codings: tuple[Coding, ...]) -> tuple[int, str]:
    body, got = inflated(Body(Pieces(iter([packed]))), codings), 0
    try:
        while piece := done(body.read()):
            got += len(piece)
    except TooExpanded as error:
        return got, str(error).partition(",")[0]
    return got, "accepted"


def test_a_bomb_is_refused_beyond_the_limit_and_the_ratio():
    packed = zeros(64)
    assert FREE < RATIO * len(packed) < 64 * ZEROS_MIB
    got, error = read_until_refused(packed, codings=(GZIP,))
    assert error == "expected at most 200 bytes for each that arrived"
    assert RATIO * len(packed) - PIECE <= got <= RATIO * len(packed)


def test_a_bomb_in_a_bomb_is_measured_by_what_arrived():
    packed = zlib.compress(zeros(64))
    got, error = read_until_refused(packed, codings=(GZIP, DEFLATE))
    assert error == "expected at most 200 bytes for each that arrived"
    assert FREE - PIECE <= got <= FREE


def test_up_to_the_limit_any_ratio_is_fine():
    packed = zeros(10)
    assert len(packed) * RATIO < FREE == 10 * ZEROS_MIB
    assert read(packed, codings=(GZIP,)) == bytes(FREE)


def test_honest_data_beyond_the_limit_passes():
    rows = "".join(f"{n},{n * n % 9973},name of {n}\n" for n in range(450_000)).encode()
    assert len(rows) > FREE
    assert read(*cut(gzip.compress(rows, 9), PIECE), codings=(GZIP,)) == rows


def test_members_without_data_cannot_keep_a_worker_busy():
    with pytest.raises(BadCompression, match="at most 1024 empty gzip members"):
        read(*itertools.repeat(gzip.compress(b""), 1025), codings=(GZIP,))


def test_long_work_gives_others_their_turn():
    members = b"".join(gzip.compress(bytes([n % 256])) for n in range(5000))
    turns = 0
    body = inflated(Body(Pieces(iter([members]))), (GZIP,))
    for _ in range(5000):
        coroutine = body.read()
        try:
            while True:
                coroutine.send(None)
                turns += 1
        except StopIteration:
            pass
    assert turns == 5000 * 1025 // ZEROS_MIB


@given(st.binary(max_size=200), st.sampled_from([GZIP, DEFLATE]), sizes)
def test_any_bytes_are_inflated_or_refused(data, coding, size):
    prefix = b"\x1f\x8b\x08" if coding is GZIP else b""
    with contextlib.suppress(BadCompression):
        read(*cut(prefix + data, size), codings=(coding,))


@given(st.randoms(use_true_random=False), st.sampled_from([GZIP, DEFLATE]))
def test_a_flipped_bit_never_goes_unnoticed_or_unnamed(source: random.Random, coding):
    packed = bytearray(WHOLE[coding])
    packed[source.randrange(len(packed))] ^= 1 << source.randrange(8)
    with contextlib.suppress(BadCompression):
        assert read(bytes(packed), codings=(coding,)) == b"hello" * 9
