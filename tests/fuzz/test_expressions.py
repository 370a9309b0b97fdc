import json
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st
from tests.fuzz.soup import json_documents, soup

from octetgate.core.mapping import expressions
from octetgate.core.mapping.expressions import BadExpression, MalformedJsonBody

WORDS = (
    "method. request. integration. response. method.request. integration.response. "
    "method.request.body integration.response.body path. querystring. multivaluequerystring. header. "
    "multivalueheader. body body. stageVariables. context. identity sourceIp authorizer claims a b x "
    "errorMessage . $ ' [0] ['a'] [*] ..a [?(@.a)] .length() gatewayresponse.header."
)
PARSERS = [
    expressions.parse_expression,
    expressions.parse_request_expression,
    expressions.parse_response_expression,
    expressions.parse_gateway_response_expression,
    expressions.parse_request_target,
    expressions.parse_response_target,
    expressions.parse_gateway_response_target,
]


class Anything:
    """A call that has whatever it is asked for."""

    def __init__(self, body: str) -> None:
        self._body = body

    def path(self, name: str) -> str:
        return name

    def query(self, name: str) -> list[str]:
        return [name, "2"]

    def header(self, name: str) -> list[str]:
        return [name, "2"]

    def response_header(self, name: str) -> list[str]:
        return []

    def body_text(self) -> str:
        return self._body

    def stage_variable(self, name: str) -> None:
        return None

    def context(self, name: str) -> object:
        return {"a": name}


@given(soup(WORDS, 8), st.sampled_from(PARSERS), json_documents() | st.text(max_size=20))
def test_an_expression_resolves_or_says_what_is_wrong(text, parse, body):
    with suppress(BadExpression, MalformedJsonBody):
        expression = parse(text)
        if isinstance(expression, expressions.Expression):
            source = Anything(body if isinstance(body, str) else json.dumps(body))
            value = expression.resolve(source)
            assert value is None or value
