import pytest
from tests.gateway.builders import API, World, backend, http, resource, responses

from octetgate.core.model.integration import (
    ContentHandling,
    IntegrationResponse,
    PassthroughBehavior,
)

JSON = "application/json"


def serving(*, binary=(), path="/x", **integration) -> World:
    world = World()
    world.deploy(resource(path, http(**integration), verb="POST"), binary=binary)
    return world


async def test_only_mapped_parameters_cross():
    world = serving(
        request_parameters={
            "integration.request.header.X-Mapped": "method.request.header.X-Client",
            "integration.request.querystring.q": "method.request.querystring.a",
        }
    )
    await world.call("POST", "/x?a=1&a=2&b=3", b"{}", X_Client="v", Accept="a/b", User_Agent="u")
    request = world.upstream.asked[0]
    sent = dict(request.headers.items())
    assert request.target == "/base?q=2"
    assert sent.pop("X-Amzn-Trace-Id").startswith("Root=1-")
    assert sent == {
        "Host": "backend:9000",
        "Accept": JSON,
        "User-Agent": f"AmazonAPIGateway_{API}",
        "X-Amzn-Apigateway-Api-Id": API,
        "X-Mapped": "v",
    }


async def test_a_body_takes_its_type_along():
    world = serving()
    await world.call("POST", "/x", b"<a/>", Content_Type="application/xml")
    assert world.upstream.asked[0].headers.get("Content-Type") == "application/xml"


async def test_a_template_makes_the_body():
    world = serving(request_templates={JSON: '{"n": "$input.path(\'$.name\')"}'})
    await world.call("POST", "/x", b'{"name": "Rex"}', Content_Type=JSON)
    assert world.upstream.asked[0].body.ready == b'{"n": "Rex"}'


@pytest.mark.parametrize(
    "behavior, templates, content_type, status",
    [
        ("WHEN_NO_MATCH", {}, "a/b", 200),
        ("WHEN_NO_MATCH", {JSON: "t"}, JSON, 200),
        ("WHEN_NO_MATCH", {JSON: "t"}, "a/b", 200),
        ("WHEN_NO_TEMPLATES", {}, "a/b", 200),
        ("WHEN_NO_TEMPLATES", {JSON: "t"}, JSON, 200),
        ("WHEN_NO_TEMPLATES", {JSON: "t"}, "a/b", 415),
        ("NEVER", {}, "a/b", 415),
        ("NEVER", {JSON: "t"}, JSON, 200),
        ("NEVER", {JSON: "t"}, "a/b", 415),
    ],
)
async def test_passthrough_behavior_follows_the_table(behavior, templates, content_type, status):
    world = serving(passthrough_behavior=PassthroughBehavior(behavior), request_templates=templates)
    answer = await world.call("POST", "/x", b"body", Content_Type=content_type)
    assert answer.status == status
    assert len(world.upstream.asked) == (status == 200)
    if status == 415:
        assert answer.message == {"message": "Unsupported Media Type"}
    elif content_type in templates:
        assert world.upstream.asked[0].body.ready == b"t"
    else:
        assert world.upstream.asked[0].body.ready == b"body"


@pytest.mark.parametrize(
    "binary, handling, body, sent",
    [
        pytest.param(("a/b",), "CONVERT_TO_TEXT", b"\x00\xff\x10", b"<AP8Q>", id="scenario-16"),
        pytest.param((), None, b"text", b"<text>", id="text"),
        pytest.param((), "CONVERT_TO_BINARY", b"AP8Q", None, id="bytes-and-a-template"),
        pytest.param((), "CONVERT_TO_BINARY", b"not base64", None, id="not-base64"),
        pytest.param(("a/b",), None, b"\xff", None, id="binary-that-is-not-utf8"),
        pytest.param(("a/b",), None, b"utf8", b"<utf8>", id="binary-that-is-utf8"),
    ],
)
async def test_a_template_sees_the_converted_body(binary, handling, body, sent):
    world = serving(
        binary=binary,
        content_handling=handling and ContentHandling(handling),
        request_templates={"a/b": "<$input.body>"},
    )
    answer = await world.call("POST", "/x", body, Content_Type="a/b")
    if sent is None:
        assert (answer.status, answer.message) == (500, {"message": "Internal server error"})
        assert world.upstream.asked == []
    else:
        assert world.upstream.asked[0].body.ready == sent


