"""Whether a function's policy lets API Gateway in for a method, and what the dialog asks for."""

import json
from types import SimpleNamespace

import pytest

from octetgate.console.operations import Refusal
from octetgate.console.pages._grants import give, grant

FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:thumbnail"
API = "arn:aws:execute-api:eu-west-1:123456789012:abc"


def statement(
    source=None,
    *,
    principal="apigateway.amazonaws.com",
    effect="Allow",
    action="lambda:InvokeFunction",
):
    condition = {"Condition": {"ArnLike": {"AWS:SourceArn": source}}} if source else {}
    return {"Effect": effect, "Principal": {"Service": principal}, "Action": action, **condition}


class Visit:
    """Lambda, as far as permissions ask it."""

    def __init__(self, *statements, exists=True):
        self.statements = statements
        self.exists = exists
        self.given = []

    async def functions(self, operation, **members):
        if operation == "add_permission":
            self.given.append(members)
            return {}
        if operation == "get_policy" and self.statements:
            return {"Policy": json.dumps({"Statement": self.statements})}
        if operation == "get_function_configuration" and self.exists:
            return {}
        raise Refusal("ResourceNotFoundException", f"Function not found: {FUNCTION}", 404)


@pytest.mark.parametrize(
    "statements",
    [
        pytest.param([statement()], id="for-everything"),
        pytest.param([statement(f"{API}/*/*/*")], id="for-the-api"),
        pytest.param([statement(f"{API}/*/POST/pets/*")], id="as-the-dialog-gives-it"),
        pytest.param([statement(f"{API}/*/POST/pets/{{id}}")], id="with-the-path-as-it-is-written"),
        pytest.param([statement(f"{API}/prod/POST/pets/*")], id="for-one-stage"),
        pytest.param([statement("arn:aws:sns:x"), statement(f"{API}/*")], id="among-others"),
    ],
)
async def test_a_permission_that_fits_is_found(statements):
    assert not (await grant(Visit(*statements), FUNCTION, "abc", "POST", "/pets/{id}")).is_missing


@pytest.mark.parametrize(
    "statements",
    [
        pytest.param([], id="none"),
        pytest.param([statement(f"{API}/*/GET/pets/*")], id="another-verb"),
        pytest.param([statement(f"{API}/*/POST/cats/*")], id="another-path"),
        pytest.param([statement(f"{API}d/*/*/*")], id="another-api"),
        pytest.param([statement(principal="s3.amazonaws.com")], id="another-service"),
        pytest.param([statement(effect="Deny")], id="a-denial"),
        pytest.param([statement(action="lambda:GetFunction")], id="another-action"),
    ],
)
async def test_a_permission_that_does_not_fit_is_none(statements):
    assert (await grant(Visit(*statements), FUNCTION, "abc", "POST", "/pets/{id}")).is_missing


async def test_what_is_given_holds_for_the_method_in_every_stage():
    visit = Visit()
    needed = await grant(visit, f"{FUNCTION}:live", "abc", "ANY", "/pets/{id}/toys/{proxy+}")
    await give(visit, needed)
    (given,) = visit.given
    assert given["SourceArn"] == f"{API}/*/*/pets/*/toys/*"
    assert (given["FunctionName"], given["Qualifier"]) == (FUNCTION, "live")
    assert given["Principal"] == "apigateway.amazonaws.com"


async def test_a_function_that_is_not_there_is_told_in_lambdas_words():
    found = await grant(Visit(exists=False), FUNCTION, "abc", "GET", "/")
    assert not found.is_missing
    assert "Function not found" in found.trouble


@pytest.mark.parametrize("function", ["thumbnail", FUNCTION + ":${stageVariables.version}"])
async def test_of_a_function_that_stages_decide_nothing_is_said(function):
    found = await grant(SimpleNamespace(), function, "abc", "GET", "/")
    assert (found.is_missing, found.trouble) == (False, "")
