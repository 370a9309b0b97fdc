import json
import uuid

import pytest
from tests.control.packages import create
from tests.control.refusals import refused

from octetgate.core.functions.permission import allows
from octetgate.core.ports.store import FUNCTIONS

SOURCE = "arn:aws:execute-api:eu-west-1:000000000000:abc/*/POST/"
ABSENT = ("ResourceNotFoundException", 404, "The resource you requested does not exist.")


@pytest.fixture
def name(lam):
    """Return the name of a fresh function."""
    name = f"p-{uuid.uuid4().hex}"
    create(lam, name)
    return name


def allow(lam, name, **members):
    given = {
        "FunctionName": name,
        "StatementId": "s",
        "Action": "lambda:InvokeFunction",
        "Principal": "apigateway.amazonaws.com",
        **members,
    }
    return lam.add_permission(**given)


def test_a_permission_is_shown_as_lambda_shows_it(lam, name):
    made = allow(lam, name, SourceArn=SOURCE)
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    statement = json.loads(made["Statement"])
    assert statement == {
        "Sid": "s",
        "Effect": "Allow",
        "Principal": {"Service": "apigateway.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": f"arn:aws:lambda:eu-west-1:000000000000:function:{name}",
        "Condition": {"ArnLike": {"AWS:SourceArn": SOURCE}},
    }
    policy = lam.get_policy(FunctionName=name)
    assert json.loads(policy["Policy"]) == {
        "Version": "2012-10-17",
        "Id": "default",
        "Statement": [statement],
    }
    assert uuid.UUID(policy["RevisionId"])


def test_what_is_permitted_is_what_the_gateway_asks_for(lam, name, management):
    allow(lam, name, SourceArn=SOURCE, SourceAccount="000000000000")
    with management.store.read() as view:
        policy = view.get(FUNCTIONS, name).policy
    asked = "arn:aws:execute-api:eu-west-1:000000000000:abc/prod/POST/"
    assert allows(policy, "apigateway.amazonaws.com", asked, None)
    assert not allows(policy, "apigateway.amazonaws.com", asked.replace("POST", "GET"), None)


@pytest.mark.parametrize(
    "given, shown",
    [
        ("*", "*"),
        ("s3.amazonaws.com", {"Service": "s3.amazonaws.com"}),
        ("123456789012", {"AWS": "arn:aws:iam::123456789012:root"}),
        ("arn:aws:iam::123456789012:role/r", {"AWS": "arn:aws:iam::123456789012:role/r"}),
    ],
)
def test_a_principal_is_everyone_a_service_an_account_or_an_arn(lam, name, given, shown):
    statement = json.loads(allow(lam, name, Principal=given)["Statement"])
    assert statement["Principal"] == shown
    assert "Condition" not in statement


def test_a_statement_id_is_used_once(lam, name):
    allow(lam, name)
    message = (
        "The statement id (s) provided already exists. Please provide a new statement id, "
        "or remove the existing statement."
    )
    found = refused(lambda: allow(lam, name))
    assert found == ("ResourceConflictException", 409, message)


@pytest.mark.parametrize(
    "member, given, condition",
    [
        ("PrincipalOrgID", "o-1234567890", {"StringEquals": {"aws:PrincipalOrgID": "o-1234567890"}}),
        ("EventSourceToken", "t", {"StringEquals": {"lambda:EventSourceToken": "t"}}),
        ("FunctionUrlAuthType", "NONE", {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}),
        ("InvokedViaFunctionUrl", True, {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}),
    ],
)  # fmt: skip
def test_a_condition_about_what_the_gateway_does_not_tell_lets_it_in_nowhere(
    lam, name, management, member, given, condition
):
    made = allow(lam, name, **{member: given})
    assert json.loads(made["Statement"])["Condition"] == condition
    with management.store.read() as view:
        policy = view.get(FUNCTIONS, name).policy
    assert not allows(policy, "apigateway.amazonaws.com", SOURCE, None)


def test_each_qualifier_has_a_policy_of_its_own(lam, name):
    lam.publish_version(FunctionName=name)
    lam.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    allow(lam, name)
    for qualifier in ("1", "live"):
        statement = json.loads(allow(lam, name, Qualifier=qualifier)["Statement"])
        assert statement["Resource"].endswith(f":{name}:{qualifier}")
        policy = json.loads(lam.get_policy(FunctionName=f"{name}:{qualifier}")["Policy"])
        assert policy["Statement"] == [statement]
    lam.remove_permission(FunctionName=name, StatementId="s", Qualifier="live")
    assert refused(lam.get_policy, FunctionName=name, Qualifier="live") == ABSENT
    assert lam.get_policy(FunctionName=name, Qualifier="1")
    lam.delete_function(FunctionName=name)


@pytest.mark.parametrize(
    "qualifier, error",
    [
        ("7", "ResourceNotFoundException"),
        ("nobody", "ResourceNotFoundException"),
        ("$LATEST", "InvalidParameterValueException"),
    ],
)
def test_a_policy_belongs_to_something_that_is_there_and_not_to_latest(lam, name, qualifier, error):
    assert refused(lambda: allow(lam, name, Qualifier=qualifier))[0] == error


def test_a_policy_has_a_longest_length(lam, name):
    for number in range(5):
        allow(lam, name, StatementId=f"s{number}", SourceArn=SOURCE + "x" * 3700)
    found = refused(lambda: allow(lam, name, SourceArn=SOURCE + "x" * 3700))
    assert found[:2] == ("PolicyLengthExceededException", 400)


def test_a_permission_is_taken_back_once(lam, name):
    allow(lam, name)
    gone = lam.remove_permission(FunctionName=name, StatementId="s")
    assert gone["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert refused(lam.remove_permission, FunctionName=name, StatementId="s") == ABSENT
    assert refused(lam.get_policy, FunctionName=name) == ABSENT


def test_a_change_can_insist_on_the_policy_it_has_seen(lam, name):
    allow(lam, name)
    seen = lam.get_policy(FunctionName=name)["RevisionId"]
    allow(lam, name, StatementId="t", RevisionId=seen)
    found = refused(lambda: allow(lam, name, StatementId="u", RevisionId=seen))
    assert found[:2] == ("PreconditionFailedException", 412)
    found = refused(lam.remove_permission, FunctionName=name, StatementId="t", RevisionId=seen)
    assert found[:2] == ("PreconditionFailedException", 412)
