import gzip

import pytest
from tests.gateway.builders import API, World, backend, http_proxy, resource

from octetgate.core.model.integration import ContentHandling, IntegrationResponse, TlsConfig
from octetgate.core.ports.upstream import Origin

PNG = b"\x89PNG\r\n\x1a\n\x00\xff"
MANGLED = PNG.decode("utf-8", "replace").encode()


def serving(*, binary=("image/png",), variables=None, path="/x", **integration) -> World:
    world = World()
    world.deploy(resource(path, http_proxy(**integration)), binary=binary, variables=variables)
    return world


async def test_the_clients_headers_go_on_in_their_casing():
    world = serving()
    await world.call("POST", "/x", PNG, X_Tag="one", Content_Type="image/png", Accept="a/b")
    sent = dict(world.upstream.asked[0].headers.items())
    assert sent["X-Tag"] == "one"
    assert sent["Content-Type"] == "image/png"
    assert sent["Accept"] == "a/b"
    assert sent["Host"] == "backend:9000"
    assert sent["X-Amzn-Apigateway-Api-Id"] == API
    assert sent["User-Agent"] == f"AmazonAPIGateway_{API}"


@pytest.mark.parametrize(
    "name",
    ["Connection", "Keep-Alive", "TE", "Trailer", "Upgrade", "Via", "Expect"],
)
async def test_headers_of_the_connection_stay_behind(name):
    world = serving()
    await world.call("GET", "/x", **{name.replace("-", "_"): "x"})
    assert name not in world.upstream.asked[0].headers


async def test_a_coding_comes_off_and_so_does_its_label():
    world = serving()
    packed = gzip.compress(b"\xff\x00plain")
    await world.call("POST", "/x", packed, Content_Type="image/png", Content_Encoding="gzip")
    request = world.upstream.asked[0]
    assert request.body.ready == b"\xff\x00plain"
    assert "Content-Encoding" not in request.headers


async def test_headers_that_connection_names_stay_behind():
    world = serving()
    await world.call("GET", "/x", Connection="X-Hop", X_Hop="1", X_Stays="2")
    headers = world.upstream.asked[0].headers
    assert ("X-Hop" in headers, headers.get("X-Stays")) == (False, "2")


async def test_a_client_cannot_pretend_to_be_the_gateway():
    world = serving()
    await world.call("GET", "/x", X_Amzn_Apigateway_Api_Id="evil")
    assert world.upstream.asked[0].headers.all("x-amzn-apigateway-api-id") == [API]


async def test_the_backends_headers_come_back_remapped_as_recorded():
    world = serving()
    world.upstream.answer = backend(
        PNG, Content_Type="image/png", Server="s", Via="v", Content_Encoding="x", Set_Cookie="a"
    )
    answer = await world.call("GET", "/x", Accept="image/png")
    assert answer.headers.get("x-amzn-Remapped-Server") == "s"
    assert answer.headers.get("Content-Encoding") == "x"
    assert answer.headers.get("Set-Cookie") == "a"
    assert "Via" not in answer.headers
    assert "X-Amzn-Trace-Id" not in answer.headers


async def test_a_backend_without_a_type_answers_json():
    assert (await serving().call("GET", "/x")).headers.get("Content-Type") == "application/json"


@pytest.mark.parametrize(
    "integration_method, clients, sent",
    [("ANY", "PUT", "PUT"), (None, "PUT", "PUT"), ("POST", "GET", "POST")],
)
async def test_the_integrations_method_wins_unless_it_is_any(integration_method, clients, sent):
    world = serving(http_method=integration_method)
    await world.call(clients, "/x")
    assert world.upstream.asked[0].method == sent


async def test_the_whole_query_goes_on_as_it_was_sent():
    world = serving()
    await world.call("GET", "/x?a=b%20c&a=%2B&plus=+")
    assert world.upstream.asked[0].target == "/base?a=b%20c&a=%2B&plus=+"


async def test_a_placeholder_in_the_uris_query_adds_no_parameter():
    world = serving(
        path="/x/{p}",
        uri="http://backend/{p}?role={p}&fixed=1",
        request_parameters={"integration.request.path.p": "method.request.path.p"},
    )
    await world.call("GET", "/x/u%26fixed%3D2+%23%3B&role=admin")
    target = world.upstream.asked[0].target
    in_path, _, query = target.partition("?")
    assert in_path == "/u&fixed=2+%23;&role=admin"
    assert query == "role=u%26fixed%3D2%2B%23%3B%26role%3Dadmin&fixed=1"


