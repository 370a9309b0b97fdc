"""A deployed API as an OpenAPI 3.0 or Swagger 2.0 document (spec: control-plane 7.4).

Pure over records, and the same document for the same records: whatever is a map in the model
keeps its order, and paths are sorted.  What the document says with all extensions makes the same
API again when it is imported.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

import msgspec

from octetgate.control.api_settings import arn
from octetgate.control.openapi import documentation
from octetgate.control.openapi.exported_documentation import describe
from octetgate.control.openapi.exported_operation import exported_operation
from octetgate.control.openapi.exported_schema import exported_schemas
from octetgate.control.openapi.exported_security import Schemes
from octetgate.core.model.api import EndpointConfiguration, Resource, RestApi
from octetgate.core.model.definition import DeploymentRecord
from octetgate.core.model.documentation import DocumentationVersionRecord
from octetgate.core.policy.resource_policy import shortened

PREFIX = "x-amazon-apigateway-"

Document = dict[str, Any]


class Form(StrEnum):
    """The documents that there are, by their names in GetExport."""

    OAS30 = "oas30"
    SWAGGER = "swagger"


class Extension(StrEnum):
    """What a document says beyond OpenAPI, by the names of ``extensions``."""

    APIGATEWAY = "apigateway"
    """All that is API Gateway's own."""
    INTEGRATIONS = "integrations"
    """Integrations, and what the API itself is set to."""
    AUTHORIZERS = "authorizers"
    VALIDATORS = "validators"
    GATEWAY_RESPONSES = "gatewayresponses"
    DOCUMENTATION = "documentation"
    POSTMAN = "postman"
    """How Postman signs the calls that have to be signed; only if it is named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What is exported, where it answers, and what is said of it."""

    deployment: DeploymentRecord
    stage: str
    url: str
    """Where the stage's calls go, the stage as the last segment."""
    documented: DocumentationVersionRecord | None = None
    extensions: frozenset[Extension] = frozenset()

    def says(self, extension: Extension) -> bool:
        """Whether the document has what belongs to an extension."""
        return bool(self.extensions & {extension, Extension.APIGATEWAY})

    @property
    def version(self) -> str:
        """The version: the API's own, else when it was deployed."""
        said = self.deployment.definition.rest_api.version
        return said or timestamp(self.deployment.deployment.created_date)


