import re

import pytest
from tests.control.refusals import absent, bad, refused

from octetgate.core.ports.store import DEPLOYMENTS

CANARY = "Invalid deployment content specified."


def test_a_deployment_has_an_id_a_date_and_its_description(gw, mocked):
    made = gw.create_deployment(restApiId=mocked["restApiId"], description="first")
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert re.fullmatch("[a-z0-9]{6}", made["id"])
    found = gw.get_deployment(restApiId=mocked["restApiId"], deploymentId=made["id"])
    assert {*found} - {"ResponseMetadata"} == {"id", "createdDate", "description"}
    assert gw.get_stages(restApiId=mocked["restApiId"])["item"] == []


def test_a_deployment_is_not_changed_by_what_is_edited_later(gw, mocked, management):
    api = mocked["restApiId"]
    made = gw.create_deployment(restApiId=api, stageName="s")["id"]
    gw.delete_method(**mocked)
    with management.store.read() as view:
        kept = view.get(DEPLOYMENTS, f"{api}/{made}").definition
    assert set(kept.resources[mocked["resourceId"]].resource_methods) == {"POST"}


def test_a_summary_lists_the_methods_when_embedded(gw, mocked):
    api = mocked["restApiId"]
    made = gw.create_deployment(restApiId=api)["id"]
    found = gw.get_deployment(restApiId=api, deploymentId=made, embed=["apisummary"])
    assert found["apiSummary"] == {
        "/": {"POST": {"authorizationType": "NONE", "apiKeyRequired": False}}
    }


def test_an_api_without_methods_is_not_deployed(gw, api):
    expected = bad("The REST API doesn't contain any methods")
    assert refused(gw.create_deployment, restApiId=api.id) == expected


def test_a_method_without_integration_is_not_deployed(gw, post):
    expected = bad("No integration defined for method")
    assert refused(gw.create_deployment, restApiId=post["restApiId"], stageName="s") == expected
    assert gw.get_stages(restApiId=post["restApiId"])["item"] == []


def test_what_the_gateway_cannot_serve_is_not_deployed(gw, mocked, management):
    management.problems.extend(["/ POST uri: bad", "/ POST requestTemplates: worse"])
    found = refused(gw.create_deployment, restApiId=mocked["restApiId"], stageName="s")
    management.problems.clear()
    assert found == bad("/ POST uri: bad; / POST requestTemplates: worse")
    assert gw.get_deployments(restApiId=mocked["restApiId"])["items"] == []


def test_deploying_to_a_stage_makes_it_and_then_moves_it(gw, mocked):
    api = mocked["restApiId"]
    first = gw.create_deployment(
        restApiId=api, stageName="s", stageDescription="one", variables={"a": "b"}
    )["id"]
    made = gw.get_stage(restApiId=api, stageName="s")
    second = gw.create_deployment(restApiId=api, stageName="s", tracingEnabled=True)["id"]
    moved = gw.get_stage(restApiId=api, stageName="s")
    assert (made["deploymentId"], moved["deploymentId"]) == (first, second)
    assert (moved["description"], moved["variables"]) == ("one", {"a": "b"})
    assert (made["tracingEnabled"], moved["tracingEnabled"]) == (False, True)
    assert moved["createdDate"] == made["createdDate"]


@pytest.mark.parametrize(
    "given, message",
    [
        (
            {},
            f"{CANARY}Non null and non empty stageName must be provided for canary deployment. Provided value is null",
        ),
        (
            {"stageName": ""},
            f"{CANARY}Non null and non empty stageName must be provided for canary deployment. Provided value is empty",
        ),
        (
            {"stageName": "non-existing"},
            f"{CANARY}Stage non-existing must already be created before making a canary release deployment",
        ),
    ],
)
def test_a_canary_needs_a_stage(gw, mocked, given, message):
    found = refused(
        gw.create_deployment,
        restApiId=mocked["restApiId"],
        canarySettings={"percentTraffic": 5.0},
        **given,
    )
    assert found == bad(message)


def test_a_deployment_in_use_is_not_deleted(gw, mocked):
    api = mocked["restApiId"]
    first = gw.create_deployment(restApiId=api, stageName="s")["id"]
    found = refused(gw.delete_deployment, restApiId=api, deploymentId=first)
    assert found == bad("Active stages pointing to this deployment must be moved or deleted")
    gw.create_deployment(restApiId=api, stageName="s")
    gone = gw.delete_deployment(restApiId=api, deploymentId=first)
    assert gone["ResponseMetadata"]["HTTPStatusCode"] == 202
    expected = absent("Invalid Deployment identifier specified")
    assert refused(gw.get_deployment, restApiId=api, deploymentId=first) == expected


def test_only_the_description_of_a_deployment_can_change(gw, mocked):
    api = mocked["restApiId"]
    made = gw.create_deployment(restApiId=api)["id"]
    change = {"op": "replace", "path": "/description", "value": "new"}
    gw.update_deployment(restApiId=api, deploymentId=made, patchOperations=[change])
    found = gw.get_deployments(restApiId=api)["items"]
    assert [each["description"] for each in found] == ["new"]
    change = {"op": "replace", "path": "/id", "value": "new"}
    found = refused(
        gw.update_deployment, restApiId=api, deploymentId=made, patchOperations=[change]
    )
    assert found == bad(
        "Invalid patch path  '/id' specified for op 'replace'. Must be one of: [/description]"
    )
