"""Binary support: which media types are binary, and what becomes of payloads because of it.

Nothing here knows a rule.  Each cell of the table is an answer of explain, which decides as the
gateway does; what is probably not meant comes with it.
"""

import base64
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from starlette.responses import Response

from octetgate.console.operations import Refusal
from octetgate.console.pages import _lists as lists
from octetgate.console.pages._served import stages_of
from octetgate.console.places import Page, Place
from octetgate.console.visits import Visit
from octetgate.core.payload.hints import SAMPLE_BYTES, never_matches

_MOST_METHODS = 50
_DRAFT = "-"
_BROWSER = "text/html,application/xhtml+xml,image/avif,image/webp,*/*;q=0.8"
_SUGGESTED = (
    "image/png",
    "image/jpeg",
    "application/octet-stream",
    "application/pdf",
    "multipart/form-data",
    "*/*",
)
_DAMAGE = frozenset(
    {
        "type-not-listed",
        "content-type-missing",
        "entry-never-matches",
        "base64-twice",
        "preflight-is-binary",
        "bytes-for-template",
        "no-template",
        "already-compressed",
    }
)
"""Hints after which a payload does not arrive; after the others it arrives as text."""
_OF_AN_ENTRY = "entry-never-matches"
"""Told where it is made, beside the entry."""
_BOXES = {"text-for-binary-accept": "integration-response", "flag-missing": "integration-response"}
"""Where a method's mistake is made, if not in its integration request."""
_STEPS = {
    "keep": "bytes unchanged",
    "utf8": "read as text",
    "encode": "Base64",
    "decode": "Base64-decoded",
}


async def binary(visit: Visit) -> Response:
    """Show what an API takes for binary, and ask which call to look at."""
    api = await visit.gateway("get_rest_api", restApiId=visit.path("api"))
    types = api.get("binaryMediaTypes", [])
    methods = await _methods(visit)
    return visit.page(
        "binary.html",
        api=api,
        types=[(each, never_matches(each)) for each in types],
        suggested=[each for each in _SUGGESTED if each not in types],
        stages=[each["stageName"] for each in await stages_of(visit, api["id"])],
        methods=[each["name"] for each in methods],
        chosen=_likeliest(methods),
        draft=_DRAFT,
        example=_exact(types) or "image/png",
    )


async def added(visit: Visit) -> Response:
    """Take a media type for binary."""
    return await _changed(visit, "add", "Added")


async def removed(visit: Visit) -> Response:
    """Take a media type for text again."""
    return await _changed(visit, "remove", "Removed")


async def table(visit: Visit) -> Response:
    """Return what each pair of Content-Type and Accept does to the payloads of a call."""
    api = await visit.gateway("get_rest_api", restApiId=visit.path("api"))
    listed = api.get("binaryMediaTypes", [])
    exact = _exact(listed) or "image/png"
    sent = dict.fromkeys([exact, "image/png", "multipart/form-data", "application/json", ""])
    wanted = dict.fromkeys([exact, "application/json", _BROWSER, "*/*", ""])
    asked = await _asked(visit)
    rows = [
        (each, [_cell(await _told(visit, {**asked, **_headers(each, it)}), it) for it in wanted])
        for each in sent
    ]
    return visit.page("parts/binary-table.html", rows=rows, wanted=list(wanted))


async def answer(visit: Visit) -> Response:
    """Return what happens to one call's payloads, step by step, with the rules."""
    sample = visit.query("body").encode()[:SAMPLE_BYTES]
    told = await _told(
        visit,
        {
            **await _asked(visit),
            **_headers(visit.query("content_type"), visit.query("accept")),
            "answerType": visit.query("answer_type"),
            "sample": base64.b64encode(sample).decode(),
        },
    )
    return visit.page("parts/binary-answer.html", told=told, damage=_DAMAGE)


async def mistakes(visit: Visit) -> Response:
    """Return what is probably not meant in the methods, whoever calls them and however well."""
    api = await visit.gateway("get_rest_api", restApiId=visit.path("api"))
    exact = _exact(api.get("binaryMediaTypes", [])) or "image/png"
    methods = await _methods(visit)
    found = []
    for method in methods[:_MOST_METHODS]:
        asked = {"stage": visit.query("stage", _DRAFT), **_headers(exact, exact)}
        told = await _told(visit, {**method["asked"], **asked})
        for hint in (each for each in told["hints"] if each["name"] != _OF_AN_ENTRY):
            box = _BOXES.get(hint["name"], "integration-request")
            found.append({**method, "hint": hint, "url": f"{method['url']}?box={box}"})
    return visit.page(
        "parts/binary-mistakes.html", found=found, damage=_DAMAGE, looked_at=methods[:_MOST_METHODS]
    )


