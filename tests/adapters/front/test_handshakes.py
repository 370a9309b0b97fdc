"""Who gets through the handshake of a TLS port, with OpenSSL on the client's side."""

import asyncio
import contextlib
import socket
import ssl
import struct
import tempfile
import time
import warnings

import pytest
from tests.adapters.peers import client, opened, until
from tests.core.signing.issued import certified

from octetgate.adapters.front.tls import Contexts
from octetgate.core.http.body import Body
from octetgate.core.http.headers import Headers
from octetgate.core.model.domain import ServerCertificate, Truststore
from octetgate.core.ports.exchange import Reply
from octetgate.core.ports.handshakes import Terms

GET = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
NOW = int(time.time())
ROOT = certified(common="root", authority=True, now=NOW)
MIDDLE = certified(common="middle", authority=True, by=ROOT, now=NOW)
STRANGER = certified(common="stranger", authority=True, now=NOW)


def shown(made):
    return ServerCertificate(certificates=made.body, private_key=made.private_key)


OWN = certified("own.example", by=ROOT, now=NOW)
API = certified("api.example", by=ROOT, now=NOW)
NEW = certified("new.example", by=ROOT, now=NOW)
BROKEN = ServerCertificate(certificates=API.body, private_key=NEW.private_key)


def asks(*authorities, domain="mutual.example", id_="t"):
    made = certified(domain, by=ROOT, now=NOW)
    store = Truststore(id=id_, certificates="".join(each.body for each in authorities))
    return Terms(domain=domain, certificate=shown(made), truststore=store)


class Port:
    """A TLS port whose terms a test may change, and what was known of those who came through."""

    def __init__(self, *terms, own=OWN):
        self.terms = {each.domain: each for each in terms}
        self.own = own and shown(own)
        self.seen = []
        self.contexts = Contexts(self.terms.get, lambda: self.own)

    async def app(self, exchange):
        self.seen.append(exchange.tls)
        await exchange.send(Reply(200, Headers(), Body.of(b"hello")))


def trusting(mine=None, **versions):
    context = ssl.create_default_context(cadata=ROOT.body)
    for name, value in versions.items():
        setattr(context, name, value)
    if mine is not None:
        show(context, *mine)
    return context


def show(context, *chain):
    """Have a client show certificates, the first of which is its own."""
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(chain[0].private_key + "".join(each.body for each in chain))
        file.flush()
        context.load_cert_chain(file.name)


async def came_through(port, name, context=None):
    """Return the certificate's host that the gateway showed."""
    async with client(port, ssl=context or trusting(), server_hostname=name) as sender:
        answer = await sender.ask(GET)
        assert answer.endswith(b"hello")
        tls = sender.writer.get_extra_info("ssl_object")
        return tls.getpeercert()["subjectAltName"][0][1]


async def refused(port, name, context=None):
    """Return what OpenSSL heard; in TLS 1.3 clients hear of it when they read."""
    try:
        async with client(port, ssl=context or trusting(), server_hostname=name) as sender:
            sender.writer.write(GET)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(20):
                    answer = await sender.reader.read()
            assert not answer
            return ""
    except ssl.SSLError as error:
        return error.reason
    except ConnectionError:
        return "RESET"


async def test_each_domain_is_proved_by_its_own_certificate():
    port = Port(Terms(domain="api.example", certificate=shown(API)))
    async with opened(port.app, contexts=port.contexts) as (_, number):
        assert await came_through(number, "api.example") == "api.example"
        assert await came_through(number, "API.Example") == "api.example"
        assert await came_through(number, "own.example") == "own.example"
    assert [each.domain for each in port.seen] == ["api.example", "api.example", None]
    assert {each.version for each in port.seen} == {"TLSv1.3"}
    assert all(each.cipher.startswith("TLS_") for each in port.seen)


async def test_a_client_that_names_no_host_is_shown_the_gateways_own():
    port = Port()
    context = trusting()
    context.check_hostname = False
    async with opened(port.app, contexts=port.contexts) as (_, number):
        assert await came_through(number, "", context) == "own.example"


async def test_without_any_certificate_for_it_a_name_is_refused_in_words_of_tls():
    port = Port(Terms(domain="api.example", certificate=shown(API)), own=None)
    async with opened(port.app, contexts=port.contexts) as (_, number):
        assert await refused(number, "own.example") == "TLSV1_UNRECOGNIZED_NAME"
        assert await came_through(number, "api.example") == "api.example"


async def test_a_certificate_that_cannot_be_shown_leaves_the_others_alone():
    port = Port(Terms(domain="bad.example", certificate=BROKEN))
    context = trusting()
    context.check_hostname = False
    async with opened(port.app, contexts=port.contexts) as (_, number):
        assert await came_through(number, "bad.example", context) == "own.example"
        assert await came_through(number, "own.example") == "own.example"


