"""Shape what comes back: select a response, convert, render, map headers.

Straight, not mirrored: the body is converted before the template sees it, on the way out as
on the way in (spec: payload-encodings 4, mapping 2 to 4).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from octetgate.core.http.body import Body, BodyTooLarge
from octetgate.core.http.headers import Headers, field_value
from octetgate.core.http.hops import response_headers_mapped
from octetgate.core.http.media import MediaTypes
from octetgate.core.mapping import selection
from octetgate.core.mapping.context import Overrides
from octetgate.core.mapping.expressions import (
    BadExpression,
    Expression,
    MalformedJsonBody,
    parse_response_expression,
    parse_response_target,
)
from octetgate.core.mapping.selection import (
    BadPattern,
    Choice,
    TextTooLong,
    response_template,
)
from octetgate.core.model.integration import ContentHandling, Integration, IntegrationResponse
from octetgate.core.payload.codecs import BadPayload, codec
from octetgate.core.payload.convert import Decision, Step, explain_response
from octetgate.core.payload.measure import Measured
from octetgate.core.ports.upstream import UpstreamError
from octetgate.gateway.call import Call
from octetgate.gateway.faults import ApiConfigurationError, ExecutionFailed, IntegrationFailure
from octetgate.gateway.phases.integration_request import overridden_fields
from octetgate.gateway.phases.mapping_template import compile_templates, render, template_scope
from octetgate.gateway.phases.method_request import AWS_PAYLOAD_LIMIT, Parameters
from octetgate.gateway.snapshot import BadConfiguration

_DECISIONS = 1024
KEEP_LENGTH = 1 << 20
"""Up to here an answer waits for its end, so that it keeps a Content-Length though it changes."""

_FINAL = 200
"""Below it a response is interim, and a client waits for another."""


class ResponseConversion:
    """What is done to a response body, decided once for each pair of types."""

    def __init__(self, media_types: MediaTypes, handling: ContentHandling | None) -> None:
        self._media_types = media_types
        self._handling = handling
        self._decided: dict[tuple[str | None, str | None], Decision] = {}

    def decide(self, content_type: str | None, accept: str | None) -> Decision:
        """Return the decision for a backend's Content-Type and the client's Accept."""
        try:
            return self._decided[content_type, accept]
        except KeyError:
            decision = explain_response(self._media_types, content_type, accept, self._handling)
            if len(self._decided) < _DECISIONS:
                self._decided[content_type, accept] = decision
            return decision

    async def convert(self, call: Call, content_type: str | None, body: Body) -> Body:
        """Return the body converted, and note why."""
        if body.ready == b"":
            return body
        return await converted_response(call, body, self.note(call, content_type))

    def note(self, call: Call, content_type: str | None) -> Step:
        """Return what to do, and note why."""
        decision = self.decide(content_type, call.arrival.sent.get("accept"))
        call.arrival.response_payload = decision
        return decision.step


async def converted_response(call: Call, body: Body, step: Step) -> Body:
    """Return the body converted.

    Text that may turn out not to be Base64 is decoded before the head goes out, as far as the
    payload limit goes, so that the client gets a 500 and not half an answer.  Short text of
    known length keeps its Content-Length.
    """
    if step is Step.KEEP:
        return body
    if only_announced(call, body):
        return Body(body.source)
    if step is Step.DECODE:
        await gathered(body, AWS_PAYLOAD_LIMIT)
    elif step is Step.UTF8 and body.length is not None:
        await gathered(body, KEEP_LENGTH)
    conversion = codec(step)
    if conversion is None:
        return body
    measured = Measured(conversion)
    call.arrival.response_measure = measured.measure
    try:
        return await body.through(measured)
    except BadPayload as error:
        raise ApiConfigurationError(f"response payload: {error}") from error


def only_announced(call: Call, body: Body) -> bool:
    """Say whether the client asked for a head only, and nobody has the bytes it tells of.

    Nobody knows, then, what converting or compressing them would come to.
    """
    return body.ready is None and call.arrival.exchange.head.method == "HEAD"


async def gathered(body: Body, limit: int) -> None:
    """Gather a backend's body; one that breaks off is a fault, for nothing was said yet."""
    try:
        await body.gather(limit)
    except UpstreamError as error:
        raise IntegrationFailure(str(error)) from error


async def whole(body: Body) -> bytes:
    """Return a backend's body whole; beyond AWS's limit it is an error of the 500 family."""
    try:
        await gathered(body, AWS_PAYLOAD_LIMIT)
        return await body.collect(AWS_PAYLOAD_LIMIT)
    except BadPayload as error:
        raise ApiConfigurationError(f"response payload: {error}") from error
    except BodyTooLarge as error:
        raise ExecutionFailed(f"response payload: {error}") from error


@dataclass(frozen=True, slots=True)
class _HeaderRule:
    name: str
    expression: Expression


