"""Gateway responses: built in, and in an API's own words (spec: request-lifecycle 4)."""

import json

import pytest
from tests.gateway.builders import API, World, http, http_proxy, mock, resource

from octetgate.adapters.wire.writing import reply_lines
from octetgate.core.model.integration import PassthroughBehavior
from octetgate.core.model.responses import (
    DEFAULTS,
    FAMILIES,
    GatewayResponse,
    GatewayResponseType,
    family,
)
from octetgate.core.ports.upstream import UpstreamBroken, UpstreamRefused, UpstreamTimeout
from octetgate.gateway.faults import Fault
from octetgate.gateway.phases.gateway_response import compile_responses

JSON = "application/json"
CUSTOMISABLE = [kind for kind in GatewayResponseType if kind != "REQUEST_TOO_LARGE"]
CORS = {"gatewayresponse.header.Access-Control-Allow-Origin": "'*'"}


def said(kind, **members):
    """Return what an API says for one type, ready for a definition."""
    return {GatewayResponseType(kind): GatewayResponse(response_type=kind, **members)}


def worded(kind, template, **members):
    return said(kind, response_templates={JSON: template}, **members)


def serving(responses, **deployed):
    world = World()
    never = http(passthrough_behavior=PassthroughBehavior.NEVER)
    world.deploy(
        resource("/m", mock()),
        resource("/x", http_proxy()),
        resource("/never", never),
        resource("/unserved", None),
        resource("/broken", mock(request_templates={JSON: "{}"})),
        resource("/key", mock(), api_key_required=True),
        resource("/iam", mock(), authorization_type="AWS_IAM"),
        resource("/closed", mock(), authorization_type="CUSTOM"),
        gateway_responses=responses,
        **deployed,
    )
    return world


# --- Types that a call can provoke -------------------------------------------------------------

PROVOKED = [
    pytest.param("MISSING_AUTHENTICATION_TOKEN", "/nowhere", {}, None, 403, id="no-resource"),
    pytest.param("MISSING_AUTHENTICATION_TOKEN", "/iam", {}, None, 403, id="no-signature"),
    pytest.param("ACCESS_DENIED", "/closed", {"Authorization": "x"}, None, 403, id="denied"),
    pytest.param("INVALID_API_KEY", "/key", {}, None, 403, id="key"),
    pytest.param("UNSUPPORTED_MEDIA_TYPE", "/never", {}, None, 415, id="media-type"),
    pytest.param("API_CONFIGURATION_ERROR", "/unserved", {}, None, 500, id="no-integration"),
    pytest.param("API_CONFIGURATION_ERROR", "/x", {}, UpstreamRefused("r"), 500, id="refused"),
    pytest.param("INTEGRATION_TIMEOUT", "/x", {}, UpstreamTimeout("t"), 504, id="timeout"),
    pytest.param("INTEGRATION_FAILURE", "/x", {}, UpstreamBroken("b"), 504, id="failure"),
    pytest.param("DEFAULT_5XX", "/broken", {}, None, 500, id="execution"),
]


@pytest.mark.parametrize("kind, path, headers, error, status", PROVOKED)
async def test_a_provoked_fault_is_built_in_until_the_api_words_it(
    kind, path, headers, error, status
):
    world = serving({})
    world.upstream.answer = error
    answer = await world.call("POST", path, **headers)
    key = "Message" if kind == "ACCESS_DENIED" else "message"
    assert (answer.status, answer.message) == (status, {key: DEFAULTS[kind].message})
    assert answer.headers.get("x-amzn-ErrorType") == DEFAULTS[kind].error_type
    assert answer.headers.get("Content-Type") == JSON
    assert answer.line["responseType"] == kind


@pytest.mark.parametrize("kind, path, headers, error, status", PROVOKED)
async def test_a_provoked_fault_is_answered_in_the_apis_words(kind, path, headers, error, status):
    template = '{"type":"$context.error.responseType","said":$context.error.messageString}'
    world = serving(worded(kind, template, status_code="418", response_parameters=CORS))
    world.upstream.answer = error
    answer = await world.call("POST", path, **headers)
    assert answer.status == 418
    assert answer.message == {"type": kind, "said": DEFAULTS[kind].message}
    assert answer.headers.get("Access-Control-Allow-Origin") == "*"
    assert answer.headers.get("x-amzn-ErrorType") == DEFAULTS[kind].error_type
    assert answer.headers.get("x-amzn-RequestId") == answer.line["requestId"]
    assert "x-amz-apigw-id" in answer.headers
    assert "X-Amzn-Trace-Id" not in answer.headers


