"""A form about a stage as the patches of UpdateStage: what changed, and nothing else.

Fields of the form have the paths of the patches for names, so that adding a setting to the page
is adding a field.  A map, stage variables for instance, is text with an entry on each line.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from octetgate.console.field_lines import named_values
from octetgate.console.patches import Patch, replacement, text

ALL_METHODS = "*/*"
"""The name of the settings that hold for methods without their own."""

MAPS = ("/variables", "/canarySettings/stageVariableOverrides")

METHOD_SETTINGS = {
    "metrics/enabled": "metricsEnabled",
    "logging/loglevel": "loggingLevel",
    "logging/dataTrace": "dataTraceEnabled",
    "throttling/burstLimit": "throttlingBurstLimit",
    "throttling/rateLimit": "throttlingRateLimit",
    "caching/enabled": "cachingEnabled",
    "caching/ttlInSeconds": "cacheTtlInSeconds",
    "caching/dataEncrypted": "cacheDataEncrypted",
    "caching/requireAuthorizationForCacheControl": "requireAuthorizationForCacheControl",
    "caching/unauthorizedCacheControlHeaderStrategy": "unauthorizedCacheControlHeaderStrategy",
}
"""The end of a patch's path, and the member of the stage that it sets."""

_UNSET_BY_REMOVAL = "/accessLogSettings/"
"""Elsewhere an empty value unsets."""


def patches(stage: Mapping[str, Any], form: Mapping[str, str]) -> list[Patch]:
    """Return what makes the stage say what the form does; ``stage`` is a result of GetStage."""
    found: list[Patch] = []
    for path, said in form.items():
        before = _at(stage, path)
        if path in MAPS:
            found += _of_map(path, before or {}, named_values(said))
        elif text(before) != said:
            found.append(_set(path, said))
    return found


def method_patches(stage: Mapping[str, Any], method: str, form: Mapping[str, str]) -> list[Patch]:
    """Return what makes the settings of a method, or of all, say what the form does.

    Settings that are new are all said: the service begins them with caching on.
    """
    before = stage.get("methodSettings", {}).get(method)
    return [
        replacement(f"{_place(method)}/{name}", form[name])
        for name, member in METHOD_SETTINGS.items()
        if name in form and (before is None or text(before.get(member)) != form[name])
    ]


def forgetting(method: str) -> Patch:
    """Return the patch after which a method has no settings of its own."""
    return {"op": "remove", "path": _place(method)}


def promotion() -> Sequence[Patch]:
    """Return what gives everybody the canary's deployment and variables, and ends the canary."""
    return (
        {"op": "copy", "path": "/deploymentId", "from": "/canarySettings/deploymentId"},
        {"op": "copy", "path": "/variables", "from": "/canarySettings/stageVariableOverrides"},
        {"op": "remove", "path": "/canarySettings"},
    )


def _of_map(path: str, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Patch]:
    for name in before:
        if name not in after:
            yield {"op": "remove", "path": f"{path}/{_escaped(name)}"}
    for name, value in after.items():
        if before.get(name) != value:
            yield replacement(f"{path}/{_escaped(name)}", value)


def _set(path: str, value: str) -> Patch:
    if not value and path.startswith(_UNSET_BY_REMOVAL):
        return {"op": "remove", "path": path}
    return replacement(path, value)


def _at(stage: Mapping[str, Any], path: str) -> Any:
    """Return the member that a patch's path leads to."""
    value: Any = stage
    for name in path.removeprefix("/").split("/"):
        value = (value or {}).get(name)
    return value


def _place(method: str) -> str:
    """Return the path of a method's settings, which are kept without the resource's first slash."""
    path, _, verb = method.rpartition("/")
    return "/*/*" if method == ALL_METHODS else f"/{_escaped('/' + path)}/{verb}"


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
