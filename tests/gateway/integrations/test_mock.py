import pytest
from tests.gateway.builders import World, mock, resource, responses

from octetgate.core.model.integration import ContentHandling, IntegrationResponse

JSON = "application/json"


def serving(*, binary=(), **integration) -> World:
    world = World()
    world.deploy(resource("/x", mock(**integration)), binary=binary)
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


async def test_mapped_parameters_do_nothing():
    # Not even a name that other integrations refuse.
    mapped = {
        "integration.request.header.A": "method.request.header.A",
        "integration.request.header.Transfer-Encoding": "'chunked'",
        "integration.request.path.id": "method.request.querystring.id",
    }
    answer = await serving(request_parameters=mapped).call("GET", "/x?id=1", A="a")
    assert answer.status == 200


@pytest.mark.parametrize(
    "behavior, content_type, body, status",
    [
        ("NEVER", "application/json", b"{}", 200),
        ("NEVER", "text/plain", b'{"statusCode": 200}', 415),
        ("WHEN_NO_TEMPLATES", "text/plain", b'{"statusCode": 200}', 415),
        # Unconfirmed: then the client's own body says which status it is.
        ("WHEN_NO_MATCH", "text/plain", b'{"statusCode": 200}', 200),
        ("WHEN_NO_MATCH", "text/plain", b"no json", 500),
    ],
)
async def test_without_a_template_the_clients_body_is_read_for_a_status(
    behavior, content_type, body, status
):
    world = serving(passthrough_behavior=behavior)
    answer = await world.call("POST", "/x", body, Content_Type=content_type)
    assert answer.status == status


async def test_a_preflight_answers_with_static_headers():
    world = serving(
        integration_responses=responses(
            response_parameters={"method.response.header.Access-Control-Allow-Origin": "'*'"}
        )
    )
    answer = await world.call("OPTIONS", "/x")
    assert answer.headers.get("Access-Control-Allow-Origin") == "*"


@pytest.mark.parametrize("handling", [None, "CONVERT_TO_BINARY", "CONVERT_TO_TEXT", "PASSTHROUGH"])
@pytest.mark.parametrize("binary", [(), ("*/*",), (JSON,), ("image/png",)])
async def test_a_preflight_fails_once_json_is_binary_until_it_is_converted_to_text(
    binary, handling
):
    world = serving(binary=binary, content_handling=handling and ContentHandling(handling))
    answer = await world.call("OPTIONS", "/x", Accept="*/*")
    trapped = bool({"*/*", JSON} & set(binary)) and handling in {None, "CONVERT_TO_BINARY"}
    assert answer.status == (500 if trapped else 200)
    if trapped:
        assert answer.message == {"message": "Internal server error"}
        assert "contentHandling CONVERT_TO_TEXT" in answer.line["error"]


async def test_a_preflight_that_fails_for_its_bytes_is_told_so_in_the_log():
    world = World()
    world.deploy(resource("/x", mock(), "OPTIONS"), binary=("*/*",))
    line = (await world.call("OPTIONS", "/x")).line
    assert line["requestPayload"]["hint"]["name"] == "preflight-is-binary"


@pytest.mark.parametrize("binary", [(), ("image/png",)])
@pytest.mark.parametrize(
    "handling, made",
    [("CONVERT_TO_BINARY", b"\x00\xff\x10"), ("CONVERT_TO_TEXT", b"AP8Q"), (None, b"AP8Q")],
)
async def test_content_handling_of_the_response_is_for_what_the_template_made(
    binary, handling, made
):
    world = serving(
        binary=binary,
        integration_responses=responses(
            content_handling=handling and ContentHandling(handling),
            response_templates={JSON: "AP8Q"},
        ),
    )
    answer = await world.call("GET", "/x", Accept="image/png")
    assert (answer.status, answer.data) == (200, made)


async def test_a_templates_output_that_is_not_base64_cannot_become_bytes():
    world = serving(
        integration_responses=responses(
            content_handling=ContentHandling.CONVERT_TO_BINARY,
            response_templates={JSON: "a sentence"},
        )
    )
    answer = await world.call("GET", "/x")
    assert (answer.status, answer.message) == (500, {"message": "Internal server error"})
