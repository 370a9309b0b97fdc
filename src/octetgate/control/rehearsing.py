"""What is to be tried out: the method as it is now, and a call in the form of the wire."""

import asyncio
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from octetgate.control.calls import Members, Rehearsing
from octetgate.control.definitions import MethodPlace
from octetgate.control.errors import BadRequestException, NotFoundException
from octetgate.core.http.headers import Headers
from octetgate.core.ports.rehearsal import Rehearsal, Rehearsed
from octetgate.core.ports.store import CLIENT_CERTIFICATES
from octetgate.core.routing.tree import ANY

_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_TARGET = re.compile(r"/[\x21-\x7e\x80-\xff]*")


async def played(call: Rehearsing, asked: Members) -> Rehearsed:
    """Return what comes of a call whose body is ``bytes``, which TestInvokeMethod cannot say.

    The other members are its own, and ``verb``, the client's.
    """
    asked = dict(asked)
    body, verb = asked.pop("bytes"), asked.pop("verb")
    made = await asyncio.to_thread(rehearsal, call, asked, body)
    return await call.rehearse(replace(made, verb=verb))


def rehearsal(call: Rehearsing, asked: Members, body: bytes) -> Rehearsal:
    """Return the call to play; ``asked`` has the members of TestInvokeMethod."""
    verb = asked["httpMethod"]
    certificate = asked.get("clientCertificateId") or None
    with call.look() as looking:
        if certificate and looking.store.get(CLIENT_CERTIFICATES, certificate) is None:
            raise NotFoundException("Invalid Client Certificate ID specified")
        place = MethodPlace(looking, asked["restApiId"], asked["resourceId"], verb)
    if place.method.method_integration is None:
        raise BadRequestException("No integration defined for method")
    if verb == ANY:
        # A client has a verb: the usual one for a call with a body, or for one without.
        verb = "POST" if body else "GET"
    return Rehearsal(
        definition=place.definition,
        resource=place.resource,
        method=place.method,
        verb=verb,
        target=wire_target(asked.get("pathWithQueryString"), place.resource.path),
        headers=Headers(asked_headers(asked)),
        body=body,
        variables=dict(asked.get("stageVariables") or {}),
        client_certificate=certificate,
    )


def wire_target(given: str | None, path: str) -> str:
    """Return path and query as on the wire; ``path`` stands for one that is not given."""
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


def asked_headers(asked: Members) -> Iterator[tuple[str, str]]:
    """Return the headers of both maps; a name that stands in both has its list."""
    several = asked.get("multiValueHeaders") or {}
    single = {n: [v] for n, v in (asked.get("headers") or {}).items() if n not in several}
    pairs = ((n, v) for n, values in {**single, **several}.items() for v in values)
    return wire_headers(pairs)


def wire_headers(pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Return header fields as on the wire; refuse what could not stand there."""
    for name, text in pairs:
        value = _octets(text)
        if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
            raise BadRequestException(
                f"headers: expected a token and text without controls; found {name}: {value!r}"
            )
        yield name, value


def _octets(text: str) -> str:
    """Return the text as the wire has it: a character for each of its UTF-8 bytes."""
    return text.encode().decode("latin-1")
