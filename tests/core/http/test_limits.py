"""AWS's limits of heads, to the byte (spec: payload-encodings 11)."""

import pytest

from octetgate.core.http.headers import Headers
from octetgate.core.http.limits import excess, head_limits, long_arn
from octetgate.core.http.message import RequestHead
from octetgate.core.model.api import EndpointConfiguration

HOST = "a1b2c3d4e5.execute-api.localhost"


def head(url: int = 0, values: int = 0) -> RequestHead:
    """Return a head with a URL of so many characters and header values of so many bytes."""
    target = "/" + "x" * (url - len(f"https://{HOST}/"))
    headers = Headers([("Host", HOST), ("X", "y" * (values - len(HOST)))])
    return RequestHead("GET", target, headers)


@pytest.mark.parametrize(
    "kind, url, values",
    [("EDGE", 8192, 20480), ("REGIONAL", 10240, 20480), ("PRIVATE", 8192, 8000)],
)
def test_each_kind_of_endpoint_has_its_limits(kind, url, values):
    limits = head_limits(kind)
    assert excess(limits, head(url=url, values=values)) is None
    longer = excess(limits, head(url=url + 1))
    assert (longer.status, str(url + 1) in longer.found) == (414, True)
    larger = excess(limits, head(values=values + 1))
    assert (larger.status, str(values + 1) in larger.found) == (431, True)


def test_the_default_kind_has_limits():
    assert head_limits(EndpointConfiguration().types[0]) == head_limits("EDGE")


def test_a_methods_arn_is_measured_in_bytes():
    assert long_arn("a" * 1600) is None
    assert long_arn("a" * 1598 + "é") is None
    longer = long_arn("a" * 1599 + "é")
    assert (longer.status, longer.found) == (
        414,
        "method ARN: expected at most 1600 bytes, found 1601",
    )
