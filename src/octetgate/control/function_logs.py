"""``/_octetgate/functions/{name}/logs``: what a function has printed, and prints."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping

from octetgate.control.errors import (
    BadRequestException,
    NotImplementedException,
    ResourceNotFoundException,
)
from octetgate.core.functions.names import function_name
from octetgate.core.ports.logs import FunctionLogs
from octetgate.core.ports.store import FUNCTIONS, Store

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z")
_SWITCH = {"": False, "false": False, "true": True}


async def lines(
    logs: FunctionLogs | None, store: Store, reference: str, query: Mapping[str, str]
) -> AsyncIterator[bytes]:
    """Return the lines in pieces; query: ``since``, a UTC time, and ``follow``.

    The log of a function outlives it.
    """
    if logs is None:
        raise NotImplementedException("logs: expected functions that run here, found none")
    follow = _SWITCH.get(query.get("follow", ""))
    if follow is None:
        raise BadRequestException(f"follow: expected true or false; found {query['follow']!r}")
    since = query.get("since", "")
    if since and not _TIME.fullmatch(since):
        raise BadRequestException(
            f"since: expected a UTC time such as 2026-01-31T12:00:00Z; found {since!r}"
        )
    named = function_name(reference)
    if named is None or not await asyncio.to_thread(_known, logs, store, named.name):
        raise ResourceNotFoundException(f"Function not found: {reference}")
    return logs.read(named.name, since=since, follow=follow)


def _known(logs: FunctionLogs, store: Store, name: str) -> bool:
    if logs.has(name):
        return True
    with store.read() as view:
        return view.get(FUNCTIONS, name) is not None
