import pytest
from tests.gateway.builders import World, mock, resource, responses

from octetgate.core.model.integration import IntegrationResponse

JSON = "application/json"


def serving(**integration) -> World:
    world = World()
    world.deploy(resource("/x", mock(**integration)))
    return world


async def test_templates_alone_answer():
    world = serving(
        integration_responses=responses(
            response_templates={JSON: '{"path": "$context.resourcePath", "b": $input.body}'}
        )
    )
    answer = await world.call("GET", "/x")
    assert (answer.status, answer.message) == (200, {"path": "/x", "b": {}})
    assert "X-Amzn-Trace-Id" not in answer.headers


@pytest.mark.parametrize("text", ["{}", "", '{"statusCode": "200"}', "no json"])
async def test_without_an_integer_status_the_client_gets_a_500(text):
    world = serving(request_templates={JSON: text} if text else None)
    answer = await world.call("GET", "/x")
    assert (answer.status, answer.message) == (500, {"message": "Internal server error"})
    assert answer.line["error"].startswith("Unable to parse statusCode.")


async def test_the_status_selects_the_integration_response():
    world = serving(
        request_templates={JSON: "{statusCode: $input.params('code')}"},
        integration_responses={
            "200": IntegrationResponse(status_code="200", selection_pattern=r"2\d{2}"),
            "500": IntegrationResponse(status_code="500"),
        },
    )
    assert (await world.call("GET", "/x?code=204")).status == 200
    assert (await world.call("GET", "/x?code=404")).status == 500


async def test_a_preflight_answers_with_static_headers():
    world = serving(
        integration_responses=responses(
            response_parameters={"method.response.header.Access-Control-Allow-Origin": "'*'"}
        )
    )
    answer = await world.call("OPTIONS", "/x")
    assert answer.headers.get("Access-Control-Allow-Origin") == "*"
