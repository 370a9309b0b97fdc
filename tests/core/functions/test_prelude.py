import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octetgate.core.functions.answer_fields import MalformedProxyResponse
from octetgate.core.functions.prelude import (
    DELIMITER,
    PRELUDE_LIMIT,
    MalformedPrelude,
    Prelude,
    metadata_of,
)
from octetgate.core.functions.proxy_event import streamed_response

CONTENT_TYPE = ("Content-Type", "application/json")


def fed(*pieces):
    prelude = Prelude()
    for place, piece in enumerate(pieces):
        split = prelude.feed(piece)
        if split is not None:
            metadata, first = split
            return metadata, first + b"".join(pieces[place + 1 :])
    raise prelude.end()


@given(
    st.dictionaries(st.text(), st.text(), max_size=3),
    st.binary(max_size=40),
    st.lists(st.integers(0, 80)),
)
def test_however_it_is_cut_the_prelude_ends_at_the_first_eight_nuls(document, body, cuts):
    metadata = json.dumps(document).encode()
    stream = metadata + DELIMITER + body
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    pieces = [stream[one:two] for one, two in pairwise(places)]
    assert fed(*pieces) == (metadata, body)


@pytest.mark.parametrize(
    "stream, split",
    [
        pytest.param(b"{}" + DELIMITER, (b"{}", b""), id="no-body"),
        pytest.param(b"{}" + DELIMITER + bytes(3), (b"{}", bytes(3)), id="body-of-nuls"),
        pytest.param(DELIMITER + b"x", (b"", b"x"), id="no-metadata"),
        pytest.param(b" " * (PRELUDE_LIMIT - 8) + DELIMITER + b"x", (b" " * (PRELUDE_LIMIT - 8), b"x"), id="ends-at-the-limit"),
    ],
)  # fmt: skip
def test_a_prelude_is_split(stream, split):
    assert fed(stream) == split


@pytest.mark.parametrize(
    "stream",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b'{"statusCode":200}', id="no-delimiter"),
        pytest.param(b"{}" + bytes(7) + b"x", id="seven-nuls"),
        pytest.param(b" " * (PRELUDE_LIMIT - 7) + DELIMITER, id="ends-behind-the-limit"),
    ],
)
def test_no_prelude_is_an_error_that_shows_what_was_found(stream):
    with pytest.raises(MalformedPrelude, match=r"expected .*eight NUL bytes.*; found"):
        fed(stream)


def test_what_can_be_no_prelude_is_refused_before_it_ends():
    with pytest.raises(MalformedPrelude, match="within its first 16384 bytes"):
        Prelude().feed(b"x" * PRELUDE_LIMIT)


def test_a_whole_stream_shows_its_metadata_and_anything_else_none():
    assert metadata_of(b'{"statusCode":200}' + DELIMITER + b"body") == b'{"statusCode":200}'
    assert metadata_of(b'{"statusCode":200}') is None


@pytest.mark.parametrize(
    "metadata, status, headers",
    [
        pytest.param({}, 200, [CONTENT_TYPE], id="nothing"),
        pytest.param({"statusCode": 206}, 206, [CONTENT_TYPE], id="status"),
        pytest.param({"headers": {"Content-Type": "a/b"}}, 200, [("Content-Type", "a/b")], id="headers"),
        pytest.param({"headers": {"A": "x"}, "multiValueHeaders": {"a": ["x", "y"]}}, 200, [("a", "x"), ("a", "y"), CONTENT_TYPE], id="identical-pair-once"),
        pytest.param({"cookies": ["a=1", "b=2"]}, 200, [CONTENT_TYPE, ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")], id="cookies"),
        pytest.param({"cookies": None}, 200, [CONTENT_TYPE], id="null-cookies"),
    ],
)  # fmt: skip
def test_metadata_tells_status_and_headers(metadata, status, headers):
    told = streamed_response(json.dumps(metadata).encode())
    assert (told.status, told.headers, told.body) == (status, headers, b"")


@pytest.mark.parametrize(
    "metadata, complaint",
    [
        pytest.param({"body": "x"}, "expected only statusCode, headers, multiValueHeaders, cookies; found 'body'", id="body"),
        pytest.param({"isBase64Encoded": True}, "found 'isBase64Encoded'", id="flag"),
        pytest.param({"statusCode": 99}, "statusCode", id="status"),
        pytest.param({"cookies": "a=1"}, "cookies: expected a list", id="cookies-string"),
        pytest.param({"cookies": ["a\r\nb"]}, "cookies: expected no line end", id="cookie-injection"),
        pytest.param([], "expected an object", id="list"),
    ],
)  # fmt: skip
def test_other_metadata_is_refused_with_its_reason(metadata, complaint):
    with pytest.raises(MalformedProxyResponse) as refusal:
        streamed_response(json.dumps(metadata).encode())
    assert complaint in str(refusal.value)
