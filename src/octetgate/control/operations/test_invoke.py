"""Trying methods and authorizers out as they are, before they are deployed (control-plane 9)."""

import asyncio

import pybase64

from octetgate.control.calls import Members, Rehearsing
from octetgate.control.definitions import find_api, find_authorizer
from octetgate.control.rehearsing import asked_headers, rehearsal, wire_target
from octetgate.core.http.headers import Headers
from octetgate.core.ports.rehearsal import Audition, Rehearsed


async def test_invoke_method(call: Rehearsing, asked: Members) -> Members:
    """Call a method of the API as it is being edited; return the answer and the log of the call."""
    body = (asked.get("body") or "").encode()
    return _shown(await call.rehearse(await asyncio.to_thread(rehearsal, call, asked, body)))


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
        target=wire_target(asked.get("pathWithQueryString"), "/"),
        headers=Headers(asked_headers(asked)),
        body=(asked.get("body") or "").encode(),
        variables=dict(asked.get("stageVariables") or {}),
        context=dict(asked.get("additionalContext") or {}),
    )


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
