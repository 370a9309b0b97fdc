"""``AWS::Include``: a part of a template that stands in a file of its own."""

from collections.abc import Callable, Mapping
from typing import Any

from octetgate.control.cloudformation.template import BadTemplate

_TRANSFORM, _INCLUDE = "Fn::Transform", "AWS::Include"

Load = Callable[[str], Any]
"""Returns what a file says, by its location."""


def included(value: Any, load: Load) -> Any:
    """Return a value with what it includes in the place of each inclusion."""
    if isinstance(value, list):
        return [included(each, load) for each in value]
    if not isinstance(value, dict):
        return value
    found = {key: included(each, load) for key, each in value.items() if key != _TRANSFORM}
    if _TRANSFORM not in value:
        return found
    part = load(_location(value[_TRANSFORM]))
    # What stands beside an inclusion is added to it.
    return {**part, **found} if found and isinstance(part, dict) else part


def _location(transform: Any) -> str:
    name = transform.get("Name") if isinstance(transform, Mapping) else transform
    if name != _INCLUDE:
        raise BadTemplate(f"{_TRANSFORM}: expected {_INCLUDE}; found {name!r}")
    location = (transform.get("Parameters") or {}).get("Location")
    if not isinstance(location, str) or "://" in location:
        raise BadTemplate(f"{_INCLUDE}: expected the path of a file; found {location!r}")
    return location
