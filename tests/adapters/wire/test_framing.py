"""Where bodies end, however the bytes are cut into pieces."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octetgate.adapters.wire.framing import Chunked, Counted, UntilClosed
from octetgate.adapters.wire.lines import BadHead


def fed(reader, data, cuts):
    """Return the body and the rest after feeding the data in pieces cut at these places."""
    body, places = b"", sorted({min(cut, len(data)) for cut in cuts} | {0, len(data)})
    for start, end in itertools.pairwise(places):
        if reader.ended:
            return body, reader.rest + data[start:]
        body += reader.feed(data[start:end])
    return body, reader.rest


_cuts = st.lists(st.integers(0, 400), max_size=12)


@given(st.binary(min_size=1, max_size=200), st.binary(max_size=50), _cuts)
def test_a_counted_body_ends_after_its_length(body, rest, cuts):
    reader = Counted(len(body))
    assert fed(reader, body + rest, cuts) == (body, rest)
    assert reader.ended


@given(
    st.lists(st.binary(min_size=1, max_size=60), max_size=6),
    st.sampled_from([b"", b";a", b';a="b c"', b" ; a=b"]),
    st.sampled_from([b"", b"T: 1\r\n", b"T: 1\r\nU:\r\n"]),
    st.binary(max_size=30),
    _cuts,
)
def test_chunks_in_any_pieces_give_the_same_body_and_rest(parts, extension, trailers, rest, cuts):
    framed = b"".join(b"%X%b\r\n%b\r\n" % (len(part), extension, part) for part in parts)
    reader = Chunked()
    data = framed + b"0" + extension + b"\r\n" + trailers + b"\r\n" + rest
    assert fed(reader, data, cuts) == (b"".join(parts), rest)
    assert reader.ended


@given(st.binary(max_size=300), _cuts)
def test_noise_in_pieces_is_refused_or_read_as_it_is_in_one(noise, cuts):
    outcomes = []
    for places in ([], cuts, range(len(noise))):
        reader = Chunked()
        try:
            outcomes.append((*fed(reader, noise, places), reader.ended))
        except BadHead:
            outcomes.append("refused")
    if outcomes[0] != "refused":
        assert outcomes == [outcomes[0]] * 3
    else:
        assert set(outcomes) == {"refused"}


@pytest.mark.parametrize("end", [b"0\r\n\r", b"0\r\n", b"0", b"5\r\nhello\r\n"])
def test_a_chunked_body_is_not_over_before_its_end(end):
    reader = Chunked()
    reader.feed(b"2\r\nab\r\n" + end)
    assert not reader.ended


def test_a_piece_that_is_all_body_is_not_copied():
    piece = b"x" * 100_000
    for reader in (Counted(200_000), UntilClosed(), Chunked()):
        if isinstance(reader, Chunked):
            reader.feed(b"%x\r\n" % 200_000)
        assert reader.feed(piece) is piece
