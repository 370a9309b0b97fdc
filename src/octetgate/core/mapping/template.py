"""Mapping templates: compiled at deployment, rendered for each call (spec: mapping 5).

>>> from octetgate.core.mapping import template
>>> thumbnail = template.compile('{"base64Image": "$input.body"}')
>>> thumbnail.render(template.Scope(input=Input("iVBORw0KGgo=")))
'{"base64Image": "iVBORw0KGgo="}'

White space is kept as it stands in the template, before and after it too (AWS
keeps it, unconfirmed; readers of JSON do not care).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

import msgspec

from octetgate.core.mapping.context import Context
from octetgate.core.mapping.inputs import Input, Util
from octetgate.core.mapping.vtl.compiler import Program, compile_block, execute
from octetgate.core.mapping.vtl.errors import TemplateError
from octetgate.core.mapping.vtl.nodes import Call, Node, Property, Reference, Show
from octetgate.core.mapping.vtl.parser import parse
from octetgate.core.mapping.vtl.run import Bounds

__all__ = [
    "HERE",
    "LARGEST_TEMPLATE",
    "Around",
    "Bounds",
    "Scope",
    "Template",
    "TemplateError",
    "compile",
]

HERE = "\0body\0"
"""Stands for the body where :meth:`Template.around` leaves a place for it."""

LARGEST_TEMPLATE = 300 * 1024
"""Bytes of template text, AWS's quota."""

_SMALL = 4 * 1024
"""Bytes of a text whose template may outlive its deployment."""

_UTIL = Util()


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """What one rendering can see."""

    input: Input = msgspec.field(default_factory=Input)
    context: Context = msgspec.field(default_factory=Context)
    stage_variables: Mapping[str, str] = msgspec.field(default_factory=dict)


_GIVEN: Mapping[str, Callable[[Scope], object]] = {
    "input": lambda scope: scope.input,
    "context": lambda scope: scope.context.view(),
    "stageVariables": lambda scope: dict(scope.stage_variables),
    "util": lambda _: _UTIL,
}
"""The variables that a template has from the start, made when it uses them."""


class Around(NamedTuple):
    """What a template makes of a call, but for the body."""

    texts: list[bytes]
    """UTF-8, with a place for the body between each two."""

    def filled(self, body: Sequence[bytes]) -> bytes:
        """Return the whole with a body that comes in pieces, which is copied once."""
        pieces = [self.texts[0]]
        for text in self.texts[1:]:
            pieces += body
            pieces.append(text)
        return b"".join(pieces)

    def is_json(self) -> bool:
        """Return whether it is JSON with whatever Base64 in the places.

        No number, no literal and no escape has a Z in it: where one may stand is inside a
        string, and there any Base64 may.
        """
        try:
            msgspec.json.decode(b"Z".join(self.texts), type=msgspec.Raw)
        except (msgspec.DecodeError, RecursionError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class Template:
    """A compiled template.  It holds no state: any number of calls may render it at once."""

    text: str
    reads_body: bool
    """Whether it may look at the body; without that the body can stream past it."""

    body_places: int
    """How often it writes the body out, which is all it does with it; 0 when it may do more."""

    _given: tuple[tuple[str, Callable[[Scope], object]], ...]
    _program: Program
    _bounds: Bounds

    def render(self, scope: Scope) -> str:
        """Return the rendered text, or raise ``TemplateError`` saying where it failed."""
        variables: dict[str, object] = {}
        for name, made in self._given:
            variables[name] = made(scope)
        return execute(self._program, variables, self._bounds)

    def around(self, scope: Scope, size: int) -> Around | None:
        """Return what stands around a body of so many bytes, which must not be empty.

        ``scope`` has to have ``HERE`` for a body.  None when the places cannot be told, or the
        output would be too large: then only :meth:`render` can say what comes out.
        """
        texts = self.render(scope).encode().split(HERE.encode())
        size = sum(map(len, texts)) + self.body_places * size
        if len(texts) != self.body_places + 1 or size > self._bounds.output:
            return None
        return Around(texts)


def compile(text: str, bounds: Bounds | None = None) -> Template:  # noqa: A001 - the house's word
    """Return ``text`` as a template, or raise ``TemplateError`` saying where it is wrong."""
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        raise TemplateError(f"expected Unicode text, found {error}", 1, 1) from error
    if size > LARGEST_TEMPLATE:
        raise TemplateError(f"expected at most {LARGEST_TEMPLATE} bytes, found {size}", 1, 1)
    made = _remembered(text) if size <= _SMALL else _compiled(text)
    return made if bounds is None else replace(made, _bounds=bounds)


def _compiled(text: str) -> Template:
    try:
        parsed = parse(text)
        program = compile_block(parsed.block, parsed.references)
    except RecursionError as error:
        raise TemplateError("the template is nested too deeply", 1, 1) from error
    reading = sum(map(_may_read_body, parsed.references))
    places = sum(map(_shows_body, parsed.block.nodes))
    body_places = places if places == reading else 0
    roots = {reference.root for reference in parsed.references}
    given = tuple((name, made) for name, made in _GIVEN.items() if name in roots)
    return Template(text, reading > 0, body_places, given, program, Bounds())


_remembered = lru_cache(maxsize=1024)(_compiled)
"""The same for small texts: the next deployment has most of them again, and an API often one."""


def _shows_body(node: Node) -> bool:
    """Say whether a node of the template itself is a plain ``$input.body``."""
    match node:
        case Show(Reference(root="input", steps=(Property("body"),)), backslashes=0):
            return True
        case _:
            return False


def _may_read_body(reference: Reference) -> bool:
    """Say whether a reference is ``$input`` used for anything but its parameters."""
    if reference.root != "input":
        return False
    match reference.steps:
        case (Call(name="params"), *_):
            return False
        case _:
            return True