def timestamp(moment: float) -> str:
    """Return a moment as documents and their file names spell it."""
    return dt.datetime.fromtimestamp(int(moment), dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def export(exported: Exported, form: Form) -> Document:
    """Return the document."""
    definition = exported.deployment.definition
    swagger = form is Form.SWAGGER
    schemes = Schemes(definition, detailed=exported.says(Extension.AUTHORIZERS))
    paths = {
        resource.path: _path(exported, schemes, resource, swagger=swagger)
        for resource in _shown_resources(definition.resources)
    }
    schemas = exported_schemas(definition, swagger=swagger)
    where = _swagger_place(exported) if swagger else _openapi_place(exported)
    document: Document = {
        **({"swagger": "2.0"} if swagger else {"openapi": "3.0.1"}),
        "info": _info(exported),
        **where,
        "paths": paths,
    }
    if swagger:
        document |= _filled(securityDefinitions=schemes.all(), definitions=schemas)
    else:
        components = _filled(schemas=schemas, securitySchemes=schemes.all())
        document |= _filled(components=components)
    if exported.documented is not None and not exported.says(Extension.DOCUMENTATION):
        describe(document, exported.documented.parts.values())
    return document | _extensions(exported)


def _info(exported: Exported) -> Document:
    rest_api = exported.deployment.definition.rest_api
    description = rest_api.description
    said = {"description": description} if description else {}
    return {"title": rest_api.name, **said, "version": exported.version}


def _openapi_place(exported: Exported) -> Document:
    base, _, stage = exported.url.rpartition("/")
    server: Document = {
        "url": f"{base}/{{basePath}}",
        "variables": {"basePath": {"default": stage}},
    }
    if exported.says(Extension.INTEGRATIONS):
        server |= _endpoint(exported.deployment.definition.rest_api)
    return {"servers": [server]}


def _swagger_place(exported: Exported) -> Document:
    url = urlsplit(exported.url)
    place: Document = {"host": url.netloc, "basePath": url.path, "schemes": [url.scheme]}
    if exported.says(Extension.INTEGRATIONS):
        place |= _endpoint(exported.deployment.definition.rest_api)
    return place


def _endpoint(rest_api: RestApi) -> Document:
    """Return how the API is offered, if that is said: AWS's members, and the type besides."""
    configuration = rest_api.endpoint_configuration
    said: Document = {}
    if configuration.types != EndpointConfiguration().types:
        said["types"] = list(configuration.types)
    if configuration.vpc_endpoint_ids:
        said["vpcEndpointIds"] = list(configuration.vpc_endpoint_ids)
    usual = "dualstack" if configuration.types == ("PRIVATE",) else "ipv4"
    if configuration.ip_address_type not in {None, usual}:
        said["ipAddressType"] = configuration.ip_address_type
    if rest_api.disable_execute_api_endpoint:
        said["disableExecuteApiEndpoint"] = True
    return {f"{PREFIX}endpoint-configuration": said} if said else {}


def _shown_resources(resources: Mapping[str, Resource]) -> Iterator[Resource]:
    """Yield the resources with methods, and those without that nothing else would imply."""
    parents = {resource.parent_id for resource in resources.values()}
    for resource in sorted(resources.values(), key=lambda each: each.path):
        is_implied = resource.id in parents or resource.parent_id is None
        if resource.resource_methods or not is_implied:
            yield resource


def _path(exported: Exported, schemes: Schemes, resource: Resource, *, swagger: bool) -> Document:
    validators = _validators(exported)
    found: Document = {}
    for verb, method in resource.resource_methods.items():
        name = f"{PREFIX}any-method" if verb == "ANY" else verb.lower()
        operation = exported_operation(
            resource,
            method,
            swagger=swagger,
            integrations=exported.says(Extension.INTEGRATIONS),
        )
        operation |= _filled(security=schemes.of(method))
        validator = validators.get(method.request_validator_id or "")
        if validator is not None:
            operation[f"{PREFIX}request-validator"] = validator
        if Extension.POSTMAN in exported.extensions and method.authorization_type == "AWS_IAM":
            operation["x-postman-meta"] = _signing(exported.deployment.definition.rest_api)
        found[name] = operation
    return found


def _signing(rest_api: RestApi) -> Document:
    """Return what Postman's importer takes for Signature Version 4.

    The keys are variables of whoever calls; other ways to get in stand in security schemes, which
    it reads as they are.
    """
    return {
        "currentHelper": "awsSigV4",
        "helperAttributes": {
            "id": "awsSigV4",
            "accessKey": "{{aws_access_key_id}}",
            "secretKey": "{{aws_secret_access_key}}",
            "region": rest_api.region,
            "service": "execute-api",
        },
    }


def _validators(exported: Exported) -> Mapping[str, str]:
    """Return the names of the validators by id; two of a name are told apart by their ids."""
    if not exported.says(Extension.VALIDATORS):
        return {}
    named: dict[str, str] = {}
    for key, validator in exported.deployment.definition.request_validators.items():
        taken = validator.name in named.values()
        named[key] = f"{validator.name} {key}" if taken else validator.name
    return named


def _extensions(exported: Exported) -> Document:
    definition = exported.deployment.definition
    said: Document = {}
    if exported.says(Extension.INTEGRATIONS):
        said |= _settings(definition.rest_api)
    if exported.says(Extension.GATEWAY_RESPONSES):
        said["gateway-responses"] = {
            kind.value: _filled(
                statusCode=response.status_code,
                responseParameters=response.response_parameters,
                responseTemplates=response.response_templates,
            )
            for kind, response in definition.gateway_responses.items()
        }
    said["request-validators"] = {
        name: {
            "validateRequestBody": definition.request_validators[key].validate_request_body,
            "validateRequestParameters": (
                definition.request_validators[key].validate_request_parameters
            ),
        }
        for key, name in _validators(exported).items()
    }
    if exported.documented is not None and exported.says(Extension.DOCUMENTATION):
        version = exported.documented.documentation_version
        said["documentation"] = documentation.extension_of(
            exported.documented.parts.values(), version.version, timestamp(version.created_date)
        )
    return {f"{PREFIX}{name}": value for name, value in said.items() if value or value == 0}


def _settings(rest_api: RestApi) -> Document:
    """Return what the API itself is set to, by the extension's name."""
    said = _filled(
        **{
            "policy": _policy(rest_api),
            "binary-media-types": list(rest_api.binary_media_types or ()),
            "security-policy": rest_api.security_policy,
            "endpoint-access-mode": rest_api.endpoint_access_mode,
        }
    )
    if rest_api.api_key_source != "HEADER":
        said["api-key-source"] = rest_api.api_key_source
    # Zero is a size like others: everything is compressed.
    if rest_api.minimum_compression_size is not None:
        said["minimum-compression-size"] = rest_api.minimum_compression_size
    return said


def _policy(rest_api: RestApi) -> Any:
    """Return the policy without the API's own ARN, so that it is as good for another."""
    text = rest_api.policy
    return msgspec.json.decode(shortened(text, arn(rest_api))) if text else None


def _filled(**members: Any) -> Document:
    """Return the members that say something."""
    return {name: value for name, value in members.items() if value}
