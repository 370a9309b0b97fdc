import uuid

import pytest
from tests.control.packages import create
from tests.control.refusals import refused


@pytest.fixture
def arn(lam):
    """Return the ARN of a fresh function with a tag."""
    return create(lam, f"t-{uuid.uuid4().hex}", Tags={"a": "1"})["FunctionArn"]


def test_tags_are_added_changed_and_removed(lam, arn):
    put = lam.tag_resource(Resource=arn, Tags={"a": "2", "b": "3", "c": "4"})
    assert put["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert lam.list_tags(Resource=arn)["Tags"] == {"a": "2", "b": "3", "c": "4"}
    lam.untag_resource(Resource=arn, TagKeys=["a", "c", "nobody"])
    assert lam.list_tags(Resource=arn)["Tags"] == {"b": "3"}
    assert lam.get_function(FunctionName=arn)["Tags"] == {"b": "3"}


def test_a_tag_is_no_new_revision(lam, arn):
    before = lam.get_function_configuration(FunctionName=arn)["RevisionId"]
    lam.tag_resource(Resource=arn, Tags={"b": "3"})
    assert lam.get_function_configuration(FunctionName=arn)["RevisionId"] == before


@pytest.mark.parametrize(
    "ending, error",
    [
        (":1", "InvalidParameterValueException"),
        (":live", "InvalidParameterValueException"),
        (":$LATEST", "InvalidParameterValueException"),
        ("nobody", "ResourceNotFoundException"),
    ],
)
def test_only_a_function_as_a_whole_has_tags(lam, arn, ending, error):
    assert refused(lam.list_tags, Resource=arn + ending)[0] == error


def test_there_are_at_most_fifty(lam, arn):
    tags = {f"t{number}": "" for number in range(50)}
    found = refused(lam.tag_resource, Resource=arn, Tags=tags)
    assert found == ("InvalidParameterValueException", 400, "Tags: expected at most 50; found 51")
