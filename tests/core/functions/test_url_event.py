import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octetgate.core.functions.answer_fields import MalformedProxyResponse
from octetgate.core.functions.url_event import (
    Signer,
    UrlRequest,
    is_text,
    streamed_url_response,
    url_event,
    url_response,
)
from octetgate.core.http.headers import Headers

JSON = ("Content-Type", "application/json")


def event(**changes):
    bare = {
        "url_id": "abc",
        "method": "GET",
        "path": "/",
        "query": "",
        "headers": Headers([("Host", "abc.lambda-url.eu-west-1.on.aws:8080")]),
        "source_ip": "203.0.113.9",
        "request_id": "r",
        "time": "12/Mar/2024:20:55:06 +0000",
        "time_epoch": 1710276906123,
    }
    return json.loads(url_event(UrlRequest(**(bare | changes))))


def answered(value):
    return url_response(json.dumps(value).encode())


def test_a_request_comes_out_whole():
    told = event(
        method="POST",
        path="/a%20b//c",
        query="x=1&x=%C3%A4&y=",
        headers=Headers(
            [
                ("Host", "abc.lambda-url.eu-west-1.on.aws:8080"),
                ("Accept", "a"),
                ("aCCEPT", "b"),
                ("Cookie", "one=1; two=2"),
                ("cookie", "three=3"),
                ("User-Agent", "curl"),
            ]
        ),
        body="text",
    )
    assert told == {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/a%20b//c",
        "rawQueryString": "x=1&x=%C3%A4&y=",
        "cookies": ["one=1", "two=2", "three=3"],
        "headers": {
            "host": "abc.lambda-url.eu-west-1.on.aws:8080",
            "accept": "a,b",
            "user-agent": "curl",
        },
        "queryStringParameters": {"x": "1,ä", "y": ""},
        "requestContext": {
            "accountId": "anonymous",
            "apiId": "abc",
            "domainName": "abc.lambda-url.eu-west-1.on.aws",
            "domainPrefix": "abc",
            "http": {
                "method": "POST",
                "path": "/a%20b//c",
                "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.9",
                "userAgent": "curl",
            },
            "requestId": "r",
            "routeKey": "$default",
            "stage": "$default",
            "time": "12/Mar/2024:20:55:06 +0000",
            "timeEpoch": 1710276906123,
        },
        "body": "text",
        "isBase64Encoded": False,
    }


def test_what_a_request_has_not_is_no_member():
    assert not {"cookies", "queryStringParameters", "body"} & set(event())


@given(st.binary(min_size=1))
def test_bytes_arrive_as_base64(data):
    told = event(body=base64.b64encode(data))
    assert (base64.b64decode(told["body"]), told["isBase64Encoded"]) == (data, True)


@pytest.mark.parametrize(
    "content_type, content_encoding, text",
    [
        ("text/plain; charset=utf-8", None, True),
        ("application/json", None, True),
        ("Application/JSON", None, True),
        ("application/vnd.api+json", None, True),
        ("application/javascript", None, True),
        ("application/xml", None, True),
        ("image/svg+xml", None, True),
        ("image/png", None, False),
        ("application/octet-stream", None, False),
        ("application/x-www-form-urlencoded", None, False),
        ("multipart/form-data; boundary=x", None, False),
        (None, None, False),
        ("application/json", "gzip", False),
    ],
)
def test_the_media_type_says_what_is_text(content_type, content_encoding, text):
    assert is_text(content_type, content_encoding) is text


@pytest.mark.parametrize(
    "payload", [b'"Hello, world!"', b'{ "message": "x" }', b"null", b"[1]", b'{"body": "x"}']
)
def test_json_without_a_status_is_the_body_byte_for_byte(payload):
    response = url_response(payload)
    assert (response.status, response.headers, response.body) == (200, [JSON], payload)
    assert not response.is_base64_encoded


def test_an_answer_in_the_format_is_taken_apart():
    response = answered(
        {
            "statusCode": 201,
            "headers": {"content-TYPE": "image/png", "X-A": "1"},
            "body": "iVBO",
            "cookies": ["a=1", "b=2"],
            "isBase64Encoded": True,
        }
    )
    assert (response.status, response.body, response.is_base64_encoded) == (201, b"iVBO", True)
    assert response.headers == [
        ("content-TYPE", "image/png"),
        ("X-A", "1"),
        ("Set-Cookie", "a=1"),
        ("Set-Cookie", "b=2"),
    ]


@pytest.mark.parametrize(
    "body, written", [(None, b""), ("ä", "ä".encode()), ({"a": 1}, b'{"a":1}'), (5, b"5")]
)
def test_a_body_is_text_or_goes_out_as_json(body, written):
    response = answered({"statusCode": 200, "body": body})
    assert (response.headers, response.body) == ([JSON], written)


@pytest.mark.parametrize("payload", [b"", b"plain", b'{"statusCode": "x"}', b"\xff", b"[" * 5000])
def test_what_is_no_answer_is_malformed(payload):
    with pytest.raises(MalformedProxyResponse):
        url_response(payload)


def test_a_streams_metadata_says_all_but_the_body():
    response = streamed_url_response(
        b'{"statusCode": 202, "headers": {"A": "b"}, "cookies": ["c"]}'
    )
    assert (response.status, response.body) == (202, b"")
    assert response.headers == [("A", "b"), JSON, ("Set-Cookie", "c")]


@pytest.mark.parametrize("metadata", [b"[]", b"no", b'{"headers": []}', b'{"a":' * 5000])
def test_metadata_has_to_be_an_object(metadata):
    with pytest.raises(MalformedProxyResponse):
        streamed_url_response(metadata)


def test_who_signed_is_told():
    signer = Signer(access_key="K", account_id="111122223333", user_arn="arn:aws:iam::1:user/u")
    context = event(signer=signer)["requestContext"]
    assert (context["accountId"], context["authentication"]) == ("111122223333", None)
    assert context["authorizer"]["iam"]["userArn"] == "arn:aws:iam::1:user/u"
    assert "authorizer" not in event()["requestContext"]
