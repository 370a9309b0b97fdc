"""The recorded header tables and failures of HTTP backends, each row read from sockets.

Spec: request-lifecycle 5.1, 5.2, 6.1, 6.2, 6.3, 6.4 and 15, payload-encodings 7.
"""

import asyncio
import contextlib

import pytest
from tests.adapters.certificates import certificate, server_side
from tests.adapters.peers import listening
from tests.gateway.front import API, Front, response

from octetgate.core.model.integration import TlsConfig

__all__ = ["certificate"]
JSON = "application/json"
BOTH = pytest.mark.parametrize("kind", ["HTTP", "HTTP_PROXY"])
REMOVED = [
    *("Connection", "Content-MD5", "Expect", "Max-Forwards", "Proxy-Authenticate", "Server"),
    *("TE", "Trailer", "Upgrade", "WWW-Authenticate"),
]
VISIBLE = [
    *("Accept", "Accept-Charset", "Accept-Encoding", "Age", "Authorization", "Date", "Pragma"),
    *("Range", "Referer", "User-Agent", "Via", "Warn", "X-Anything"),
]
SENT_WHEN_MAPPED = [
    *("Max-Forwards", "Server", "Trailer", "Upgrade", "WWW-Authenticate", "Content-MD5"),
    *("Content-Encoding", "Date", "Accept", "User-Agent", "Referer", "Authorization", "X-Any"),
]
VANISH_WHEN_MAPPED = ["Expect", "Proxy-Authenticate", "TE", "Via"]
FORBIDDEN = [
    *("Content-Length", "transfer-encoding", "X-Amzn-Trace-Id", "x-amzn-apigateway-api-id"),
]
REMAPPED_WHEN_MAPPED = [
    *("Authorization", "Connection", "Content-Length", "Content-MD5", "Date", "Expect", "Host"),
    *("Max-Forwards", "Proxy-Authenticate", "Server", "Trailer", "Upgrade", "User-Agent"),
    "WWW-Authenticate",
]
PASSED_WHEN_MAPPED = [
    *("Accept", "Accept-Charset", "Accept-Encoding", "Age", "Content-Encoding", "Content-Type"),
    *("Pragma", "Range", "Referer", "TE", "Via", "Warn", "X-Any"),
]
REMAPPED_BY_PROXY = [
    *("Date", "Server", "x-amzn-RequestId", "Authorization", "Content-MD5", "Max-Forwards"),
    *("User-Agent", "WWW-Authenticate"),
]
DROPPED_BY_PROXY = ["Via", "Expect", "Host", "Proxy-Authenticate", "TE", "Trailer", "Upgrade"]


def mapped(name, value):
    return {f"integration.request.header.{name}": value}


async def asked(front: Front, *, kind="HTTP", method="GET", body=None, more=(), **members):
    """Serve the backend, call it, and return what it got."""
    front.deploy(front.integration(kind, **{"http_method": "ANY", **members}))
    answer = await front.ask(method, body, more=more)
    assert answer.status == 200, front.lines
    return front.backend.got[-1]


def but_tracing(message):
    headers = dict(message.fields)
    assert headers.pop("X-Amzn-Trace-Id").startswith("Root=1-")
    return headers


@pytest.mark.parametrize("name", REMOVED)
async def test_what_is_removed_on_entry_nobody_sees(front: Front, name):
    value = {"TE": "trailers", "Connection": "keep-alive", "Expect": "100-continue"}.get(name, "x")
    got = await asked(
        front,
        more=[(name, value)],
        request_parameters=mapped("X-Copy", f"method.request.header.{name}"),
    )
    assert got.header("x-copy") is None
    assert got.header(name) is None


@pytest.mark.parametrize("name", VISIBLE)
async def test_everything_else_can_be_mapped(front: Front, name):
    got = await asked(
        front,
        more=[(name, "sent")],
        request_parameters=mapped("X-Copy", f"method.request.header.{name}"),
    )
    assert got.header("x-copy") == "sent"


async def test_http_without_a_body_sends_the_gateways_own_headers_alone(front: Front):
    got = await asked(
        front, method="POST", http_method="POST", more=[("Accept", "a/b"), ("User-Agent", "u")]
    )
    assert but_tracing(got) == {
        "Host": front.backend.url.removeprefix("http://"),
        "Accept": JSON,
        "User-Agent": f"AmazonAPIGateway_{API}",
        "X-Amzn-Apigateway-Api-Id": API,
        "Content-Length": "0",
    }


async def test_http_with_a_body_takes_its_type_along(front: Front):
    got = await asked(front, method="POST", body=b"<a/>", more=[("Content-Type", "text/xml")])
    assert got.header("content-type") == "text/xml"