async def test_before_a_stage_is_known_no_api_has_a_word():
    world = serving(worded("DEFAULT_4XX", "mine"))
    answer = await world.request("GET", f"/restapis/{API}/other/_user_request_/m")
    assert (answer.status, answer.data) == (403, b'{"message":"Forbidden"}')


async def test_a_preflight_for_what_is_not_there_gets_its_cors_headers():
    world = serving(said("DEFAULT_4XX", response_parameters=CORS))
    answer = await world.call("OPTIONS", "/nowhere", Origin="https://a.example")
    assert answer.headers.get("Access-Control-Allow-Origin") == "*"
    # Only headers were said, so the body is the built-in one, byte for byte.
    assert (answer.status, answer.data) == (403, b'{"message":"Missing Authentication Token"}')
    assert (answer.line["apiId"], answer.line["stage"]) == (API, "s")
    assert "resourcePath" not in answer.line


async def test_guesses_are_not_remembered_among_the_routes():
    world = serving({})
    await world.call("GET", "/nowhere")
    assert world.live.routes == {}
    await world.call("GET", "/m")
    assert len(world.live.routes) == 1


async def test_a_deployment_keeps_what_its_api_said_then():
    world = serving(worded("DEFAULT_4XX", "old"))
    assert (await world.call("GET", "/nowhere")).data == b"old"
    world.deploy(
        resource("/m", mock()), deployment="two", gateway_responses=worded("DEFAULT_4XX", "new")
    )
    assert (await world.call("GET", "/nowhere")).data == b"new"


# --- Every type, rendered ----------------------------------------------------------------------


def faulting(kind, **members):
    """Return a fault of any type, also one that nothing raises yet."""
    return type("Any", (Fault,), {"type": GatewayResponseType(kind)})("why", **members)


async def reply_to(world, fault, path="/m", **headers):
    """Return what a client gets for a fault of a call to the path."""
    world.upstream.answer = fault
    return await world.call("POST", path, **headers)


@pytest.mark.parametrize("kind", list(GatewayResponseType))
async def test_every_type_has_its_built_in_reply(kind):
    answer = await reply_to(serving({}), faulting(kind), "/x")
    default = DEFAULTS[kind]
    assert answer.status == default.status
    if kind == "REQUEST_TOO_LARGE":
        assert answer.data.decode() == default.message
        assert answer.headers.get("Content-Type") == "text/plain"
        assert "x-amzn-ErrorType" not in answer.headers
        return
    key = "Message" if kind == "ACCESS_DENIED" else "message"
    assert answer.message == {key: default.message}
    assert answer.headers.get("x-amzn-ErrorType") == default.error_type


@pytest.mark.parametrize("kind", CUSTOMISABLE)
async def test_every_type_can_be_worded(kind):
    world = serving(worded(kind, "$context.error.responseType: $context.error.message"))
    answer = await reply_to(world, faulting(kind), "/x")
    assert answer.data.decode() == f"{kind}: {DEFAULTS[kind].message or ''}"
    assert answer.status == DEFAULTS[kind].status


@pytest.mark.parametrize("kind", [kind for kind in CUSTOMISABLE if kind not in FAMILIES])
async def test_every_type_follows_its_family_until_it_has_words_of_its_own(kind):
    families = {
        **worded("DEFAULT_4XX", "family", status_code="418"),
        **worded("DEFAULT_5XX", "family", status_code="599"),
    }
    answer = await reply_to(serving(families), faulting(kind), "/x")
    status = 418 if family(kind) == "DEFAULT_4XX" else 599
    assert (answer.status, answer.data) == (status, b"family")
    answer = await reply_to(serving({**families, **worded(kind, "own")}), faulting(kind), "/x")
    assert (answer.status, answer.data) == (DEFAULTS[kind].status, b"own")


async def test_too_large_a_request_is_never_in_the_apis_words():
    responses = worded("REQUEST_TOO_LARGE", "own") | worded("DEFAULT_4XX", "family")
    answer = await reply_to(serving(responses), faulting("REQUEST_TOO_LARGE"), "/x")
    assert answer.data == b"HTTP content length exceeded 10485760 bytes."
    assert answer.status == 413


async def test_a_family_without_a_status_keeps_the_errors_own():
    world = serving(worded("DEFAULT_5XX", "x"))
    assert (await reply_to(world, faulting("DEFAULT_5XX", status=502), "/x")).status == 502


