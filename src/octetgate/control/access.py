"""Who may ask management: without keys whoever is on this machine, with keys who has one.

A key's holder signs each request (SigV4); what does not hold is refused in the service's words.
"""

import ipaddress
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from octetgate.control.browsers import refuse_public_names
from octetgate.control.errors import (
    AccessDeniedException,
    ExpiredTokenException,
    IncompleteSignatureException,
    InvalidSignatureException,
    MissingAuthenticationTokenException,
    UnrecognizedClientException,
)
from octetgate.core.model.management_key import ManagementKey
from octetgate.core.ports.store import MANAGEMENT_KEYS, Store
from octetgate.core.signing import sigv4
from octetgate.core.signing.request import NOTHING, Request

_SERVICES = ("apigateway", "lambda", "sts")
_LOOKING = ("GET", "HEAD")
_LINK_SECONDS = 600
"""How long a link to a package is good, as Lambda's are."""


@dataclass(frozen=True, slots=True)
class Pass:
    """A key that a request claims to be signed with."""

    key: ManagementKey
    claim: sigv4.Claim

    def link(self, url: str) -> str:
        """Return the URL with a signature, so that whoever has it may fetch what is there."""
        place = urlsplit(url)
        head = Request(
            method="GET",
            path=place.path,
            query="",
            headers=[("host", place.netloc)],
            body_hash=NOTHING,
        )
        claim = replace(
            self.claim,
            access_key=self.key.access_key_id,
            signed_headers=("host",),
            moment=datetime.now(UTC).replace(microsecond=0),
            expires=_LINK_SECONDS,
        )
        return f"{url}?{sigv4.presigned(head, claim, self.key.secret_access_key)}"


class Gatekeeper:
    """Lets requests in, or does not."""

    def __init__(self, store: Store) -> None:
        self._store = store
        # Before the first change nothing is kept, and so no key.
        self._seen = 0
        self._keys: Mapping[str, ManagementKey] = {}

    def recognise(self, request: Request, peer: str | None) -> Pass | None:
        """Return whose the request claims to be, before its body is read; None needs no key."""
        keys = self._known()
        if not keys:
            self.refuse_afar(peer)
            refuse_public_names({name.lower(): value for name, value in reversed(request.headers)})
            return None
        try:
            claim = sigv4.claimed(request)
        except sigv4.Unsigned:
            raise MissingAuthenticationTokenException("Missing Authentication Token") from None
        except sigv4.Incomplete as error:
            raise IncompleteSignatureException(str(error)) from error
        key = keys.get(claim.access_key)
        if key is None:
            raise UnrecognizedClientException(
                "The security token included in the request is invalid."
            )
        if key.is_expired(time.time()):
            raise ExpiredTokenException("The security token included in the request is expired")
        if claim.service not in _SERVICES:
            expected = " or ".join(f"'{name}'" for name in _SERVICES[:2])
            raise InvalidSignatureException(
                f"Credential should be scoped to correct service: {expected}."
            )
        return Pass(key, claim)

    @staticmethod
    def refuse_afar(peer: str | None) -> None:
        """Refuse whoever is not on this machine, as is right where there are no keys."""
        if not is_local(peer):
            raise AccessDeniedException(
                "expected a caller on this machine, as there are no management keys; "
                f"found {peer}; make a key with: octetgate keys create"
            )

    def has_keys(self) -> bool:
        """Whether anybody needs a key."""
        return bool(self._known())

    def key(self, access_key_id: str) -> ManagementKey | None:
        """Return the key of that id, unless there is none or it was revoked."""
        return self._known().get(access_key_id)

    @staticmethod
    def prove(held: Pass | None, request: Request) -> None:
        """Refuse the request unless it was signed with the key that it claims."""
        if held is None:
            return
        now = datetime.fromtimestamp(time.time(), UTC)
        try:
            sigv4.check(request, held.claim, held.key.secret_access_key, now)
        except sigv4.Invalid as error:
            raise InvalidSignatureException(str(error)) from error

    @staticmethod
    def refuse_change(key: ManagementKey | None, method: str, *, account: str, action: str) -> None:
        """Refuse what is more than looking to a key that is for looking alone."""
        if key is None or not key.read_only or method in _LOOKING:
            return
        raise AccessDeniedException(
            f"User: arn:aws:iam::{account}:user/{key.name} is not authorized to perform: "
            f"{action} because the key {key.access_key_id} is read-only"
        )

    def _known(self) -> Mapping[str, ManagementKey]:
        """Return the keys by id, as of now: one that was revoked is good no longer."""
        revision = self._store.revision()
        if revision != self._seen:
            with self._store.read() as view:
                self._keys = dict(view.list(MANAGEMENT_KEYS))
            self._seen = revision
        return self._keys


def is_local(peer: str | None) -> bool:
    """Whether an address is this machine's own."""
    try:
        address = ipaddress.ip_address(peer or "")
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
