"""What of an imported API is legal, and answers 500 to whoever calls it, here as on AWS."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_EVERYTHING = "*/*"
_TO_TEXT = "CONVERT_TO_TEXT"
_PROXIES = frozenset({"AWS_PROXY", "HTTP_PROXY"})


def cautions(api: Mapping[str, Any], paths: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what to put right before anybody calls, each with its remedy."""
    return [*_binary_mocks(api, paths), *_undeclared(paths)]


def _binary_mocks(api: Mapping[str, Any], paths: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Say which MOCKs get bytes where their templates need text: preflights, mostly."""
    if _EVERYTHING not in api.get("binaryMediaTypes", ()):
        return
    found = [
        f"{verb} {path}"
        for path, verb, integration, _ in _integrations(paths)
        if integration.get("type") == "MOCK"
        and integration.get("requestTemplates")
        and integration.get("contentHandling") != _TO_TEXT
    ]
    if found:
        yield (
            f"{api['name']}: {', '.join(found)} will answer 500, as */* is in binaryMediaTypes and "
            f"a template cannot read bytes: give the integration contentHandling {_TO_TEXT}"
        )


def _undeclared(paths: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Say which answers of integrations no method response stands for."""
    for path, verb, integration, method in _integrations(paths):
        if integration.get("type") in _PROXIES:
            continue
        declared = method.get("methodResponses", {})
        lacking = sorted(
            {each["statusCode"] for each in integration.get("integrationResponses", {}).values()}
            - declared.keys()
        )
        if lacking:
            yield (
                f"{verb} {path} will answer 500 in place of {', '.join(lacking)}: the method has "
                "no response for it (responses of a definition's operation)"
            )


def _integrations(
    paths: Sequence[Mapping[str, Any]],
) -> Iterator[tuple[str, str, Mapping[str, Any], Mapping[str, Any]]]:
    for each in paths:
        for verb, method in each.get("resourceMethods", {}).items():
            if "methodIntegration" in method:
                yield each["path"], verb, method["methodIntegration"], method
