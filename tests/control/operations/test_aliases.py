import uuid

import pytest
from tests.control.packages import create, package
from tests.control.refusals import refused


@pytest.fixture
def name(lam):
    """Return the name of a function with the versions 1 and 2."""
    name = f"a-{uuid.uuid4().hex}"
    create(lam, name, Publish=True)
    lam.update_function_code(FunctionName=name, ZipFile=package(name), Publish=True)
    return name


def arn(name, qualifier):
    return f"arn:aws:lambda:eu-west-1:000000000000:function:{name}:{qualifier}"


def shown(response):
    return {key: value for key, value in response.items() if key != "ResponseMetadata"}


def alias(lam, name, **members):
    given = {"FunctionName": name, "Name": "live", "FunctionVersion": "1", **members}
    return lam.create_alias(**given)


def weights(**given):
    return {"AdditionalVersionWeights": {key[1:]: weight for key, weight in given.items()}}


def test_an_alias_is_shown_as_it_was_made(lam, name):
    made = alias(lam, name, Description="d", RoutingConfig=weights(_2=0.25))
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    made = shown(made)
    assert uuid.UUID(made["RevisionId"])
    assert made == {
        "AliasArn": arn(name, "live"),
        "Name": "live",
        "FunctionVersion": "1",
        "Description": "d",
        "RoutingConfig": {"AdditionalVersionWeights": {"2": 0.25}},
        "RevisionId": made["RevisionId"],
    }
    assert shown(lam.get_alias(FunctionName=name, Name="live")) == made


def test_an_alias_is_changed_where_it_is_given(lam, name):
    seen = alias(lam, name, Description="d", RoutingConfig=weights(_2=0.25))
    place = {"FunctionName": name, "Name": "live"}
    moved = lam.update_alias(**place, FunctionVersion="$LATEST", RoutingConfig=weights())
    assert (moved["FunctionVersion"], moved["Description"]) == ("$LATEST", "d")
    assert "RoutingConfig" not in moved
    found = refused(lam.update_alias, **place, RevisionId=seen["RevisionId"])
    assert found[:2] == ("PreconditionFailedException", 412)


def test_aliases_are_listed_in_pages_and_by_version(lam, name):
    for each, version in (("a", "1"), ("b", "2"), ("c", "1")):
        alias(lam, name, Name=each, FunctionVersion=version)
    pages = lam.get_paginator("list_aliases").paginate(
        FunctionName=name, PaginationConfig={"PageSize": 2}
    )
    assert [each["Name"] for page in pages for each in page["Aliases"]] == ["a", "b", "c"]
    found = lam.list_aliases(FunctionName=name, FunctionVersion="1")["Aliases"]
    assert [each["Name"] for each in found] == ["a", "c"]


def test_a_deleted_alias_is_gone_and_may_be_deleted_again(lam, name):
    alias(lam, name)
    for _ in range(2):
        gone = lam.delete_alias(FunctionName=name, Name="live")
        assert gone["ResponseMetadata"]["HTTPStatusCode"] == 204
    absent = ("ResourceNotFoundException", 404, f"Cannot find alias arn: {arn(name, 'live')}")
    assert refused(lam.get_alias, FunctionName=name, Name="live") == absent
    assert refused(lam.update_alias, FunctionName=name, Name="live") == absent


def test_a_name_is_taken_once(lam, name):
    alias(lam, name)
    said = f"Alias already exists: {arn(name, 'live')}"
    assert refused(lambda: alias(lam, name)) == ("ResourceConflictException", 409, said)


@pytest.mark.parametrize(
    "given, error, says",
    [
        ({"FunctionVersion": "7"}, "ResourceNotFoundException", "Function not found: "),
        ({"RoutingConfig": weights(_7=0.5)}, "ResourceNotFoundException", "Function not found: "),
        ({"RoutingConfig": weights(_1=0.5)}, "InvalidParameterValueException", "Invalid function version 1."),
        ({"RoutingConfig": weights(_2=0.5, _3=0.1)}, "InvalidParameterValueException", "Number of items in AdditionalVersionWeights"),
        ({"FunctionVersion": "$LATEST", "RoutingConfig": weights(_1=0.5)}, "InvalidParameterValueException", "$LATEST is not supported"),
        ({"RoutingConfig": weights(_2=1.5)}, "ValidationException", "1 validation error detected"),
        ({"Name": "12"}, "ValidationException", "1 validation error detected"),
    ],
)  # fmt: skip
def test_an_alias_that_leads_nowhere_is_refused(lam, name, given, error, says):
    code, _, message = refused(lambda: alias(lam, name, **given))
    assert code == error
    assert message.startswith(says)
    assert lam.list_aliases(FunctionName=name)["Aliases"] == []
