import hashlib
import urllib.request
import uuid

import pytest
from tests.control.packages import create, package
from tests.control.refusals import refused

from octetgate.core.ports.store import FUNCTION_CODE, FUNCTION_VERSIONS


@pytest.fixture
def name(lam):
    """Return the name of a fresh function."""
    name = f"v-{uuid.uuid4().hex}"
    create(lam, name, Code={"ZipFile": package(name)}, Description="d")
    return name


def arn(name, qualifier):
    return f"arn:aws:lambda:eu-west-1:000000000000:function:{name}:{qualifier}"


def published(lam, name):
    pages = lam.get_paginator("list_versions_by_function").paginate(
        FunctionName=name, PaginationConfig={"PageSize": 1}
    )
    return [each["Version"] for page in pages for each in page["Versions"]]


def test_a_version_is_a_copy_under_a_number(lam, name):
    latest = lam.get_function_configuration(FunctionName=name)
    made = lam.publish_version(FunctionName=name, Description="first")
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert (made["Version"], made["FunctionArn"]) == ("1", arn(name, "1"))
    assert made["Description"] == "first"
    own = ("Version", "FunctionArn", "Description", "RevisionId", "LastModified", "ResponseMetadata")  # fmt: skip
    assert {k: v for k, v in made.items() if k not in own} == {
        k: v for k, v in latest.items() if k not in own
    }


def test_a_version_stays_as_it_is(lam, name):
    lam.publish_version(FunctionName=name)
    before = lam.get_function_configuration(FunctionName=name, Qualifier="1")
    lam.update_function_configuration(FunctionName=name, Timeout=9, Description="new")
    lam.update_function_code(FunctionName=name, ZipFile=package(f"2{name}"))
    after = lam.get_function_configuration(FunctionName=name, Qualifier="1")
    before.pop("ResponseMetadata"), after.pop("ResponseMetadata")
    assert after == before
    location = lam.get_function(FunctionName=f"{name}:1")["Code"]["Location"]
    with urllib.request.urlopen(location) as response:
        assert response.read() == package(name)


def test_what_has_not_changed_is_published_once(lam, name):
    assert lam.publish_version(FunctionName=name, Description="a")["Version"] == "1"
    again = lam.publish_version(FunctionName=name, Description="b")
    assert (again["Version"], again["Description"]) == ("1", "a")
    lam.update_function_configuration(FunctionName=name, Description="changed")
    assert lam.publish_version(FunctionName=name)["Version"] == "2"


def test_a_change_can_be_published_at_once(lam, name):
    made = create(lam, f"{name}-2", Publish=True)
    assert (made["Version"], made["FunctionArn"]) == ("1", arn(f"{name}-2", "1"))
    changed = lam.update_function_code(FunctionName=name, ZipFile=package("x"), Publish=True)
    assert changed["Version"] == "1"
    assert published(lam, name) == ["$LATEST", "1"]


@pytest.mark.parametrize(
    "given, error, says",
    [
        ({"CodeSha256": "other"}, "InvalidParameterValueException", "CodeSHA256 (other) is different from current CodeSHA256 in $LATEST"),
        ({"RevisionId": "other"}, "PreconditionFailedException", "The Revision Id provided does not match"),
        ({"PublishTo": "LATEST_PUBLISHED"}, "InvalidParameterValueException", "PublishTo: not supported yet"),
    ],
)  # fmt: skip
def test_a_version_of_something_else_is_refused(lam, name, given, error, says):
    code, _, message = refused(lam.publish_version, FunctionName=name, **given)
    assert code == error
    assert message.startswith(says)
    assert published(lam, name) == ["$LATEST"]


def test_a_qualifier_shows_in_the_arn(lam, name):
    lam.publish_version(FunctionName=name)
    lam.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    found = {
        qualifier: lam.get_function(FunctionName=name, Qualifier=qualifier)["Configuration"]
        for qualifier in ("$LATEST", "1", "live")
    }
    assert {key: (each["FunctionArn"], each["Version"]) for key, each in found.items()} == {
        "$LATEST": (arn(name, "$LATEST"), "$LATEST"),
        "1": (arn(name, "1"), "1"),
        "live": (arn(name, "live"), "1"),
    }
    for qualifier in ("2", "nobody"):
        found = refused(lam.get_function, FunctionName=name, Qualifier=qualifier)
        said = f"Function not found: {arn(name, qualifier)}"
        assert found == ("ResourceNotFoundException", 404, said)


def test_functions_are_listed_with_all_their_versions_on_demand(lam, name):
    lam.publish_version(FunctionName=name)
    pages = lam.get_paginator("list_functions").paginate(FunctionVersion="ALL")
    found = [each["FunctionArn"] for page in pages for each in page["Functions"]]
    assert [each for each in found if name in each] == [arn(name, "$LATEST"), arn(name, "1")]


def test_a_version_can_be_deleted_and_its_number_is_not_used_again(lam, name, management):
    lam.publish_version(FunctionName=name)
    lam.update_function_code(FunctionName=name, ZipFile=package(f"2{name}"))
    key = hashlib.sha256(package(name)).hexdigest()
    gone = lam.delete_function(FunctionName=name, Qualifier="1")
    assert gone["ResponseMetadata"]["HTTPStatusCode"] == 204
    with management.store.read() as view:
        assert view.get(FUNCTION_CODE, key) is None
    assert lam.publish_version(FunctionName=name)["Version"] == "2"
    assert published(lam, name) == ["$LATEST", "2"]
    lam.delete_function(FunctionName=name, Qualifier="99")


def test_a_version_that_an_alias_leads_to_stays(lam, name):
    lam.publish_version(FunctionName=name)
    lam.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    found = refused(lam.delete_function, FunctionName=name, Qualifier="1")
    said = "Unable to delete version because the following aliases reference it: [live]"
    assert found == ("ResourceConflictException", 409, said)
    found = refused(lam.delete_function, FunctionName=name, Qualifier="live")
    assert found[:2] == ("InvalidParameterValueException", 400)
    found = refused(lam.delete_function, FunctionName=name, Qualifier="$LATEST")
    said = "$LATEST version cannot be deleted without deleting the function."
    assert found == ("InvalidParameterValueException", 400, said)


def test_a_function_takes_its_versions_and_their_code_along(lam, name, management):
    lam.publish_version(FunctionName=name)
    lam.update_function_code(FunctionName=name, ZipFile=package(f"2{name}"))
    lam.delete_function(FunctionName=name)
    with management.store.read() as view:
        assert view.list(FUNCTION_VERSIONS, f"{name}/") == []
        for text in (name, f"2{name}"):
            assert view.get(FUNCTION_CODE, hashlib.sha256(package(text)).hexdigest()) is None


def test_the_waiters_see_what_they_wait_for(lam, name):
    lam.publish_version(FunctionName=name)
    for waiter in ("function_exists", "function_active_v2", "function_updated_v2"):
        lam.get_waiter(waiter).wait(FunctionName=name)
    lam.get_waiter("published_version_active").wait(FunctionName=name, Qualifier="1")
