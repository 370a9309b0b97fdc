"""Who signed a call of a function URL whose AuthType is AWS_IAM."""

import hashlib
from datetime import UTC, datetime
from typing import Protocol

from octetgate.core.http.target import split
from octetgate.core.model.management_key import ManagementKey
from octetgate.core.ports.exchange import Exchange
from octetgate.core.signing import sigv4
from octetgate.core.signing.request import Request
from octetgate.gateway.url_refusals import forbidden

_SERVICE = "lambda"


class KeyTable(Protocol):
    """The keys that are good now."""

    def find(self, access_key: str) -> ManagementKey | None:
        """Return the key of that id."""


def signer(
    exchange: Exchange, body: bytes, keys: KeyTable, now: float, region: str
) -> ManagementKey:
    """Return whose call it is; raises Refused unless the signature holds.

    A key stands for a user of the account who may do everything, so that the function's policy
    need not allow it; one for looking alone may not call.
    """
    path, query = split(exchange.head.target)
    request = Request(
        method=exchange.head.method,
        path=path,
        query=query,
        headers=list(exchange.head.headers.items()),
        body_hash=hashlib.sha256(body).hexdigest(),
        # The function may do something else for a path with dots in it.
        path_as_sent=True,
    )
    try:
        claim = sigv4.claimed(request)
        key = keys.find(claim.access_key)
        if key is None or (claim.region, claim.service) != (region, _SERVICE):
            raise forbidden(
                f"AuthType AWS_IAM: expected a known key, region {region} and service {_SERVICE}; "
                f"found {claim.access_key}, {claim.region} and {claim.service}"
            )
        if request.session_token is not None:
            raise forbidden("AuthType AWS_IAM: expected no session token, as no key has one")
        if key.is_expired(now):
            raise forbidden(f"AuthType AWS_IAM: {claim.access_key} has expired")
        sigv4.check(request, claim, key.secret_access_key, datetime.fromtimestamp(now, UTC))
    except sigv4.Unsigned:
        raise forbidden("AuthType AWS_IAM: expected a signature; found none") from None
    except (sigv4.Incomplete, sigv4.Invalid) as error:
        raise forbidden(f"AuthType AWS_IAM: {error}") from error
    if key.read_only:
        raise forbidden(f"AuthType AWS_IAM: {key.access_key_id} is for looking alone")
    return key
