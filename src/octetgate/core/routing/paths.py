"""Path templates of resources: ``/a/{id}/{proxy+}``, read and refused."""

from dataclasses import dataclass
from enum import IntEnum


class BadTemplate(ValueError):
    """A resource path that is not one; says what was expected and what was found."""

    def __init__(self, template: str, expected: str, found: str) -> None:
        super().__init__(f"resource path {template!r}: expected {expected}, found {found!r}")
        self.template = template


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