# --- Templates ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "template, body",
    [
        pytest.param("$context.error.message", 'say "no"', id="message-is-raw"),
        pytest.param("$context.error.messageString", '"say \\"no\\""', id="message-as-json"),
        pytest.param("$context.error.responseType", "DEFAULT_5XX", id="type"),
        pytest.param("<$context.error.validationErrorString>", "<>", id="no-validation"),
        pytest.param("$context.stage/$context.apiId", f"s/{API}", id="context"),
        pytest.param("$context.httpMethod $context.resourcePath", "POST /x/{id}", id="route"),
        pytest.param("$context.identity.sourceIp", "203.0.113.9", id="nested"),
        pytest.param("<$context.identity.user>", "<>", id="null-is-empty"),
        pytest.param("<$context.identity>", "<>", id="a-map-is-empty"),
        pytest.param("<$context.unknown.thing>", "<>", id="unknown-is-empty"),
        pytest.param("<$context.stage.deeper>", "<>", id="below-a-text"),
        pytest.param("$stageVariables.colour", "red", id="stage-variable"),
        pytest.param("<$stageVariables.none>", "<>", id="no-stage-variable"),
        pytest.param("$method.request.header.X-Tag", "hello", id="header"),
        pytest.param("<$method.request.header.x-tag>", "<>", id="header-with-case"),
        pytest.param("$method.request.querystring.q", "last one", id="querystring-last"),
        pytest.param("$method.request.path.id", "7%2F", id="path-undecoded"),
        pytest.param("<$method.request.path.none>", "<>", id="no-path"),
        pytest.param("#set($a = 1)$a $util.x $input.body", "#set($a = 1)$a $util.x $input.body",
                     id="not-velocity"),
        pytest.param("costs $5 and $", "costs $5 and $", id="dollars"),
    ],
)  # fmt: skip
async def test_a_template_substitutes_and_does_nothing_else(template, body):
    world = World()
    world.deploy(
        resource("/x/{id}", http_proxy()),
        variables={"colour": "red"},
        gateway_responses=worded("DEFAULT_5XX", template),
    )
    fault = faulting("DEFAULT_5XX", message='say "no"')
    answer = await reply_to(world, fault, "/x/7%2F?q=a&q=last+one", X_Tag="hello")
    assert answer.data.decode() == body


async def test_a_number_of_the_context_prints():
    world = serving(worded("DEFAULT_4XX", "$context.requestTimeEpoch"))
    assert int((await world.call("GET", "/nowhere")).data) > 1_600_000_000_000


async def test_a_validation_error_is_told_to_the_template_alone():
    fault = faulting("BAD_REQUEST_BODY")
    fault.validation_error = "[missing price]"
    template = "$context.error.message $context.error.validationErrorString"
    answer = await reply_to(serving(worded("BAD_REQUEST_BODY", template)), fault, "/x")
    assert answer.data == b"Invalid request body [missing price]"
    assert b"price" not in (await reply_to(serving({}), fault, "/x")).data


async def test_without_a_method_route_and_parameters_are_empty_and_the_path_is_known():
    template = "<$context.resourceId$context.resourcePath> $context.path $context.httpMethod"
    world = serving(worded("DEFAULT_4XX", template))
    answer = await world.call("GET", "/nowhere")
    assert answer.data == b"<> /s/nowhere GET"


@pytest.mark.parametrize(
    "accept, body, content_type",
    [
        pytest.param(None, b"json", JSON, id="absent"),
        pytest.param("text/html", b"html", "text/html", id="exact"),
        pytest.param("text/html;q=0.5, application/json", b"html", "text/html", id="first"),
        pytest.param("application/xml", b"json", JSON, id="unknown"),
        pytest.param("*/*", b"json", JSON, id="any"),
    ],
)
async def test_accept_chooses_the_template_and_with_it_the_type(accept, body, content_type):
    templates = {"text/html": "html", JSON: "json"}
    world = serving(said("DEFAULT_4XX", response_templates=templates))
    headers = {} if accept is None else {"Accept": accept}
    answer = await world.call("GET", "/nowhere", **headers)
    assert (answer.data, answer.headers.get("Content-Type")) == (body, content_type)


async def test_without_a_json_template_the_first_one_serves():
    templates = {"text/html": "html", "text/plain": "plain"}
    world = serving(said("DEFAULT_4XX", response_templates=templates))
    answer = await world.call("GET", "/nowhere", Accept="image/png")
    assert (answer.data, answer.headers.get("Content-Type")) == (b"html", "text/html")


