"""Finding and replacing the parts of an API's editable definition.

The definition is one document: an operation reads it, replaces a part, and puts it back.
"""

from msgspec.structs import replace

from octetgate.control.calls import Members, Read, Write
from octetgate.control.errors import NotFoundException
from octetgate.core.model.access import Authorizer
from octetgate.core.model.api import Method, Resource
from octetgate.core.model.definition import ApiDefinition
from octetgate.core.model.integration import Integration
from octetgate.core.model.stage import Stage
from octetgate.core.ports.store import APIS, STAGES


def find_api(call: Read | Write, api: str) -> ApiDefinition:
    """Return the definition of an API."""
    definition = call.store.get(APIS, api)
    if definition is None:
        raise NotFoundException(f"Invalid API identifier specified {call.account}:{api}")
    return definition


def find_stage(call: Read | Write, asked: Members) -> Stage:
    """Return the stage that the members name."""
    api = find_api(call, asked["restApiId"]).rest_api.id
    stage = call.store.get(STAGES, f"{api}/{asked['stageName']}")
    if stage is None:
        raise NotFoundException("Invalid stage identifier specified")
    return stage


def find_resource(definition: ApiDefinition, resource_id: str) -> Resource:
    """Return a resource of the API."""
    if resource_id not in definition.resources:
        raise NotFoundException("Invalid Resource identifier specified")
    return definition.resources[resource_id]


def find_method(resource: Resource, http_method: str) -> Method:
    """Return a method of the resource."""
    if http_method not in resource.resource_methods:
        raise NotFoundException("Invalid Method identifier specified")
    return resource.resource_methods[http_method]


def find_authorizer(definition: ApiDefinition, authorizer_id: str) -> Authorizer:
    """Return an authorizer of the API."""
    if authorizer_id not in definition.authorizers:
        raise NotFoundException("Invalid Authorizer identifier specified")
    return definition.authorizers[authorizer_id]


def find_integration(method: Method) -> Integration:
    """Return what stands behind the method."""
    if method.method_integration is None:
        raise NotFoundException("Invalid Integration identifier specified")
    return method.method_integration


def with_resource(definition: ApiDefinition, resource: Resource) -> ApiDefinition:
    """Return the definition with that resource added or replaced."""
    return replace(definition, resources={**definition.resources, resource.id: resource})


def with_method(resource: Resource, method: Method) -> Resource:
    """Return the resource with that method added or replaced."""
    methods = {**resource.resource_methods, method.http_method: method}
    return replace(resource, resource_methods=methods)


class MethodPlace:
    """A method's place in an API's definition, found by the ids that a call gives."""

    def __init__(self, call: Read | Write, api: str, resource_id: str, http_method: str) -> None:
        self.definition = find_api(call, api)
        self.resource = find_resource(self.definition, resource_id)
        self.method = find_method(self.resource, http_method)

    def keep(self, call: Write, method: Method) -> None:
        """Put the method back in its place."""
        resource = with_method(self.resource, method)
        definition = with_resource(self.definition, resource)
        call.store.put(APIS, definition.rest_api.id, definition)
