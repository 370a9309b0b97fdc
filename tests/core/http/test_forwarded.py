import ipaddress

import pytest

from octetgate.core.http.forwarded import client, is_in, is_secure, passed_on
from octetgate.core.http.headers import Headers

TRUSTED = tuple(map(ipaddress.ip_network, ("127.0.0.1", "10.0.0.0/8", "::1")))


def said(*lines, name="X-Forwarded-For"):
    return Headers([(name, line) for line in lines])


@pytest.mark.parametrize(
    "peer, lines, who",
    [
        pytest.param("127.0.0.1", ["203.0.113.9"], "203.0.113.9", id="one-proxy"),
        pytest.param("127.0.0.1", ["203.0.113.9, 10.1.2.3"], "203.0.113.9", id="two-proxies"),
        pytest.param("127.0.0.1", ["203.0.113.9", "10.1.2.3"], "203.0.113.9", id="in-two-lines"),
        pytest.param("127.0.0.1", ["1.1.1.1, 203.0.113.9"], "203.0.113.9", id="invented"),
        pytest.param("127.0.0.1", ["10.9.9.9"], "10.9.9.9", id="all-are-trusted"),
        pytest.param("127.0.0.1", [], "127.0.0.1", id="nothing-said"),
        pytest.param("127.0.0.1", ["203.0.113.9, unknown"], "127.0.0.1", id="no-address"),
        pytest.param("::ffff:127.0.0.1", ["2001:db8::1"], "2001:db8::1", id="both-families"),
        pytest.param("203.0.113.9", ["1.1.1.1"], "203.0.113.9", id="a-stranger"),
    ],
)
def test_the_list_is_believed_from_the_right_as_far_as_trusted_proxies_wrote_it(peer, lines, who):
    assert client(peer, said(*lines), TRUSTED) == who


def test_what_is_no_address_is_trusted_by_nobody():
    assert not is_in("", TRUSTED)
    assert not is_in("localhost", TRUSTED)


@pytest.mark.parametrize(
    "lines, otherwise, secure",
    [
        (["https"], False, True),
        (["http"], True, False),
        (["http, HTTPS"], False, True),
        (["https", "http"], False, False),
        ([], True, True),
    ],
)
def test_the_nearest_proxy_says_whether_the_client_used_tls(lines, otherwise, secure):
    assert is_secure(said(*lines, name="X-Forwarded-Proto"), otherwise=otherwise) is secure


def test_the_client_stands_in_the_passed_on_list_once():
    assert passed_on(said("1.1.1.1"), "203.0.113.9") == "1.1.1.1, 203.0.113.9"
    assert passed_on(said("203.0.113.9, 10.1.2.3"), "203.0.113.9") == "203.0.113.9, 10.1.2.3"
