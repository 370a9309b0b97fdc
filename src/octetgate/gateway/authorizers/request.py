"""``REQUEST``: a Lambda function is shown the request and says who makes it."""

from octetgate.core.functions.authorizer import request_event
from octetgate.core.functions.proxy_event import ProxyRequest
from octetgate.core.http.target import parse_query
from octetgate.core.mapping.identity import BadIdentitySource, parse_identity_sources
from octetgate.core.model.access import Authorizer
from octetgate.gateway.authorizers._lambda import (
    NOTHING,
    Identity,
    LambdaAuthorizer,
    Told,
    method_arn,
)
from octetgate.gateway.call import Call
from octetgate.gateway.faults import Unauthorized
from octetgate.gateway.phases.function_event import event_headers
from octetgate.gateway.phases.method_request import context_values
from octetgate.gateway.snapshot import BadConfiguration, StageFacts


def compile(facts: StageFacts, authorizer: Authorizer) -> "Request":  # noqa: A001 - the word of all
    """Return the authorizer, or raise BadConfiguration."""
    return Request(facts, authorizer)


class Request(LambdaAuthorizer):
    """Everything but the body; callers are told apart by the identity sources."""

    def __init__(self, facts: StageFacts, authorizer: Authorizer) -> None:
        text = authorizer.identity_source or ""
        try:
            sources = parse_identity_sources(text, many=True) if text.strip() else ()
        except BadIdentitySource as error:
            raise BadConfiguration(
                f"identitySource: expected expressions, found {error}"
            ) from error
        super().__init__(facts, authorizer, sources)

    def identity(self, call: Call, told: Told = NOTHING) -> Identity:
        """Return what the sources say; where nothing is remembered, none of them is needed."""
        try:
            return super().identity(call, told)
        except Unauthorized:
            if self.remembers:
                raise
            return {}

    def event(self, call: Call, identity: Identity, told: Told) -> bytes:
        """Return the request as a function behind a proxy would see it, without its body."""
        del identity
        request = ProxyRequest(
            resource=call.plan.resource.path,
            path=call.route.located.path,
            http_method=call.method,
            headers=event_headers(call),
            query=parse_query(call.query),
            path_parameters=call.route.path_parameters,
            stage_variables=call.stage.facts.variables,
            context=_with(context_values(call), told),
        )
        return request_event(request, method_arn(call))


def _with(values: dict[str, object], told: Told) -> dict[str, object]:
    """Return the context with what a test says of it; a name may have a dot in it."""
    for name, value in told.items():
        first, _, rest = name.partition(".")
        inner = values.get(first)
        values[first] = {**inner, rest: value} if rest and isinstance(inner, dict) else value
    return values
