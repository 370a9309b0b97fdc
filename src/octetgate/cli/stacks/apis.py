"""``AWS::ApiGateway::RestApi`` and what belongs to one: resources, methods, models, …"""

import json
from collections.abc import Mapping
from typing import Any

from octetgate.cli.definitions import document
from octetgate.cli.stacks.stack import Made, Stack
from octetgate.control.cloudformation import bodies, sam

_STACK, _LOGICAL = "aws:cloudformation:stack-name", "aws:cloudformation:logical-id"
"""Tags that CloudFormation sets, and by which an API is found again."""


def rest_api(stack: Stack, logical: str, properties: Mapping[str, Any]) -> Made:
    """Create the API, or let the definition replace what it was; stages go on serving."""
    gateway = stack.gateway
    tags = {each["Key"]: each["Value"] for each in properties.get("Tags", ())}
    tags |= {_STACK: stack.name, _LOGICAL: logical}
    body = bodies.definition(properties, _body(stack, logical, properties), stack.called(logical))
    before = _existing(gateway, stack.name, logical)
    api = before or gateway.create_rest_api(name=body["info"]["title"], tags=tags)["id"]
    parameters = {**(properties.get("Parameters") or {})}
    types = (properties.get("EndpointConfiguration") or {}).get("Types")
    if types:
        parameters["endpointConfigurationTypes"] = ",".join(types)
    try:
        made = gateway.put_rest_api(
            restApiId=api,
            mode="overwrite",
            body=json.dumps(body).encode(),
            failOnWarnings=str(properties.get("FailOnWarnings", False)).lower() == "true",
            parameters=parameters,
        )
    except Exception:
        if before is None:
            gateway.delete_rest_api(restApiId=api)
        raise
    stack.apis[logical] = api
    stack.notes += [f"{logical}: {each}" for each in made.get("warnings", ())]
    attributes = {"RootResourceId": made["rootResourceId"], "RestApiId": api}
    return Made(api, attributes, "changed" if before else "made")


def _existing(gateway: Any, name: str, logical: str) -> str | None:
    pages = gateway.get_paginator("get_rest_apis").paginate(PaginationConfig={"PageSize": 500})
    for page in pages:
        for each in page["items"]:
            tags = each.get("tags", {})
            if (tags.get(_STACK), tags.get(_LOGICAL)) == (name, logical):
                return str(each["id"])
    return None


def _body(stack: Stack, logical: str, properties: Mapping[str, Any]) -> Mapping[str, Any] | None:
    place = properties.get("BodyS3Location")
    if place is None:
        body: Mapping[str, Any] | None = properties.get("Body")
        return body
    path = place if isinstance(place, str) else sam.local(place.get("Bucket"), place.get("Key"))
    where = f"{logical}.BodyS3Location"
    return document(stack.path(str(path), where))[1]


def resource(stack: Stack, logical: str, properties: Mapping[str, Any]) -> Made:
    """Add a path."""
    made = stack.gateway.create_resource(**stack.members("CreateResource", properties))
    return Made(made["id"], {"ResourceId": made["id"]})


def method(stack: Stack, logical: str, properties: Mapping[str, Any]) -> Made:
    """Add a verb, its responses, and what stands behind it."""
    gateway = stack.gateway
    place = {each: properties[each] for each in ("RestApiId", "ResourceId", "HttpMethod")}
    said = {"AuthorizationType": "NONE", **properties}
    others = ("Integration", "MethodResponses")
    gateway.put_method(**stack.members("PutMethod", said, others))
    for response in properties.get("MethodResponses") or ():
        gateway.put_method_response(**stack.members("PutMethodResponse", {**place, **response}))
    behind = properties.get("Integration")
    if behind:
        said = {**behind, **place}
        gateway.put_integration(**stack.members("PutIntegration", said, ["IntegrationResponses"]))
        for response in behind.get("IntegrationResponses") or ():
            members = stack.members("PutIntegrationResponse", {**place, **response})
            gateway.put_integration_response(**members)
    return Made(logical)


def model(stack: Stack, logical: str, properties: Mapping[str, Any]) -> Made:
    """Add a schema."""
    schema = properties.get("Schema")
    said = {
        "Name": logical,
        "ContentType": "application/json",
        **properties,
        "Schema": schema if isinstance(schema, str) else json.dumps(schema or {}, indent=2),
    }
    made = stack.gateway.create_model(**stack.members("CreateModel", said))
    return Made(made["name"])


def authorizer(stack: Stack, logical: str, properties: Mapping[str, Any]) -> Made:
    """Add an authorizer."""
    said = {"Name": logical, **properties}
    made = stack.gateway.create_authorizer(**stack.members("CreateAuthorizer", said))
    return Made(made["id"], {"AuthorizerId": made["id"]})


def request_validator(stack: Stack, logical: str, properties: Mapping[str, Any]) -> Made:
    """Add a validator."""
    said = {"Name": logical, **properties}
    made = stack.gateway.create_request_validator(**stack.members("CreateRequestValidator", said))
    return Made(made["id"], {"RequestValidatorId": made["id"]})


def gateway_response(stack: Stack, logical: str, properties: Mapping[str, Any]) -> Made:
    """Let the API word a type itself."""
    stack.gateway.put_gateway_response(**stack.members("PutGatewayResponse", properties))
    return Made(logical, {"Id": logical})


def documentation_part(stack: Stack, logical: str, properties: Mapping[str, Any]) -> Made:
    """Say something about a place of the API."""
    members = stack.members("CreateDocumentationPart", properties)
    made = stack.gateway.create_documentation_part(**members)
    return Made(made["id"], {"DocumentationPartId": made["id"]})


def documentation_version(stack: Stack, logical: str, properties: Mapping[str, Any]) -> Made:
    """Freeze what is said; a version that is there already stays as it was."""
    members = stack.members("CreateDocumentationVersion", properties)
    gateway = stack.gateway
    api, version = members["restApiId"], members["documentationVersion"]
    kept = gateway.get_documentation_versions(restApiId=api, limit=500)["items"]
    there = any(each["version"] == version for each in kept)
    if not there:
        gateway.create_documentation_version(**members)
    return Made(version, note="kept" if there else "made")
