"""Shape what the integration gets: template or 415, conversion, rendering, parameters, URI.

The order is AWS's (spec: payload-encodings 3.3, request-lifecycle 1): a template is chosen
first, so that 415 comes before any conversion; a template sees the converted body.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from octetgate.core.http.body import Body
from octetgate.core.http.headers import field_value, is_field_name
from octetgate.core.http.hops import forbidden_mapping
from octetgate.core.http.media import MediaTypes, essence
from octetgate.core.mapping import template as templates
from octetgate.core.mapping.context import Overrides
from octetgate.core.mapping.expressions import (
    BadExpression,
    Expression,
    Location,
    MalformedJsonBody,
    parse_request_expression,
    parse_request_target,
)
from octetgate.core.mapping.selection import Choice, request_template
from octetgate.core.model.integration import ContentHandling, Integration
from octetgate.core.payload.codecs import BadPayload, Encode, codec
from octetgate.core.payload.convert import (
    Decision,
    Nature,
    Step,
    explain_request,
    request_nature,
)
from octetgate.core.payload.handling import request_handling
from octetgate.core.payload.hints import SAMPLE_BYTES
from octetgate.core.payload.measure import Measure, Measured
from octetgate.gateway.call import Call
from octetgate.gateway.faults import (
    ApiConfigurationError,
    BadRequest,
    ExecutionFailed,
    RequestTooLarge,
    UnsupportedMediaType,
)
from octetgate.gateway.phases.mapping_template import (
    compile_templates,
    render,
    render_around,
    template_scope,
)
from octetgate.gateway.phases.method_request import (
    AWS_PAYLOAD_LIMIT,
    Parameters,
    bad_request_payload,
    whole,
)
from octetgate.gateway.snapshot import BadConfiguration

_DECISIONS = 256
_STAYS_BINARY = (None, ContentHandling.CONVERT_TO_BINARY)
_OF_ROUTE = ("method.request.path.", "stageVariables.", "'")


class RequestConversion:
    """What is done to a request body, decided once for each Content-Type."""

    def __init__(self, media_types: MediaTypes, handling: ContentHandling | None) -> None:
        self._media_types = media_types
        self._handling = handling
        self._decided: dict[str | None, Decision] = {}

    def decide(self, content_type: str | None) -> Decision:
        """Return the decision for a body of this Content-Type."""
        try:
            return self._decided[content_type]
        except KeyError:
            decision = explain_request(self._media_types, content_type, self._handling)
            if len(self._decided) < _DECISIONS:
                self._decided[content_type] = decision
            return decision

    async def convert(self, call: Call) -> Body:
        """Return the call's body converted, and note why."""
        body = call.body
        if body.ready == b"":
            return body
        return await converted_request(call, body, self.note(call))

    def note(self, call: Call) -> Step:
        """Return what to do, and note why."""
        decision = self.decide(call.arrival.sent.get("content-type"))
        call.arrival.request_payload = decision
        return decision.step


async def converted_request(call: Call, body: Body, step: Step) -> Body:
    """Return the body converted.

    A conversion whose outcome or length depends on the bytes is done before the backend is
    called as far as AWS's payload limit goes: what cannot be decoded is never sent on, and
    the backend is told a length.  Larger bodies are converted as they pass.
    """
    if step is Step.KEEP:
        return body
    if step is Step.DECODE or (step is Step.UTF8 and body.length is not None):
        await body.gather(AWS_PAYLOAD_LIMIT)
    conversion = codec(step)
    if conversion is None:
        return body
    measured = Measured(conversion)
    call.arrival.request_measure = measured.measure
    try:
        return await body.through(measured)
    except BadPayload as error:
        raise bad_request_payload(error) from error


async def _encoded(call: Call, body: Body) -> list[bytes]:
    """Return the Base64 of a body, each piece encoded as it comes; 413 beyond AWS's limit."""
    encode, pieces = Encode(), list[bytes]()
    size, taken = body.length or 0, 0
    measure = call.arrival.request_measure = Measure()
    while size <= AWS_PAYLOAD_LIMIT and (piece := await body.read()):
        measure.sample = measure.sample or bytes(piece[:SAMPLE_BYTES])
        pieces.append(encode.feed(piece))
        taken += len(piece)
        size = max(size, taken)
    if size > AWS_PAYLOAD_LIMIT:
        body.close()
        raise RequestTooLarge(f"expected at most {AWS_PAYLOAD_LIMIT} bytes of body, found {size}")
    pieces.append(encode.finish())
    measure.bytes_in, measure.bytes_out = taken, sum(map(len, pieces))
    return pieces


