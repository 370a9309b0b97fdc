"""The short way that long texts take through the Python runtime leads where the client's does."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from octetgate.runtimes import python as runtime

ODD = st.text(alphabet='ab"\\\\/\n\x00\x7fé€😀:', max_size=40)
PLAIN = st.text(alphabet="AZaz09+/=", min_size=9, max_size=60)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | ODD | PLAIN,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ODD | PLAIN, inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture(autouse=True, scope="module")
def short():
    """Have texts count as long that are not."""
    long, runtime._LONG = runtime._LONG, 8
    yield
    runtime._LONG = long


@settings(max_examples=100)
@given(JSON, st.booleans(), st.sampled_from([None, 2]))
def test_an_event_is_read_as_the_client_reads_it(document, ascii_only, indent):
    event = json.dumps(document, ensure_ascii=ascii_only, indent=indent).encode("utf-8", "replace")
    assert runtime.read(event, json.loads) == json.loads(event)
    assert runtime.read(bytearray(event), json.loads) == json.loads(event)


@settings(max_examples=100)
@given(JSON)
def test_a_response_is_written_as_the_client_writes_it(document):
    def plain(response):
        return json.dumps(response), "application/json"

    response = {"statusCode": 200, "body": document}
    assert runtime.written(response, plain) == plain(response)
    assert runtime.written(document, plain) == plain(document)


def test_a_long_text_is_never_read_character_by_character():
    read = []

    def plain(event):
        read.append(len(event))
        return json.loads(event)

    text = "A" * 1_000_000
    document = {"a": [text, {"b": text}], "c": 'short "', text: 1}
    assert runtime.read(json.dumps(document).encode(), plain) == document
    document.pop(text)
    assert runtime.read(json.dumps(document).encode(), plain) == document
    assert read[0] > 1_000_000
    assert read[1] < 1000


def test_a_long_body_is_never_written_character_by_character():
    written = []

    def plain(response):
        written.append(len(json.dumps(response)))
        return json.dumps(response), "application/json"

    response = {"statusCode": 200, "isBase64Encoded": True, "body": "A" * 1_000_000}
    assert json.loads(runtime.written(response, plain)[0]) == response
    assert written[0] < 1000
