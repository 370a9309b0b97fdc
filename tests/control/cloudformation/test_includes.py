import pytest

from octetgate.control.cloudformation.includes import included
from octetgate.control.cloudformation.template import BadTemplate


def including(**parameters):
    return {"Fn::Transform": {"Name": "AWS::Include", "Parameters": parameters}}


def test_what_a_file_says_stands_in_the_place_of_the_inclusion():
    files = {"a.yaml": {"a": 1, "b": 2}, "list.yaml": [1]}
    value = {"x": [including(Location="list.yaml")], "y": including(Location="a.yaml")}
    assert included(value, files.get) == {"x": [[1]], "y": {"a": 1, "b": 2}}


def test_what_stands_beside_an_inclusion_is_added_to_it():
    beside = {**including(Location="a.yaml"), "b": 3}
    assert included(beside, lambda _: {"a": 1, "b": 2}) == {"a": 1, "b": 3}


@pytest.mark.parametrize(
    "transform, says",
    [
        ("Macro", "Fn::Transform: expected AWS::Include; found 'Macro'"),
        ({"Name": "Macro"}, "Fn::Transform: expected AWS::Include; found 'Macro'"),
        (
            including(Location="s3://bucket/key")["Fn::Transform"],
            "AWS::Include: expected the path of a file; found 's3://bucket/key'",
        ),
    ],
)
def test_other_transforms_and_places_are_refused(transform, says):
    with pytest.raises(BadTemplate) as refused:
        included({"Fn::Transform": transform}, dict.get)
    assert str(refused.value) == says
