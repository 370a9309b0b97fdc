"""What the client finally gets, line by line (spec: mapping 2 to 4 and 9, lifecycle 5)."""

import re

import pytest
from tests.gateway.builders import (
    World,
    aws,
    aws_proxy,
    backend,
    http,
    http_proxy,
    mock,
    resource,
    responses,
)

from octetgate.core.model.api import MethodResponse
from octetgate.core.model.integration import IntegrationResponse
from octetgate.core.ports.functions import Outcome
from octetgate.core.ports.upstream import UpstreamRefused

JSON = "application/json"
UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
OUT = "method.response.header.X-Out"
NON_PROXY = [pytest.param(kind, id=kind.__name__) for kind in (http, aws, mock)]


def serving(integration, path="/x", **deployed) -> World:
    world = World()
    world.functions.answer = Outcome(status=200, payload=b'{"statusCode":200}')
    world.deploy(resource(path, integration), **deployed)
    return world


# --- The headers that every answer has ---------------------------------------------------------


@pytest.mark.parametrize(
    "integration, traced",
    [
        pytest.param(http(), True, id="HTTP"),
        pytest.param(http_proxy(), False, id="HTTP_PROXY"),
        pytest.param(aws(), True, id="AWS"),
        pytest.param(aws_proxy(), True, id="AWS_PROXY"),
        pytest.param(mock(), False, id="MOCK"),
        pytest.param(None, False, id="gateway-error"),
    ],
)
async def test_every_answer_has_the_headers_of_the_table(integration, traced):
    answer = await serving(integration).call("GET", "/x")
    (request_id,) = answer.headers.all("x-amzn-RequestId")
    (extended,) = answer.headers.all("x-amz-apigw-id")
    assert re.fullmatch(UUID, request_id)
    assert extended.endswith("=")
    assert ("X-Amzn-Trace-Id" in answer.headers) is traced
    assert answer.headers.all("Content-Type") == [JSON]
    assert "Server" not in answer.headers


@pytest.mark.parametrize(
    "integration, name",
    [
        pytest.param(http_proxy(), "x-amzn-Remapped-Server", id="HTTP_PROXY"),
        pytest.param(http(), None, id="HTTP"),
    ],
)
async def test_a_backends_server_never_shows_as_ours(integration, name):
    world = serving(integration)
    world.upstream.answer = backend(Server="theirs")
    answer = await world.call("GET", "/x")
    assert "Server" not in answer.headers
    assert name is None or answer.headers.get(name) == "theirs"


async def test_a_proxied_backends_request_id_does_not_replace_ours():
    world = serving(http_proxy())
    world.upstream.answer = backend(x_amzn_RequestId="theirs", X_Amzn_Trace_Id="Root=theirs")
    answer = await world.call("GET", "/x")
    assert answer.headers.all("x-amzn-RequestId") == [answer.line["requestId"]]
    assert answer.headers.get("x-amzn-Remapped-x-amzn-RequestId") == "theirs"
    assert answer.headers.get("X-Amzn-Trace-Id") == "Root=theirs"


@pytest.mark.parametrize("status", ["200", "400"])
@pytest.mark.parametrize("kind", NON_PROXY)
async def test_a_mapped_content_type_replaces_json(kind, status):
    parameters = {"method.response.header.Content-Type": "'text/html'"}
    one = IntegrationResponse(status_code=status, response_parameters=parameters)
    answer = await serving(kind(integration_responses={status: one})).call("GET", "/x")
    assert answer.headers.all("Content-Type") == ["text/html"]
    assert answer.status == int(status)


# --- Mapped headers ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "expression, value",
    [
        pytest.param("integration.response.header.X-Tag", "b", id="last-of-several"),
        pytest.param("integration.response.header.x-tag", None, id="case-counts"),
        pytest.param("integration.response.multivalueheader.X-Tag", "a,b", id="joined"),
        pytest.param("integration.response.header.Missing", None, id="missing-source"),
        pytest.param("integration.response.body", '{"pet":{"n":1},"l":[1]}', id="body"),
        pytest.param("integration.response.body.pet", '{"n":1}', id="object-as-json"),
        pytest.param("integration.response.body.l", "[1]", id="array-as-json"),
        pytest.param("integration.response.body.pet.n", "1", id="number"),
        pytest.param("integration.response.body.none", None, id="no-such-path"),
        pytest.param("stageVariables.colour", "red", id="stage-variable"),
        pytest.param("stageVariables.none", None, id="no-stage-variable"),
        pytest.param("context.stage", "s", id="context"),
        pytest.param("context.identity.user", None, id="null-context"),
        pytest.param("'text'", "text", id="static"),
    ],
)
async def test_a_header_has_the_value_of_its_expression(expression, value):
    world = serving(
        http(integration_responses=responses(response_parameters={OUT: expression})),
        variables={"colour": "red"},
    )

    def answering(request):
        response = backend(b'{"pet":{"n":1},"l":[1]}', Content_Type=JSON)(request)
        response.headers.add("X-Tag", "a")
        response.headers.add("X-Tag", "b")
        return response

    world.upstream.answer = answering
    assert (await world.call("POST", "/x")).headers.get("X-Out") == value


