"""The codecs against whole-payload oracles and the recorded sample (spec: payload 5, 13)."""

import base64
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.payload.vectors import MANGLED, E, R, T

from octetgate.core.http.body import Codec
from octetgate.core.payload.codecs import BadPayload, Decode, Encode, Utf8, codec
from octetgate.core.payload.convert import Step

ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

# Text that is nearly Base64, so that every rule is met from both sides.
nearly_base64 = st.lists(
    st.sampled_from(
        [b"Q", b"U", b"+", b"/", b"=", b"==", b"-", b"\n", b'"', b"\\", b"\\/", b"\\u002b"]
    ),
    max_size=14,
).map(b"".join)

# Bytes among which cut and malformed UTF-8 sequences are frequent.
nearly_utf8 = st.lists(
    st.sampled_from(
        [
            b"a",
            b"\xc3",
            b"\xa9",
            b"\xe2\x82\xac",
            b"\xe2",
            b"\x82",
            b"\xf0\x9f\x98\x80",
            b"\xf0\x9f",
            b"\xed\xa0\x80",
            b"\xff",
            b"\xc0\x80",
            b"\xef\xbb\xbf",
        ]
    ),
    max_size=12,
).map(b"".join)


def run(codec: Codec, *pieces: bytes) -> bytes:
    return b"".join(codec.feed(piece) for piece in pieces) + codec.finish()


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


def outcome(codec: Codec, *pieces: bytes) -> bytes | tuple[str, str, int]:
    try:
        return run(codec, *pieces)
    except BadPayload as error:
        return error.expected, error.found, error.offset


def strictly_decoded(data: bytes) -> bytes | None:
    """The rule of 5.3 in other words: None when the payload is not Base64."""
    if not re.fullmatch(rb"[A-Za-z0-9+/]*={0,2}", data):
        return None
    text = data.rstrip(b"=")
    padding = len(data) - len(text)
    if len(text) % 4 == 1 or padding not in {0, -len(text) % 4}:
        return None
    return base64.b64decode(text + b"=" * (-len(text) % 4))


def read_as_json(data: bytes) -> bytes | None:
    """The rule of 4.4: an enclosing pair of quotes makes it a JSON string."""
    if not data.startswith(b'"'):
        return data
    try:
        text = json.loads(data, strict=False)
    except ValueError:
        return None
    return text.encode("utf-8", "replace")


# --- the recorded sample


@pytest.mark.parametrize(
    "step, given_, made",
    [
        pytest.param(Step.UTF8, R, MANGLED, id="gzip-as-text-is-mangled"),
        pytest.param(Step.UTF8, E, E, id="base64-as-text"),
        pytest.param(Step.UTF8, T, T, id="sentence-as-text"),
        pytest.param(Step.ENCODE, R, E, id="gzip-encoded"),
        pytest.param(Step.ENCODE, E, base64.b64encode(E), id="base64-encoded-again"),
        pytest.param(
            Step.ENCODE, T, b"dGhpcyBpcyBhIFVURjggdGV4dCB0eXBlZCBvYmplY3Q=", id="sentence-encoded"
        ),
        pytest.param(Step.DECODE, E, R, id="base64-decoded"),
        pytest.param(Step.DECODE, b'"' + E + b'"', R, id="quoted-base64-decoded"),
    ],
)
def test_the_recorded_sample_converts_as_recorded(step, given_, made):
    made_by = codec(step)
    assert made_by is not None
    assert run(made_by, given_) == made


def test_the_mangled_sample_has_the_recorded_length():
    assert (len(R), len(E), len(T), len(MANGLED)) == (67, 92, 32, 99)


def test_keeping_bytes_needs_no_codec():
    assert codec(Step.KEEP) is None


# --- UTF-8


@given(st.one_of(st.binary(max_size=60), nearly_utf8), st.integers(1, 7))
def test_text_in_pieces_is_what_replacing_it_whole_gives(data, size):
    assert run(Utf8(), *cut(data, size)) == data.decode("utf-8", "replace").encode()


@given(st.one_of(st.binary(max_size=60), nearly_utf8))
def test_replacing_twice_changes_nothing_more(data):
    once = run(Utf8(), data)
    assert run(Utf8(), once) == once


@pytest.mark.parametrize("data", [b"plain", "prix: 5 €".encode(), b"\xef\xbb\xbfbom kept"])
def test_well_formed_text_is_the_same_object(data):
    assert Utf8().feed(data) is data


def test_a_character_cut_at_the_end_of_the_payload_is_replaced_once():
    assert run(Utf8(), b"\xf0\x9f", b"\x98") == "�".encode()


# --- Base64 from bytes


@given(st.binary(max_size=60), st.integers(1, 7))
def test_encoding_in_pieces_is_encoding_whole(data, size):
    assert run(Encode(), *cut(data, size)) == base64.b64encode(data)


@given(st.binary(max_size=60), st.integers(1, 7), st.integers(1, 7))
def test_decoding_undoes_encoding(data, size, other):
    assert run(Decode(), *cut(run(Encode(), *cut(data, size)), other)) == data


