"""What a door hands over and gets back."""

from octetgate.core.http.body import Body
from octetgate.core.http.headers import Headers
from octetgate.core.ports.exchange import ClientGone, Reply


def test_a_reply_carries_a_live_body():
    body = Body.of(b"x")
    assert Reply(200, Headers(), body).body is body


def test_a_client_that_left_is_no_bad_value():
    assert not issubclass(ClientGone, ValueError)
