"""Trying methods and authorizers out as they are, before they are deployed (control-plane 9)."""

import asyncio
import re
from collections.abc import Iterator

import pybase64

from octetgate.control.calls import Members, Rehearsing
from octetgate.control.definitions import MethodPlace, find_api, find_authorizer
from octetgate.control.errors import BadRequestException, NotFoundException
from octetgate.core.http.headers import Headers
from octetgate.core.ports.rehearsal import Audition, Rehearsal, Rehearsed
from octetgate.core.routing.tree import ANY

_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_TARGET = re.compile(r"/[\x21-\x7e\x80-\xff]*")


async def test_invoke_method(call: Rehearsing, asked: Members) -> Members:
    """Call a method of the API as it is being edited; return the answer and the log of the call."""
    rehearsal = await asyncio.to_thread(_rehearsal, call, asked)
    return _shown(await call.rehearse(rehearsal))


async def test_invoke_authorizer(call: Rehearsing, asked: Members) -> Members:
    """Ask an authorizer of the API as it is being edited; return what it said, and the log."""
    done = await call.audit(await asyncio.to_thread(_audition, call, asked))
    return {
        "clientStatus": done.status,
        "log": done.log,
        "latency": done.latency_ms,
        "principalId": done.principal_id,
        "policy": done.policy,
        "claims": done.claims,
    }


def _audition(call: Rehearsing, asked: Members) -> Audition:
    with call.look() as looking:
        definition = find_api(looking, asked["restApiId"])
    authorizer = find_authorizer(definition, asked["authorizerId"])
    return Audition(
        definition=definition,
        authorizer=authorizer,
        target=_target(asked.get("pathWithQueryString"), "/"),
        headers=Headers(_headers(asked)),
        body=(asked.get("body") or "").encode(),
        variables=dict(asked.get("stageVariables") or {}),
        context=dict(asked.get("additionalContext") or {}),
    )


def _rehearsal(call: Rehearsing, asked: Members) -> Rehearsal:
    if asked.get("clientCertificateId"):
        raise NotFoundException("Invalid Client Certificate ID specified")
    verb = asked["httpMethod"]
    with call.look() as looking:
        place = MethodPlace(looking, asked["restApiId"], asked["resourceId"], verb)
    if place.method.method_integration is None:
        raise BadRequestException("No integration defined for method")
    body = (asked.get("body") or "").encode()
    if verb == ANY:
        # A client has a verb: the usual one for a call with a body, or for one without.
        verb = "POST" if body else "GET"
    return Rehearsal(
        definition=place.definition,
        resource=place.resource,
        method=place.method,
        verb=verb,
        target=_target(asked.get("pathWithQueryString"), place.resource.path),
        headers=Headers(_headers(asked)),
        body=body,
        variables=dict(asked.get("stageVariables") or {}),
    )


def _target(given: str | None, path: str) -> str:
    target = _octets(given or path)
    if target.startswith("?"):
        target = path + target
    if not target.startswith("/"):
        target = f"/{target}"
    if not _TARGET.fullmatch(target):
        raise BadRequestException(
            f"pathWithQueryString: expected a path without blanks or controls; found {given!r}"
        )
    return target


def _headers(asked: Members) -> Iterator[tuple[str, str]]:
    """Return the headers of both maps; a name that stands in both has its list."""
    several = asked.get("multiValueHeaders") or {}
    single = {n: [v] for n, v in (asked.get("headers") or {}).items() if n not in several}
    for name, values in {**single, **several}.items():
        for value in map(_octets, values):
            if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
                raise BadRequestException(
                    f"headers: expected a token and text without controls; found {name}: {value!r}"
                )
            yield name, value


def _octets(text: str) -> str:
    """Return the text as the wire has it: a character for each of its UTF-8 bytes."""
    return text.encode().decode("latin-1")


def _shown(done: Rehearsed) -> Members:
    several: dict[str, list[str]] = {}
    for name, value in done.headers:
        several.setdefault(name, []).append(value)
    return {
        "status": done.status,
        "body": _text(done.body),
        "headers": {name: values[-1] for name, values in several.items()},
        "multiValueHeaders": several,
        "log": done.log,
        "latency": done.latency_ms,
    }


def _text(body: bytes) -> str:
    """Return a body as the string that the model has for it.

    Ours: bytes that are no text come as Base64, so that none is lost; the log then says that
    they are binary.
    """
    try:
        return body.decode()
    except UnicodeDecodeError:
        return pybase64.b64encode(body).decode()
