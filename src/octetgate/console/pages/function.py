"""One function: its code, a test, its log, and its configuration."""

import asyncio
import base64
import contextlib
import json
from collections.abc import Sequence
from typing import Any

from starlette.responses import Response

from octetgate.console import packages
from octetgate.console.field_lines import named_values
from octetgate.console.operations import Refusal
from octetgate.console.pages import _events as events
from octetgate.console.pages.functions import RUNTIMES, bare_name, configuration, package
from octetgate.console.places import Page
from octetgate.console.visits import Visit
from octetgate.core.functions.names import function_name

_LOG_BYTES = 64 * 1024
"""Of a log's end that a page shows."""


async def function(visit: Visit) -> Response:
    """Show a function, with the file of its code that the address names, or its handler's."""
    found = await configuration(visit)
    name = found["FunctionName"]
    if visit.path("name") != name:
        named = function_name(visit.path("name"))
        chosen = f"?qualifier={named.qualifier}" if named and named.qualifier else ""
        return visit.leave(f"/functions/{name}{chosen}")
    code = await visit.sources.code(name)
    files = [] if code is None else packages.files(code)
    shown = _shown(files, visit.query("file"), found["Handler"])
    return visit.page(
        "function.html",
        function=found,
        files=files,
        shown=shown,
        text=None if code is None or shown is None else packages.text(code, shown.name),
        runtimes=dict.fromkeys((found["Runtime"], *RUNTIMES)),
        qualifier=visit.query("qualifier"),
        events=events.NAMES,
        event=events.text("empty"),
    )


def _shown(files: Sequence[packages.File], asked: str, handler: str) -> packages.File | None:
    """Return the file to show: the one that was asked for, else where the handler is."""
    if asked:
        return next((file for file in files if file.name == asked), None)
    module = handler.rpartition(".")[0].replace(".", "/")
    likely = (file for file in files if file.name.rpartition(".")[0] == module)
    return next(likely, files[0] if files else None)


async def code_saved(visit: Visit) -> Response:
    """Save a file of the code; the next call runs it.

    Whoever changed the function since the page was shown is not undone: the revision says so.
    """
    found, file = await configuration(visit), visit.field("file")
    code = await visit.sources.code(found["FunctionName"])
    if code is None:
        raise Refusal(
            "InvalidParameterValueException",
            "The code is a folder of this machine: edit the files there, the next call runs them",
            400,
        )
    try:
        changed = await asyncio.to_thread(packages.with_text, code, file, visit.text("code"))
    except packages.BadPackage as error:
        raise Refusal("InvalidParameterValueException", str(error), 400) from error
    saved = await visit.functions(
        "update_function_code",
        FunctionName=found["FunctionName"],
        ZipFile=changed,
        RevisionId=visit.field("revision") or None,
    )
    return visit.part(
        "parts/function-revision.html",
        revision=saved["RevisionId"],
        said=f"Saved {file}. The next call runs it.",
    )


async def code_replaced(visit: Visit) -> Response:
    """Take a whole new package."""
    name = (await configuration(visit))["FunctionName"]
    await visit.functions("update_function_code", FunctionName=name, ZipFile=await package(visit))
    return visit.leave(f"/functions/{name}", "The function has new code.")


async def event(visit: Visit) -> Response:
    """Return an editor with an event to begin with."""
    return visit.part("parts/function-event.html", event=events.text(visit.query("template")))


async def invoked(visit: Visit) -> Response:
    """Call the function with an event, and show what came of it."""
    text = visit.text("event")
    try:
        json.loads(text)
    except ValueError as error:
        raise Refusal(
            "InvalidRequestContentException", f"Event: expected JSON; {error}", 400
        ) from error
    answer = await visit.functions(
        "invoke",
        FunctionName=bare_name(visit),
        Qualifier=visit.field("qualifier") or None,
        LogType="Tail",
        Payload=text.encode(),
    )
    return visit.part("parts/function-result.html", **_result(answer))


def _result(answer: dict[str, Any]) -> dict[str, Any]:
    payload = answer.get("Payload", b"")
    payload = payload if isinstance(payload, bytes) else payload.read()
    told = payload.decode("utf-8", "replace")
    with contextlib.suppress(ValueError):
        told = json.dumps(json.loads(told), indent=2, ensure_ascii=False)
    log = base64.b64decode(answer.get("LogResult", "")).decode("utf-8", "replace")
    report = next((line for line in log.splitlines() if line.startswith("REPORT")), "")
    return {
        "payload": told,
        "size": len(payload),
        "error": answer.get("FunctionError", ""),
        "version": answer.get("ExecutedVersion", ""),
        "report": [part for part in report.split("\t")[1:] if part.strip()],
        "log": log,
    }


async def log(visit: Visit) -> Response:
    """Return the end of the function's log, unless whoever looks has paused."""
    if not visit.query("follow"):
        return Response(status_code=204)
    name = (await configuration(visit))["FunctionName"]
    kept = b""
    async for piece in visit.sources.logs.read(name):
        kept = (kept + piece)[-_LOG_BYTES:]
    return visit.part("parts/function-log.html", log=kept.decode("utf-8", "replace"))


async def configured(visit: Visit) -> Response:
    """Change what the function runs with."""
    name = (await configuration(visit))["FunctionName"]
    await visit.functions(
        "update_function_configuration",
        FunctionName=name,
        Description=visit.field("description"),
        Runtime=visit.field("runtime"),
        Handler=visit.field("handler"),
        MemorySize=_number(visit, "memory"),
        Timeout=_number(visit, "timeout"),
        Environment={"Variables": named_values(visit.text("environment"))},
    )
    return visit.leave(f"/functions/{name}", "Saved the configuration.")


def _number(visit: Visit, name: str) -> int:
    text = visit.field(name)
    if not text.isdecimal():
        raise Refusal(
            "InvalidParameterValueException", f"{name}: expected a number, found {text!r}", 400
        )
    return int(text)


async def used(visit: Visit) -> Response:
    """Show which methods call the function."""
    name = (await configuration(visit))["FunctionName"]
    return visit.part("parts/function-uses.html", uses=await visit.sources.uses(name))


PAGES = (
    Page("/functions/{name}", function),
    Page("/functions/{name}/code", code_saved, "POST"),
    Page("/functions/{name}/package", code_replaced, "POST"),
    Page("/functions/{name}/event", event),
    Page("/functions/{name}/test", invoked, "POST"),
    Page("/functions/{name}/log", log),
    Page("/functions/{name}/configuration", configured, "POST"),
    Page("/functions/{name}/uses", used),
)
