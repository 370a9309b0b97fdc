"""Why would my payload change?  Every step of a call that nobody makes, and the rule behind it.

Each step is decided by the function that decides it for real calls; nothing is sent anywhere.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from octetgate.core.http.media import MediaTypes, essence, first
from octetgate.core.http.target import split
from octetgate.core.mapping import template as templates
from octetgate.core.mapping.selection import Choice, request_template, response_template
from octetgate.core.model.api import Method, Resource
from octetgate.core.model.definition import ApiDefinition
from octetgate.core.model.integration import Integration, IntegrationType
from octetgate.core.payload.codings import (
    UnsupportedCoding,
    content_codings,
    is_inflated,
    response_coding,
)
from octetgate.core.payload.convert import (
    Decision,
    Step,
    explain_proxy_request,
    explain_proxy_response,
    explain_request,
    explain_response,
    request_nature,
)
from octetgate.core.payload.handling import http_proxy_response_handling, request_handling
from octetgate.core.payload.hints import (
    Case,
    Hint,
    default_endpoint_off,
    hints,
    no_template,
    not_deployed,
)
from octetgate.core.ports.explanation import Question
from octetgate.core.routing.paths import BadTemplate
from octetgate.core.routing.tree import Match, Tree

_JSON = "application/json"
_ERROR_PAGE = "text/html"
_Members = dict[str, object]
_Place = tuple[Resource, Method]


def explain(asked: Question) -> _Members:
    """Return what would happen to the payload of the call, step by step."""
    definition = asked.draft if asked.deployment is None else asked.deployment.definition
    told: _Members = {
        "api": {"id": definition.rest_api.id, "name": definition.rest_api.name},
        "stage": None if asked.stage is None else asked.stage.stage_name,
        "binaryMediaTypes": list(definition.rest_api.binary_media_types or ()),
    }
    found = _find(definition, asked)
    if found is None:
        refusal = {"status": 403, "message": "Missing Authentication Token"}
        return {**told, "route": None, "refused": refusal, "hints": []}
    resource, method = found.value
    told["route"] = {
        "resourcePath": resource.path,
        "httpMethod": method.http_method,
        "pathParameters": found.path_parameters,
    }
    integration = method.method_integration
    if integration is None:
        refusal = {"status": 500, "message": "Internal server error"}
        return {**told, "integration": None, "refused": refusal, "hints": []}
    told["integration"] = {"type": integration.type, "uri": integration.uri}
    steps = _Steps(asked, definition, integration)
    told["request"] = steps.request()
    told["responses"] = list(steps.responses())
    told["compression"] = _compression(asked, definition, integration)
    told["hints"] = [
        {"name": hint.name, "says": hint.says}
        for hint in dict.fromkeys(
            [*_default_endpoint(asked), *_edited(asked, found.value), *steps.hints]
        )
    ]
    return told


def _find(definition: ApiDefinition, asked: Question) -> Match[_Place] | None:
    places = [
        (resource.path, {verb: (resource, m) for verb, m in resource.resource_methods.items()})
        for resource in definition.resources.values()
    ]
    try:
        return Tree.build(places).find(asked.verb, split(asked.path)[0])
    except BadTemplate:
        return None


def _default_endpoint(asked: Question) -> Iterator[Hint]:
    """Yield whether custom domains alone lead to the call, and whether that is yet to come."""
    wanted = asked.draft.rest_api.disable_execute_api_endpoint
    off = wanted if asked.stage is None else asked.stage.default_endpoint_off
    if off:
        yield default_endpoint_off()
    if off != wanted:
        yield not_deployed("disableExecuteApiEndpoint")


def _edited(asked: Question, place: _Place) -> Iterator[Hint]:
    """Yield what the draft says otherwise than the stage's deployment."""
    if asked.deployment is None:
        return
    served, draft = asked.deployment.definition.rest_api, asked.draft.rest_api
    if (served.binary_media_types or ()) != (draft.binary_media_types or ()):
        yield not_deployed("binaryMediaTypes")
    resource, method = place
    now = asked.draft.resources.get(resource.id)
    edited = None if now is None else now.resource_methods.get(method.http_method)
    if edited is None or edited.method_integration != method.method_integration:
        yield not_deployed("the method's integration")