async def test_mapped_queries_follow_the_uris_own_and_the_clients():
    # Recorded: URI ?testVar={p}, client testVar=bar, a mapping to testQs.
    world = serving(
        path="/x/{p}",
        uri="http://backend/y?testVar={p}&testQs=bar",
        request_parameters={
            "integration.request.path.p": "method.request.path.p",
            "integration.request.querystring.testQs": "method.request.querystring.q",
        },
    )
    await world.call("GET", "/x/foobar?testVar=bar&q=foo")
    target = world.upstream.asked[0].target
    assert target == "/y?testVar=foobar&testQs=bar&testVar=bar&q=foo&testQs=foo"


@pytest.mark.parametrize(
    "asked, target",
    [
        pytest.param("/x/a/b", "/f/a/b", id="slashes-stay"),
        pytest.param("/x/a%20b", "/f/a%20b", id="escapes-stay"),
        pytest.param("/x/a%2Fb", "/f/a%2Fb", id="an-encoded-slash-stays-encoded"),
        pytest.param("/x/a%2fb%41", "/f/a%2FbA", id="decoded-then-encoded"),
    ],
)
async def test_path_values_are_filled_into_the_uri(asked, target):
    world = serving(
        path="/x/{proxy+}",
        uri="http://backend/f/{proxy}",
        request_parameters={"integration.request.path.proxy": "method.request.path.proxy"},
    )
    for _ in range(2):  # the second call takes the remembered route
        await world.call("GET", asked)
    assert [request.target for request in world.upstream.asked] == [target, target]


async def test_an_unfilled_placeholder_is_an_error_that_says_so():
    world = serving(path="/x/{p}", uri="http://backend/{p}")
    answer = await world.call("GET", "/x/1")
    assert answer.status == 500
    assert "integration.request.path.p" in answer.line["error"]


@pytest.mark.parametrize(
    "uri, origin, host",
    [
        ("http://h", Origin("http", "h", 80), "h"),
        ("https://h:444/a", Origin("https", "h", 444), "h:444"),
        ("http://${stageVariables.host}/a", Origin("http", "var", 80), "var"),
        ("http://[::1]:9/a", Origin("http", "::1", 9), "[::1]:9"),
    ],
)
async def test_the_uri_says_where_to_connect(uri, origin, host):
    world = serving(uri=uri, variables={"host": "var"})
    await world.call("GET", "/x")
    assert world.upstream.asked[0].origin == origin
    assert world.upstream.asked[0].headers.get("Host") == host


async def test_a_placeholder_may_stand_in_the_host():
    world = serving(
        path="/x/{h}",
        uri="http://{h}.internal:81/a",
        request_parameters={"integration.request.path.h": "method.request.path.h"},
    )
    await world.call("GET", "/x/blue")
    assert world.upstream.asked[0].origin == Origin("http", "blue.internal", 81)


async def test_a_client_cannot_put_another_host_into_the_uri():
    world = serving(
        path="/x/{h}",
        uri="http://{h}.internal/a",
        request_parameters={"integration.request.path.h": "method.request.path.h"},
    )
    answer = await world.call("GET", "/x/evil.example@127.0.0.1:9%23")
    assert (answer.status, world.upstream.asked) == (500, [])


async def test_verification_can_be_switched_off():
    world = serving(uri="https://h/", tls_config=TlsConfig(insecure_skip_verification=True))
    await world.call("GET", "/x")
    assert world.upstream.asked[0].origin.verify is False


@pytest.mark.parametrize(
    "uri, members",
    [
        ("ftp://h/", {}),
        ("http://", {}),
        ("http://user:pw@h/", {}),
        (None, {}),
        ("http://h/ b", {}),
        ("http://h/", {"connection_type": "VPC_LINK"}),
        ("http://h/", {"request_parameters": {"integration.request.header.X": "nonsense"}}),
    ],
)
async def test_what_cannot_be_served_is_a_500_that_names_the_field(uri, members):
    world = serving(uri=uri, **members)
    answer = await world.call("GET", "/x")
    assert answer.status == 500
    assert "expected" in answer.line["error"]
    assert world.live.stage(API, "s").problems


