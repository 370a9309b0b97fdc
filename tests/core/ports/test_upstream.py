"""An upstream's error says whether a retry is safe."""

import pytest

from octetgate.core.ports import upstream
from octetgate.core.ports.upstream import Origin, UpstreamError


@pytest.mark.parametrize(
    "error",
    [
        upstream.UpstreamTimeout,
        upstream.UpstreamRefused,
        upstream.UpstreamUntrusted,
        upstream.UpstreamBroken,
    ],
)
def test_every_failure_is_an_upstream_error_that_may_have_been_sent(error):
    failure = error("no answer")
    assert isinstance(failure, UpstreamError)
    assert failure.sent
    assert not error("refused", sent=False).sent
    assert str(failure) == "no answer"


def test_an_origin_is_a_key_and_verifies_certificates():
    assert Origin("https", "a", 443).verify
    assert len({Origin("http", "a", 80), Origin("http", "a", 80), Origin("http", "a", 81)}) == 2
