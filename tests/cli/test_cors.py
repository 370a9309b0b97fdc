"""``octetgate cors enable`` against a management port."""

import pytest

from octetgate.cli.console import Trouble

ORIGIN = "method.response.header.Access-Control-Allow-Origin"


@pytest.fixture
def api(management):
    """An API with ``/pets`` that a MOCK and an HTTP proxy answer."""
    gw = management.gw
    made = gw.create_rest_api(name="cors")["id"]
    root = gw.get_resources(restApiId=made)["items"][0]["id"]
    pets = gw.create_resource(restApiId=made, parentId=root, pathPart="pets")["id"]
    place = {"restApiId": made, "resourceId": pets}
    for verb, members in {
        "GET": {"type": "MOCK", "requestTemplates": {"application/json": '{"statusCode": 200}'}},
        "POST": {"type": "HTTP_PROXY", "integrationHttpMethod": "POST", "uri": "http://b.example"},
    }.items():
        gw.put_method(**place, httpMethod=verb, authorizationType="NONE")
        gw.put_integration(**place, httpMethod=verb, **members)
    gw.put_method_response(**place, httpMethod="GET", statusCode="200")
    gw.put_integration_response(**place, httpMethod="GET", statusCode="200")
    yield place
    gw.delete_rest_api(restApiId=made)


def test_a_path_s_preflights_answers_and_errors_name_the_origin(management, run, api):
    gw = management.gw
    told = run("cors", "enable", "cors", "/pets", "--origin", "https://a.example").out
    preflight = gw.get_integration_response(**api, httpMethod="OPTIONS", statusCode="200")
    allow = "method.response.header.Access-Control-Allow-"
    assert preflight["responseParameters"] == {
        f"{allow}Headers": (
            "'Content-Type,X-Amz-Date,Authorization,X-Api-Key,X-Amz-Security-Token'"
        ),
        f"{allow}Methods": "'GET,OPTIONS,POST'",
        f"{allow}Origin": "'https://a.example'",
    }
    answer = gw.get_integration_response(**api, httpMethod="GET", statusCode="200")
    assert answer["responseParameters"] == {ORIGIN: "'https://a.example'"}
    for kind in ("DEFAULT_4XX", "DEFAULT_5XX"):
        error = gw.get_gateway_response(restApiId=api["restApiId"], responseType=kind)
        assert error["responseParameters"] == {
            "gatewayresponse.header.Access-Control-Allow-Origin": "'https://a.example'"
        }
    assert "POST" in told.partition("to be sent by the backend of")[2]


def test_enabling_it_again_changes_what_it_says_and_keeps_the_rest(management, run, api):
    gw = management.gw
    gw.put_gateway_response(
        restApiId=api["restApiId"],
        responseType="DEFAULT_4XX",
        statusCode="418",
        responseParameters={"gatewayresponse.header.X-More": "'1'"},
    )
    for origin in ("https://a.example", "*"):
        run("cors", "enable", "cors", "/pets", "--origin", origin, "--stage", "prod")
    error = gw.get_gateway_response(restApiId=api["restApiId"], responseType="DEFAULT_4XX")
    assert error["statusCode"] == "418"
    assert error["responseParameters"] == {
        "gatewayresponse.header.X-More": "'1'",
        "gatewayresponse.header.Access-Control-Allow-Origin": "'*'",
    }
    answer = gw.get_integration_response(**api, httpMethod="GET", statusCode="200")
    assert answer["responseParameters"] == {ORIGIN: "'*'"}
    assert gw.get_stage(restApiId=api["restApiId"], stageName="prod")


def test_a_path_that_is_not_there_is_named_with_those_that_are(run, api):
    with pytest.raises(Trouble, match="PATH: expected one of /, /pets; found '/cats'"):
        run("cors", "enable", "cors", "/cats")
