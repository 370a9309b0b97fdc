import json
import uuid

import pytest
from tests.control.packages import package
from tests.control.refusals import refused

ALLOWED = {"Action": "lambda:GetLayerVersion", "Principal": "111122223333"}


@pytest.fixture
def place(lam):
    """Return the place of a fresh layer's version, as keyword arguments."""
    name = f"l-{uuid.uuid4().hex}"
    lam.publish_layer_version(LayerName=name, Content={"ZipFile": package(name)})
    return {"LayerName": name, "VersionNumber": 1}


def test_a_permission_is_shown_and_taken_back(lam, place):
    arn = f"arn:aws:lambda:eu-west-1:000000000000:layer:{place['LayerName']}:1"
    made = lam.add_layer_version_permission(**place, StatementId="s", **ALLOWED)
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    statement = {
        "Sid": "s",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        "Action": "lambda:GetLayerVersion",
        "Resource": arn,
    }
    assert json.loads(made["Statement"]) == statement
    found = lam.get_layer_version_policy(**place)
    assert json.loads(found["Policy"])["Statement"] == [statement]
    assert found["RevisionId"] == made["RevisionId"]
    lam.remove_layer_version_permission(**place, StatementId="s", RevisionId=made["RevisionId"])
    assert refused(lam.get_layer_version_policy, **place) == (
        "ResourceNotFoundException",
        404,
        "No policy is associated with the given resource.",
    )


def test_an_organization_is_a_condition(lam, place):
    given = {**ALLOWED, "Principal": "*", "OrganizationId": "o-1234567890"}
    made = lam.add_layer_version_permission(**place, StatementId="s", **given)
    statement = json.loads(made["Statement"])
    assert statement["Principal"] == "*"
    assert statement["Condition"] == {"StringEquals": {"aws:PrincipalOrgID": "o-1234567890"}}
    wrong = {**given, "Principal": "111122223333"}
    found = refused(lam.add_layer_version_permission, **place, StatementId="t", **wrong)
    assert found[0] == "InvalidParameterValueException"


def test_what_cannot_be_is_refused(lam, place):
    lam.add_layer_version_permission(**place, StatementId="s", **ALLOWED)
    add, remove = lam.add_layer_version_permission, lam.remove_layer_version_permission
    again = refused(add, **place, StatementId="s", **ALLOWED)
    assert again[:2] == ("ResourceConflictException", 409)
    old = refused(add, **place, StatementId="t", RevisionId="old", **ALLOWED)
    assert old[:2] == ("PreconditionFailedException", 412)
    gone = refused(remove, **place, StatementId="t")
    assert gone == (
        "ResourceNotFoundException",
        404,
        "Statement t is not found in resource policy.",
    )
    nowhere = refused(add, **{**place, "VersionNumber": 7}, StatementId="t", **ALLOWED)
    assert nowhere[:2] == ("ResourceNotFoundException", 404)
    action = refused(add, **place, StatementId="t", **{**ALLOWED, "Action": "lambda:Invoke"})
    assert action[0] == "ValidationException"
