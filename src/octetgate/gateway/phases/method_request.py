"""What the method lets its integration see of the request: headers, parameters, context."""

import time
from collections.abc import Mapping
from functools import lru_cache

from octetgate.core.http.body import Body, BodyTooLarge
from octetgate.core.http.limits import excess
from octetgate.core.http.media import essence
from octetgate.core.http.target import parse_query
from octetgate.core.model.api import Method, RequestValidator
from octetgate.core.model.definition import ApiDefinition
from octetgate.core.payload.codecs import BadPayload
from octetgate.core.payload.codings import UnsupportedCoding, content_codings, is_inflated
from octetgate.core.payload.convert import request_nature
from octetgate.core.payload.inflation import BadCompression, TooExpanded, inflated
from octetgate.core.ports.exchange import ClientCertificate
from octetgate.core.routing.hosts import host_name
from octetgate.core.validation.bodies import BodyModel
from octetgate.core.validation.schemas import NotASchema
from octetgate.gateway.call import Call, Caller
from octetgate.gateway.faults import (
    ApiConfigurationError,
    BadRequest,
    BadRequestBody,
    BadRequestParameters,
    Fault,
    RequestTooLarge,
    UnsupportedMediaType,
)
from octetgate.gateway.snapshot import BadConfiguration, RequiredParameter

_DEFAULT_MODEL = "$default"
AWS_PAYLOAD_LIMIT = 10_485_760
"""Bytes of a body that has to be held whole (spec: payload-encodings 11)."""


async def method_request(call: Call) -> None:
    """Take the codings off the body, and keep AWS's limits where they are to be kept.

    Asked only when there is one of the two to do.
    """
    limits = call.stage.facts.aws_limits
    if limits is not None and (found := excess(limits, call.arrival.exchange.head)):
        raise BadRequest(found.found, status=found.status, message=found.message)
    if "content-encoding" in call.arrival.sent:
        await _inflate(call)
    if limits is not None:
        await call.body.gather(AWS_PAYLOAD_LIMIT)
        if call.body.ready is None or len(call.body.ready) > AWS_PAYLOAD_LIMIT:
            raise RequestTooLarge(f"expected at most {AWS_PAYLOAD_LIMIT} bytes, found more")


async def _inflate(call: Call) -> None:
    """Take the codings off the body, or refuse it.

    AWS does this before it looks for the method; here nobody who may not call makes us work.
    What cannot be inflated is refused before the integration hears of it, as far as AWS's
    payload limit goes; larger bodies are inflated as they pass.
    """
    integration = call.plan.method.method_integration
    if call.body.ready == b"" or integration is None:
        return
    try:
        codings = content_codings(call.arrival.exchange.head.headers.all("content-encoding"))
    except UnsupportedCoding as error:
        raise UnsupportedMediaType(str(error)) from error
    media_types, sent = call.stage.facts.media_types, call.arrival.sent
    payload = request_nature(media_types, sent.get("content-type"))
    if not codings or not is_inflated(integration.type, payload):
        return
    call.body = inflated(call.body, codings)
    try:
        await call.body.gather(AWS_PAYLOAD_LIMIT)
    except BadPayload as error:
        raise bad_request_payload(error) from error


async def whole(body: Body) -> bytes:
    """Return the body whole; 413 beyond AWS's limit."""
    try:
        return await body.collect(AWS_PAYLOAD_LIMIT)
    except BadPayload as error:
        raise bad_request_payload(error) from error
    except BodyTooLarge as error:
        raise RequestTooLarge(str(error)) from error


def bad_request_payload(error: BadPayload) -> Fault:
    """Return what becomes of a call whose body is not what its headers or its API say."""
    if isinstance(error, BadCompression):
        return UnsupportedMediaType(f"Content-Encoding: {error}")
    if isinstance(error, TooExpanded):
        return RequestTooLarge(f"Content-Encoding: {error}")
    return ApiConfigurationError(f"request payload: {error}")


def required_parameters(
    validators: Mapping[str, RequestValidator], method: Method
) -> tuple[RequiredParameter, ...]:
    """Return what a method's validator has to find, sorted by the whole key (recorded)."""
    validator = validators.get(method.request_validator_id or "")
    if validator is None or not validator.validate_request_parameters:
        return ()
    wanted = sorted(key for key, needed in (method.request_parameters or {}).items() if needed)
    return tuple(RequiredParameter(*key.split(".", 3)[2:]) for key in wanted)


async def validate(call: Call) -> None:
    """Refuse the call unless it has what its method requires (spec: request-lifecycle 7)."""
    if call.plan.required:
        _require_parameters(call)
    if call.plan.models is not None:
        await _require_body(call, call.plan.models)


def _require_parameters(call: Call) -> None:
    source = Parameters(call)
    missing = [wanted.name for wanted in call.plan.required if not source.has(wanted)]
    if missing:
        raise BadRequestParameters(missing)


def body_models(definition: ApiDefinition, method: Method) -> dict[str, BodyModel] | None:
    """Return what a method's bodies have to be, by media type; None if nobody checks them.

    Raises BadConfiguration.
    """
    validator = definition.request_validators.get(method.request_validator_id or "")
    if validator is None or not validator.validate_request_body:
        return None
    texts = {name: model.schema for name, model in definition.models.items()}
    compiled: dict[str, BodyModel] = {}
    for media_type, name in (method.request_models or {}).items():
        text = texts.get(name)
        if text is None:
            raise BadConfiguration(f"requestModels: expected a model with a schema, found {name!r}")
        try:
            compiled[media_type] = BodyModel(text, definition.rest_api.id, texts.get)
        except NotASchema as error:
            raise BadConfiguration(f"requestModels: model {name}: {error}") from error
    return compiled or None