class _Compiled:
    """One integration response, compiled."""

    def __init__(
        self, media_types: MediaTypes, response: IntegrationResponse, *, declared: bool
    ) -> None:
        self.status = int(response.status_code)
        self.declared = declared
        self.conversion = ResponseConversion(media_types, response.content_handling)
        self.to_binary = response.content_handling is ContentHandling.CONVERT_TO_BINARY
        self.templates = compile_templates("responseTemplates", response.response_templates)
        self.rules = [_rule(k, v) for k, v in (response.response_parameters or {}).items()]
        self.needs_body = any(rule.expression.needs_body for rule in self.rules)


def _rule(key: str, text: str) -> _HeaderRule:
    try:
        return _HeaderRule(parse_response_target(key), parse_response_expression(text))
    except BadExpression as error:
        raise BadConfiguration(
            f"responseParameters {key}: expected {error.expected}, found {error.found!r}"
        ) from error


class ResponseSource(Parameters):
    """Where mapping expressions look things up for an integration response."""

    def __init__(self, call: Call, headers: Headers, body: str) -> None:
        super().__init__(call)
        self._headers = headers
        self._body = body

    def body_text(self) -> str:
        """Return the integration response's body, converted to text."""
        return self._body

    def response_header(self, name: str) -> list[str]:
        """Return every value of a backend header of exactly this name."""
        return self._headers.exact(name)


@dataclass(slots=True)
class Mapped:
    """A method response's parts."""

    status: int
    headers: Headers
    body: Body


class NonProxyResponse:
    """The response side of HTTP, AWS and MOCK."""

    def __init__(
        self,
        media_types: MediaTypes,
        integration: Integration,
        declared: Mapping[str, object],
        *,
        for_mock: bool = False,
    ) -> None:
        self._for_mock = for_mock
        try:
            self._selector = selection.compile(
                (r.selection_pattern, status)
                for status, r in integration.integration_responses.items()
            )
        except BadPattern as error:
            raise BadConfiguration(f"selectionPattern: {error}") from error
        self._responses = {
            status: _Compiled(media_types, response, declared=status in declared)
            for status, response in integration.integration_responses.items()
        }

    async def shape(  # what was asked, what came back, and what templates left behind
        self, call: Call, selected_by: str, headers: Headers, body: Body, overrides: Overrides
    ) -> Mapped:
        """Return the method response for an endpoint's answer.

        ``selected_by`` is what selection patterns match: a status, or a function's
        ``errorMessage``.
        """
        response = self._select(call, selected_by)
        converted = await response.conversion.convert(call, headers.get("content-type"), body)
        chosen = response_template(response.templates, call.arrival.sent.get("accept"))
        template = None if isinstance(chosen, Choice) else chosen
        text = ""
        if template is not None or response.needs_body:
            text = await _text(call, converted, for_template=template is not None)
        source = ResponseSource(call, headers, text)
        produced = Headers(_values(response.rules, source))
        mapped = Mapped(response.status, response_headers_mapped(produced), converted)
        if template is not None:
            scope = template_scope(call, source, text, overrides)
            mapped.body = Body.of(render("response template", template, scope).encode())
            if self._for_mock and response.to_binary:
                # Nothing stood behind it: its contentHandling is for what templates made (spec:
                # payload-encodings 7; unconfirmed).
                mapped.body = await converted_response(call, mapped.body, Step.DECODE)
        _override(mapped, overrides)
        return mapped

    def _select(self, call: Call, selected_by: str) -> _Compiled:
        try:
            status = self._selector.choose(selected_by)
        except TextTooLong as error:
            raise ApiConfigurationError(f"selectionPattern: {error}") from error
        if status is None:
            seen = call.arrival.integration_status
            raise ApiConfigurationError(
                "No match for output mapping and no default output mapping configured. "
                f"Endpoint Response Status Code: {seen}"
            )
        response = self._responses[status]
        if not response.declared:
            raise ApiConfigurationError(f"method response {status}: expected one, found none")
        return response


def _values(rules: list[_HeaderRule], source: ResponseSource) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for rule in rules:
        try:
            value = rule.expression.resolve(source)
        except MalformedJsonBody as error:
            raise ExecutionFailed(str(error), error_type="InternalFailureException") from error
        if isinstance(value, list):
            value = ",".join(value)
        if value:
            pairs.append((rule.name, field_value(value)))
    return pairs


def _override(mapped: Mapped, overrides: Overrides) -> None:
    """Let what a template overrode win (spec: mapping 9)."""
    mapped.status = overrides.response_status or mapped.status
    if mapped.status < _FINAL:
        raise ApiConfigurationError(
            f"statusCode: expected {_FINAL} to 599, as an interim response ends no call; "
            f"found {mapped.status}"
        )
    if overrides.response_headers:
        fields = overridden_fields("responseOverride", overrides.response_headers)
        for name, value in response_headers_mapped(Headers(fields.items())):
            mapped.headers.set(name, value)


async def _text(call: Call, body: Body, *, for_template: bool) -> str:
    data = await whole(body)
    decision = call.arrival.response_payload
    if for_template and decision is not None and decision.step is Step.DECODE:
        # Recorded: a conversion that ends in bytes, and a template, is a 500.
        raise ApiConfigurationError("expected text for the response template, found bytes")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise ApiConfigurationError(f"expected text in the response, found {error}") from error
