"""The API and what it is made of: resources, methods, method responses, request validators."""

from octetgate.core.model.integration import Integration
from octetgate.core.model.record import Record


class EndpointConfiguration(Record, frozen=True, kw_only=True):
    """How the API is offered; octetgate serves every type alike."""

    types: tuple[str, ...] = ("EDGE",)
    ip_address_type: str | None = None
    vpc_endpoint_ids: tuple[str, ...] | None = None


class MethodResponse(Record, frozen=True, kw_only=True):
    """A status that a method may answer with, and the headers it declares."""

    status_code: str
    response_parameters: dict[str, bool] | None = None
    response_models: dict[str, str] | None = None


class Method(Record, frozen=True, kw_only=True):
    """One verb of a resource."""

    http_method: str
    """``GET`` … or ``ANY``."""
    authorization_type: str = "NONE"
    authorizer_id: str | None = None
    api_key_required: bool = False
    request_validator_id: str | None = None
    operation_name: str | None = None
    request_parameters: dict[str, bool] | None = None
    request_models: dict[str, str] | None = None
    authorization_scopes: tuple[str, ...] | None = None
    method_responses: dict[str, MethodResponse] = {}
    """By status code."""
    method_integration: Integration | None = None


class Resource(Record, frozen=True, kw_only=True):
    """A path of an API."""

    id: str
    path: str
    parent_id: str | None = None
    path_part: str | None = None
    resource_methods: dict[str, Method] = {}
    """By verb."""


class RequestValidator(Record, frozen=True, kw_only=True):
    """What methods may have checked of their requests before the integration is asked."""

    id: str
    name: str
    validate_request_body: bool = False
    validate_request_parameters: bool = False


class RestApi(Record, frozen=True, kw_only=True):
    """An API's own settings."""

    id: str
    name: str
    created_date: float
    """Epoch seconds."""
    root_resource_id: str
    region: str = "us-east-1"
    """Where its creator believes it to be: a part of every ARN that names it; not shown."""
    account_id: str = "000000000000"
    """Whose it is: likewise."""
    description: str | None = None
    version: str | None = None
    binary_media_types: tuple[str, ...] | None = None
    minimum_compression_size: int | None = None
    api_key_source: str = "HEADER"
    endpoint_configuration: EndpointConfiguration = EndpointConfiguration()
    policy: str | None = None
    tags: dict[str, str] = {}
    disable_execute_api_endpoint: bool = False
    security_policy: str | None = None
    endpoint_access_mode: str | None = None