async def _require_body(call: Call, models: Mapping[str, BodyModel]) -> None:
    """Refuse a body that is not what the model for its media type says.

    A body without a type counts as JSON; one of a type that has no model is not checked.
    """
    media_type = essence(call.arrival.sent.get("content-type"))
    model = models.get(media_type) or models.get(_DEFAULT_MODEL)
    if model is None:
        return
    problems = model.problems(await whole(call.body))
    if problems:
        raise BadRequestBody(problems)


class Parameters:
    """The request's parameters as mapping expressions and templates name them.

    Header names compare with case, path values are as sent, query values are decoded
    (spec: mapping 1, request-lifecycle 3).
    """

    def __init__(self, call: Call) -> None:
        self._call = call
        self._query: dict[str, list[str]] | None = None
        self._context: Mapping[str, object] | None = None

    def path(self, name: str) -> str | None:
        """Return a path variable."""
        return self._call.route.path_parameters.get(name)

    def query(self, name: str) -> list[str]:
        """Return every value of a query parameter."""
        return self.query_values.get(name, [])

    def header(self, name: str) -> list[str]:
        """Return every value of a header sent under exactly this name."""
        return self._call.headers.exact(name)

    def has(self, wanted: RequiredParameter) -> bool:
        """Whether a parameter has a value that is not blank."""
        if wanted.location == "path":
            return bool((self.path(wanted.name) or "").strip())
        find = self.header if wanted.location == "header" else self.query
        return any(value.strip() for value in find(wanted.name))

    def stage_variable(self, name: str) -> str | None:
        """Return a stage variable."""
        return self._call.stage.facts.variables.get(name)

    def context(self, name: str) -> str | None:
        """Return a context variable, dotted for nested ones; only strings count."""
        value: object = self.context_values
        for part in name.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        return value if isinstance(value, str) else None

    @property
    def query_values(self) -> dict[str, list[str]]:
        """Name → values, in order."""
        if self._query is None:
            self._query = {}
            for name, value in parse_query(self._call.query):
                self._query.setdefault(name, []).append(value)
        return self._query

    @property
    def header_values(self) -> dict[str, list[str]]:
        """Name as sent → values, in order."""
        values: dict[str, list[str]] = {}
        for name, value in self._call.headers.items():
            values.setdefault(name, []).append(value)
        return values

    @property
    def context_values(self) -> Mapping[str, object]:
        """``$context`` without the overrides."""
        if self._context is None:
            self._context = context_values(self._call)
        return self._context


def context_values(call: Call) -> dict[str, object]:
    """Return ``$context`` and ``requestContext`` (spec: mapping 8, lambda 1.2)."""
    arrival, facts, resource = call.arrival, call.stage.facts, call.plan.resource
    domain = host_name(arrival.sent.get("host", ""))
    values: dict[str, object] = {
        "resourceId": resource.id or None,
        "resourcePath": resource.path or None,
        "httpMethod": call.method,
        "extendedRequestId": arrival.extended_request_id,
        "requestTime": request_time(int(arrival.time)),
        "path": call.route.located.context_path,
        "accountId": facts.account_id,
        "protocol": "HTTP/1.1",
        "stage": facts.stage_name,
        "domainPrefix": domain.partition(".")[0],
        "requestTimeEpoch": int(arrival.time * 1000),
        "requestId": arrival.request_id,
        "identity": _identity(call),
        "domainName": domain,
        "deploymentId": facts.deployment_id,
        "apiId": facts.api_id,
    }
    # Recorded: what a call has not is no key of its requestContext, not a null one.
    if call.route.is_canary is not None:
        values["isCanaryRequest"] = call.route.is_canary
    if call.plan.method.operation_name:
        values["operationName"] = call.plan.method.operation_name
    if arrival.caller is not None and arrival.caller.context:
        values["authorizer"] = arrival.caller.context
    if arrival.endpoint_request_id is not None:
        values["awsEndpointRequestId"] = arrival.endpoint_request_id
    return values


@lru_cache(maxsize=16)
def request_time(seconds: int) -> str:
    """Return epoch seconds as ``$context.requestTime`` has them."""
    return time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(seconds))


def _identity(call: Call) -> dict[str, object]:
    grant = call.arrival.grant
    known: dict[str, object] = {}
    if grant is not None:
        known = {"apiKey": grant.key.value, "apiKeyId": grant.key.id}
    tls = call.arrival.exchange.tls
    if tls is not None and tls.client is not None:
        known["clientCert"] = _shown_certificate(tls.client)
    return {
        **known,
        "cognitoIdentityPoolId": None,
        "accountId": None,
        "cognitoIdentityId": None,
        "caller": None,
        "sourceIp": call.arrival.exchange.peer,
        "principalOrgId": None,
        "accessKey": None,
        "cognitoAuthenticationType": None,
        "cognitoAuthenticationProvider": None,
        "userArn": None,
        "userAgent": call.arrival.sent.get("user-agent"),
        "user": None,
        **(_signer(call.arrival.caller) or {}),
    }


def _shown_certificate(client: ClientCertificate) -> dict[str, object]:
    return {
        "clientCertPem": client.pem,
        "subjectDN": client.subject_dn,
        "issuerDN": client.issuer_dn,
        "serialNumber": client.serial_number,
        "validity": {"notBefore": client.not_before, "notAfter": client.not_after},
    }


def _signer(caller: Caller | None) -> Mapping[str, str] | None:
    return caller.identity if caller else None
