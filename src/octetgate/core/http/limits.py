"""How long a request's head may be on AWS, by the kind of an API's endpoint.

Kept only where AWS's limits are asked for; the door's own, which are wider, hold always.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from octetgate.core.http.message import RequestHead


@dataclass(frozen=True, slots=True)
class HeadLimits:
    """What AWS takes (spec: payload-encodings 11)."""

    url: int
    """Characters of a URL, scheme and host included."""
    header_values: int
    """Bytes of all header values together."""


@dataclass(frozen=True, slots=True)
class Excess:
    """What of a head is too long."""

    status: int
    message: str
    found: str


_LIMITS: Mapping[str, HeadLimits] = {
    "EDGE": HeadLimits(url=8192, header_values=20480),
    "REGIONAL": HeadLimits(url=10240, header_values=20480),
    "PRIVATE": HeadLimits(url=8192, header_values=8000),
}


def head_limits(endpoint_type: str) -> HeadLimits:
    """Return what AWS takes at such an endpoint."""
    return _LIMITS[endpoint_type]


METHOD_ARN = 1600
"""Bytes of a method's ARN, path values included, where whoever calls has to be allowed to."""


def long_arn(arn: str) -> Excess | None:
    """Return what is too long of a method's ARN (spec: payload-encodings 11, documented)."""
    size = len(arn.encode("utf-8", "surrogateescape"))
    if size <= METHOD_ARN:
        return None
    found = f"method ARN: expected at most {METHOD_ARN} bytes, found {size}"
    return Excess(414, "Request-URI Too Long", found)


def excess(limits: HeadLimits, head: RequestHead) -> Excess | None:
    """Return what of the head is longer than AWS takes, or None.

    The statuses are documented for URLs (414) and unconfirmed for headers (431 or 400); the
    messages, both unconfirmed, are the names of the statuses.
    """
    size = len("https://") + len(head.headers.get("host") or "") + len(head.target)
    if size > limits.url:
        found = f"URL: expected at most {limits.url} characters, found {size}"
        return Excess(414, "Request-URI Too Long", found)
    size = sum(len(value) for _, _, value in head.headers.fields)
    if size > limits.header_values:
        found = f"header values: expected at most {limits.header_values} bytes, found {size}"
        return Excess(431, "Request Header Fields Too Large", found)
    return None
