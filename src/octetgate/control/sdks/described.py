"""What a client can call: the operations of an exported document, and names for them.

Names are those of AWS's clients: the words of the path, then the verb (``petsPetIdGet``).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_ANY = "x-amazon-apigateway-any-method"
_VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
_WORD = re.compile(r"[A-Za-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One call."""

    words: tuple[str, ...]
    """Its name, in words."""
    verb: str
    path: str
    """With ``{variables}``."""
    parameters: Mapping[str, tuple[str, ...]]
    """Names by place: ``path``, ``query``, ``header``."""
    required: tuple[str, ...]
    consumes: str
    """The media type of a body of bytes, unless the caller says another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """All that a client is made from."""

    title: str
    version: str
    stage: str
    url: str
    operations: tuple[Operation, ...]


def described(document: Mapping[str, Any], *, stage: str, url: str) -> Described:
    """Return what an OpenAPI 3 document says to a client."""
    taken: set[str] = set()
    found = []
    for path, item in document["paths"].items():
        for verb, operation in _verbs(item):
            words = _free((*_words(path), verb.capitalize()), taken)
            found.append(_operation(words, verb, path, operation))
    info = document["info"]
    return Described(
        title=info["title"],
        version=info["version"],
        stage=stage,
        url=url,
        operations=tuple(found),
    )


def _verbs(item: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each verb's operation; ``ANY`` is all the verbs that have none of their own."""
    for verb in _VERBS:
        operation = item.get(verb.lower(), item.get(_ANY))
        if operation is not None:
            yield verb, operation


def _words(path: str) -> tuple[str, ...]:
    words = _WORD.findall(path) or ["root"]
    # A name cannot begin with a digit.
    return (f"_{words[0]}" if words[0][0].isdigit() else words[0], *words[1:])


def _free(words: tuple[str, ...], taken: set[str]) -> tuple[str, ...]:
    """Return the name, or the first of its kind that no other operation has in any language."""
    number, free = 1, words
    while "".join(free).lower() in taken:
        number += 1
        free = (*words, str(number))
    taken.add("".join(free).lower())
    return free


def _operation(
    words: tuple[str, ...], verb: str, path: str, operation: Mapping[str, Any]
) -> Operation:
    declared = operation.get("parameters", ())
    # What is in the path has to be filled in, be it declared or not.
    variables = dict.fromkeys(re.findall(r"\{([^{}+]+)\+?\}", path))
    places: dict[str, tuple[str, ...]] = {"path": tuple(variables)}
    for place in ("query", "header"):
        places[place] = tuple(each["name"] for each in declared if each["in"] == place)
    required = [each["name"] for each in declared if each.get("required")]
    content = operation.get("requestBody", {}).get("content", {})
    return Operation(
        words=words,
        verb=verb,
        path=path,
        parameters=places,
        required=tuple(dict.fromkeys([*variables, *required])),
        consumes=next(iter(content), "application/octet-stream"),
    )