@dataclass(slots=True)
class ParameterValues:
    """What parameter mappings and overrides produced, by place."""

    headers: dict[str, str] = field(default_factory=dict)
    query: list[tuple[str, str]] = field(default_factory=list)
    path: dict[str, str] = field(default_factory=dict)


class ParameterMapping:
    """``requestParameters``, compiled (spec: mapping 1)."""

    def __init__(self, parameters: Mapping[str, str] | None) -> None:
        self.needs_body = False
        self.of_route = True
        """Whether path variables and constants alone decide every value."""
        self._rules: list[tuple[Location, str, Expression]] = []
        for key, text in (parameters or {}).items():
            self._add(key, text)

    def _add(self, key: str, text: str) -> None:
        try:
            target, expression = parse_request_target(key), parse_request_expression(text)
        except BadExpression as error:
            raise BadConfiguration(
                f"requestParameters {key}: expected {error.expected}, found {error.found!r}"
            ) from error
        self._rules.append((target.location, target.name, expression))
        self.needs_body = self.needs_body or expression.needs_body
        self.of_route = self.of_route and text.startswith(_OF_ROUTE)

    def __bool__(self) -> bool:
        return bool(self._rules)

    def resolve(self, source: "RequestSource") -> ParameterValues:
        """Return the values of this call; a mapping without a value sets nothing."""
        values = ParameterValues()
        for location, name, expression in self._rules:
            try:
                value = expression.resolve(source)
            except MalformedJsonBody as error:
                raise BadRequest(str(error), message="Invalid JSON in request body") from error
            if value is not None and value != "":
                _place(values, location, name, value)
        return values


def _place(values: ParameterValues, location: Location, name: str, value: str | list[str]) -> None:
    if location is Location.QUERYSTRING:
        several = value if isinstance(value, list) else [value]
        values.query.extend((name, one) for one in several)
    else:
        text = ",".join(value) if isinstance(value, list) else value
        if location is Location.HEADER:
            values.headers[name] = field_value(text)
        else:
            values.path[name] = text


class RequestSource(Parameters):
    """Where mapping expressions look things up for an integration request."""

    def __init__(self, call: Call, body: str = "") -> None:
        super().__init__(call)
        self._body = body

    def body_text(self) -> str:
        """Return the request's body, converted to text."""
        return self._body

    def response_header(self, name: str) -> list[str]:
        """Return nothing: there is no response yet."""
        del name
        return []


@dataclass(slots=True)
class Shaped:
    """An integration request's parts, before they become a request of a protocol."""

    body: Body
    values: ParameterValues
    overrides: Overrides
    is_json: bool = False
    """Whether the body is known to be JSON; that it is not, nobody has looked."""


