"""Origins that ask who is there are shown the client certificate that they are to be shown."""

import ssl
import time

import pytest
from tests.adapters.peers import head, pooled, upstream

from octetgate.adapters.certificates.self_signed import issue
from octetgate.core.http.body import Body
from octetgate.core.http.headers import Headers
from octetgate.core.ports.certificates import KeyPair
from octetgate.core.ports.upstream import (
    Origin,
    UpstreamError,
    UpstreamRequest,
    UpstreamUntrusted,
)

ISSUED = issue(time.time())
EXPIRED = issue(time.time() - 400 * 86_400)
PAIRS = {
    name: KeyPair(certificate=each.certificate, private_key=each.private_key)
    for name, each in (("c1", ISSUED), ("old", EXPIRED))
}


@pytest.fixture
def asking(certificate):
    """Return the TLS of a server that speaks only to who shows that certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    context.load_verify_locations(cadata=ISSUED.certificate + EXPIRED.certificate)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def to(port, shown):
    origin = Origin("https", "localhost", port, True, shown)  # a tuple's place
    return UpstreamRequest(origin, "GET", "/", Headers([("Host", "up")]), Body(), 5000)


async def test_an_origin_is_shown_the_certificate_and_its_proof(certificate, asking):
    shown = []

    async def handler(reader, writer):
        shown.append(dict(part[0] for part in writer.get_extra_info("peercert")["subject"]))
        await head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        await reader.read()

    async with (
        upstream(handler, asking) as port,
        pooled(certificates=certificate, shown=PAIRS.get) as pool,
    ):
        answer = await pool.send(to(port, "c1"))
        assert await answer.body.collect(10) == b"ok"
    assert shown == [{"commonName": "ApiGateway"}]


@pytest.mark.parametrize("shown", [None, "old"], ids=["nothing", "an-expired-one"])
async def test_who_shows_nothing_that_holds_is_not_spoken_to(certificate, asking, shown):
    async def handler(reader, writer):
        del writer
        await reader.read()

    async with (
        upstream(handler, asking) as port,
        pooled(certificates=certificate, shown=PAIRS.get) as pool,
    ):
        with pytest.raises(UpstreamError):
            await pool.send(to(port, shown))


@pytest.mark.parametrize("settings", [{}, {"shown": PAIRS.get}])
async def test_a_certificate_that_is_not_there_is_said_to_be_missing(certificate, asking, settings):
    async def handler(reader, writer):
        del reader, writer

    async with (
        upstream(handler, asking) as port,
        pooled(certificates=certificate, **settings) as pool,
    ):
        with pytest.raises(UpstreamUntrusted, match="the client certificate c2; there is none"):
            await pool.send(to(port, "c2"))
