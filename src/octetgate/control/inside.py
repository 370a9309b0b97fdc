"""Management's operations for whoever sits in the same process: the console's pages.

A page asks for an operation by its boto3 name and gets its result's members.  Access rules,
the model's constraints, the operation and its transaction are those of a call over the wire;
what is left out is the wire alone, so a page and boto3 can never disagree.
"""

import asyncio
import hmac
import logging
import re
import uuid
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

from octetgate.control.access import Gatekeeper
from octetgate.control.browsers import refuse_forgeable_hosts, refuse_other_origins
from octetgate.control.calls import ControlSettings, Members, Rehearsing
from octetgate.control.dispatch import Answering, answering
from octetgate.control.errors import (
    AccessDeniedException,
    ApiError,
    InternalFailure,
    Refused,
    UnrecognizedClientException,
    conflict,
    unusable,
)
from octetgate.control.rehearsing import played
from octetgate.control.wire import render, service
from octetgate.control.wire.service import Operation
from octetgate.control.wire.validate import validate
from octetgate.core.model.management_key import ManagementKey
from octetgate.core.ports.functions import InvokeError
from octetgate.core.ports.rehearsal import Rehearsed
from octetgate.core.ports.store import StoreConflict, StoreUnusable

Run = Callable[[Answering, dict[str, Any], Members], Awaitable[Any]]
"""Runs an operation as it wants to be run, with what is known about the call."""

_ACCOUNT = re.compile(r"\d{12}")
_BUG = "Internal failure; the log of octetgate says more"
_LOG = logging.getLogger(__name__)
_PLAYED = Answering(function=played, prepare=None, needs=Rehearsing)


class Inside:
    """The way in for pages, past the wire and past nothing else."""

    def __init__(
        self,
        gate: Gatekeeper,
        settings: ControlSettings,
        about: Mapping[str, Any],
        run: Run,
        clock: Callable[[], float],
    ) -> None:
        self._gate = gate
        self._settings = settings
        self._about = about
        self._run = run
        self._clock = clock

    async def needs_key(self, headers: Mapping[str, str], peer: str | None) -> bool:
        """Return whether the pages' visitor has to have a key; refuse one who may not come.

        Without keys that is whoever is not on this machine, and a browser that came by a name:
        its owner may have pointed it here.  With keys a name gives nothing away, since a
        browser keeps one name's session from another's.
        """
        refuse_other_origins(headers)
        guarded = await asyncio.to_thread(self._gate.has_keys)
        if not guarded:
            refuse_forgeable_hosts(headers)
            self._gate.refuse_afar(peer)
        return guarded

    async def holder(self, access_key_id: str) -> ManagementKey:
        """Return a key as it is now; refuse one that is revoked."""
        key = await asyncio.to_thread(self._gate.key, access_key_id)
        if key is None:
            raise UnrecognizedClientException(
                "The security token included in the request is invalid."
            )
        return key

    async def prove(self, access_key_id: str, secret: str) -> ManagementKey:
        """Return the key that the two belong to; say no more than that they do not."""
        key = await asyncio.to_thread(self._gate.key, access_key_id)
        kept = key.secret_access_key if key else ""
        if not hmac.compare_digest(kept.encode(), secret.encode()) or key is None:
            raise AccessDeniedException("expected an access key id and its secret; found others")
        return key

    async def call(
        self, key: ManagementKey | None, url: str, name: str, function: str, members: Members
    ) -> dict[str, Any]:
        """Return the members of an operation's result, or raise what boto3 would hear of."""
        operation = _operations(name)[function]
        answer = answering(name, operation)
        given = {member: value for member, value in members.items() if value is not None}
        _refuse_unknown(operation, given)
        validate(name, operation, given)
        action = operation.method if name == "apigateway" else operation.name
        self._gate.refuse_change(
            key, operation.method, account=self._account(key), action=f"{name}:{action}"
        )
        with _told(name, function):
            return render.members(operation, await self._run(answer, self._world(key, url), given))

    async def rehearse(
        self, key: ManagementKey | None, url: str, members: Members, *, verb: str, body: bytes
    ) -> Rehearsed:
        """Return what comes of TestInvokeMethod for a client's verb and a body of any bytes."""
        validate("apigateway", _operations("apigateway")["test_invoke_method"], members)
        self.admit_call(key, "apigateway:POST")
        asked = {**members, "verb": verb, "bytes": body}
        with _told("apigateway", "test_invoke_method"):
            found: Rehearsed = await self._run(_PLAYED, self._world(key, url), asked)
        return found

    def admit_call(self, key: ManagementKey | None, action: str) -> None:
        """Refuse a key for looking that would call an API: nobody knows what a call changes."""
        self._gate.refuse_change(key, "POST", account=self._account(key), action=action)

    def _account(self, key: ManagementKey | None) -> str:
        account = key.access_key_id if key else ""
        return account if _ACCOUNT.fullmatch(account) else self._settings.account_id

    def _world(self, key: ManagementKey | None, url: str) -> dict[str, Any]:
        return {
            **self._about,
            "account": self._account(key),
            "region": self._settings.default_region,
            "now": self._clock(),
            "url": url,
            "request_id": str(uuid.uuid4()),
        }


@contextmanager
def _told(name: str, function: str) -> Iterator[None]:
    """Raise what boto3 would hear of."""
    try:
        yield
    except ApiError:
        raise
    except StoreConflict:
        raise conflict(name) from None
    except StoreUnusable as error:
        _LOG.error("%s failed: %s", function, error)
        raise unusable(name, error) from error
    except InvokeError as error:
        raise Refused(error) from error
    except Exception as error:
        _LOG.exception("%s failed", function)
        raise InternalFailure(_BUG) from error


@cache
def _operations(name: str) -> Mapping[str, Operation]:
    return {each.function: each for each in service.load(name).operations.values()}


def _refuse_unknown(operation: Operation, members: Members) -> None:
    """A page that misspells a member is a bug, which silence would hide."""
    known = {member.name for member in operation.input.members} if operation.input else set()
    unknown = sorted(set(members) - known)
    if unknown:
        raise TypeError(f"{operation.function}: no member of the name {unknown[0]}")
