"""Codings are put on so that zlib reads them, and flushed so that nobody waits."""

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octetgate.core.payload.codings import Coding
from octetgate.core.payload.deflation import Deflate

WRAPPERS = {Coding.GZIP: 31, Coding.DEFLATE: 15}


@given(st.lists(st.binary(max_size=200), max_size=8), st.sampled_from(Coding), st.booleans())
def test_what_is_compressed_in_pieces_is_whole_again(pieces, coding, flushing):
    codec = Deflate(coding, flushing=flushing)
    packed = b"".join(codec.feed(piece) for piece in pieces) + codec.finish()
    assert zlib.decompress(packed, WRAPPERS[coding]) == b"".join(pieces)


@pytest.mark.parametrize("coding", Coding)
def test_each_flushed_piece_can_be_read_at_once(coding):
    codec, client = Deflate(coding, flushing=True), zlib.decompressobj(WRAPPERS[coding])
    for piece in (b"data: 1\n\n", b"data: 2\n\n", b"x" * 100_000):
        assert client.decompress(codec.feed(piece)) == piece
    client.decompress(codec.finish())
    assert client.eof


@pytest.mark.parametrize("coding", Coding)
def test_the_same_bytes_compress_to_the_same_bytes(coding):
    """No clock and no name stands in a gzip header."""
    one, other = Deflate(coding, flushing=False), Deflate(coding, flushing=False)
    assert one.feed(b"abc") + one.finish() == other.feed(b"abc") + other.finish()


def test_the_length_is_not_known_beforehand():
    assert Deflate(Coding.GZIP, flushing=False).length(10) is None
