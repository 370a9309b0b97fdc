import pytest

from octetgate.control.cloudformation.intrinsics import Resolver, Values
from octetgate.control.cloudformation.ordering import in_order
from octetgate.control.cloudformation.template import BadTemplate, understood


def order(resources, conditions=None):
    template = understood({"Resources": resources, "Conditions": conditions or {}}, {})
    return [each.name for each in in_order(template, Resolver(template, Values({})))]


def resource(*refs, kind="X", **more):
    return {"Type": kind, "Properties": {"P": [{"Ref": ref} for ref in refs]}, **more}


def test_a_resource_comes_after_what_it_refers_to_and_depends_on():
    resources = {"A": resource("B"), "B": resource(DependsOn="C"), "C": resource()}
    assert order(resources) == ["C", "B", "A"]
    resources["C"]["DependsOn"] = ["D"]
    resources["D"] = resource()
    assert order(resources) == ["D", "C", "B", "A"]


def test_what_needs_nothing_stays_in_the_templates_order():
    assert order({"B": resource(), "A": resource(), "C": resource()}) == ["B", "A", "C"]


def test_a_deployment_waits_for_methods_that_it_does_not_name():
    deployment = resource("Api", kind="AWS::ApiGateway::Deployment")
    resources = {"Live": deployment, "Api": resource(), "Get": resource("Api")}
    assert order(resources) == ["Api", "Get", "Live"]


def test_what_a_condition_leaves_out_is_not_made_and_not_waited_for():
    resources = {"A": resource("B"), "B": resource(Condition="No")}
    assert order(resources, {"No": {"Fn::Equals": [1, 2]}}) == ["A"]


def test_a_circle_is_refused_by_its_names():
    resources = {"A": resource("B"), "B": resource("A"), "C": resource()}
    with pytest.raises(BadTemplate, match="found one among A, B"):
        order(resources)
