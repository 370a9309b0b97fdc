"""Who calls, as far as a request says: account and region from the SigV4 credential scope."""

import re
from dataclasses import dataclass

from octetgate.control.calls import ControlSettings

_SCOPE = re.compile(
    r"(AWS4-[A-Z0-9-]+ Credential=)?"
    r"(?P<key>[^/\s]+)/\d{8}/(?P<region>[^/]+)/(?P<service>[^/]+)/"
)
_ACCOUNT = re.compile(r"\d{12}")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a call is from and where it thinks we are."""

    account: str
    region: str
    service: str | None
    """The service that the request was signed for."""


def caller(
    authorization: str | None, settings: ControlSettings, credential: str | None = None
) -> Caller:
    """Return the caller; an access key of twelve digits is an account.

    A presigned URL has its credential in the query.  Whether the caller is who it says, and
    may ask, is the business of :mod:`octetgate.control.access`.
    """
    scope = _SCOPE.match(authorization or credential or "")
    if scope is None:
        return Caller(settings.account_id, settings.default_region, None)
    account = scope["key"] if _ACCOUNT.fullmatch(scope["key"]) else settings.account_id
    return Caller(account, scope["region"], scope["service"])