async def test_overrides_of_the_request_win_over_mappings():
    world = serving(
        path="/x/{p}",
        uri="http://backend/{p}",
        request_parameters={
            "integration.request.path.p": "method.request.path.p",
            "integration.request.header.X-A": "'mapped'",
            "integration.request.querystring.q": "'mapped'",
        },
        request_templates={
            JSON: '#set($context.requestOverride.path.p = "other")'
            '#set($context.requestOverride.header.X-A = "over")'
            '#set($context.requestOverride.querystring.q = "ridden")'
        },
    )
    await world.call("POST", "/x/1", b"{}", Content_Type=JSON)
    request = world.upstream.asked[0]
    assert (request.target, request.headers.all("X-A")) == ("/other?q=ridden", ["over"])


async def test_the_backends_headers_stay_behind_unless_mapped():
    world = serving(
        integration_responses=responses(
            response_parameters={
                "method.response.header.X-B": "integration.response.header.X-Back",
                "method.response.header.Date": "'mapped'",
                "method.response.header.X-Pet": "integration.response.body.pet",
            }
        )
    )
    world.upstream.answer = backend(b'{"pet": "Rex"}', X_Back="1", X_Other="2", Content_Type=JSON)
    answer = await world.call("POST", "/x")
    named = dict(answer.headers.items())
    assert (named["X-B"], named["X-Pet"], named["x-amzn-Remapped-Date"]) == ("1", "Rex", "mapped")
    assert "X-Other" not in named
    assert named["X-Amzn-Trace-Id"].startswith("Root=1-")
    assert answer.data == b'{"pet": "Rex"}'


async def test_a_backends_status_selects_the_response():
    world = serving(
        integration_responses={
            "200": IntegrationResponse(status_code="200"),
            "400": IntegrationResponse(status_code="400", selection_pattern="4.."),
        }
    )
    world.upstream.answer = backend(b"gone", 410)
    assert (await world.call("POST", "/x")).status == 400
    world.upstream.answer = backend(b"oops", 500)
    assert (await world.call("POST", "/x")).status == 200


@pytest.mark.parametrize(
    "given, error",
    [
        ({"400": IntegrationResponse(status_code="400", selection_pattern="4..")}, "No match"),
        ({"404": IntegrationResponse(status_code="404")}, "method response 404"),
    ],
)
async def test_without_a_fitting_response_the_client_gets_a_500(given, error):
    world = serving(integration_responses=given)
    answer = await world.call("POST", "/x")
    assert (answer.status, answer.message) == (500, {"message": "Internal server error"})
    assert error in answer.line["error"]


async def test_a_response_template_sees_the_converted_body():
    world = serving(
        binary=("image/png",),
        integration_responses=responses(
            content_handling=ContentHandling.CONVERT_TO_TEXT,
            response_templates={JSON: '{"data": "$input.body"}'},
        ),
    )
    world.upstream.answer = backend(b"\x00\xff\x10", Content_Type="image/png")
    answer = await world.call("POST", "/x", Accept="image/png")
    assert (answer.status, answer.data) == (200, b'{"data": "AP8Q"}')


async def test_bytes_and_a_response_template_are_a_500():
    world = serving(
        integration_responses=responses(
            content_handling=ContentHandling.CONVERT_TO_BINARY,
            response_templates={JSON: '{"data": "$input.body"}'},
        ),
    )
    world.upstream.answer = backend(b"AP8Q", Content_Type=JSON)
    assert (await world.call("POST", "/x")).status == 500


async def test_overrides_of_the_response_survive_from_the_requests_template():
    world = serving(
        request_templates={JSON: "#set($context.responseOverride.status = 444)"},
        integration_responses=responses(
            response_templates={JSON: '#set($context.responseOverride.header.foo = "bar")x'}
        ),
    )
    answer = await world.call("POST", "/x", b"{}", Content_Type=JSON)
    assert (answer.status, answer.headers.get("foo"), answer.data) == (444, "bar", b"x")


async def test_malformed_json_in_a_mapped_response_is_an_internal_failure():
    world = serving(
        integration_responses=responses(
            response_parameters={"method.response.header.X": "integration.response.body.a"}
        )
    )
    world.upstream.answer = backend(b"{broken")
    answer = await world.call("POST", "/x")
    assert answer.status == 500
    assert answer.headers.get("x-amzn-ErrorType") == "InternalFailureException"


async def test_a_template_that_fails_is_a_500_that_says_where():
    world = serving(request_templates={JSON: "#foreach($i in [1..2000])x#end"})
    answer = await world.call("POST", "/x", b"{}", Content_Type=JSON)
    assert answer.status == 500
    assert "request template" in answer.line["error"]
    world = serving(request_templates={JSON: "#if("})
    answer = await world.call("POST", "/x", b"{}", Content_Type=JSON)
    assert answer.status == 500
    assert "requestTemplates application/json" in answer.line["error"]
