import ssl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octetgate.adapters.wire.client_hello import MOST_BYTES, NotTls, Unfinished, server_name


def hello(name=None, *, least=ssl.TLSVersion.TLSv1_2):
    """Return what OpenSSL says first to a host."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = least
    context.check_hostname = False
    received, sent = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(received, sent, server_hostname=name)
    with pytest.raises(ssl.SSLWantReadError):
        tls.do_handshake()
    return sent.read()


HELLO = hello("api.example.com")


def in_records(data, size):
    """Return the same message in records of so many bytes."""
    message = data[5:]
    pieces = [message[at : at + size] for at in range(0, len(message), size)]
    return b"".join(data[:3] + len(each).to_bytes(2) + each for each in pieces)


@pytest.mark.parametrize(
    "name, read",
    [
        ("api.example.com", "api.example.com"),
        ("API.Example.COM", "api.example.com"),
        ("localhost", "localhost"),
        (None, None),
        ("127.0.0.1", None),  # addresses are not told (RFC 6066 3)
    ],
)
def test_the_name_is_what_openssl_sends(name, read):
    assert server_name(hello(name)) == read


@pytest.mark.parametrize("size", [1, 3, 100])
def test_a_message_may_come_in_many_records(size):
    assert server_name(in_records(HELLO, size)) == "api.example.com"


@pytest.mark.parametrize("data", [HELLO, in_records(HELLO, 7)])
def test_a_beginning_says_how_much_has_to_be_there(data):
    for end in range(len(data)):
        with pytest.raises(Unfinished) as beginning:
            server_name(data[:end])
        assert end < beginning.value.needed <= len(data)


def test_what_comes_behind_it_is_nobodys_business():
    assert server_name(HELLO + b"early data") == "api.example.com"


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x80\x2e\x01\x00\x02",  # SSL 2
        b"\x16\x02\x00\x00\x05",
        b"\x16\x03\x01\x00\x00",
        b"\x16\x03\x01\x00\x04\x02\x00\x00\x00",  # a ServerHello
        b"\x16\x03\x01\x00\x04\x01\x00\x00\x00",  # without anything in it
        b"\x16\x03\x01" + MOST_BYTES.to_bytes(2) + b"\x01",
        HELLO.replace(b"api.example.com", b"api/example.com"),
        HELLO.replace(b"api.example.com", b"api..xample.com"),
        HELLO.replace(b"api.example.com", b"api.example\0com"),
    ],
)
def test_what_is_no_clienthello_is_refused(data):
    with pytest.raises(NotTls):
        server_name(data)


@given(st.binary(max_size=200), st.integers(0, len(HELLO)), st.integers(0, 60))
def test_anything_is_a_name_a_beginning_or_refused(junk, at, cut):
    for data in (junk, HELLO[:at] + junk + HELLO[at + cut :]):
        try:
            name = server_name(data)
        except (NotTls, Unfinished):
            continue
        assert name is None or name == name.lower()