async def test_a_mapped_header_replaces_the_clients():
    world = serving(
        request_parameters={
            "integration.request.header.X-Tag": "'static'",
            "integration.request.header.X-Ip": "context.identity.sourceIp",
            "integration.request.header.X-None": "method.request.header.Absent",
            "integration.request.header.Via": "'vanishes'",
        }
    )
    await world.call("GET", "/x", x_tag="client")
    headers = world.upstream.asked[0].headers
    assert headers.all("X-Tag") == ["static"]
    assert headers.get("X-Ip") == "203.0.113.9"
    assert "X-None" not in headers
    assert "Via" not in headers


async def test_a_body_can_be_mapped_and_still_goes_on():
    world = serving(
        request_parameters={"integration.request.header.X-Pet": "method.request.body.pet.name"}
    )
    body = b'{"pet": {"name": "Rex"}}'
    await world.call("POST", "/x", body, Content_Type="application/json")
    request = world.upstream.asked[0]
    assert (request.headers.get("X-Pet"), request.body.ready) == ("Rex", body)
    answer = await world.call("POST", "/x", b"{broken", Content_Type="application/json")
    assert (answer.status, answer.message) == (400, {"message": "Invalid JSON in request body"})


@pytest.mark.parametrize("name", ["Content-Length", "transfer-encoding", "X-Amzn-Trace-Id"])
async def test_forbidden_headers_cannot_be_mapped(name):
    world = serving(request_parameters={f"integration.request.header.{name}": "'1'"})
    for _ in range(2):
        answer = await world.call("GET", "/x")
        assert (answer.status, answer.message) == (500, {"message": "Internal server error"})
    assert world.upstream.asked == []


@pytest.mark.parametrize(
    "members, content_type, sent",
    [
        pytest.param({}, "image/png", PNG, id="listed"),
        pytest.param({}, "image/gif", MANGLED, id="not-listed"),
        pytest.param({}, None, MANGLED, id="no-type-counts-as-json"),
        pytest.param({"content_handling": "PASSTHROUGH"}, "image/gif", PNG, id="passthrough"),
    ],
)
async def test_the_lists_decide_about_the_request(members, content_type, sent):
    world = serving(**_handled(members))
    headers = {} if content_type is None else {"Content_Type": content_type}
    await world.call("POST", "/x", PNG, **headers)
    assert world.upstream.asked[0].body.ready == sent


@pytest.mark.parametrize(
    "members, accept, status, data",
    [
        pytest.param({}, "image/png", 200, PNG, id="bytes"),
        pytest.param({}, "*/*", 200, b"iVBORw0KGgoA/w==", id="row-10"),
        pytest.param({"content_handling": "PASSTHROUGH"}, "*/*", 200, PNG, id="passthrough"),
        pytest.param(
            {
                "integration_responses": {
                    "200": IntegrationResponse(
                        status_code="200", content_handling=ContentHandling.PASSTHROUGH
                    )
                }
            },
            "*/*",
            200,
            PNG,
            id="passthrough-of-the-response-alone",
        ),
    ],
)
async def test_the_lists_and_accept_decide_about_the_response(members, accept, status, data):
    world = serving(**_handled(members))
    world.upstream.answer = backend(PNG, Content_Type="image/png")
    answer = await world.call("GET", "/x", Accept=accept)
    assert (answer.status, answer.data) == (status, data)


def _handled(members):
    if isinstance(members.get("content_handling"), str):
        return {"content_handling": ContentHandling(members["content_handling"])}
    return members


async def test_an_error_page_for_a_client_that_wants_a_picture_is_a_500():
    # Payload-encodings 4.2: the trap of text + binary Accept.
    world = serving()
    world.upstream.answer = backend(b"<h1>Not found</h1>", 404, Content_Type="text/html")
    answer = await world.call("GET", "/x", Accept="image/png")
    assert (answer.status, answer.message) == (500, {"message": "Internal server error"})
    assert "Base64" in answer.line["error"]


async def test_the_access_log_says_why_bytes_changed():
    world = serving()
    answer = await world.call("POST", "/x", PNG)
    assert answer.line["requestPayload"]["rule"] == (
        "request row 4: no Content-Type counts as application/json, which is not in "
        "binaryMediaTypes → UTF-8, malformed bytes replaced"
    )