async def test_a_renewed_certificate_is_shown_from_the_next_handshake_on():
    port = Port(Terms(domain="new.example", certificate=shown(API)))
    context = trusting()
    context.check_hostname = False
    async with opened(port.app, contexts=port.contexts) as (_, number):
        assert await came_through(number, "new.example", context) == "api.example"
        port.terms["new.example"] = Terms(domain="new.example", certificate=shown(NEW))
        assert await came_through(number, "new.example", context) == "new.example"


@pytest.mark.parametrize(
    "least, most, heard",
    [
        ("TLSv1.2", "TLSv1_2", None),
        ("TLSv1.2", "TLSv1_3", None),
        ("TLSv1.3", "TLSv1_3", None),
        ("TLSv1.3", "TLSv1_2", "TLSV1_ALERT_PROTOCOL_VERSION"),
        ("TLSv1.2", "TLSv1_1", "TLSV1_ALERT_PROTOCOL_VERSION"),
    ],
)
async def test_older_versions_than_a_domain_allows_are_refused(least, most, heard):
    port = Port(Terms(domain="api.example", certificate=shown(API), least=least))
    context = trusting()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of TLS 1.1
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.maximum_version = ssl.TLSVersion[most]
    context.set_ciphers("ALL:@SECLEVEL=0")
    async with opened(port.app, contexts=port.contexts) as (_, number):
        if heard is None:
            await came_through(number, "api.example", context)
        else:
            assert await refused(number, "api.example", context) == heard


@pytest.mark.parametrize("cipher", ["AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA"])
async def test_ciphers_without_forward_secrecy_or_authentication_are_refused(cipher):
    port = Port()
    context = trusting(maximum_version=ssl.TLSVersion.TLSv1_2)
    context.set_ciphers(cipher)
    async with opened(port.app, contexts=port.contexts) as (_, number):
        assert "HANDSHAKE_FAILURE" in await refused(number, "own.example", context)


async def test_a_client_that_speaks_http_2_is_told_http_1():
    port = Port()
    context = trusting()
    context.set_alpn_protocols(["h2", "http/1.1"])
    async with (
        opened(port.app, contexts=port.contexts) as (_, number),
        client(number, ssl=context, server_hostname="own.example") as sender,
    ):
        tls = sender.writer.get_extra_info("ssl_object")
        assert tls.selected_alpn_protocol() == "http/1.1"


# --- Mutual TLS --------------------------------------------------------------------------------

BOB = certified(common="bob", by=MIDDLE, now=NOW)


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
async def test_a_client_proves_who_it_is(version):
    port = Port(asks(MIDDLE, ROOT))
    context = trusting([BOB], maximum_version=ssl.TLSVersion[version])
    async with opened(port.app, contexts=port.contexts) as (_, number):
        assert await came_through(number, "mutual.example", context) == "mutual.example"
    (tls,) = port.seen
    assert (tls.domain, tls.truststore) == ("mutual.example", "t")
    assert (tls.client.subject_dn, tls.client.issuer_dn) == ("CN=bob", "CN=middle")
    assert ssl.PEM_cert_to_DER_cert(tls.client.pem) == ssl.PEM_cert_to_DER_cert(BOB.body)
    assert int(tls.client.serial_number.replace(":", ""), 16) == BOB.certificate.serial_number
    assert tls.client.ends == BOB.certificate.not_valid_after_utc.timestamp()
    assert tls.client.not_after.endswith(" GMT")
    assert tls.client.issuer_is_trusted


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
@pytest.mark.parametrize(
    "mine, heard",
    [
        pytest.param(None, {"TLSV13_ALERT_CERTIFICATE_REQUIRED", "SSLV3_ALERT_HANDSHAKE_FAILURE"}),
        pytest.param([certified(common="bob", by=STRANGER, now=NOW)], {"TLSV1_ALERT_UNKNOWN_CA"}),
        pytest.param([certified(common="bob", now=NOW)], {"TLSV1_ALERT_UNKNOWN_CA"}),
        pytest.param(
            [certified(common="bob", by=ROOT, now=NOW, days=(-9, -1))],
            {"SSLV3_ALERT_CERTIFICATE_EXPIRED"},
        ),
        pytest.param(
            [certified(common="bob", by=ROOT, now=NOW, days=(1, 9))],
            {"SSLV3_ALERT_BAD_CERTIFICATE"},
        ),
        pytest.param([BOB], {"TLSV1_ALERT_UNKNOWN_CA"}),
    ],
    ids=["none", "a-strangers", "self-signed", "expired", "not-yet", "without-its-issuer"],
)
async def test_a_client_that_cannot_prove_who_it_is_gets_no_connection(version, mine, heard):
    port = Port(asks(ROOT))
    context = trusting(mine, maximum_version=ssl.TLSVersion[version])
    async with opened(port.app, contexts=port.contexts) as (_, number):
        assert await refused(number, "mutual.example", context) in heard
        assert await came_through(number, "own.example") == "own.example"
    assert [each.domain for each in port.seen] == [None]