async def test_http_proxy_passes_the_clients_headers_with_two_more(front: Front):
    given = {"Accept": "a/b", "User-Agent": "u", "X-Any": "1", "Referer": "r", "Cookie": "c=1"}
    dropped = [("Via", "1.1 x"), ("Max-Forwards", "3"), ("Connection", "keep-alive")]
    got = await asked(front, kind="HTTP_PROXY", more=[*given.items(), *dropped])
    assert but_tracing(got) == {
        "Host": front.backend.url.removeprefix("http://"),
        "X-Amzn-Apigateway-Api-Id": API,
        **given,
    }


@BOTH
@pytest.mark.parametrize("name", SENT_WHEN_MAPPED)
async def test_a_mapped_header_replaces_the_clients_and_the_default(front: Front, kind, name):
    got = await asked(
        front, kind=kind, more=[(name, "client")], request_parameters=mapped(name, "'mapped'")
    )
    assert [value for each, value in got.fields if each.lower() == name.lower()] == ["mapped"]


@BOTH
@pytest.mark.parametrize("name", VANISH_WHEN_MAPPED)
async def test_some_mapped_headers_vanish(front: Front, kind, name):
    got = await asked(front, kind=kind, request_parameters=mapped(name, "'mapped'"))
    assert got.header(name) is None


@BOTH
@pytest.mark.parametrize("name", FORBIDDEN)
async def test_a_forbidden_mapping_is_a_500(front: Front, kind, name):
    front.deploy(front.integration(kind, request_parameters=mapped(name, "'1'")))
    answer = await front.ask()
    assert answer.error == (500, "Internal server error")
    assert answer.header("x-amzn-ErrorType") == "InternalServerErrorException"
    assert front.backend.got == []


@BOTH
async def test_a_forbidden_mapping_without_a_value_does_nothing(front: Front, kind):
    absent = mapped("Content-Length", "method.request.header.X-None")
    await asked(front, kind=kind, request_parameters=absent)


async def mapped_answer(front: Front, name):
    rule = {f"method.response.header.{name}": "'mapped'"}
    responses = {"200": response(response_parameters=rule)}
    front.deploy(front.integration("HTTP", integration_responses=responses))
    front.backend.returns(b"{}", JSON)
    return await front.ask(accept=JSON)


@pytest.mark.parametrize("name", REMAPPED_WHEN_MAPPED)
async def test_a_mapped_response_header_may_be_renamed(front: Front, name):
    answer = await mapped_answer(front, name)
    assert answer.header(f"x-amzn-Remapped-{name}") == "mapped"
    assert answer.header(name) != "mapped"


@pytest.mark.parametrize("name", PASSED_WHEN_MAPPED)
async def test_a_mapped_response_header_may_keep_its_name(front: Front, name):
    assert (await mapped_answer(front, name)).header(name) == "mapped"


async def test_a_mapped_transfer_encoding_is_dropped(front: Front):
    answer = await mapped_answer(front, "Transfer-Encoding")
    assert answer.header("transfer-encoding") is None
    assert answer.header("x-amzn-Remapped-Transfer-Encoding") is None


async def proxied_answer(front: Front, name, value="back"):
    front.deploy(front.integration("HTTP_PROXY"))
    front.backend.returns(b"{}", JSON)
    front.backend.fields.append((name, value))
    return await front.ask(accept=JSON)


@pytest.mark.parametrize("name", REMAPPED_BY_PROXY)
async def test_a_proxied_header_may_be_renamed(front: Front, name):
    answer = await proxied_answer(front, name)
    assert answer.header(f"x-amzn-Remapped-{name}") == "back"
    assert answer.header(name) != "back"


@pytest.mark.parametrize("name", DROPPED_BY_PROXY)
async def test_a_proxied_header_may_be_dropped(front: Front, name):
    answer = await proxied_answer(front, name)
    assert [n for n, value in answer.fields if value == "back"] == []


@pytest.mark.parametrize("name", ["Content-Encoding", "X-Any", "ETag", "Set-Cookie"])
async def test_a_proxied_header_passes(front: Front, name):
    assert (await proxied_answer(front, name)).header(name) == "back"


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
async def test_methods_that_have_no_body_get_none(front: Front, method):
    front.deploy(front.integration("HTTP", http_method=method))
    front.backend.returns(b"", None)
    await front.ask("POST", b"a body", content_type="text/plain")
    (got,) = front.backend.got
    assert (got.method, got.body) == (method, b"")
    assert got.header("content-type") is None
    assert got.header("content-length") in {None, "0"}


@BOTH
@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_returned_and_not_followed(front: Front, kind, status):
    mapping = {"method.response.header.Location": "integration.response.header.Location"}
    responses = {str(status): response(str(status), response_parameters=mapping)}
    front.deploy(front.integration(kind, integration_responses=responses))
    front.backend.returns(b"", None, status)
    front.backend.fields = [("Location", "http://elsewhere.invalid/")]
    answer = await front.ask()
    assert (answer.status, answer.header("location")) == (status, "http://elsewhere.invalid/")
    assert len(front.backend.got) == 1


