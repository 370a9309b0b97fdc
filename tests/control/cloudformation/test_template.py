import pytest

from octetgate.control.cloudformation.template import (
    BadTemplate,
    is_serverless,
    is_template,
    read_template,
    understood,
)


@pytest.mark.parametrize(
    "short, long",
    [
        ("!Ref A", {"Ref": "A"}),
        ("!GetAtt A.Arn", {"Fn::GetAtt": ["A", "Arn"]}),
        ("!GetAtt [A, Arn]", {"Fn::GetAtt": ["A", "Arn"]}),
        ("!GetAtt A.Outputs.X", {"Fn::GetAtt": ["A", "Outputs.X"]}),
        ("!Sub '${A}-x'", {"Fn::Sub": "${A}-x"}),
        ("!Join ['', [a, !Ref B]]", {"Fn::Join": ["", ["a", {"Ref": "B"}]]}),
        ("!If [C, 1, !Ref AWS::NoValue]", {"Fn::If": ["C", 1, {"Ref": "AWS::NoValue"}]}),
        ("!Condition C", {"Condition": "C"}),
    ],
)
def test_yamls_short_forms_are_the_long_ones(short, long):
    document = read_template(f"Resources: {{A: {{Type: X, Properties: {{P: {short}}}}}}}".encode())
    assert document["Resources"]["A"]["Properties"]["P"] == long


def test_account_ids_and_dates_are_text_as_they_were_written():
    document = read_template(b"Version: 2010-09-09\nAccount: 012345678901\nResources: {}\n")
    assert (document["Version"], document["Account"]) == ("2010-09-09", "012345678901")


@pytest.mark.parametrize(
    "transform, serverless",
    [
        ("AWS::Serverless-2016-10-31", True),
        (["AWS::LanguageExtensions", "AWS::Serverless-2016-10-31"], True),
        ("AWS::LanguageExtensions", False),
        (None, False),
    ],
)
def test_sams_transform_tells_its_templates(transform, serverless):
    assert is_serverless({"Transform": transform}) is serverless


def test_a_definition_is_no_template():
    assert not is_template({"openapi": "3.0.0", "paths": {}})


def parameters(declared, **given):
    return understood({"Resources": {}, "Parameters": declared}, given).parameters


def test_parameters_are_as_given_or_by_default():
    declared = {"A": {"Type": "String", "Default": "x"}, "B": {"Type": "CommaDelimitedList"}}
    assert parameters(declared, B="1, 2") == {"A": "x", "B": ["1", "2"]}


@pytest.mark.parametrize(
    "about, given, says",
    [
        ({}, {}, "Parameters.A: expected a value, as it has no default; --parameter A=VALUE"),
        ({"AllowedValues": ["x", 1]}, {"A": "y"}, "Parameters.A: expected one of x, 1; found 'y'"),
        ({"AllowedPattern": "[a-z]+"}, {"A": "Y"}, "Parameters.A: expected [a-z]+; found 'Y'"),
        ({"Default": "x"}, {"B": "y"}, "--parameter B: expected one of the template's (A)"),
    ],
)
def test_a_parameter_that_does_not_fit_is_refused(about, given, says):
    with pytest.raises(BadTemplate) as refused:
        parameters({"A": {"Type": "String", **about}}, **given)
    assert str(refused.value) == says


@pytest.mark.parametrize(
    "document, says",
    [
        (b"a: [", "line 2, column 1: "),
        (b"[]", "Resources: expected an object"),
        (b"Resources: []", "Resources: expected an object"),
    ],
)
def test_what_is_no_template_is_refused(document, says):
    with pytest.raises(BadTemplate) as refused:
        read_template(document)
    assert str(refused.value).startswith(says)