async def test_an_issuer_that_only_the_client_brought_is_told_from_a_trusted_one():
    port = Port(asks(ROOT))
    async with opened(port.app, contexts=port.contexts) as (_, number):
        await came_through(number, "mutual.example", trusting([BOB, MIDDLE]))
    assert not port.seen[0].client.issuer_is_trusted


async def test_an_empty_trust_store_lets_nobody_in():
    port = Port(asks())
    async with opened(port.app, contexts=port.contexts) as (_, number):
        assert await refused(number, "mutual.example", trusting([BOB, MIDDLE]))
    assert port.seen == []


async def test_a_session_of_another_domain_does_not_spare_the_certificate():
    port = Port(asks(ROOT))
    context = trusting(maximum_version=ssl.TLSVersion.TLSv1_2)
    context.check_hostname = False
    async with opened(port.app, contexts=port.contexts) as (_, number):
        with socket.create_connection(("127.0.0.1", number)) as raw:
            raw.setblocking(True)

            def first():
                with context.wrap_socket(raw, server_hostname="own.example") as tls:
                    tls.sendall(GET)
                    while tls.recv(4096):
                        pass
                    return tls.session

            session = await asyncio.to_thread(first)

        def second():
            with socket.create_connection(("127.0.0.1", number)) as again:
                made = context.wrap_socket(again, server_hostname="mutual.example", session=session)
                made.close()

        with pytest.raises(ssl.SSLError):
            await asyncio.to_thread(second)
    assert [each.domain for each in port.seen] == [None]


# --- Clients that do not shake hands -----------------------------------------------------------


async def test_a_first_message_in_pieces_is_waited_for():
    port = Port(Terms(domain="api.example", certificate=shown(API)))
    context = trusting()
    received, sent = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(received, sent, server_hostname="api.example")
    with pytest.raises(ssl.SSLWantReadError):
        tls.do_handshake()
    hello = sent.read()
    async with (
        opened(port.app, contexts=port.contexts) as (_, number),
        client(number) as sender,
    ):
        for at in range(0, len(hello), 50):
            await sender.say(hello[at : at + 50])
            await asyncio.sleep(0.001)
        async with asyncio.timeout(20):
            while True:
                received.write(await sender.reader.read(65536))
                with contextlib.suppress(ssl.SSLWantReadError):
                    tls.do_handshake()
                    break
    assert tls.getpeercert()["subjectAltName"][0][1] == "api.example"


@pytest.mark.parametrize(
    "said", [b"", b"\x16", b"\x16\x03\x01\x02\x00\x01"], ids=["nothing", "a-byte", "a-beginning"]
)
async def test_who_does_not_go_on_is_given_up(said):
    port = Port()
    async with (
        opened(port.app, contexts=port.contexts, handshakes={"seconds": 0.05}) as (_, number),
        client(number) as sender,
    ):
        assert await sender.ask(said) == b""


@pytest.mark.parametrize("said", [GET, b"\x16\x03\x01\x00\x05hello", b"\xff" * 5000])
async def test_what_is_no_handshake_ends_the_connection_and_nothing_else(said):
    port = Port()
    async with opened(port.app, contexts=port.contexts) as (_, number):
        async with client(number) as sender:
            await sender.ask(said)
        assert await came_through(number, "own.example") == "own.example"


async def test_a_client_that_resets_the_connection_leaves_nothing_behind():
    port = Port()
    async with opened(port.app, contexts=port.contexts) as (door, number):
        raw = socket.create_connection(("127.0.0.1", number))
        raw.sendall(b"\x16\x03\x01")
        await until(lambda: door.handshakes.under_way == 1)
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raw.close()
        await until(lambda: door.handshakes.under_way == 0)


async def test_the_oldest_handshake_makes_room_for_a_new_one():
    port = Port()
    async with (
        opened(port.app, contexts=port.contexts, handshakes={"at_once": 2}) as (door, number),
        client(number) as oldest,
    ):
        await until(lambda: door.handshakes.under_way == 1)
        async with client(number):
            await until(lambda: door.handshakes.under_way == 2)
            assert await came_through(number, "own.example") == "own.example"
            assert await oldest.rest() == b""


async def test_a_door_that_closes_gives_up_handshakes():
    port = Port()
    async with opened(port.app, contexts=port.contexts) as (door, number), client(number) as sender:
        await until(lambda: door.handshakes.under_way == 1)
        await door.close(0)
        assert await sender.rest() == b""
