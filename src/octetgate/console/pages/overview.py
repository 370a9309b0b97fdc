"""The overview: what calls come to as charts, the newest calls, and how the processes are."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from starlette.responses import JSONResponse, Response

from octetgate.console.history import STEP_SECONDS, Step, quantile
from octetgate.console.pages import _lists as lists
from octetgate.console.places import Page, Place
from octetgate.console.visits import Visit
from octetgate.core.ports.metrics import DURATIONS, LATENCIES, Subject

_ALL = 500
_CALLS = 50
"""Calls in the table."""
_STATUSES = (
    ("", "Any status"),
    ("2", "2XX"),
    ("3", "3XX"),
    ("4", "4XX"),
    ("5", "5XX"),
    ("0", "No answer"),
)


async def overview(visit: Visit) -> Response:
    """Show everything; the numbers and the calls follow by themselves."""
    found = await visit.gateway("get_rest_apis", limit=_ALL)
    apis = sorted(found.get("items", []), key=lambda api: (api["name"].lower(), api["id"]))
    return visit.page(
        "overview.html",
        apis=apis,
        functions=[each["FunctionName"] for each in await lists.functions(visit)],
        statuses=_STATUSES,
        seconds=STEP_SECONDS,
        **await _health(visit),
    )


async def health(visit: Visit) -> Response:
    """Show how the processes are now."""
    return visit.part("parts/health.html", **await _health(visit))


async def _health(visit: Visit) -> dict[str, Any]:
    return {"health": await asyncio.to_thread(visit.sources.health)}


async def calls(visit: Visit) -> Response:
    """Show the newest calls that the filter lets through."""
    status, api = visit.query("status"), visit.query("api")

    def wanted(call: Mapping[str, Any]) -> bool:
        if "status" not in call or (api and call.get("apiId") != api):
            return False
        return not status or str(call["status"] // 100) == status

    log = visit.sources.calls
    found = await asyncio.to_thread(log.latest, visit.query("find"), _CALLS, wanted)
    return visit.part("parts/calls.html", calls=found, where=log.where)


async def numbers(visit: Visit) -> Response:
    """Return what the charts draw since a moment: a number for each step of time."""
    steps = await visit.sources.history.steps(_moment(visit.query("since")))
    api, function = visit.query("api"), visit.query("function")
    return JSONResponse(
        [{**_of_calls(step, api), **_of_functions(step, function)} for step in steps]
    )


def _moment(text: str) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0.0


def _of_calls(step: Step, api: str) -> dict[str, float | None]:
    """Return a step's calls, of all APIs or of one."""
    # What a method has of its own is in its stage's numbers, too.
    chosen = [
        added
        for subject, added in step.added.calls.items()
        if not subject.resource and _is_of(subject, api)
    ]
    classes = _sums(added.answers for added in chosen) or [0.0] * 6
    latency = _sums(added.latency for added in chosen)
    integration = _sums(added.integration for added in chosen)
    hits = sum(added.hits for added in chosen)
    asked = hits + sum(added.misses for added in chosen)
    return {
        "time": step.ended,
        "good": (classes[1] + classes[2] + classes[3]) / step.seconds,
        "refused": classes[4] / step.seconds,
        "failed": classes[5] / step.seconds,
        "left": classes[0] / step.seconds,
        "p50": _milliseconds(quantile(latency, LATENCIES, 0.5)),
        "p95": _milliseconds(quantile(latency, LATENCIES, 0.95)),
        "integration": _milliseconds(quantile(integration, LATENCIES, 0.95)),
        "received": sum(added.received for added in chosen) / step.seconds,
        "sent": sum(added.sent for added in chosen) / step.seconds,
        "hits": 100 * hits / asked if asked else None,
    }


def _is_of(subject: Subject, api: str) -> bool:
    return api in {"", subject.api_id, f"{subject.api_id}/{subject.stage}"}


def _of_functions(step: Step, function: str) -> dict[str, float | None]:
    """Return a step's function calls, of all functions or of one."""
    chosen = [added for name, added in step.added.functions.items() if function in {"", name}]
    durations = _sums(added.durations for added in chosen)
    return {
        "invocations": sum(added.ended for added in chosen) / step.seconds,
        "errors": sum(added.errors + added.throttles for added in chosen) / step.seconds,
        "duration50": _milliseconds(quantile(durations, DURATIONS, 0.5)),
        "duration95": _milliseconds(quantile(durations, DURATIONS, 0.95)),
    }


def _sums(rows: Iterable[tuple[float, ...]]) -> list[float]:
    return [sum(column) for column in zip(*rows, strict=True)]


def _milliseconds(seconds: float | None) -> float | None:
    return None if seconds is None else seconds * 1000


NAVIGATION = (Place(10, "Overview", "/"),)
PAGES = (
    Page("/", overview),
    Page("/overview/calls", calls),
    Page("/overview/health", health),
    Page("/overview/numbers", numbers),
)