async def test_queries_stand_in_the_recorded_order(front: Front):
    parameters = {
        "integration.request.path.p": "'foobar'",
        "integration.request.path.q": "'bar'",
        "integration.request.querystring.testQs": "'foo'",
        "integration.request.querystring.absent": "method.request.querystring.absent",
    }
    uri = f"{front.backend.url}/?testVar={{p}}&testQs={{q}}"
    for kind, client in (("HTTP", ""), ("HTTP_PROXY", "&testVar=bar")):
        front.deploy(front.integration(kind, uri=uri, request_parameters=parameters))
        await front.ask(path="/x?testVar=bar")
        target = front.backend.got[-1].start.split(" ")[1]
        assert target == f"/?testVar=foobar&testQs=bar{client}&testQs=foo"


# --- 15: how it can fail


@contextlib.asynccontextmanager
async def silent():
    """Give the URL of a server that takes connections and says nothing."""
    with listening() as sock:
        yield f"http://127.0.0.1:{sock.getsockname()[1]}/"


async def failed(front: Front, kind, uri, **members):
    front.deploy(front.integration(kind, uri=uri, **members))
    answer = await front.ask(body=b"{}", content_type=JSON)
    assert answer.header("x-amzn-ErrorType") == "InternalServerErrorException"
    return answer.error, front.lines[-1]


@BOTH
async def test_a_backend_that_is_too_slow_is_a_timeout(front: Front, kind):
    async with silent() as url:
        error, line = await failed(front, kind, url, timeout_in_millis=50)
    assert error == (504, "Endpoint request timed out")
    assert line["responseType"] == "INTEGRATION_TIMEOUT"


@BOTH
async def test_a_port_that_refuses_is_a_configuration_error(front: Front, kind):
    with listening() as sock:
        port = sock.getsockname()[1]
    error, line = await failed(front, kind, f"http://127.0.0.1:{port}/")
    assert error == (500, "Internal server error")
    assert line["responseType"] == "API_CONFIGURATION_ERROR"


@BOTH
async def test_a_name_that_leads_nowhere_is_network_trouble(front: Front, kind):
    error, line = await failed(front, kind, "http://no-such-host.invalid/")
    assert error == (504, "Network error communicating with endpoint")
    assert line["responseType"] == "INTEGRATION_FAILURE"


@BOTH
async def test_no_tls_is_network_trouble(front: Front, kind):
    async def serve(reader, writer):
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        error, line = await failed(front, kind, f"https://127.0.0.1:{port}/")
    assert error == (504, "Network error communicating with endpoint")
    assert line["responseType"] == "INTEGRATION_FAILURE"


@BOTH
@pytest.mark.parametrize("said", [b"", b"no http\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-"])
async def test_a_backend_that_breaks_off_is_network_trouble(front: Front, kind, said):
    async def serve(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(said)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        error, _ = await failed(front, kind, f"http://127.0.0.1:{port}/")
    assert error == (504, "Network error communicating with endpoint")


@BOTH
@pytest.mark.parametrize(
    "uri", ["http://", "http:///x", "http://host:port/", "http://a b/", "ftp://x/"]
)
async def test_an_invalid_url_is_a_500(front: Front, kind, uri):
    error, _ = await failed(front, kind, uri)
    assert error == (500, "Internal server error")


@BOTH
async def test_a_placeholder_without_a_value_is_a_500(front: Front, kind):
    error, line = await failed(front, kind, f"{front.backend.url}/{{proxy}}")
    assert error == (500, "Internal server error")
    assert "integration.request.path.proxy" in line["error"]


@BOTH
async def test_a_certificate_is_checked_unless_told_otherwise(front: Front, kind, certificate):
    tls = server_side(certificate)

    async def serve(reader, writer):
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls) as server:
        uri = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        error, _ = await failed(front, kind, uri)
        assert error == (504, "Network error communicating with endpoint")
        trusting = {"tls_config": TlsConfig(insecure_skip_verification=True)}
        front.deploy(front.integration(kind, uri=uri, **trusting))
        assert (await front.ask()).status == 200


# --- VPC links


@BOTH
@pytest.mark.parametrize(
    "link, status",
    [("abc123", 200), ("${stageVariables.link}", 200), ("${stageVariables.no}", 500)],
)
async def test_a_vpc_link_is_a_plain_connection_to_the_uris_host(front: Front, kind, link, status):
    linked = {"connection_type": "VPC_LINK", "connection_id": link}
    front.deploy(front.integration(kind, **linked), variables={"link": "abc123"})
    answer = await front.ask()
    assert answer.status == status
    assert len(front.backend.got) == (status == 200)