async def test_an_empty_body_maps_as_an_empty_object():
    parameters = {OUT: "integration.response.body"}
    world = serving(http(integration_responses=responses(response_parameters=parameters)))
    world.upstream.answer = backend(b"")
    assert (await world.call("POST", "/x")).headers.get("X-Out") == "{}"


async def test_an_errors_message_that_is_json_is_reached_into():
    parameters = {OUT: "integration.response.body.errorMessage.code"}
    world = serving(aws(integration_responses=responses(response_parameters=parameters)))
    payload = b'{"errorMessage": "{\\"code\\": \\"E7\\"}"}'
    world.functions.answer = Outcome(status=200, payload=payload, function_error="Unhandled")
    assert (await world.call("POST", "/x", b"{}")).headers.get("X-Out") == "E7"


@pytest.mark.parametrize("kind", [http_proxy, aws_proxy])
async def test_proxies_map_no_response_headers(kind):
    given = responses(response_parameters={OUT: "'mapped'"})
    answer = await serving(kind(integration_responses=given)).call("GET", "/x")
    assert "X-Out" not in answer.headers


async def test_what_a_client_sends_makes_no_line_of_its_own():
    """Neither on the way to the backend nor on the way back."""
    sent = "$input.params('q')"
    world = serving(
        http(
            request_parameters={"integration.request.header.X-In": "method.request.querystring.q"},
            request_templates={JSON: f"#set($context.responseOverride.header.X-Out = {sent})"},
        )
    )
    answer = await world.call("POST", "/x?q=a%0d%0aEvil:%20b%E2%82%AC", b"{}")
    clean = "a Evil: b\xe2\x82\xac"
    assert world.upstream.asked[0].headers.get("X-In") == clean
    assert answer.headers.get("X-Out") == clean


@pytest.mark.parametrize("direction", ["request", "response"])
async def test_an_overridden_header_has_a_headers_name(direction):
    template = f'#set($context.{direction}Override.header[$input.params("q")] = "v")'
    world = serving(http(request_templates={JSON: template}))
    answer = await world.call("POST", "/x?q=a%0d%0ab", b"{}")
    assert (answer.status, answer.message) == (500, {"message": "Internal server error"})
    expected = f"{direction}Override.header: expected a header's name, found 'a\\r\\nb'"
    assert answer.line["error"] == expected


# --- Which response ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "payload, status",
    [
        pytest.param(b'"Pass"', 200, id="success"),
        pytest.param(b'{"errorMessage": "four hundred it is"}', 405, id="first-in-order"),
        pytest.param(b'{"errorMessage": "200"}', 502, id="not-the-later-pattern"),
        pytest.param(b'{"errorMessage": "another"}', 502, id="another-error"),
        pytest.param(
            b'{"errorMessage":"2026-01-01T00:00:00Z id Task timed out after 3.00 seconds"}',
            502,
            id="timeout",
        ),
        pytest.param(b'{"errorMessage": ""}', 200, id="empty-message"),
        pytest.param(b'{"message": "four hundred"}', 200, id="another-member"),
        pytest.param(b'["errorMessage", "four hundred"]', 200, id="no-object"),
        pytest.param(b"four hundred", 200, id="no-json"),
        pytest.param(b"", 200, id="nothing"),
    ],
)
async def test_a_functions_message_selects_as_recorded(payload, status):
    patterns = {"200": None, "405": ".*four hundred.*", "502": ".+", "504": "200"}
    given = {
        code: IntegrationResponse(status_code=code, selection_pattern=pattern)
        for code, pattern in patterns.items()
    }
    world = World()
    declared = {code: MethodResponse(status_code=code) for code in patterns}
    world.deploy(resource("/x", aws(integration_responses=given), method_responses=declared))
    world.functions.answer = Outcome(status=200, payload=payload)
    assert (await world.call("POST", "/x", b"{}")).status == status


