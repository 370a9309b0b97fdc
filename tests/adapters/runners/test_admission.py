"""A payload with an image in it is JSON, or is not, whoever looks."""

import base64
import json
import random

import pytest

from octetgate.adapters.runners import _admission
from octetgate.core.ports.functions import InvalidPayload, Invocation

IMAGE = base64.b64encode(random.Random(4).randbytes(60_000)).decode()


def is_json(text):
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('{"image": "IMAGE"}', id="value"),
        pytest.param('{"image": "IMAGE", "width": 200}', id="something-behind"),
        pytest.param('{"image": "IMAGE", "width": }', id="something-wrong-behind"),
        pytest.param('{"image" "IMAGE"}', id="something-wrong-before"),
        pytest.param('{"IMAGE": 1}', id="name"),
        pytest.param('"IMAGE"', id="alone"),
        pytest.param('"IMAGE', id="open"),
        pytest.param('{"image": IMAGE"}', id="without-its-first-quote"),
        pytest.param('{"image": IMAGE}', id="without-quotes"),
        pytest.param('["a"IMAGE"b"]', id="between-two-strings"),
        pytest.param('["a", IMAGE, "b"]', id="between-two-strings-with-commas"),
        pytest.param('"a\\"IMAGE\\"b"', id="between-escaped-quotes"),
        pytest.param('"IMAGE\\"', id="before-an-escaped-quote"),
        pytest.param('"\\IMAGE"', id="after-a-backslash"),
        pytest.param('"IMAGE\n"', id="before-a-line-end"),
        pytest.param('["IMAGE", "IMAGE"]', id="twice"),
        pytest.param('["IMAGE\n", "IMAGE"]', id="twice-and-a-line-end"),
    ],
)
def test_a_payload_with_an_image_is_refused_if_and_only_if_it_is_not_json(text):
    payload = text.replace("IMAGE", IMAGE).encode()
    try:
        accepted = _admission.payload(Invocation(function="f", payload=payload)) == payload
    except InvalidPayload:
        accepted = False
    assert accepted == is_json(payload)