async def test_what_came_on_the_wire_is_text_in_the_body():
    world = serving(worded("DEFAULT_4XX", "$method.request.header.X-Name"))
    answer = await world.call("GET", "/nowhere", X_Name="\xe2\x82\xac")
    assert answer.data.decode() == "€"


# --- Headers -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "expression, value",
    [
        pytest.param("'text'", "text", id="static"),
        pytest.param("method.request.header.Origin", "https://a.example", id="header"),
        pytest.param("method.request.multivalueheader.Origin", "https://a.example", id="several"),
        pytest.param("method.request.querystring.q", "two words", id="querystring"),
        pytest.param("method.request.multivaluequerystring.q", "1,two words", id="queries"),
        pytest.param("method.request.path.id", "7", id="path"),
        pytest.param("context.stage", "s", id="context"),
        pytest.param("context.error.responseType", "DEFAULT_5XX", id="error"),
        pytest.param("context.identity.sourceIp", "203.0.113.9", id="nested-context"),
        pytest.param("stageVariables.colour", "red", id="stage-variable"),
        pytest.param("method.request.header.Missing", None, id="missing-sets-nothing"),
        pytest.param("stageVariables.none", None, id="unknown-sets-nothing"),
    ],
)
async def test_a_header_comes_from_what_its_expression_names(expression, value):
    world = World()
    world.deploy(
        resource("/x/{id}", http_proxy()),
        variables={"colour": "red"},
        gateway_responses=said(
            "DEFAULT_5XX", response_parameters={"gatewayresponse.header.X-Out": expression}
        ),
    )
    fault = faulting("DEFAULT_5XX")
    answer = await reply_to(world, fault, "/x/7?q=1&q=two+words", Origin="https://a.example")
    assert answer.headers.get("X-Out") == value


async def test_a_mapped_content_type_wins_and_request_ids_stay_ours():
    parameters = {
        "gatewayresponse.header.Content-Type": "'application/problem+json'",
        "gatewayresponse.header.x-amzn-ErrorType": "'Mine'",
        "gatewayresponse.header.X-Amzn-RequestId": "'forged'",
        "gatewayresponse.header.WWW-Authenticate": "'Basic'",
    }
    world = serving(said("DEFAULT_4XX", response_parameters=parameters))
    answer = await world.call("GET", "/nowhere")
    assert answer.headers.all("Content-Type") == ["application/problem+json"]
    assert answer.headers.all("x-amzn-ErrorType") == ["Mine"]
    assert answer.headers.all("x-amzn-RequestId") == [answer.line["requestId"]]
    # Not remapped, unlike an integration's: it is how browsers are asked for a password.
    assert answer.headers.get("WWW-Authenticate") == "Basic"


async def test_a_clients_line_ends_stay_inside_their_header():
    parameters = {"gatewayresponse.header.X-Echo": "method.request.querystring.q"}
    world = serving(said("DEFAULT_4XX", response_parameters=parameters))
    answer = await world.call("GET", "/nowhere?q=a%0d%0aSet-Cookie:%20b%00%E2%82%AC")
    assert answer.headers.get("X-Echo") == "a Set-Cookie: b \xe2\x82\xac"
    assert b"\r\nSet-Cookie" not in reply_lines(answer.headers)
    assert answer.status == 403


# --- What cannot be served ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "members, problem",
    [
        ({"status_code": "100"}, "statusCode: expected 200 to 599, found 100"),
        (
            {"response_parameters": {"gatewayresponse.header.X": "method.request.body"}},
            (
                "responseParameters gatewayresponse.header.X: expected a static value, a "
                "parameter, context or stageVariables, found 'method.request.body'"
            ),
        ),
        (
            {"response_parameters": {"method.response.header.X": "'a'"}},
            (
                "responseParameters method.response.header.X: expected "
                "gatewayresponse.header.NAME, found 'method.response.header.X'"
            ),
        ),
    ],
)
def test_a_response_that_cannot_be_served_is_named_and_left_out(members, problem):
    problems = []
    assert compile_responses(said("DEFAULT_4XX", **members), problems) == {}
    assert problems == [f"gateway response DEFAULT_4XX: {problem}"]


async def test_the_built_in_body_says_null_as_json_does():
    answer = await reply_to(serving({}), faulting("AUTHORIZER_FAILURE"), "/x")
    assert json.loads(answer.data) == {"message": None}
