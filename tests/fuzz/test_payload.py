import zlib
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st
from tests.core.payload.test_inflation import cut, deflated, read
from tests.fuzz.soup import soup

from octetgate.core.payload.codecs import BadPayload, codec
from octetgate.core.payload.codings import (
    MOST_CODINGS,
    Coding,
    UnsupportedCoding,
    content_codings,
    response_coding,
)
from octetgate.core.payload.convert import Step
from octetgate.core.payload.deflation import Deflate

WORDS = "gzip deflate identity br * , ; q=0 q=1 q=0.5 q=1.0 q=2 q= = 0. Q=0.3 \t \x00 é x-gzip"
headers = st.lists(soup(WORDS, 12) | st.text(max_size=20), max_size=3)
# Bytes that are nearly Base64 in JSON's quotes, nearly UTF-8, or anything.
payloads = st.one_of(
    st.binary(max_size=60),
    st.lists(
        st.sampled_from([b'"', b"QUJD", b"Q", b"=", b"\\", b"\\u0051", b"\xe2", b"\x82\xac"])
    ).map(b"".join),
)


def outcome(step: Step, pieces: list[bytes]) -> bytes | str:
    made = codec(step)
    if made is None:
        return b"".join(pieces)
    try:
        return b"".join([*map(made.feed, pieces), made.finish()])
    except BadPayload as error:
        return str(error)


@given(st.sampled_from(Step), payloads, st.integers(1, 9))
def test_a_codec_converts_or_says_what_is_wrong_however_the_payload_is_cut(step, data, size):
    assert outcome(step, cut(data, size)) == outcome(step, [data])


@given(headers)
def test_any_content_encoding_is_understood_or_refused(values):
    with suppress(UnsupportedCoding):
        assert len(content_codings(values)) <= MOST_CODINGS


@given(headers)
def test_any_accept_encoding_asks_for_something_or_nothing(values):
    assert response_coding(values) in {None, *Coding}


codings = st.lists(st.sampled_from(Coding), min_size=1, max_size=MOST_CODINGS)


@given(
    st.binary(max_size=60),
    codings,
    st.lists(st.tuples(st.integers(0, 200), st.integers(0, 255)), max_size=3),
    st.integers(1, 30),
)
def test_spoiled_data_is_inflated_or_refused(data, codings, spoiled, size):
    packed = data
    for coding in codings:
        packed = deflated(packed, 31 if coding is Coding.GZIP else 15)
    changed = bytearray(packed)
    for place, value in spoiled:
        changed[place % len(changed)] = value
    with suppress(BadPayload):
        got = read(*cut(bytes(changed), size), codings=tuple(codings))
        assert bytes(changed) != packed or got == data


@given(st.binary(max_size=300), codings, st.integers(1, 30))
def test_anything_is_inflated_or_refused(data, codings, size):
    with suppress(BadPayload):
        read(*cut(data, size), codings=tuple(codings))


@given(st.lists(st.binary(max_size=80), max_size=6), st.sampled_from(Coding), st.booleans())
def test_what_is_deflated_is_whole_again(pieces, coding, flushing):
    made = Deflate(coding, flushing=flushing)
    packed = b"".join([*map(made.feed, pieces), made.finish()])
    assert zlib.decompress(packed, 31 if coding is Coding.GZIP else 15) == b"".join(pieces)