async def _changed(visit: Visit, op: str, said: str) -> Response:
    media_type = visit.field("type")
    escaped = media_type.replace("~", "~0").replace("/", "~1")
    await visit.gateway(
        "update_rest_api",
        restApiId=visit.path("api"),
        patchOperations=[{"op": op, "path": f"/binaryMediaTypes/{escaped}"}],
    )
    return visit.leave(f"/apis/{visit.path('api')}/binary", f"{said} {media_type}.")


async def _methods(visit: Visit) -> list[dict[str, Any]]:
    """Return every method of the draft, and how explain is asked about it."""
    return [
        {
            "name": f"{verb} {resource['path']}",
            "asked": {"method": _verb(verb, verbs), "path": resource["path"]},
            "url": f"/apis/{visit.path('api')}/resources/{resource['id']}/{verb}",
        }
        for resource in await lists.resources(visit, visit.path("api"))
        for verbs in [resource.get("resourceMethods", {})]
        for verb in verbs
    ]


def _verb(verb: str, known: Mapping[str, Any]) -> str:
    """Return a verb that leads to the method: for ANY one that no other method has."""
    free = (each for each in ("POST", "PUT", "PATCH", "GET", "DELETE") if each not in known)
    return next(free, "HEAD") if verb == "ANY" else verb


def _likeliest(methods: Sequence[Mapping[str, Any]]) -> str:
    """Return the method that most likely has a payload."""
    with_body = (each["name"] for each in methods if each["asked"]["method"] in {"POST", "PUT"})
    return next(with_body, methods[0]["name"] if methods else "")


async def _asked(visit: Visit) -> dict[str, str]:
    methods = {each["name"]: each["asked"] for each in await _methods(visit)}
    if visit.query("call") not in methods:
        raise Refusal("NotFoundException", "Invalid Method identifier specified", 404)
    return {**methods[visit.query("call")], "stage": visit.query("stage", _DRAFT)}


def _headers(content_type: str, accept: str) -> dict[str, str]:
    return {"contentType": content_type, "accept": accept}


async def _told(visit: Visit, asked: Mapping[str, str]) -> Mapping[str, Any]:
    """Return what explain says; what was not sent is not asked about."""
    said = {name: value for name, value in asked.items() if value}
    return await visit.sources.explain({"api": visit.path("api"), **said})


def _cell(told: Mapping[str, Any], accept: str) -> dict[str, Any]:
    """Return what a pair does, in a few words."""
    request = told.get("request", {})
    refused = told.get("refused") or request.get("refused")
    hints = [hint["name"] for hint in told["hints"] if hint["name"] != _OF_AN_ENTRY]
    return {
        "accept": accept,
        "on_the_way_in": _STEPS.get(request.get("payload", {}).get("step"), "nothing"),
        "on_the_way_out": _STEPS[_first_step(told)] if told.get("responses") else "nothing",
        "refused": refused and f"{refused['status']} {refused['message']}",
        "kind": "bad" if refused or _DAMAGE.intersection(hints) else "warn" if hints else "good",
        "hints": hints,
    }


def _first_step(told: Mapping[str, Any]) -> str:
    step: str = told["responses"][0]["payload"]["step"]
    return step


def _exact(types: Sequence[str]) -> str | None:
    return next(_exact_ones(types), None)


def _exact_ones(types: Sequence[str]) -> Iterator[str]:
    return (each for each in types if "*" not in each and not never_matches(each))


NAVIGATION = (Place(30, "Binary support", "/apis/{api}/binary"),)
PAGES = (
    Page("/apis/{api}/binary", binary),
    Page("/apis/{api}/binary", added, "POST"),
    Page("/apis/{api}/binary/removal", removed, "POST"),
    Page("/apis/{api}/binary/table", table),
    Page("/apis/{api}/binary/answer", answer),
    Page("/apis/{api}/binary/mistakes", mistakes),
)
