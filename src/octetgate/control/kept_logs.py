"""The pages of logs: what functions have printed, and what became of a stage's calls."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping

from octetgate.control.errors import (
    BadRequestException,
    NotFoundException,
    NotImplementedException,
    ResourceNotFoundException,
)
from octetgate.core.functions.names import function_name
from octetgate.core.model.stage import log_group
from octetgate.core.ports.logs import KeptLogs
from octetgate.core.ports.store import FUNCTIONS, STAGES, Store

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z")
_NAME = re.compile(r"[A-Za-z0-9_-]+")
_SWITCH = {"": False, "false": False, "true": True}


async def of_function(
    logs: KeptLogs | None, store: Store, reference: str, query: Mapping[str, str]
) -> AsyncIterator[bytes]:
    """Return a function's lines in pieces; query: ``since``, a UTC time, and ``follow``.

    The log of a function outlives it.
    """
    if logs is None:
        raise NotImplementedException("logs: expected functions that run here, found none")
    since, follow = _since(query), _switch(query, "follow")
    named = function_name(reference)
    if named is None or not await asyncio.to_thread(_is_function, logs, store, named.name):
        raise ResourceNotFoundException(f"Function not found: {reference}")
    return logs.read(named.name, since=since, follow=follow)


async def of_stage(
    logs: KeptLogs | None, store: Store, api_id: str, stage: str, query: Mapping[str, str]
) -> AsyncIterator[bytes]:
    """Return the lines of a stage's execution log likewise; ``canary`` asks for its canary's."""
    if logs is None:
        raise NotImplementedException("logs: expected a gateway that writes some, found none")
    since, follow = _since(query), _switch(query, "follow")
    group = log_group(api_id, stage, canary=_switch(query, "canary"))
    safe = _NAME.fullmatch(api_id) and _NAME.fullmatch(stage)
    if not safe or not await asyncio.to_thread(_is_stage, logs, store, group, f"{api_id}/{stage}"):
        raise NotFoundException("Invalid Stage identifier specified")
    return logs.read(group, since=since, follow=follow)


def _switch(query: Mapping[str, str], name: str) -> bool:
    said = _SWITCH.get(query.get(name, ""))
    if said is None:
        raise BadRequestException(f"{name}: expected true or false; found {query[name]!r}")
    return said


def _since(query: Mapping[str, str]) -> str:
    since = query.get("since", "")
    if since and not _TIME.fullmatch(since):
        raise BadRequestException(
            f"since: expected a UTC time such as 2026-01-31T12:00:00Z; found {since!r}"
        )
    return since


def _is_function(logs: KeptLogs, store: Store, name: str) -> bool:
    if logs.has(name):
        return True
    with store.read() as view:
        return view.get(FUNCTIONS, name) is not None


def _is_stage(logs: KeptLogs, store: Store, group: str, key: str) -> bool:
    if logs.has(group):
        return True
    with store.read() as view:
        return view.get(STAGES, key) is not None
