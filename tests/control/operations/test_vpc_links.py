import pytest
from tests.control.refusals import absent, bad, refused

ARN = "arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/net/x/1"
UNKNOWN = absent("Invalid Vpc Link identifier specified")
HTTP = {"type": "HTTP_PROXY", "integrationHttpMethod": "POST", "uri": "http://backend/x"}


@pytest.fixture
def link(gw):
    return gw.create_vpc_link(name="inside", targetArns=[ARN], description="d", tags={"a": "b"})


def shown(response):
    return {key: value for key, value in response.items() if key != "ResponseMetadata"}


def test_a_link_is_available_at_once(gw, link):
    assert link["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert len(link["id"]) == 6
    assert shown(gw.get_vpc_link(vpcLinkId=link["id"])) == {
        "id": link["id"],
        "name": "inside",
        "description": "d",
        "targetArns": [ARN],
        "status": "AVAILABLE",
        "tags": {"a": "b"},
    }
    assert link["id"] in {each["id"] for each in gw.get_vpc_links(limit=500)["items"]}


def test_a_link_can_be_renamed_described_and_deleted(gw, link):
    place = {"vpcLinkId": link["id"]}
    changes = [
        {"op": "replace", "path": "/name", "value": "new"},
        {"op": "replace", "path": "/description", "value": "other"},
    ]
    found = gw.update_vpc_link(**place, patchOperations=changes)
    assert (found["name"], found["description"]) == ("new", "other")
    empty = [{"op": "replace", "path": "/name", "value": ""}]
    assert refused(gw.update_vpc_link, **place, patchOperations=empty) == bad(
        "Name cannot be empty"
    )
    assert gw.delete_vpc_link(**place)["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert refused(gw.get_vpc_link, **place) == UNKNOWN
    assert refused(gw.delete_vpc_link, **place) == UNKNOWN


@pytest.mark.parametrize(
    "members, message",
    [
        (
            {"name": "x", "targetArns": [ARN, ARN]},
            "More than one target arn specified for vpc link.",
        ),
        ({"name": "x", "targetArns": ["bad"]}, "Invalid ARN. ARN is not well formed bad"),
        ({"name": "", "targetArns": [ARN]}, "Name cannot be empty"),
    ],
)
def test_a_link_that_cannot_be_is_refused(gw, members, message):
    assert refused(gw.create_vpc_link, **members) == bad(message)


@pytest.mark.parametrize("by_variable", [True, False])
def test_an_integration_names_its_link_or_a_stage_variable(gw, post, link, by_variable):
    given = "${stageVariables.link}" if by_variable else link["id"]
    made = gw.put_integration(**post, **HTTP, connectionType="VPC_LINK", connectionId=given)
    assert (made["connectionType"], made["connectionId"]) == ("VPC_LINK", given)


def test_an_integration_cannot_name_a_link_that_is_not_there(gw, post):
    linked = {"connectionType": "VPC_LINK", "connectionId": "nolink"}
    assert refused(gw.put_integration, **post, **HTTP, **linked) == UNKNOWN


def test_only_http_takes_a_link(gw, post, link):
    linked = {"connectionType": "VPC_LINK", "connectionId": link["id"]}
    assert refused(gw.put_integration, **post, type="MOCK", **linked) == bad(
        "connectionType: expected INTERNET with MOCK; found VPC_LINK"
    )


@pytest.mark.parametrize("by_variable", [True, False])
def test_a_link_that_a_stage_serves_methods_through_stays(gw, post, link, by_variable):
    given = "${stageVariables.link}" if by_variable else link["id"]
    gw.put_integration(**post, **HTTP, connectionType="VPC_LINK", connectionId=given)
    api = post["restApiId"]
    gw.create_deployment(restApiId=api, stageName="s", variables={"link": link["id"]})
    place = {"vpcLinkId": link["id"]}
    assert refused(gw.delete_vpc_link, **place) == bad(
        f"Cannot delete vpc link. Vpc link '{link['id']}', is referenced in "
        f"[{api}:POST:{post['resourceId']}:s] in format of [RESTApiId:Method:Resource:Stage]."
    )
    gw.delete_stage(restApiId=api, stageName="s")
    gw.delete_vpc_link(**place)


def test_a_link_that_only_a_canary_names_stays_too(gw, post, link):
    gw.put_integration(
        **post, **HTTP, connectionType="VPC_LINK", connectionId="${stageVariables.link}"
    )
    api = post["restApiId"]
    gw.create_deployment(restApiId=api, stageName="s")
    canary = {"percentTraffic": 1, "stageVariableOverrides": {"link": link["id"]}}
    gw.create_deployment(restApiId=api, stageName="s", canarySettings=canary)
    code, _, message = refused(gw.delete_vpc_link, vpcLinkId=link["id"])
    assert (code, f"[{api}:POST:{post['resourceId']}:s]" in message) == (
        "BadRequestException",
        True,
    )
