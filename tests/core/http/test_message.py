"""Heads hold what stood on the wire."""

from octetgate.core.http.headers import Headers
from octetgate.core.http.message import RequestHead, ResponseHead


def test_a_request_head_is_http_1_1_unless_said_otherwise():
    assert RequestHead("GET", "/a?b", Headers()).version == "HTTP/1.1"


def test_a_response_head_needs_no_reason():
    assert ResponseHead(200, Headers([("A", "b")])).reason == ""


def test_heads_are_equal_by_what_they_hold():
    assert RequestHead("GET", "/", Headers([("A", "b")])) == RequestHead(
        "GET", "/", Headers([("A", "b")])
    )
    assert ResponseHead(200, Headers()) != ResponseHead(204, Headers())
