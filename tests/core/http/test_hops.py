"""Which header fields cross, row by row (spec: request-lifecycle 5 and 6)."""

import pytest

from octetgate.core.http.headers import Headers
from octetgate.core.http.hops import (
    DROPPED_TO_HTTP_PROXY,
    DROPPED_WHEN_MAPPED,
    forbidden_mapping,
    nominated,
    response_headers_http_proxy,
    response_headers_lambda_proxy,
    response_headers_mapped,
    visible,
)

PASSED, DROPPED = "passed", "dropped"
REMAPPED = "remapped"


def fate(crossing, name: str) -> str:
    """Return what becomes of one field, sent in a casing of its own."""
    crossed = crossing(Headers([(name, "value")]))
    fields = {
        PASSED: [(name, name.lower(), "value")],
        REMAPPED: [
            (f"x-amzn-Remapped-{name}", f"x-amzn-remapped-{name.lower()}", "value"),
        ],
        DROPPED: [],
    }
    return next(said for said, expected in fields.items() if crossed.fields == expected)


# --- on entry


@pytest.mark.parametrize(
    "name",
    [
        "Connection",
        "Content-Length",
        "Content-MD5",
        "Expect",
        "Max-Forwards",
        "Proxy-Authenticate",
        "Server",
        "TE",
        "Transfer-Encoding",
        "Trailer",
        "Upgrade",
        "WWW-Authenticate",
    ],
)
def test_a_field_of_the_connection_is_never_visible(name):
    assert fate(visible, name) == DROPPED
    assert fate(visible, name.upper()) == DROPPED


@pytest.mark.parametrize(
    "name",
    [
        "Accept",
        "Accept-Charset",
        "Accept-Encoding",
        "Age",
        "Authorization",
        "Content-Encoding",
        "Content-Type",
        "Date",
        "Host",
        "Pragma",
        "Range",
        "Referer",
        "User-Agent",
        "Via",
        "Warn",
        "X-Anything",
        "tEsT-HEADeR",
        "Cookie",
    ],
)
def test_every_other_field_is_visible_in_its_own_casing(name):
    assert fate(visible, name) == PASSED


@pytest.mark.parametrize(
    "connection, left",
    [
        pytest.param("close", ["X-Hop", "Keep-Alive", "Host"], id="no-name"),
        pytest.param("X-Hop", ["Keep-Alive", "Host"], id="a-name"),
        pytest.param("close, x-HOP ,", ["Keep-Alive", "Host"], id="a-name-among-others"),
        pytest.param("keep-alive", ["X-Hop", "Keep-Alive", "Host"], id="an-option-not-a-name"),
    ],
)
def test_fields_that_connection_names_stay_behind(connection, left):
    headers = Headers(
        [("X-Hop", "1"), ("Keep-Alive", "2"), ("Connection", connection), ("Host", "h")]
    )
    assert [name for name, _ in visible(headers)] == left


def test_every_connection_field_counts():
    headers = Headers([("connection", "A, b"), ("Connection", "C"), ("X", "D")])
    assert nominated(headers) == {"a", "b", "c"}


# --- to backends


@pytest.mark.parametrize(
    "name, expected",
    [
        ("Host", DROPPED),
        ("Via", DROPPED),
        ("Content-Encoding", DROPPED),
        ("Transfer-Encoding", DROPPED),
        ("Keep-Alive", DROPPED),
        ("Proxy-Connection", DROPPED),
        ("User-Agent", PASSED),
        ("Accept", PASSED),
        ("Accept-Encoding", PASSED),
        ("Authorization", PASSED),
        ("Content-Type", PASSED),
        ("Date", PASSED),
        ("Referer", PASSED),
        ("Cookie", PASSED),
    ],
)
def test_a_clients_field_reaches_a_proxied_backend_as_recorded(name, expected):
    assert (name.lower() in DROPPED_TO_HTTP_PROXY) == (expected is DROPPED)


@pytest.mark.parametrize("name", ["Expect", "Proxy-Authenticate", "TE", "Via", "Connection"])
def test_a_mapped_field_that_vanishes_never_reaches_the_backend(name):
    assert name.lower() in DROPPED_WHEN_MAPPED


