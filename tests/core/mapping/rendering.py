"""Renders a template against a body and parameters."""

from octetgate.core.mapping import template
from octetgate.core.mapping.inputs import Input
from octetgate.core.mapping.template import Scope


def rendered(text: str, body: str = "", **places: dict[str, list[str]]) -> str:
    return template.compile(text).render(Scope(input=Input(body, **places)))