@pytest.mark.parametrize("kind", NON_PROXY)
async def test_a_status_that_the_method_does_not_declare_is_a_500(kind):
    given = {"404": IntegrationResponse(status_code="404")}
    answer = await serving(kind(integration_responses=given)).call("POST", "/x", b"{}")
    assert (answer.status, answer.message) == (500, {"message": "Internal server error"})
    assert answer.line["error"] == "method response 404: expected one, found none"
    assert answer.line["responseType"] == "API_CONFIGURATION_ERROR"


# --- Overrides ---------------------------------------------------------------------------------


@pytest.mark.parametrize("side", ["request", "response"])
@pytest.mark.parametrize("kind", NON_PROXY)
async def test_either_template_may_override_the_response(kind, side):
    sets = (
        "#set($context.responseOverride.status = 444)"
        '#set($context.responseOverride.header.foo = "bar")'
        '#set($context.responseOverride.header.Several = ["a", "b"])'
        '#set($context.responseOverride.header.Date = "never")'
    )
    text = {"request": '{"statusCode": 200}', "response": "{}"}
    templates = {each: {JSON: (sets if each == side else "") + text[each]} for each in text}
    integration = kind(
        request_templates=templates["request"],
        integration_responses=responses(
            response_templates=templates["response"],
            response_parameters={"method.response.header.foo": "'mapped'"},
        ),
    )
    answer = await serving(integration).call("POST", "/x", b"{}", Content_Type=JSON)
    assert answer.status == 444
    assert answer.headers.all("foo") == ["bar"]
    assert answer.headers.get("Several") == "a,b"
    assert answer.headers.get("x-amzn-Remapped-Date") == "never"


@pytest.mark.parametrize("kind", NON_PROXY)
async def test_an_override_needs_no_response_template(kind):
    sets = "#set($context.responseOverride.status = 444)"
    integration = kind(request_templates={JSON: sets + '{"statusCode": 200}'})
    answer = await serving(integration).call("POST", "/x", b"{}", Content_Type=JSON)
    assert answer.status == 444


@pytest.mark.parametrize("status", ['"444"', "99", "600", "true", '"x"'])
async def test_a_status_that_is_none_is_ignored(status):
    sets = f"#set($context.responseOverride.status = {status})"
    integration = mock(integration_responses=responses(response_templates={JSON: sets}))
    assert (await serving(integration).call("GET", "/x")).status == 200


async def test_an_interim_status_is_a_configuration_error_and_no_bug():
    sets = "#set($context.responseOverride.status = 103)"
    world = serving(mock(integration_responses=responses(response_templates={JSON: sets})))
    answer = await world.call("GET", "/x")
    assert (answer.status, answer.message) == (500, {"message": "Internal server error"})
    assert answer.line["error"].startswith("statusCode: expected 200 to 599")


async def test_a_function_is_invoked_as_an_overridden_header_says():
    sets = '#set($context.requestOverride.header.X-Amz-Invocation-Type = "Event"){}'
    world = serving(aws(request_templates={JSON: sets}))
    await world.call("POST", "/x", b"{}", Content_Type=JSON)
    assert world.functions.invoked[0].type == "Event"


async def test_what_a_request_template_invents_its_response_template_sees():
    integration = mock(
        request_templates={JSON: '#set($context.invented = "kept"){"statusCode": 200}'},
        integration_responses=responses(response_templates={JSON: "$context.invented"}),
    )
    assert (await serving(integration).call("GET", "/x")).data == b"kept"


async def test_a_second_override_of_one_target_fails():
    sets = "#set($context.responseOverride.status = 400)" * 2
    integration = mock(integration_responses=responses(response_templates={JSON: sets}))
    answer = await serving(integration).call("GET", "/x")
    assert answer.status == 500
    assert "already overridden" in answer.line["error"]


async def test_a_refused_backend_leaves_no_override_behind():
    """A fault is answered as a fault, whatever the request's template said."""
    sets = "#set($context.responseOverride.status = 444){}"
    world = serving(http(request_templates={JSON: sets}))
    world.upstream.answer = UpstreamRefused("refused")
    assert (await world.call("POST", "/x", b"{}", Content_Type=JSON)).status == 500
