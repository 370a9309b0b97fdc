"""The curl line that calls a method of a stage, with the headers that keep its payload whole."""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_WITH_BODY = ("POST", "PUT", "PATCH")
_FIRST = ("POST", "PUT", "GET", "ANY", "PATCH", "DELETE", "HEAD", "OPTIONS")
"""What somebody tries first where payloads are binary; elsewhere it is GET."""
_PARAMETER = re.compile(r"\{(\w+)\+?\}")
_SIGNED = ("--aws-sigv4", "aws:amz:us-east-1:execute-api", "--user", "KEY:SECRET")
_AUTHORIZED = {
    "AWS_IAM": _SIGNED,
    "CUSTOM": ("-H", "Authorization: TOKEN"),
    "COGNITO_USER_POOLS": ("-H", "Authorization: TOKEN"),
}
_EXAMPLES = {"image/*": "image/png", "*/*": "application/octet-stream"}


@dataclass(frozen=True, slots=True)
class Line:
    """A method, and how to call it."""

    verb: str
    path: str
    curl: str


def lines(url: str, summary: Mapping[str, Mapping[str, Any]], types: Sequence[str]) -> list[Line]:
    """Return a line for each method of a deployment's summary, the one to try first ahead.

    ``types`` are the binary media types: with any, a body is a file of the first of them, and
    the answer, which the first element of Accept asks for, goes into a file as well.
    """
    found = [
        Line(verb, path, _line(url, verb, path, about, types))
        for path, methods in summary.items()
        for verb, about in methods.items()
    ]
    first = _FIRST if types else ("GET", *_FIRST)
    return sorted(found, key=lambda line: (first.index(line.verb), line.path))


def _line(url: str, verb: str, path: str, about: Mapping[str, Any], types: Sequence[str]) -> str:
    address = url.rstrip("/") + _PARAMETER.sub(r"\1", path)
    media_type = _example(types)
    called = verb if verb != "ANY" else "POST" if types else "GET"
    words = ["curl", *_verb(called), address]
    if about.get("apiKeyRequired"):
        words += ["-H", "x-api-key: KEY"]
    words += _AUTHORIZED.get(about.get("authorizationType", ""), ())
    words += _payload(called, media_type)
    return " ".join(shlex.quote(word) for word in words)


def _verb(verb: str) -> tuple[str, ...]:
    if verb == "HEAD":
        return ("--head",)
    return () if verb in {"GET", "POST"} else ("-X", verb)


def _payload(verb: str, media_type: str | None) -> Iterator[str]:
    if verb in _WITH_BODY:
        yield from ("-H", f"Content-Type: {media_type or 'application/json'}")
        yield from ("--data-binary", f"@{_file('file', media_type)}" if media_type else "{}")
    if media_type and verb not in {"HEAD", "OPTIONS", "DELETE"}:
        yield from ("-H", f"Accept: {media_type}", "-o", _file("answer", media_type))


def _example(types: Sequence[str]) -> str | None:
    """Return a media type that the list covers; None if nothing is binary."""
    exact = next((each for each in types if "*" not in each), None)
    wide = next((_EXAMPLES.get(each, each.replace("*", "x")) for each in types), None)
    return exact or wide


def _file(name: str, media_type: str | None) -> str:
    """Return a file's name as its media type suggests it."""
    kind = (media_type or "").partition("/")[2]
    return f"{name}.{kind}" if kind.isalnum() else name
