import pytest
from hypothesis import given
from hypothesis import strategies as st

from octetgate.core.mapping import substitution

VALUES = {
    "context.error.messageString": '"Forbidden"',
    "context.requestId": "r-1",
    "stageVariables.colour": "blue",
    "method.request.header.X-A": "h",
    "method.request.path.id": "7",
    "method.request.querystring.q": "x",
}


@pytest.mark.parametrize(
    "text, rendered",
    [
        ('{"message":$context.error.messageString}', '{"message":"Forbidden"}'),
        ("$context.requestId. $stageVariables.colour", "r-1. blue"),
        ("$method.request.header.X-A$method.request.path.id$method.request.querystring.q", "h7x"),
        ("[$context.unknown]", "[]"),
        (
            "$input.body #if(true) $context $5 $method.request.body.x",
            "$input.body #if(true) $context $5 $method.request.body.x",
        ),
    ],
)
def test_variables_are_replaced_and_all_else_is_text(text, rendered):
    assert substitution.compile(text).render(VALUES.get) == rendered


def test_a_substitution_knows_its_variables():
    compiled = substitution.compile("$context.requestId and $stageVariables.a")
    assert compiled.names == ("context.requestId", "stageVariables.a")


@given(st.text(st.characters(exclude_characters="$")))
def test_text_without_a_dollar_stays(text):
    assert substitution.compile(text).render(VALUES.get) == text


@pytest.mark.parametrize(
    "text, result",
    [
        ("https://${stageVariables.host}/${stageVariables.no}/{id}", "https://example.com//{id}"),
        (
            "$stageVariables.host ${context.x} ${stageVariables.}",
            "$stageVariables.host ${context.x} ${stageVariables.}",
        ),
        (
            "arn:…:function:f:${stageVariables.host}/invocations",
            "arn:…:function:f:example.com/invocations",
        ),
    ],
)
def test_stage_variables_are_filled_into_a_uri(text, result):
    assert substitution.substitute_stage_variables(text, {"host": "example.com"}) == result
