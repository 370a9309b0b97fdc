import base64
import hashlib

import pytest

from octetgate.blueprints.echo_binary.handler import BadEvent, handler


def asked(**changes):
    return handler({"httpMethod": "POST", "headers": {}, "body": None} | changes, None)


EVERY_BYTE = bytes(range(256))


@pytest.mark.parametrize("data", [EVERY_BYTE, b"", b"\x00", b"text"])
def test_bytes_come_back_as_they_are(data):
    answer = asked(body=base64.b64encode(data).decode(), isBase64Encoded=True)
    assert base64.b64decode(answer["body"], validate=True) == data
    assert answer["isBase64Encoded"] is True
    assert answer["headers"]["X-Body-Sha256"] == hashlib.sha256(data).hexdigest()
    assert answer["headers"]["X-Body-Size"] == str(len(data))
    assert answer["headers"]["X-Was-Base64"] == "true"


def test_text_comes_back_as_its_bytes():
    answer = asked(body="Grüße", isBase64Encoded=False)
    assert base64.b64decode(answer["body"]).decode() == "Grüße"
    assert answer["headers"]["X-Was-Base64"] == "false"


@pytest.mark.parametrize(
    "headers, media_type",
    [
        ({"content-type": "image/png"}, "image/png"),
        ({"Content-Type": "image/png"}, "image/png"),
        ({}, "application/octet-stream"),
        (None, "application/octet-stream"),
    ],
)
def test_the_media_type_is_the_requests(headers, media_type):
    assert asked(headers=headers)["headers"]["Content-Type"] == media_type


@pytest.mark.parametrize("event", [{}, [], None, {"body": "x"}])
def test_an_event_of_somebody_else_is_refused(event):
    with pytest.raises(BadEvent, match="expected one of an AWS_PROXY integration"):
        handler(event, None)


def test_a_body_that_is_no_base64_is_refused():
    with pytest.raises(BadEvent, match="body: expected Base64"):
        asked(body="!", isBase64Encoded=True)
