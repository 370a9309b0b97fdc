"""Ask an AWS service for a method: its URI, its headers, its signature.

Spec: lambda 4, request-lifecycle 6.2 and 6.3, mapping 13.
"""

from collections.abc import Callable, Mapping
from urllib.parse import unquote

from octetgate.core.http.body import Body
from octetgate.core.http.headers import Field, Headers
from octetgate.core.http.hops import DROPPED_TO_AWS
from octetgate.core.http.target import Pairs, encode_query, encode_strictly, octets, parse_query
from octetgate.core.mapping.substitution import substitute_stage_variables
from octetgate.core.model import service_uri
from octetgate.core.model.integration import Integration
from octetgate.core.ports.services import (
    NoCredentials,
    Operation,
    Service,
    Services,
    UnknownService,
)
from octetgate.core.ports.upstream import UpstreamRequest, UpstreamResponse
from octetgate.gateway.call import Call
from octetgate.gateway.faults import ApiConfigurationError
from octetgate.gateway.phases.endpoint import (
    ACCEPT,
    API_ID,
    TRACE_ID,
    bodiless,
    endpoint_method,
    map_headers,
    user_agent,
)
from octetgate.gateway.phases.endpoint_uri import PLACEHOLDER, path_value
from octetgate.gateway.phases.integration_request import ParameterValues
from octetgate.gateway.phases.method_request import AWS_PAYLOAD_LIMIT, whole
from octetgate.gateway.snapshot import BadConfiguration, StageFacts

EXPECTED_URI = "arn:aws:apigateway:{region}:{service}:path/… or …:{service}:action/{Action}"
_SPEAKS_QUERY = frozenset({"sqs", "events"})
"""JSON services whose ``X-Amz-Target`` and Content-Type the API has to map (recorded)."""
_WRAPS = frozenset({"ssm"})
"""JSON services whose actions are answered in the query protocol's wrapping (recorded)."""
_REQUEST_IDS = ("x-amzn-requestid", "x-amz-request-id")


