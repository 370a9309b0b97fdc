"""The integration URI of an AWS service, taken apart (spec: lambda 4, mapping 13).

``arn:{partition}:apigateway:{region}:{service}:{path|action}/{rest}``, where a sub-domain may
stand before the service: ``{subdomain}.{service}``.
"""

import re
from dataclasses import dataclass

_URI = re.compile(
    r"arn:[^:]+:apigateway:(?P<region>[^:]*):(?P<service>[A-Za-z0-9._-]+):"
    r"(?P<form>path|action)/(?P<rest>.*)",
    re.DOTALL,
)
_AFTER_ACTION = re.compile("[&?]")


@dataclass(frozen=True, slots=True)
class ServiceUri:
    """What a URI asks of which service; ``{name}`` placeholders are still in it."""

    region: str
    """Empty where the URI leaves it to the API's own."""
    service: str
    """As written, with its sub-domain."""
    action: str | None
    """The operation's name, None where the URI names a path."""
    path: str
    query: str
    """``name=value`` pairs; of an action, its parameters."""


def parse(uri: str) -> ServiceUri | None:
    """Return the parts of an AWS service's URI, or None if it is none."""
    found = _URI.fullmatch(uri)
    if found is None:
        return None
    region, service, form, rest = found.group("region", "service", "form", "rest")
    if form == "action":
        # "GetObject&Bucket={bucket}" is how the documentation writes parameters.
        action, *parameters = _AFTER_ACTION.split(rest, maxsplit=1)
        return ServiceUri(region, service, action, "/", "".join(parameters)) if action else None
    path, _, query = rest.partition("?")
    # One slash more is common: "lambda:path//2015-03-31/…".
    return ServiceUri(region, service, None, "/" + path.removeprefix("/"), query)