@dataclass(slots=True)
class _Steps:
    """The steps of one call, and what was probably not meant in them."""

    asked: Question
    definition: ApiDefinition
    integration: Integration
    hints: list[Hint] = field(default_factory=list)

    @property
    def listed(self) -> MediaTypes:
        return MediaTypes(self.definition.rest_api.binary_media_types or ())

    def request(self) -> _Members:
        """Return what happens on the way in."""
        told: _Members = {}
        if self.asked.content_encoding:
            told["contentEncoding"] = self._inflation(self.asked.content_encoding)
        if self.integration.type == IntegrationType.AWS_PROXY:
            decision = explain_proxy_request(self.listed, self.asked.content_type)
            told["payload"] = self._payload(decision, sample=self.asked.sample)
            encoded = decision.step is Step.ENCODE
            told["event"] = {"isBase64Encoded": encoded, "body": "Base64" if encoded else "text"}
            return told
        template: str | None = None
        if self.integration.type != IntegrationType.HTTP_PROXY:
            told["template"], template = self._template()
            if template is None and told["template"] == _REFUSED:
                told["refused"] = {"status": 415, "message": "Unsupported Media Type"}
                return told
        handling = request_handling(self.integration, for_function=_is_function(self.integration))
        decision = explain_request(self.listed, self.asked.content_type, handling)
        told["payload"] = self._payload(decision, template, self.asked.sample)
        return told

    def _template(self) -> tuple[str, str | None]:
        """Return what is done for want or by choice of a template, and its text."""
        known = self.integration.request_templates or {}
        behavior = self.integration.passthrough_behavior
        named = {key: (key, text) if text else None for key, text in known.items()}
        chosen = request_template(named, self.asked.content_type, behavior)
        if chosen is Choice.UNSUPPORTED_MEDIA_TYPE:
            self.hints.append(no_template(essence(self.asked.content_type), list(known)))
            return _REFUSED, None
        if isinstance(chosen, Choice):
            return f"none; {behavior} passes the body on", None
        return f"{chosen[0]}", chosen[1]

    def _inflation(self, header: str) -> str:
        try:
            codings = content_codings([header])
        except UnsupportedCoding as error:
            return f"415: {error}"
        payload = request_nature(self.listed, self.asked.content_type)
        if not codings or not is_inflated(self.integration.type, payload):
            return "left on the body"
        return f"inflated from {', '.join(codings)} before anything else"

    def responses(self) -> Iterator[_Members]:
        """Yield what happens to each answer that there may be."""
        kind = self.integration.type
        if kind == IntegrationType.AWS_PROXY and self.integration.streams:
            yield {"streamed": True, "payload": dict(_AS_WRITTEN)}
            return
        if kind == IntegrationType.AWS_PROXY:
            for flag in (True, False):
                decision = explain_proxy_response(self.listed, self.asked.accept, flag)
                yield {"isBase64Encoded": flag, "payload": self._payload(decision)}
            return
        if kind == IntegrationType.HTTP_PROXY:
            handling = http_proxy_response_handling(self.integration)
            for answer in self._answers():
                decision = explain_response(self.listed, answer, self.asked.accept, handling)
                yield {"answerType": answer, "payload": self._payload(decision)}
            return
        for status, response in sorted(self.integration.integration_responses.items()):
            known = response.response_templates or {}
            named = {key: (key, text) if text else None for key, text in known.items()}
            chosen = response_template(named, self.asked.accept)
            key, text = (None, None) if isinstance(chosen, Choice) else chosen
            for answer in self._answers():
                decision = explain_response(
                    self.listed, answer, self.asked.accept, response.content_handling
                )
                yield {
                    "statusCode": status,
                    "selectionPattern": response.selection_pattern,
                    "answerType": answer,
                    "payload": self._payload(decision, text),
                    "template": key,
                }

    def _answers(self) -> list[str | None]:
        """Return the Content-Types that the backend may answer with."""
        if self.integration.type == IntegrationType.MOCK:
            return [None]
        if self.asked.answer_type is not None:
            return [self.asked.answer_type]
        if _is_function(self.integration):
            return [_JSON]
        wanted = first(self.asked.accept or "")
        likely = wanted if wanted and "*" not in wanted else None
        likely = likely or next((e for e in self.listed.entries if "*" not in e), None)
        likely = likely or self.asked.content_type or _JSON
        return list(dict.fromkeys([likely, *self._first_listed_accept(), _ERROR_PAGE]))

    def _first_listed_accept(self) -> Iterator[str]:
        """Yield the binary type that the client would take, wherever its Accept names it."""
        for element in (self.asked.accept or "").split(","):
            if "*" not in element and self.listed.covering(element.strip()):
                yield first(element)
                return

    def _payload(
        self, decision: Decision, template: str | None = None, sample: bytes = b""
    ) -> Mapping[str, object]:
        case = Case(
            decision=decision,
            listed=self.listed,
            kind=self.integration.type,
            verb=self.asked.verb,
            templated=template is not None and templates.compile(template).reads_body,
            asked=True,
            sample=sample,
        )
        # An answer without a body is converted by no rule: a MOCK's is its template's text.
        if case.is_request or self.integration.type != IntegrationType.MOCK:
            self.hints.extend(hints(case))
        return decision.facts()


_REFUSED = "none fits: 415"
_AS_WRITTEN = {
    "rule": "no row: what a function streams behind its prelude goes to the client as written",
    "row": None,
    "step": "keep",
}
"""A stream has no isBase64Encoded, and nothing decodes it (spec: payload-encodings 10)."""


def _is_function(integration: Integration) -> bool:
    return integration.type == IntegrationType.AWS and ":lambda:path/" in (integration.uri or "")


def _compression(
    asked: Question, definition: ApiDefinition, integration: Integration
) -> Mapping[str, object]:
    least = definition.rest_api.minimum_compression_size
    wanted = None if asked.accept_encoding is None else [asked.accept_encoding]
    coding = response_coding(wanted or [])
    why = f"of {least} bytes or more, and only without a Content-Encoding of their own"
    if least is None:
        coding, why = None, "minimumCompressionSize is not set"
    elif coding is None:
        why = "Accept-Encoding asks first for no coding that is known here"
    elif integration.response_transfer_mode == "STREAM":
        coding, why = None, "streamed answers are not compressed"
    return {"minimumCompressionSize": least, "coding": coding, "answers": why}