class ServiceTarget:
    """A compiled URI of an AWS service, and everything about a request that it decides."""

    def __init__(self, facts: StageFacts, integration: Integration) -> None:
        uri = service_uri.parse(substitute_stage_variables(integration.uri or "", facts.variables))
        if uri is None:
            raise BadConfiguration(f"uri: expected {EXPECTED_URI}, found {integration.uri!r}")
        self.service = _found(facts, uri)
        self.action = uri.action
        self._operation = _operation(facts.ports.services, self.service, uri.action)
        self.method = self._operation.method if self._operation else endpoint_method(integration)
        # A path is encoded as signatures want it; an S3 key is one name, slashes and all.
        self._one_segment = self.service.unsigned_payload
        self._path = PLACEHOLDER.split(uri.path)
        self._path[::2] = [self._encoded(literal) for literal in self._path[::2]]
        self._query = [(name, PLACEHOLDER.split(value)) for name, value in parse_query(uri.query)]

    @property
    def wraps(self) -> bool:
        """Whether its answers come in the query protocol's wrapping."""
        return self.action is not None and self.service.name in _WRAPS

    def target(self, values: ParameterValues) -> tuple[str, Headers]:
        """Return the request target of one call, and the headers that an action's parameters are.

        AWS takes an action's parameters from its URI and from mapped query parameters.
        """
        pairs = [(name, _filled(pieces, values.path, _plain)) for name, pieces in self._query]
        pairs += values.query
        if self._operation is not None:
            return self._rest(self._operation, pairs)
        if self.action is not None:
            pairs.insert(0, ("Action", self.action))
        return self._joined(_filled(self._path, values.path, self._encoded), pairs), Headers()

    def headers(self, call: Call, values: ParameterValues, body: Body, given: Headers) -> Headers:
        """Return the gateway's own headers, an action's, then what is mapped (6.2)."""
        api_id = call.stage.facts.api_id
        fields: list[Field] = [
            ("Host", "host", self.service.authority),
            ACCEPT,
            user_agent(api_id),
            (API_ID.lower(), API_ID.lower(), api_id),
            (TRACE_ID, TRACE_ID.lower(), call.arrival.trace_id),
            *given.fields,
        ]
        if self.action is not None and self._takes_target:
            version = self.service.json_version
            target = f"{self.service.target_prefix}.{self.action}"
            fields.append(("X-Amz-Target", "x-amz-target", target))
            fields.append(("Content-Type", "content-type", f"application/x-amz-json-{version}"))
        elif content_type := self._content_type(call, body):
            fields.append(("Content-Type", "content-type", content_type))
        headers = Headers.of_fields(fields)
        # A signature is over UTF-8, and so is what it covers.
        mapped = {name: octets(value).decode("latin-1") for name, value in values.headers.items()}
        map_headers(headers, mapped, DROPPED_TO_AWS)
        return headers

    @property
    def _takes_target(self) -> bool:
        return self.service.protocol == "json" and self.service.name not in _SPEAKS_QUERY

    def _content_type(self, call: Call, body: Body) -> str | None:
        """Return the client's type for a body, as for HTTP (spec: payload-encodings 8).

        Not to S3: there it must be mapped to be stored (recorded; mapping 13).
        """
        if body.ready == b"" or self.service.unsigned_payload:
            return None
        return call.arrival.sent.get("content-type")

    def _rest(self, operation: Operation, parameters: Pairs) -> tuple[str, Headers]:
        """Return a REST action's target and headers: members where the model puts them."""
        given = dict(parameters)
        path, _, query = operation.uri.partition("?")
        pieces = PLACEHOLDER.split(path)
        in_path = set(pieces[1::2])
        queries, headers = dict(operation.queries), dict(operation.headers)
        pairs = parse_query(query)
        pairs += [
            (queries.get(member, member), value)
            for member, value in parameters
            if member not in in_path and member not in headers
        ]
        filled = _filled(pieces, given, self._encoded)
        named = [(headers[member], value) for member, value in parameters if member in headers]
        return self._joined(filled, pairs), Headers(named)

    def _joined(self, path: str, pairs: Pairs) -> str:
        query = encode_query(pairs)
        return self.service.base_path + path + (f"?{query}" if query else "")

    def _encoded(self, text: str) -> str:
        return encode_strictly(text, one_segment=self._one_segment)


def _found(facts: StageFacts, uri: service_uri.ServiceUri) -> Service:
    try:
        return facts.ports.services.find(uri.service, uri.region or facts.region)
    except UnknownService as error:
        raise BadConfiguration(str(error)) from error


def _operation(services: Services, service: Service, action: str | None) -> Operation | None:
    operation = services.operation(service, action) if action is not None else None
    if action is not None and operation is None and service.protocol.startswith("rest-"):
        raise BadConfiguration(f"uri: expected an action of {service.name}, found {action!r}")
    return operation


def _filled(pieces: list[str], values: Mapping[str, str], write: Callable[[str], str]) -> str:
    """Return the text with each placeholder's value, as ``write`` puts it there."""
    return "".join(
        write(path_value(values, piece)) if index % 2 else piece
        for index, piece in enumerate(pieces)
    )


def _plain(value: str) -> str:
    """Return a path's value as the text that it stands for."""
    return unquote(encode_strictly(value))


async def sendable(service: Service, method: str, body: Body) -> Body:
    """Return the body as the service can take it.

    S3's may stream; it takes no chunks, so one of unknown length is gathered as far as AWS's
    limit goes.  Every other service's signature covers the body, which is then held.
    """
    if bodiless(method):
        body.close()
        return Body()
    if not service.unsigned_payload:
        return Body.of(await whole(body))
    if body.length is None:
        await body.gather(AWS_PAYLOAD_LIMIT)
    return body


def sign(services: Services, service: Service, request: UpstreamRequest) -> None:
    """Sign the request; without credentials the call is a fault that says which to set."""
    try:
        services.sign(service, request)
    except NoCredentials as error:
        raise ApiConfigurationError(str(error)) from error


def request_id(response: UpstreamResponse) -> str | None:
    """Return the id under which the service knows the request."""
    found = (response.headers.get(name) for name in _REQUEST_IDS)
    return next((each for each in found if each), None)
