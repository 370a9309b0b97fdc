"""Who calls, as far as a request says: account and region from the SigV4 credential scope."""

import re
from dataclasses import dataclass

from octetgate.control.calls import ControlSettings

_SCOPE = re.compile(
    r"AWS4-[A-Z0-9-]+ Credential=(?P<key>[^/\s]+)/\d{8}/(?P<region>[^/]+)/(?P<service>[^/]+)/"
)
_ACCOUNT = re.compile(r"\d{12}")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a call is from and where it thinks we are."""

    account: str
    region: str
    service: str | None
    """The service that the request was signed for."""


def caller(authorization: str | None, settings: ControlSettings) -> Caller:
    """Return the caller; any credentials do, and an access key of twelve digits is an account."""
    scope = _SCOPE.match(authorization or "")
    if scope is None:
        return Caller(settings.account_id, settings.default_region, None)
    account = scope["key"] if _ACCOUNT.fullmatch(scope["key"]) else settings.account_id
    return Caller(account, scope["region"], scope["service"])
