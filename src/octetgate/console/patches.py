"""Forms as patches of the Update operations: what a form says otherwise, and nothing else."""

from collections.abc import Mapping
from typing import Any

Patch = dict[str, str]


def replacements(shown: Mapping[str, Any], said: Mapping[str, str], place: str = "") -> list[Patch]:
    """Return what makes a record, as its Get operation returns it, say what the form does.

    ``said`` has the record's own names, and ``place`` is the path of a record inside another.
    What the record lacks is an empty field.
    """
    return [
        replacement(f"{place}/{name}", value)
        for name, value in said.items()
        if value != text(shown.get(name))
    ]


def replacement(path: str, value: str) -> Patch:
    """Return the patch that sets one thing."""
    return {"op": "replace", "path": path, "value": value}


def text(value: object) -> str:
    """Return a setting as a patch says it, and a field shows it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
