import contextlib
import socket

import pytest

from octetgate.server.sockets import CannotListen, listen


@pytest.fixture
def opened():
    with contextlib.ExitStack() as held:

        def open_it(*args, **kwargs):
            listeners = listen(*args, **kwargs)
            held.callback(listeners.close)
            return listeners

        yield open_it


@pytest.fixture
def taken():
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


def test_port_0_takes_a_free_one_and_says_which(opened):
    listeners = opened("127.0.0.1", 0, setting="port")
    assert listeners.port > 0
    socket.create_connection(("127.0.0.1", listeners.port)).close()


def test_connections_are_dealt_to_every_share(opened):
    listeners = opened("127.0.0.1", 0, setting="port", shares=2)
    for share in listeners.shares:
        for each in share:
            each.setblocking(False)
    clients = [socket.create_connection(("127.0.0.1", listeners.port)) for _ in range(64)]
    counts = []
    for (each,) in listeners.shares:
        accepted = []
        with contextlib.suppress(BlockingIOError):
            while True:
                accepted.append(each.accept()[0])
        counts.append(len(accepted))
        for connection in accepted:
            connection.close()
    for client in clients:
        client.close()
    assert sum(counts) == 64
    # Of 64 throws of a coin, one side has fewer than 10 once in ten million times.
    assert min(counts) >= 10


def test_a_taken_port_is_told_with_the_three_ways_to_choose_another(taken):
    with pytest.raises(CannotListen) as told:
        listen("127.0.0.1", taken, setting="admin_port")
    text = str(told.value)
    assert f"port {taken} on 127.0.0.1 is taken" in text
    for spelling in ("--admin-port", "OCTETGATE_ADMIN_PORT", "admin_port in octetgate.toml"):
        assert spelling in text


def test_two_octetgates_cannot_share_a_port_unnoticed(opened):
    first = opened("127.0.0.1", 0, setting="port", shares=2)
    with pytest.raises(CannotListen, match="is taken by another program"):
        listen("127.0.0.1", first.port, setting="port", shares=2)


def test_an_address_that_is_not_ours_is_told_by_the_hosts_setting():
    with pytest.raises(CannotListen, match=r"cannot listen on 192\.0\.2\.1"):
        listen("192.0.2.1", 0, setting="port")
    with pytest.raises(CannotListen, match="admin_host: expected an address"):
        listen("a..b", 0, setting="admin_port")


def test_a_closed_port_is_free_again():
    first = listen("127.0.0.1", 0, setting="port", shares=3)
    first.close()
    listen("127.0.0.1", first.port, setting="port").close()


def test_connections_that_linger_do_not_keep_the_port_from_the_next_start():
    before = listen("127.0.0.1", 0, setting="port", shares=4)
    clients = [socket.create_connection(("127.0.0.1", before.port)) for _ in range(32)]
    reached = 0
    for share in before.all:
        share.setblocking(False)
        while True:
            try:
                accepted, _ = share.accept()
            except BlockingIOError:
                break
            reached += 1
            accepted.close()  # The side that closes first is the one that lingers.
    before.close()
    assert reached == len(clients)
    try:
        listen("127.0.0.1", before.port, setting="port", shares=4).close()
    finally:
        for client in clients:
            client.close()