class NonProxyRequest:
    """The request side of HTTP, AWS and MOCK: templates, conversion and parameters."""

    def __init__(
        self,
        media_types: MediaTypes,
        integration: Integration,
        *,
        for_function: bool = False,
        for_mock: bool = False,
    ) -> None:
        self._media_types = media_types
        self._templates = compile_templates("requestTemplates", integration.request_templates)
        self._passthrough = integration.passthrough_behavior
        self.parameters = ParameterMapping(integration.request_parameters)
        self._handling = request_handling(integration, for_function=for_function)
        self._for_function = for_function
        self._for_mock = for_mock
        self._conversion = RequestConversion(media_types, self._handling)

    async def shape(self, call: Call) -> Shaped:
        """Return the integration request's parts for this call."""
        chosen = self._choose(call)
        if self._for_mock and chosen is not None:
            self._refuse_binary(call)
        reads = chosen is not None and chosen.reads_body
        if reads or self.parameters.needs_body or (chosen is None and self._for_function):
            self._refuse_long(call)
        if chosen is not None and (reads or self.parameters.needs_body):
            return self._rendered(call, chosen, await self._converted_text(call))
        body = await self._conversion.convert(call)
        if chosen is not None:
            return self._rendered(call, chosen, [])
        if not self.parameters:
            return Shaped(body, ParameterValues(), Overrides())
        text = await self._text(call, body) if self.parameters.needs_body else ""
        return Shaped(body, self.parameters.resolve(RequestSource(call, text)), Overrides())

    def _rendered(self, call: Call, template: templates.Template, text: list[bytes]) -> Shaped:
        """Return what the template makes of the call, whose body's text comes in pieces."""
        call.body.close()
        # A template sees an empty body as something else, so there is nothing to write around.
        if template.body_places and any(text) and not self.parameters.needs_body:
            shaped = self._rendered_around(call, template, text)
            if shaped is not None:
                return shaped
        overrides, seen = Overrides(), b"".join(text).decode()
        source = RequestSource(call, seen)
        values = self.parameters.resolve(source)
        scope = template_scope(call, source, seen, overrides)
        rendered = render("request template", template, scope).encode()
        _override(values, overrides)
        return Shaped(Body.of(rendered), values, overrides)

    def _rendered_around(
        self, call: Call, template: templates.Template, text: list[bytes]
    ) -> Shaped | None:
        """Return the same where the template only writes the body out and can tell where."""
        overrides, source = Overrides(), RequestSource(call, templates.HERE)
        values = self.parameters.resolve(source)
        scope = template_scope(call, source, templates.HERE, overrides)
        around = render_around("request template", template, scope, sum(map(len, text)))
        if around is None:
            return None
        _override(values, overrides)
        decision = call.arrival.request_payload
        is_base64 = decision is not None and decision.step is Step.ENCODE
        is_json = is_base64 and self._for_function and around.is_json()
        return Shaped(Body.of(around.filled(text)), values, overrides, is_json)

    async def _converted_text(self, call: Call) -> list[bytes]:
        """Return the body as UTF-8 for a template, in pieces: nobody else wants the body."""
        body = call.body
        if body.ready == b"":
            return []
        step = self._conversion.note(call)
        if step is Step.ENCODE:
            return await _encoded(call, body)
        text = await self._text(call, await converted_request(call, body, step))
        return [text.encode()]

    def _refuse_binary(self, call: Call) -> None:
        """Refuse a template over a binary body, empty or not.

        That is AWS's trap for CORS: ``*/*`` makes a preflight, which has no Content-Type and so
        counts as JSON, a binary payload, and the template of its MOCK cannot be rendered (spec:
        payload-encodings 7).
        """
        content_type = call.arrival.sent.get("content-type")
        binary = request_nature(self._media_types, content_type) is Nature.BINARY
        if binary and self._handling in _STAYS_BINARY:
            self._conversion.note(call)
            raise ApiConfigurationError(
                "Unable to transform request: expected text for the template, found "
                f"{essence(content_type)}, which binaryMediaTypes covers; contentHandling "
                "CONVERT_TO_TEXT makes it text"
            )

    def _refuse_long(self, call: Call) -> None:
        """Refuse a body to be held that says it is too long, unless decoding may shorten it."""
        found = call.body.length or 0
        if found > AWS_PAYLOAD_LIMIT and self._conversion.note(call) is not Step.DECODE:
            raise RequestTooLarge(f"expected at most {AWS_PAYLOAD_LIMIT} bytes, found {found}")

    def _choose(self, call: Call) -> templates.Template | None:
        content_type = call.arrival.sent.get("content-type")
        chosen = request_template(self._templates, content_type, self._passthrough)
        if chosen is Choice.UNSUPPORTED_MEDIA_TYPE:
            found = essence(content_type)
            known = ", ".join(self._templates) or "none"
            raise UnsupportedMediaType(f"expected a template for {found}, found {known}")
        return None if isinstance(chosen, Choice) else chosen

    async def _text(self, call: Call, body: Body) -> str:
        data = await whole(body)
        decision = call.arrival.request_payload
        if decision is not None and decision.step is Step.DECODE:
            # Recorded: bytes and a template do not go together, whatever the bytes are.
            raise ApiConfigurationError("expected text for the template, found decoded bytes")
        try:
            return data.decode()
        except UnicodeDecodeError as error:
            raise ApiConfigurationError(f"expected text for the template, found {error}") from error


def _override(values: ParameterValues, overrides: Overrides) -> None:
    """Let what the template overrode win over what was mapped (spec: mapping 9)."""
    values.path.update(overrides.request_path)
    values.headers.update(overridden_fields("requestOverride", overrides.request_headers))
    for name, several in overrides.request_querystring.items():
        values.query = [pair for pair in values.query if pair[0] != name]
        values.query.extend((name, one) for one in several)


def overridden_fields(where: str, headers: Mapping[str, str]) -> dict[str, str]:
    """Return the header fields that a template set; their names may come from anywhere."""
    for name in headers:
        if not is_field_name(name):
            raise ExecutionFailed(f"{where}.header: expected a header's name, found {name!r}")
    return {name: field_value(value) for name, value in headers.items()}


def refuse_forbidden(names: Iterable[str], *, aws: bool) -> None:
    """Refuse a call that maps a header which is the gateway's own (spec: lifecycle 6.3)."""
    name = forbidden_mapping(names, aws=aws)
    if name is not None:
        raise ExecutionFailed(f"requestParameters: expected another header, found {name}")
