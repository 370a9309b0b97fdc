"""Making the calls that a document stands for, on a draft that nobody else sees.

The draft is the definition in memory: an import of thousands of methods encodes and writes it
once.  What cannot be done is noted with its place, and the rest is tried all the same, so that
one attempt tells of everything that is wrong.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace as with_fields
from typing import Any, TypeVar

from msgspec.structs import replace

from octetgate.control.calls import Members, Write
from octetgate.control.dispatch import answering
from octetgate.control.errors import ApiError
from octetgate.control.members import checked
from octetgate.control.openapi.describing import Described, DescribedMethod
from octetgate.control.openapi.problems import Problems
from octetgate.control.wire import service
from octetgate.core.model.api import Resource
from octetgate.core.model.definition import ApiDefinition
from octetgate.core.ports.store import APIS, Collection, Writing

T = TypeVar("T")


class Draft:
    """A transaction in which one API's definition is kept as the value that it is."""

    def __init__(self, store: Writing, definition: ApiDefinition) -> None:
        self._store = store
        self.definition = definition

    def get(self, collection: Collection[T], key: str) -> T | None:
        held: Any = self.definition
        return held if self._is_ours(collection, key) else self._store.get(collection, key)

    def list(self, collection: Collection[T], prefix: str = "") -> list[tuple[str, T]]:
        return self._store.list(collection, prefix)

    def keys(self, collection: Collection[T], prefix: str = "") -> Sequence[str]:
        return self._store.keys(collection, prefix)

    def put(self, collection: Collection[T], key: str, document: T) -> None:
        if self._is_ours(collection, key) and isinstance(document, ApiDefinition):
            self.definition = document
        else:
            self._store.put(collection, key, document)

    def delete(self, collection: Collection[T], key: str) -> bool:
        return self._store.delete(collection, key)

    def _is_ours(self, collection: Collection[T], key: str) -> bool:
        return collection.name == APIS.name and key == self.definition.rest_api.id


def applied(
    call: Write, definition: ApiDefinition, described: Described, problems: Problems
) -> ApiDefinition:
    """Return the definition with what the document asks for; what it names is replaced."""
    draft = Draft(call.store, definition)
    return _Applying(with_fields(call, store=draft), draft, problems).all(described)