@pytest.mark.parametrize(
    "name",
    [
        "Accept",
        "User-Agent",
        "Max-Forwards",
        "Server",
        "Trailer",
        "Upgrade",
        "WWW-Authenticate",
        "Content-MD5",
        "Content-Encoding",
        "Date",
        "Host",
        "X-Anything",
    ],
)
def test_every_other_mapped_field_reaches_the_backend(name):
    assert name.lower() not in DROPPED_WHEN_MAPPED


@pytest.mark.parametrize(
    "name, http, aws",
    [
        ("Content-Length", True, True),
        ("transfer-encoding", True, True),
        ("X-Amzn-Trace-Id", True, True),
        ("x-amzn-apigateway-api-id", True, True),
        ("Authorization", False, True),
        ("Connection", False, True),
        ("Expect", False, True),
        ("Proxy-Authenticate", False, True),
        ("TE", False, True),
        ("Content-Type", False, False),
    ],
)
def test_a_mapping_is_forbidden_as_recorded(name, http, aws):
    assert forbidden_mapping(["X-Fine", name], aws=False) == (name if http else None)
    assert forbidden_mapping(["X-Fine", name], aws=True) == (name if aws else None)


# --- to clients


@pytest.mark.parametrize(
    "name",
    [
        "Authorization",
        "Connection",
        "Content-Length",
        "Content-MD5",
        "Date",
        "Expect",
        "Host",
        "Max-Forwards",
        "Proxy-Authenticate",
        "Server",
        "Trailer",
        "Upgrade",
        "User-Agent",
        "WWW-Authenticate",
        "x-amzn-RequestId",
    ],
)
def test_a_mapped_response_field_is_remapped(name):
    assert fate(response_headers_mapped, name) == REMAPPED


@pytest.mark.parametrize(
    "name",
    [
        "Accept",
        "Accept-Charset",
        "Accept-Encoding",
        "Age",
        "Content-Encoding",
        "Content-Type",
        "Pragma",
        "Range",
        "Referer",
        "TE",
        "Via",
        "Warn",
        "X-Anything",
    ],
)
def test_a_mapped_response_field_passes_under_its_own_name(name):
    assert fate(response_headers_mapped, name) == PASSED


def test_a_mapped_transfer_encoding_is_dropped():
    assert fate(response_headers_mapped, "Transfer-Encoding") == DROPPED


@pytest.mark.parametrize(
    "name, expected",
    [
        *[
            (name, REMAPPED)
            for name in [
                "Authorization",
                "Connection",
                "Content-Length",
                "Content-MD5",
                "Date",
                "Max-Forwards",
                "Server",
                "User-Agent",
                "WWW-Authenticate",
                "x-amzn-RequestId",
            ]
        ],
        *[
            (name, DROPPED)
            for name in [
                "Expect",
                "Host",
                "Proxy-Authenticate",
                "TE",
                "Trailer",
                "Transfer-Encoding",
                "Upgrade",
                "Via",
                "Keep-Alive",
                "Proxy-Connection",
            ]
        ],
        *[
            (name, PASSED)
            for name in [
                "Accept",
                "Age",
                "Content-Encoding",
                "Content-Type",
                "Set-Cookie",
                "X-Amzn-Trace-Id",
                "X-Anything",
            ]
        ],
    ],
)
def test_a_proxied_response_field_reaches_the_client_as_recorded(name, expected):
    assert fate(response_headers_http_proxy, name) == expected
    assert fate(response_headers_lambda_proxy, name) == expected


def test_fields_that_a_backends_connection_names_stay_behind():
    headers = Headers([("Connection", "X-Hop"), ("X-Hop", "1"), ("X-Kept", "2")])
    crossed = response_headers_http_proxy(headers)
    assert list(crossed) == [("x-amzn-Remapped-Connection", "X-Hop"), ("X-Kept", "2")]


def test_crossing_keeps_order_and_repeated_fields_and_leaves_the_original():
    headers = Headers([("Set-Cookie", "a"), ("Date", "d"), ("Set-Cookie", "b"), ("Via", "v")])
    crossed = response_headers_http_proxy(headers)
    assert list(crossed) == [
        ("Set-Cookie", "a"),
        ("x-amzn-Remapped-Date", "d"),
        ("Set-Cookie", "b"),
    ]
    assert len(headers) == 4
