"""A fault becomes a reply, in the built-in words or in the API's own (lifecycle 4.1, 4.2)."""

import json
from collections.abc import Mapping

from octetgate.core.http.body import Body
from octetgate.core.http.headers import Headers, field_value
from octetgate.core.http.target import octets
from octetgate.core.mapping import substitution
from octetgate.core.mapping.expressions import (
    BadExpression,
    parse_gateway_response_expression,
    parse_gateway_response_target,
)
from octetgate.core.mapping.selection import Choice, response_template
from octetgate.core.model.responses import GatewayResponse, GatewayResponseType, customised
from octetgate.core.ports.exchange import Reply
from octetgate.gateway.call import Arrival, Call
from octetgate.gateway.faults import Fault
from octetgate.gateway.phases.integration_request import RequestSource
from octetgate.gateway.snapshot import BadConfiguration, CustomResponse

_JSON = "application/json"


def compile_responses(
    responses: Mapping[GatewayResponseType, GatewayResponse], problems: list[str]
) -> dict[GatewayResponseType, CustomResponse]:
    """Return what is said for each type that the API does not leave to the built-in words.

    A response that cannot be served is named in ``problems``, and the built-in one stays.
    """
    compiled: dict[GatewayResponseType, CustomResponse] = {}
    for kind, response in responses.items():
        try:
            compiled[kind] = _compile(response)
        except BadConfiguration as error:
            problems.append(f"gateway response {kind}: {error}")
    served: dict[GatewayResponseType, CustomResponse] = {}
    for kind in GatewayResponseType:
        said = customised(responses, kind)
        # A request that is too large is refused before an API could say anything (documented).
        if (
            said is not None
            and said.response_type in compiled
            and kind is not GatewayResponseType.REQUEST_TOO_LARGE
        ):
            served[kind] = compiled[said.response_type]
    return served


def _compile(response: GatewayResponse) -> CustomResponse:
    status = None if response.status_code is None else int(response.status_code)
    if status is not None and not 200 <= status <= 599:
        # Below 200 it would be an interim response, after which a client waits for another.
        raise BadConfiguration(f"statusCode: expected 200 to 599, found {status}")
    headers = []
    for key, text in (response.response_parameters or {}).items():
        try:
            target = parse_gateway_response_target(key)
            headers.append((target, parse_gateway_response_expression(text)))
        except BadExpression as error:
            raise BadConfiguration(
                f"responseParameters {key}: expected {error.expected}, found {error.found!r}"
            ) from error
    templates = {
        media_type: (media_type, substitution.compile(text))
        for media_type, text in (response.response_templates or {}).items()
    }
    return CustomResponse(status, tuple(headers), templates)


def gateway_response(arrival: Arrival, call: Call | None, fault: Fault) -> Reply:
    """Return what the client gets instead of an answer; without a call, no API is known."""
    custom = None if call is None else call.stage.responses.get(fault.type)
    if call is None or custom is None:
        reply = _built_in(fault)
    else:
        reply = _customised(custom, _Source(call, fault), fault)
    reply.headers.set("x-amzn-RequestId", arrival.request_id)
    reply.headers.set("x-amz-apigw-id", arrival.extended_request_id)
    return reply


def _built_in(fault: Fault) -> Reply:
    headers = Headers()
    if fault.error_type:
        headers.add("x-amzn-ErrorType", fault.error_type)
    if fault.type is GatewayResponseType.REQUEST_TOO_LARGE:
        # The one type that is plain text and cannot be customised.
        headers.add("Content-Type", "text/plain")
        return Reply(fault.status, headers, Body.of((fault.message or "").encode()))
    headers.add("Content-Type", _JSON)
    key = "Message" if fault.type is GatewayResponseType.ACCESS_DENIED else "message"
    space = "" if fault.before_execution else " "
    body = f'{{"{key}":{space}{json.dumps(fault.message)}}}'
    return Reply(fault.status, headers, Body.of(body.encode()))


def _customised(custom: CustomResponse, source: "_Source", fault: Fault) -> Reply:
    """Return the API's own reply; what it leaves open is as built in."""
    reply = _built_in(fault)
    reply.status = custom.status or fault.status
    # By Accept, else JSON's, else the first, as for integrations (unconfirmed); the template's
    # key becomes the Content-Type (unconfirmed).
    chosen = response_template(custom.templates, source.accept)
    if not isinstance(chosen, Choice):
        media_type, template = chosen
        reply.headers.set("Content-Type", field_value(media_type))
        reply.body = Body.of(template.render(source.text).encode("utf-8", "replace"))
    for name, expression in custom.headers:
        value = expression.resolve(source)
        text = field_value(",".join(value) if isinstance(value, list) else value or "")
        if text:
            reply.headers.set(name, text)
    return reply


class _Source(RequestSource):
    """Where a gateway response looks things up: the request, the context, and the fault."""

    def __init__(self, call: Call, fault: Fault) -> None:
        super().__init__(call)
        self.accept = call.arrival.sent.get("accept")
        self._error = {
            "message": fault.message,
            "messageString": json.dumps(fault.message),
            "responseType": str(fault.type),
            "validationErrorString": fault.validation_error,
        }

    def context(self, name: str) -> str | None:
        """Return a context variable as text; numbers and booleans count too here."""
        first, *rest = name.split(".")
        value = self._error if first == "error" else self.context_values.get(first)
        for part in rest:
            value = value.get(part) if isinstance(value, Mapping) else None
        if isinstance(value, str):
            return value
        return json.dumps(value) if isinstance(value, int | float) else None

    def text(self, name: str) -> str | None:
        """Return what a template's variable stands for, named without its dollar sign."""
        root, _, rest = name.partition(".")
        if root == "context":
            return self.context(rest)
        if root == "stageVariables":
            return self.stage_variable(rest)
        _, location, parameter = rest.split(".", 2)
        if location == "path":
            return _decoded(self.path(parameter))
        several = self.header(parameter) if location == "header" else self.query(parameter)
        # Of several values the last counts, as in parameter mappings.
        return _decoded(several[-1]) if several else None


def _decoded(value: str | None) -> str | None:
    """Return what came on the wire as text."""
    return None if value is None else octets(value).decode("utf-8", "replace")
