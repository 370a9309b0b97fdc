"""What became of a tried call, box by box, in sentences: from its line in the access log, which
says what acted, and from explain, which knows what was set up.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Members = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One box of the service, and what happened in it."""

    name: str
    says: tuple[str, ...]
    bytes_in: int | None = None
    bytes_out: int | None = None
    milliseconds: float | None = None
    failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All that is known of a call once it is over."""

    line: Members
    explained: Members
    received: int
    """Bytes of body that came from the visitor."""
    sent: int
    """Bytes of body that the visitor got."""
    status: int


def steps(known: Known) -> list[Step]:
    """Return the boxes that the call came to, in their order."""
    line, explained = known.line, known.explained
    refused = refusal(known) if not _reached(line) else ""
    found = [Step(name="Method Request", says=_route(explained), bytes_in=known.received)]
    asked = line.get("requestPayload") or _foreseen(line, explained, "request")
    if asked:
        found.append(_conversion("Integration Request", asked, _template(explained)))
    if _reached(line):
        found.append(_integration(line, explained))
    answered = line.get("responsePayload")
    if answered:
        said = _answer_template(line, explained)
        found.append(_conversion("Integration Response", answered, said))
    found.append(
        Step(
            name="Method Response",
            says=tuple(_sent(known)),
            bytes_out=known.sent,
            milliseconds=line.get("responseLatency"),
            failed=bool(refused),
        )
    )
    return found


def refusal(known: Known) -> str:
    """Return why the gateway itself answered, and not the integration; empty if it did not."""
    kind, error = known.line.get("responseType"), known.line.get("error", "")
    if not kind:
        refused = known.explained.get("refused")
        return f"{refused['status']} {refused['message']}" if refused and not known.line else ""
    return f"{error or 'the gateway answered itself'} (gateway response {kind})"


def seen(known: Known) -> list[str]:
    """Return what was not meant, as the call itself shows."""
    ways = (known.line.get(way, {}) for way in ("requestPayload", "responsePayload"))
    return list(dict.fromkeys(way["hint"]["says"] for way in ways if "hint" in way))


def likely(known: Known) -> list[str]:
    """Return what may go wrong with such calls, and did not go wrong with this one."""
    said = [hint["says"] for hint in known.explained.get("hints", ())]
    return [each for each in dict.fromkeys(said) if each not in seen(known)]


def _reached(line: Members) -> bool:
    return "integrationLatency" in line or "integrationStatus" in line


def _foreseen(line: Members, explained: Members, way: str) -> Members | None:
    """Return what explain says of a payload, for a call whose line nobody has."""
    found: Members | None = None if line else explained.get(way, {}).get("payload")
    return found


def _route(explained: Members) -> tuple[str, ...]:
    route = explained.get("route")
    if not route:
        return ("No resource and method of the API fit this call.",)
    said = f"{route['httpMethod']} {route['resourcePath']}"
    values = route.get("pathParameters") or {}
    return (said, *(f"{name} is {value}" for name, value in values.items()))


def _conversion(name: str, payload: Members, template: str) -> Step:
    return Step(
        name=name,
        says=tuple(filter(None, (payload["rule"], template, _streamed(payload)))),
        bytes_in=payload.get("bytesIn"),
        bytes_out=payload.get("bytesOut"),
    )


def _streamed(payload: Members) -> str:
    return "passed on piece by piece" if payload.get("streamed") else ""


def _template(explained: Members) -> str:
    request = explained.get("request", {})
    event = request.get("event")
    if event:
        flag = str(event["isBase64Encoded"]).lower()
        return f"the function's event has isBase64Encoded {flag}: its body is {event['body']}"
    said = request.get("template", "")
    if not said or said.startswith("none"):
        return f"template: {said}" if said else ""
    return f"the mapping template for {said} makes the body"


def _answer_template(line: Members, explained: Members) -> str:
    """Return which template made the answer; several answers are told apart by their status."""
    answers = [
        each
        for each in explained.get("responses", ())
        if each.get("statusCode") == str(line.get("status"))
    ]
    names = {each.get("template") for each in answers}
    if len(names) != 1 or names == {None}:
        return ""
    return f"the mapping template for {names.pop()} makes the body"


def _integration(line: Members, explained: Members) -> Step:
    found = explained.get("integration") or {}
    kind = line.get("integrationType") or found.get("type") or ""
    said = [" ".join(filter(None, (kind, found.get("uri"))))]
    if "integrationStatus" in line:
        said.append(f"answered {line['integrationStatus']}")
    return Step(name="Integration", says=tuple(said), milliseconds=line.get("integrationLatency"))


def _sent(known: Known) -> Iterator[str]:
    line = known.line
    yield f"status {known.status}"
    if "compressed" in line:
        yield f"compressed with {line['compressed']}"
    if "cache" in line:
        yield f"cache: {line['cache']}"
    if line.get("incomplete"):
        yield "broke off before its end"
