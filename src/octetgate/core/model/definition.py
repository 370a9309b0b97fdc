"""One API, whole and frozen: what is edited, and what a deployment keeps a copy of."""

import msgspec

from octetgate.core.model.access import Authorizer
from octetgate.core.model.api import RequestValidator, Resource, RestApi
from octetgate.core.model.documentation import DocumentationPart
from octetgate.core.model.record import Record
from octetgate.core.model.responses import GatewayResponse, GatewayResponseType
from octetgate.core.model.schema import Model, built_in_models


class ApiDefinition(Record, frozen=True, kw_only=True):
    """Everything that CreateDeployment freezes (spec: request-lifecycle 18)."""

    rest_api: RestApi
    resources: dict[str, Resource] = {}
    """By id; the root among them."""
    gateway_responses: dict[GatewayResponseType, GatewayResponse] = {}
    """Those that the API customises."""
    request_validators: dict[str, RequestValidator] = {}
    """By id."""
    documentation_parts: dict[str, DocumentationPart] = {}
    """By id; what is said now.  Exports of stages say what a documentation version said."""
    models: dict[str, Model] = msgspec.field(default_factory=built_in_models)
    """By name.  A definition that was written before there were models has the built-in ones."""
    authorizers: dict[str, Authorizer] = {}
    """By id."""


class ApiHead(Record, frozen=True, kw_only=True):
    """The beginning of an :class:`ApiDefinition`: the API without what it is made of."""

    rest_api: RestApi


class Deployment(Record, frozen=True, kw_only=True):
    """What boto3 sees of a deployment."""

    id: str
    created_date: float
    description: str | None = None


class DeploymentRecord(Record, frozen=True, kw_only=True):
    """A deployment with the definition as it was."""

    deployment: Deployment
    definition: ApiDefinition


class DeploymentHead(Record, frozen=True, kw_only=True):
    """The beginning of a :class:`DeploymentRecord`: the deployment without what it froze."""

    deployment: Deployment
