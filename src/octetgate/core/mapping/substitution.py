"""Substitution without Velocity: gateway responses and URIs (spec: request-lifecycle 4.2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

_VARIABLE = re.compile(
    r"""\$(
        (?: context | stageVariables | method\.request\.(?:header|path|querystring) )
        (?: \.[A-Za-z0-9_-]+ )+
    )""",
    re.VERBOSE,
)
_STAGE_VARIABLE = re.compile(r"\$\{stageVariables\.([A-Za-z0-9_]+)\}")

Lookup = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Substitution:
    """Text with variables in it: every second piece is a variable's name."""

    _pieces: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The variables, without their dollar sign: ``context.error.message``."""
        return self._pieces[1::2]

    def render(self, lookup: Lookup) -> str:
        """Return the text with each variable replaced by what ``lookup`` says.

        An unknown variable becomes empty, as in mapping templates (unconfirmed).
        """
        pieces = list(self._pieces)
        pieces[1::2] = [lookup(name) or "" for name in self.names]
        return "".join(pieces)


def compile(text: str) -> Substitution:  # noqa: A001 - compile and render, as for templates
    """Return the response template of a gateway response, ready to render.

    Knows ``$context.…``, ``$stageVariables.…`` and
    ``$method.request.{header|path|querystring}.…``; all else is text.
    """
    return Substitution(tuple(_VARIABLE.split(text)))


def substitute_stage_variables(text: str, variables: Mapping[str, str]) -> str:
    """Return an integration's URI with ``${stageVariables.x}`` filled in; unknown is empty."""
    return _STAGE_VARIABLE.sub(lambda found: variables.get(found[1], ""), text)
