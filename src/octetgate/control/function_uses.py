"""What calls a function: methods and authorizers of all APIs as they are being edited."""

import re
from collections.abc import Iterator

from octetgate.core.functions.names import function_name
from octetgate.core.model.definition import ApiDefinition
from octetgate.core.ports.store import APIS, Store

_INVOCATION = re.compile(r":lambda:path/.*functions/(?P<function>[^/]+)/[a-z-]*invocations$")


def function_uses(store: Store, name: str) -> list[dict[str, str]]:
    """Return the places that name the function, or a version or alias of it.

    Each has ``api`` and ``apiName``, and either ``resource``, ``path`` and ``verb`` or
    ``authorizer`` and ``authorizerName``.  It is one look at the store, since asking for each
    API's resources by itself takes as many times longer as there are APIs.
    """
    with store.read() as view:
        definitions = [definition for _, definition in view.list(APIS)]
    return [use for definition in definitions for use in _uses(definition, name)]


def _uses(definition: ApiDefinition, name: str) -> Iterator[dict[str, str]]:
    api = {"api": definition.rest_api.id, "apiName": definition.rest_api.name}
    for resource in sorted(definition.resources.values(), key=lambda each: each.path):
        for verb, method in resource.resource_methods.items():
            integration = method.method_integration
            if integration is not None and _names(integration.uri, name):
                yield {**api, "resource": resource.id, "path": resource.path, "verb": verb}
    for authorizer in definition.authorizers.values():
        if _names(authorizer.authorizer_uri, name):
            yield {**api, "authorizer": authorizer.id, "authorizerName": authorizer.name}


def _names(uri: str | None, name: str) -> bool:
    found = _INVOCATION.search(uri or "")
    named = function_name(found["function"]) if found else None
    return named is not None and named.name == name
