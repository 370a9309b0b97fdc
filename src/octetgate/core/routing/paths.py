"""Path templates of resources: ``/a/{id}/{proxy+}`` read, ordered and filled in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum

from octetgate.core.http.target import encode_path_value


class BadTemplate(ValueError):
    """A resource path that is not one; says what was expected and what was found."""

    def __init__(self, template: str, expected: str, found: str) -> None:
        super().__init__(f"resource path {template!r}: expected {expected}, found {found!r}")
        self.template = template


class MissingValue(LookupError):
    """A path parameter that nobody gave a value for."""

    def __init__(self, template: str, name: str) -> None:
        super().__init__(f"{template}: expected a value for {{{name}}}, found none")
        self.name = name


class Kind(IntEnum):
    """How a segment matches, most specific first (spec: request-lifecycle 3)."""

    STATIC = 0
    PARAMETER = 1
    GREEDY = 2


@dataclass(frozen=True, slots=True)
class Segment:
    """What stands between two slashes of a template."""

    kind: Kind
    text: str
    """The literal text, or the parameter's name."""


def parse(template: str) -> tuple[Segment, ...]:
    """Return the template's segments, none for ``/``; raises BadTemplate."""
    if not template.startswith("/"):
        raise BadTemplate(template, "a slash at the start", template[:1])
    if template == "/":
        return ()
    segments = tuple(_segment(template, text) for text in template[1:].split("/"))
    for segment in segments[:-1]:
        if segment.kind is Kind.GREEDY:
            raise BadTemplate(template, "the greedy segment at the end", f"{{{segment.text}+}}")
    names = [segment.text for segment in segments if segment.kind is not Kind.STATIC]
    for name in names:
        if names.count(name) > 1:
            raise BadTemplate(template, "each parameter once", f"{{{name}}}")
    return segments


def _segment(template: str, text: str) -> Segment:
    if not text:
        raise BadTemplate(template, "text between two slashes", text)
    if not text.startswith("{") or not text.endswith("}"):
        if "{" in text or "}" in text:
            raise BadTemplate(template, "a parameter to be a whole segment", text)
        return Segment(Kind.STATIC, text)
    name = text[1:-1].removesuffix("+")
    if not name or "{" in name or "}" in name:
        raise BadTemplate(template, "a parameter's name in braces", text)
    return Segment(Kind.GREEDY if text.endswith("+}") else Kind.PARAMETER, name)


def specificity(template: str) -> tuple[tuple[Kind, str], ...]:
    """Return a key that sorts templates by how they are tried: the more specific first.

    Two templates with the same key match the same paths.
    """
    return tuple(
        (segment.kind, segment.text if segment.kind is Kind.STATIC else "")
        for segment in parse(template)
    )


def fill(template: str, values: Mapping[str, str]) -> str:
    """Return the template with its parameters replaced, encoded for a URL.

    Raises MissingValue.
    """
    return "/" + "/".join(_filled(template, values))


def _filled(template: str, values: Mapping[str, str]) -> Iterator[str]:
    for kind, text in ((segment.kind, segment.text) for segment in parse(template)):
        if kind is Kind.STATIC:
            yield text
        elif text not in values:
            raise MissingValue(template, text)
        else:
            yield encode_path_value(values[text])