@given(st.binary(max_size=60))
def test_the_length_of_encoded_bytes_is_known_before(data):
    assert Encode().length(len(data)) == len(run(Encode(), data))


# --- bytes from Base64


@given(nearly_base64, st.integers(1, 5))
def test_decoding_follows_the_strict_rule_however_it_is_cut(data, size):
    text = read_as_json(data)
    expected = None if text is None else strictly_decoded(text)
    found = outcome(Decode(), *cut(data, size))
    assert found == expected if expected is not None else isinstance(found, tuple)


@given(nearly_base64, st.integers(1, 5))
def test_a_fault_is_the_same_wherever_the_payload_is_cut(data, size):
    assert outcome(Decode(), *cut(data, size)) == outcome(Decode(), data)


@given(st.binary(max_size=40), st.integers(1, 5))
def test_a_json_string_of_base64_decodes_whichever_characters_are_escaped(data, size):
    text = base64.b64encode(data).decode()
    written = '"' + text.replace("/", "\\/").replace("+", "\\u002B").replace("=", "\\u003d") + '"'
    assert run(Decode(), *cut(written.encode(), size)) == data


@pytest.mark.parametrize(
    "data, expected, found, offset",
    [
        pytest.param(T, "Base64", "' '", 4, id="a-sentence"),
        pytest.param(R, "Base64", "'\\x1f'", 0, id="gzip-bytes"),
        pytest.param("èé+à)(".encode(), "Base64", "'\\xc3'", 0, id="accents"),
        pytest.param(b"QUJD\r\nQUJD", "Base64", "'\\r'", 4, id="line-breaks"),
        pytest.param(b"-_-_", "Base64", "'-'", 0, id="url-safe-alphabet"),
        pytest.param(b"QQ==QUJD", "nothing after the padding", "'Q'", 4, id="data-after-padding"),
        pytest.param(
            b"QQ==\n", "nothing after the padding", "'\\n'", 4, id="line-break-after-padding"
        ),
        pytest.param(b"QQ=", "'='", "the end", 3, id="half-a-padding"),
        pytest.param(b"QQ=Q", "'='", "'Q'", 3, id="padding-broken-off"),
        pytest.param(b"Q===", "Base64", "'='", 1, id="padding-too-early"),
        pytest.param(
            b"QUJDQ", "at least two characters in the last group", "one", 4, id="a-lone-character"
        ),
        pytest.param(b'"QUJD', "a closing quote", "the end", 4, id="quote-never-closed"),
        pytest.param(
            b'"QUJD"\n', "nothing after the closing quote", "'\\n'", 4, id="data-after-the-quote"
        ),
        pytest.param(b'"QU\\nJD"', "Base64", "'\\n'", 2, id="an-escaped-line-break"),
        pytest.param(
            b'"QU\\"JD"', "nothing after the closing quote", "'J'", 3, id="an-escaped-quote"
        ),
        pytest.param(b'"QUJ\\u20ac"', "Base64", "'\\xe2'", 3, id="an-escaped-euro-sign"),
        pytest.param(b'"QUJ\\ud800"', "Base64", "'?'", 3, id="an-escaped-lone-surrogate"),
    ],
)
def test_a_fault_says_what_was_expected_and_what_was_found(data, expected, found, offset):
    with pytest.raises(BadPayload) as raised:
        run(Decode(), data)
    error = raised.value
    assert (error.expected, error.found, error.offset) == (expected, found, offset)
    assert str(error) == f"expected {expected}, found {found} at offset {offset}"


@pytest.mark.parametrize(
    "data, made",
    [
        pytest.param(b"", b"", id="nothing"),
        pytest.param(b'""', b"", id="an-empty-json-string"),
        pytest.param(b"QQ", b"A", id="two-padding-characters-missing"),
        pytest.param(b"QUI", b"AB", id="one-padding-character-missing"),
        pytest.param(b'"QUI"', b"AB", id="padding-missing-inside-quotes"),
    ],
)
def test_what_javas_decoder_lets_pass_is_let_pass(data, made):
    assert run(Decode(), data) == made


def test_a_piece_after_the_padding_is_refused_like_the_whole():
    assert outcome(Decode(), b"QQ==", b"Q") == outcome(Decode(), b"QQ==Q")
    assert outcome(Decode(), b"QQ==", b"Q") == ("nothing after the padding", "'Q'", 4)


def test_an_empty_piece_changes_nothing():
    assert run(Decode(), b"", b'"QU', b"", b'JD"', b"") == b"ABC"
    assert run(Utf8(), b"", b"\xe2", b"", b"\x82\xac") == "€".encode()
    assert run(Encode(), b"", b"A", b"", b"BC") == b"QUJD"


def test_every_character_of_the_alphabet_is_accepted():
    assert run(Decode(), ALPHABET) == base64.b64decode(ALPHABET)


@pytest.mark.parametrize("step", [Step.UTF8, Step.ENCODE, Step.DECODE])
def test_only_the_length_of_nothing_and_of_base64_is_known_before(step):
    made = codec(step)
    assert made is not None
    assert made.length(0) == 0
    assert made.length(5) == (8 if step is Step.ENCODE else None)
