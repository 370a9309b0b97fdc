"""Canaries of stages, from the first share of traffic to promotion (spec: control-plane 5)."""

import pytest
from tests.control.refusals import bad, refused


@pytest.fixture
def stage(gw, mocked):
    """Return where a stage ``s`` is that has a variable, and its deployment."""
    place = {"restApiId": mocked["restApiId"], "stageName": "s"}
    deployment = gw.create_deployment(**place, variables={"a": "1", "b": "2"})["id"]
    return place, deployment


def try_out(gw, place, **settings):
    """Deploy a canary; return the deployment's id."""
    given = {"percentTraffic": 10.0, **settings}
    return gw.create_deployment(**place, canarySettings=given)["id"]


def patched(gw, place, *changes):
    names = ("op", "path", "value", "from")
    operations = [dict(zip(names, change, strict=False)) for change in changes]
    operations = [{k: v for k, v in each.items() if v is not None} for each in operations]
    return gw.update_stage(**place, patchOperations=operations)


def test_a_canary_is_a_deployment_beside_the_stage_s(gw, stage):
    place, first = stage
    second = try_out(gw, place, stageVariableOverrides={"b": "3"}, useStageCache=True)
    found = gw.get_stage(**place)
    assert (found["deploymentId"], found["variables"]) == (first, {"a": "1", "b": "2"})
    assert found["canarySettings"] == {
        "deploymentId": second,
        "percentTraffic": 10.0,
        "stageVariableOverrides": {"b": "3"},
        "useStageCache": True,
    }


def test_promotion_copies_the_deployment_and_lays_its_variables_over_the_stage_s(gw, stage):
    place, _ = stage
    second = try_out(gw, place, stageVariableOverrides={"b": "3"})
    found = patched(
        gw,
        place,
        ("copy", "/deploymentId", None, "/canarySettings/deploymentId"),
        ("copy", "/variables", None, "/canarySettings/stageVariableOverrides"),
        ("remove", "/canarySettings"),
    )
    assert (found["deploymentId"], found["variables"]) == (second, {"a": "1", "b": "3"})
    assert "canarySettings" not in found


def test_each_setting_of_a_canary_can_be_patched(gw, stage):
    place, first = stage
    try_out(gw, place, stageVariableOverrides={"a": "0"})
    found = patched(
        gw,
        place,
        ("replace", "/canarySettings/percentTraffic", "33.3"),
        ("replace", "/canarySettings/useStageCache", "true"),
        ("replace", "/canarySettings/deploymentId", first),
        ("replace", "/canarySettings/stageVariableOverrides/b", "9"),
        ("remove", "/canarySettings/stageVariableOverrides/a"),
    )["canarySettings"]
    assert found == {
        "deploymentId": first,
        "percentTraffic": 33.3,
        "stageVariableOverrides": {"b": "9"},
        "useStageCache": True,
    }


def test_a_patch_begins_a_canary_that_serves_what_the_stage_serves(gw, stage):
    place, first = stage
    found = patched(gw, place, ("replace", "/canarySettings/percentTraffic", "5"))
    assert found["canarySettings"]["deploymentId"] == first


def test_while_there_is_a_canary_the_stage_takes_no_other_deployment(gw, stage):
    place, first = stage
    try_out(gw, place)
    code, status, message = refused(gw.create_deployment, **place)
    assert (code, status) == ("BadRequestException", 400)
    assert message.startswith("Stage s has a canary: expected canarySettings")
    assert gw.get_stage(**place)["deploymentId"] == first
    patched(gw, place, ("remove", "/canarySettings"))
    gw.create_deployment(**place)


def test_a_canary_s_deployment_is_in_use(gw, stage):
    place, _ = stage
    second = try_out(gw, place)
    found = refused(gw.delete_deployment, restApiId=place["restApiId"], deploymentId=second)
    assert found == bad("Active stages pointing to this deployment must be moved or deleted")


@pytest.mark.parametrize("share", [-0.1, 100.1])
def test_a_share_is_a_percentage(gw, stage, share):
    place, _ = stage
    found = refused(gw.create_deployment, **place, canarySettings={"percentTraffic": share})
    assert found == bad(f"canarySettings.percentTraffic: expected 0.0 to 100.0; found {share}")
    assert len(gw.get_deployments(restApiId=place["restApiId"])["items"]) == 1
