import pytest

from octetgate.control.cloudformation.intrinsics import Resolver, Values
from octetgate.control.cloudformation.template import BadTemplate, understood

TEMPLATE = {
    "Parameters": {
        "Env": {"Type": "String", "Default": "test"},
        "List": {"Type": "CommaDelimitedList", "Default": "a,b"},
    },
    "Mappings": {"Sizes": {"test": {"memory": 128}, "live": {"memory": 512}}},
    "Conditions": {
        "IsTest": {"Fn::Equals": [{"Ref": "Env"}, "test"]},
        "IsLive": {"Fn::Not": [{"Condition": "IsTest"}]},
        "Both": {"Fn::And": [{"Condition": "IsTest"}, {"Condition": "IsLive"}]},
        "Either": {"Fn::Or": [{"Condition": "IsTest"}, {"Condition": "IsLive"}]},
        "Round": {"Condition": "AndRound"},
        "AndRound": {"Condition": "Round"},
    },
    "Resources": {},
}
VALUES = Values(
    pseudo={"AWS::Region": "eu-west-1", "AWS::AccountId": "012345678901"},
    refs={"Fn": "my-function"},
    attributes={"Fn": {"Arn": "arn:fn"}},
)


@pytest.fixture
def resolver():
    return Resolver(understood(TEMPLATE, {}), VALUES)


@pytest.mark.parametrize(
    "value, result",
    [
        ({"Ref": "Env"}, "test"),
        ({"Ref": "List"}, ["a", "b"]),
        ({"Ref": "AWS::Region"}, "eu-west-1"),
        ({"Ref": "Fn"}, "my-function"),
        ({"Fn::GetAtt": ["Fn", "Arn"]}, "arn:fn"),
        ({"Fn::GetAtt": "Fn.Arn"}, "arn:fn"),
        ({"Fn::Sub": "${Fn}|${Fn.Arn}|${AWS::AccountId}"}, "my-function|arn:fn|012345678901"),
        ({"Fn::Sub": "${!Literal} $input.json('$') ${Env}"}, "${Literal} $input.json('$') test"),
        ({"Fn::Sub": ["${x}${Env}", {"x": {"Ref": "Env"}}]}, "testtest"),
        ({"Fn::Join": ["-", ["a", {"Ref": "Env"}, 1, True]]}, "a-test-1-true"),
        ({"Fn::Join": [",", {"Ref": "List"}]}, "a,b"),
        ({"Fn::Split": ["|", "a|b"]}, ["a", "b"]),
        ({"Fn::Select": ["1", {"Fn::Split": ["|", "a|b"]}]}, "b"),
        ({"Fn::FindInMap": ["Sizes", {"Ref": "Env"}, "memory"]}, 128),
        ({"Fn::Base64": "text"}, "dGV4dA=="),
        ({"Fn::GetAZs": ""}, ["eu-west-1a", "eu-west-1b", "eu-west-1c"]),
        ({"Fn::ToJsonString": {"a": {"Ref": "Env"}}}, '{"a": "test"}'),
        ({"Fn::Length": {"Ref": "List"}}, 2),
        ({"Fn::If": ["IsTest", {"Ref": "Env"}, {"Ref": "Nothing"}]}, "test"),
        ({"Fn::If": ["Both", 1, 2]}, 2),
        ({"Fn::If": ["Either", 1, 2]}, 1),
        ({"a": {"Fn::If": ["IsLive", 1, {"Ref": "AWS::NoValue"}]}, "b": 1}, {"b": 1}),
        ([1, {"Ref": "AWS::NoValue"}, 2], [1, 2]),
        ({"Ref": "Env", "more": 1}, {"Ref": "Env", "more": 1}),
        ("plain", "plain"),
    ],
)
def test_a_function_is_worked_out(resolver, value, result):
    assert resolver.resolved(value, "P") == result


@pytest.mark.parametrize(
    "value, says",
    [
        ({"Ref": "Nobody"}, "P.Ref: expected a parameter or a resource; found 'Nobody'"),
        ({"Fn::Sub": "${Nobody}"}, "P.Fn::Sub: expected a parameter or a resource; found 'Nobody'"),
        ({"Fn::GetAtt": ["Nobody", "Arn"]}, "P.Fn::GetAtt: expected a resource; found 'Nobody'"),
        (
            {"Fn::GetAtt": ["Fn", "Name"]},
            "P.Fn::GetAtt: expected an attribute of Fn (Arn); found 'Name'",
        ),
        (
            {"Fn::ImportValue": "shared-vpc"},
            "P.Fn::ImportValue: expected nothing of other stacks, which there are none of; found ",
        ),
        ({"Fn::Cidr": []}, "P.Fn::Cidr: this function is not supported"),
        ({"Fn::If": ["Nope", 1, 2]}, "P.Fn::If: expected one of Conditions; found 'Nope'"),
        ({"Fn::If": ["IsTest", 1]}, "P.Fn::If: expected other arguments: not enough values"),
        ({"Fn::Select": [5, ["a"]]}, "P.Fn::Select: expected other arguments: list index"),
        ({"Fn::FindInMap": ["Sizes", "x", "y"]}, "P.Fn::FindInMap: expected other arguments: 'x'"),
        ({"Fn::If": ["Round", 1, 2]}, "Conditions.Round: expected no condition that needs itself"),
    ],
)
def test_what_cannot_be_worked_out_is_refused_with_its_place(resolver, value, says):
    with pytest.raises(BadTemplate) as refused:
        resolver.resolved(value, "P")
    assert str(refused.value).startswith(says)


@pytest.mark.parametrize(
    "value, names",
    [
        ({"a": [{"Ref": "X"}, {"Fn::GetAtt": ["Y", "Arn"]}]}, {"X", "Y"}),
        ({"Fn::Sub": "${X} ${Y.Arn} ${!Z}"}, {"X", "Y"}),
        ({"Fn::Sub": ["${x} ${Y}", {"x": {"Ref": "Z"}}]}, {"Y", "Z"}),
        ({"Fn::If": ["IsTest", {"Ref": "X"}, {"Ref": "Y"}]}, {"X"}),
        ({"Fn::Join": ["", [{"Ref": "X"}]]}, {"X"}),
    ],
)
def test_what_a_value_needs_is_known_before_it_is_worked_out(resolver, value, names):
    assert set(resolver.references(value)) == names
