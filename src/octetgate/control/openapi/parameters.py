"""The parameters that an operation declares, its own and its path's."""

from dataclasses import dataclass, field

from octetgate.control.openapi.source import Node, Source

_LOCATIONS = {"query": "querystring", "header": "header", "path": "path"}


@dataclass(slots=True)
class Parameters:
    """What a method request declares."""

    mapped: dict[str, bool] = field(default_factory=dict)
    """``method.request.querystring.NAME`` → whether a call has to have it."""
    body: Node | None = None
    """Swagger's body parameter."""


def parameters(source: Source, item: Node, operation: Node, place: str) -> Parameters:
    """Return an operation's parameters; its own win over its path's of the same name."""
    declared: dict[tuple[str, str], Node] = {}
    for owner in (item, operation):
        for number, given in enumerate(source.array(owner, "parameters", place)):
            each = source.followed(given, f"{place}.parameters[{number}]")
            kind, name = each.get("in"), each.get("name")
            if isinstance(kind, str) and isinstance(name, str):
                declared[kind, name] = each
            elif each:
                source.problems.warn(
                    f"Parse issue: attribute {place}.parameters[{number}] has no name or no place "
                    "that is text. Ignoring."
                )
    found = Parameters()
    for (kind, name), each in declared.items():
        if kind == "body":
            found.body = each
        elif kind in _LOCATIONS:
            key = f"method.request.{_LOCATIONS[kind]}.{name}"
            found.mapped[key] = each.get("required") is True
        else:
            source.problems.warn(
                f"Parameter '{name}' of {place} is in '{kind}', which API Gateway does not map. "
                "Ignoring."
            )
    return found