class _Applying:
    """One document on its way into one draft."""

    def __init__(self, call: Write, draft: Draft, problems: Problems) -> None:
        self._call = call
        self._draft = draft
        self._problems = problems
        self._api = draft.definition.rest_api.id
        self._resources = {each.path: each.id for each in draft.definition.resources.values()}
        # Ids by name.  In a merge a document may name what the API has already.
        self._validators = _ids(draft.definition.request_validators)
        self._authorizers = _ids(draft.definition.authorizers)

    def all(self, described: Described) -> ApiDefinition:
        for members in described.models:
            self._model(members)
        for members in described.validators:
            self._validator(members)
        for members in described.authorizers:
            self._authorizer(members)
        for members in described.gateway_responses:
            what = f"Unable to put gateway response '{members['responseType']}'"
            self._make("PutGatewayResponse", members, what)
        for path in described.paths:
            self._resource(path)
        for method in described.methods:
            self._method(method)
        return self._draft.definition

    # --- What methods name ---------------------------------------------------------------------

    def _model(self, members: Members) -> None:
        name = members["name"]
        before = self._set_aside("models", name)
        made = self._make("CreateModel", members, f"Unable to create model for '{name}'")
        if made is not None and before is not None:
            models = self._draft.definition.models
            self._put("models", {**models, name: replace(models[name], id=before.id)})

    def _validator(self, members: Members) -> None:
        name = members["name"]
        before = self._set_aside("request_validators", name)
        what = f"Unable to create request validator '{name}'"
        made = self._make("CreateRequestValidator", members, what)
        if made is not None:
            self._validators[name] = self._in_place_of(before, "request_validators", made["id"])

    def _authorizer(self, members: Members) -> None:
        name = members["name"]
        before = self._set_aside("authorizers", name)
        made = self._make("CreateAuthorizer", members, f"Unable to create authorizer '{name}'")
        if made is not None:
            self._authorizers[name] = self._in_place_of(before, "authorizers", made["id"])

    def _set_aside(self, field: str, name: str) -> Any:
        """Take what has the name out of the draft and return it."""
        records: Mapping[str, Any] = getattr(self._draft.definition, field)
        self._put(field, {key: each for key, each in records.items() if each.name != name})
        return next((each for each in records.values() if each.name == name), None)

    def _in_place_of(self, before: Any, field: str, made: str) -> str:
        """Give what was made the id of what it replaces, which methods that stay name."""
        if before is None:
            return made
        records = dict(getattr(self._draft.definition, field))
        records[before.id] = replace(records.pop(made), id=before.id)
        self._put(field, records)
        identifier: str = before.id
        return identifier

    def _put(self, field: str, records: Mapping[str, Any]) -> None:
        self._draft.definition = replace(self._draft.definition, **{field: records})

    # --- Paths ---------------------------------------------------------------------------------

    def _resource(self, path: str) -> str | None:
        """Return the id of the path's resource, made with all that is above it."""
        if path in self._resources:
            return self._resources[path]
        above, _, part = path.rpartition("/")
        parent = self._resource(above or "/")
        if parent is None:
            return None
        members = {"parentId": parent, "pathPart": part}
        what = f"Unable to create resource at path '{path}'"
        made = self._make("CreateResource", members, what)
        if made is None:
            return None
        self._resources[path] = made["id"]
        return str(made["id"])

    def _method(self, method: DescribedMethod) -> None:
        resource = self._resources.get(method.path)
        if resource is None:
            return
        self._drop(resource, method.verb)
        place = {"resourceId": resource, "httpMethod": method.verb}
        where = f"'{method.verb}' for resource at path '{method.path}'"
        members = {**place, **method.members, **self._named(method)}
        what = f"Unable to put method '{method.verb}' on resource at path '{method.path}'"
        if self._make("PutMethod", members, what) is None:
            return
        for response in method.responses:
            what = f"Unable to put method response '{response['statusCode']}' on {where}"
            self._make("PutMethodResponse", {**place, **response}, what)
        if method.integration is None:
            return
        what = f"Unable to put integration on {where}"
        if self._make("PutIntegration", {**method.integration, **place}, what) is None:
            return
        what = f"Unable to put integration response on {where}"
        for response in method.integration_responses:
            self._make("PutIntegrationResponse", {**place, **response}, what)

    def _named(self, method: DescribedMethod) -> dict[str, str]:
        """Return the ids of what the method names; a name that nothing has is no id."""
        found: dict[str, str] = {}
        if method.validator is not None:
            name = method.validator
            found["requestValidatorId"] = self._validators.get(name, name)
        if method.authorizer is not None:
            name = method.authorizer
            found["authorizerId"] = self._authorizers.get(name, name)
        return found

    def _drop(self, resource_id: str, verb: str) -> None:
        definition = self._draft.definition
        resource: Resource = definition.resources[resource_id]
        if verb in resource.resource_methods:
            kept = {key: each for key, each in resource.resource_methods.items() if key != verb}
            resource = replace(resource, resource_methods=kept)
            self._put("resources", {**definition.resources, resource_id: resource})

    def _make(self, operation: str, members: Members, what: str) -> Mapping[str, Any] | None:
        """Make one call; return what it answers, or None and note why it was refused."""
        try:
            asked = checked(operation, {"restApiId": self._api, **members})
            answer: Mapping[str, Any] = _function(operation)(self._call, asked)
        except ApiError as error:
            self._problems.error(f"{what}: {error}")
            return None
        return answer


def _ids(records: Mapping[str, Any]) -> dict[str, str]:
    return {each.name: key for key, each in records.items()}


def _function(operation: str) -> Any:
    return answering("apigateway", service.load("apigateway").operations[operation]).function
