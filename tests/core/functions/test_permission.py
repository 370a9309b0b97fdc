import fnmatch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octetgate.core.functions.permission import allows, allows_url
from octetgate.core.model.function import Statement

GATEWAY = "apigateway.amazonaws.com"
SOURCE = "arn:aws:execute-api:eu-west-1:111122223333:a1b2c3d4e5/prod/POST/thumbnails"


def statement(**changes):
    granted = {
        "sid": "s1",
        "principal": {"Service": GATEWAY},
        "action": "lambda:InvokeFunction",
        "resource": "arn:aws:lambda:eu-west-1:111122223333:function:f",
    }
    return Statement(**(granted | changes))


def from_source(pattern, operator="ArnLike"):
    return statement(condition={operator: {"AWS:SourceArn": pattern}})


def allowed(*statements, qualifier=None):
    return allows(statements, GATEWAY, SOURCE, qualifier)


def test_nothing_is_allowed_without_a_statement():
    assert not allowed()


def test_a_statement_without_a_condition_allows_every_source():
    assert allowed(statement())


@pytest.mark.parametrize(
    "pattern, allows_it",
    [
        pytest.param(SOURCE, True, id="exact"),
        pytest.param("arn:aws:execute-api:eu-west-1:111122223333:a1b2c3d4e5/*/*/thumbnails", True, id="per-part"),
        pytest.param("arn:aws:execute-api:eu-west-1:111122223333:a1b2c3d4e5/*", True, id="rest"),
        pytest.param("arn:aws:execute-api:eu-west-1:111122223333:*", True, id="any-api"),
        pytest.param("arn:aws:execute-api:*:111122223333:a1b2c3d4e5/prod/POST/thumbnail?", True, id="question-mark"),
        pytest.param("arn:aws:execute-api:eu-west-1:111122223333:a1b2c3d4e5/*/GET/*", False, id="other-method"),
        pytest.param("arn:aws:execute-api:eu-west-1:111122223333:zzzzzzzzzz/*", False, id="other-api"),
        pytest.param("arn:aws:execute-api:eu-west-1:111122223333:a1b2c3d4e5", False, id="no-wildcard"),
        pytest.param("arn:aws:execute-api:*:a1b2c3d4e5/*", False, id="wildcard-stays-in-its-part"),
        pytest.param("arn:aws:execute-api:eu.west.1:111122223333:*", False, id="a-dot-is-a-dot"),
        pytest.param("", False, id="empty"),
    ],
)  # fmt: skip
def test_a_source_pattern_allows(pattern, allows_it):
    assert allowed(from_source(pattern)) is allows_it


@pytest.mark.parametrize(
    "condition, allows_it",
    [
        pytest.param({"StringLike": {"aws:SourceArn": "arn:aws:execute-api:*/thumbnails"}}, True, id="string-like"),
        pytest.param({"ArnEquals": {"aws:SourceArn": SOURCE}}, True, id="arn-equals"),
        pytest.param({"StringEquals": {"AWS:SourceAccount": "111122223333"}}, True, id="account"),
        pytest.param({"StringEquals": {"AWS:SourceAccount": "999999999999"}}, False, id="other-account"),
        pytest.param({"StringEquals": {"AWS:SourceArn": "*"}}, False, id="equals-knows-no-wildcard"),
        pytest.param({"StringEquals": {"AWS:SourceAccount": "111122223333"}, "ArnLike": {"AWS:SourceArn": "arn:aws:s3:::b"}}, False, id="both-must-hold"),
        pytest.param({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, False, id="unknown-key"),
        pytest.param({"NumericEquals": {"AWS:SourceAccount": "111122223333"}}, False, id="unknown-operator"),
    ],
)  # fmt: skip
def test_a_condition_allows(condition, allows_it):
    assert allowed(statement(condition=condition)) is allows_it


@pytest.mark.parametrize(
    "principal, allows_it",
    [
        ("*", True),
        (GATEWAY, True),
        ({"AWS": "*"}, True),
        ({"Service": GATEWAY}, True),
        ({"Service": "s3.amazonaws.com"}, False),
        ({"AWS": "arn:aws:iam::111122223333:root"}, False),
    ],
)
def test_a_principal_allows(principal, allows_it):
    assert allowed(statement(principal=principal)) is allows_it


@pytest.mark.parametrize(
    "action, allows_it",
    [("lambda:InvokeFunction", True), ("lambda:*", True), ("lambda:GetFunction", False)],
)
def test_an_action_allows(action, allows_it):
    assert allowed(statement(action=action)) is allows_it


def test_a_deny_beats_an_allow():
    assert not allowed(statement(), statement(effect="Deny"))


def test_a_permission_covers_only_its_qualifier():
    assert not allowed(statement(), qualifier="live")
    assert not allowed(statement(qualifier="live"))
    assert allowed(statement(qualifier="live"), qualifier="live")


def test_a_source_that_is_no_arn_is_from_no_account():
    by_account = statement(condition={"StringEquals": {"AWS:SourceAccount": "1"}})
    assert not allows([by_account], GATEWAY, "nonsense", None)


def test_a_hostile_pattern_is_compared_quickly():
    pattern = "*a" * 200 + "x"
    assert not allows([from_source(pattern, "StringLike")], GATEWAY, "a" * 2000, None)


@given(st.text("ab*", max_size=8), st.text("ab*?", max_size=8))
def test_string_like_is_a_shell_pattern_without_brackets(source, pattern):
    like = statement(condition={"StringLike": {"aws:SourceArn": pattern}})
    assert allows([like], GATEWAY, source, None) is fnmatch.fnmatchcase(source, pattern)


# --- Function URLs ---


def public(**changes):
    granted = {
        "principal": "*",
        "action": "lambda:InvokeFunctionUrl",
        "condition": {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}},
    }
    return statement(**(granted | changes))


@pytest.mark.parametrize(
    "changes, allows_it",
    [
        pytest.param({}, True, id="as-tools-write-it"),
        pytest.param({"principal": {"AWS": "*"}}, True, id="any-account"),
        pytest.param({"condition": {}}, True, id="any-kind"),
        pytest.param(
            {"condition": {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}}, True, id="via-a-url"
        ),
        pytest.param(
            {"condition": {"StringEquals": {"lambda:FunctionUrlAuthType": "AWS_IAM"}}},
            False,
            id="another-kind",
        ),
        pytest.param({"action": "lambda:InvokeFunction"}, False, id="another-action"),
        pytest.param({"principal": {"Service": GATEWAY}}, False, id="a-service"),
        pytest.param({"principal": {"AWS": "arn:aws:iam::1:root"}}, False, id="one-account"),
        pytest.param({"qualifier": "live"}, False, id="of-an-alias"),
        pytest.param({"effect": "Deny"}, False, id="denied"),
    ],
)
def test_a_function_url_is_open_if_the_policy_says_so(changes, allows_it):
    assert allows_url([public(**changes)], "NONE", None) is allows_it


def test_a_call_of_an_api_is_none_of_a_url():
    via_url = statement(condition={"Bool": {"lambda:InvokedViaFunctionUrl": "true"}})
    assert not allowed(via_url)
    assert not allowed(public())
