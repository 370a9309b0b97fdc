import base64
import json

import pytest
from tests.gateway.builders import API, FakeExchange, World, aws_proxy, resource

from octetgate.core.http.body import Body
from octetgate.core.http.message import RequestHead
from octetgate.core.ports.functions import Outcome

PDF = b"%PDF\x00\xff"
BASE64 = base64.b64encode(PDF).decode()


def serving(*, binary=("application/pdf",), path="/{proxy+}", variables=None, **members) -> World:
    world = World()
    world.deploy(resource(path, aws_proxy(**members)), binary=binary, variables=variables)
    world.functions.answer = answering(statusCode=200, body=BASE64, isBase64Encoded=True)
    return world


def answering(**members) -> Outcome:
    return Outcome(status=200, payload=json.dumps(members).encode())


def event_of(world: World) -> dict:
    return json.loads(world.functions.invoked[-1].payload)


@pytest.mark.parametrize(
    "binary, accept, data",
    [
        pytest.param(("application/pdf",), "application/pdf", PDF, id="scenario-11"),
        pytest.param(("application/pdf",), "text/html,application/pdf", None, id="scenario-12"),
        pytest.param((), "application/pdf", None, id="scenario-13"),
        pytest.param(("*/*",), "text/html", PDF, id="everything"),
    ],
)
async def test_the_answer_is_decoded_when_flag_list_and_accept_agree(binary, accept, data):
    world = serving(binary=binary)
    answer = await world.call("POST", "/f", PDF, Content_Type="application/pdf", Accept=accept)
    assert answer.data == (BASE64.encode() if data is None else data)


@pytest.mark.parametrize(
    "binary, body, event_body, flag",
    [
        pytest.param(("application/pdf",), PDF, BASE64, True, id="listed"),
        pytest.param((), PDF, "%PDF\x00\ufffd", False, id="not-listed"),
        pytest.param(("application/pdf",), b"", None, False, id="no-body"),
    ],
)
async def test_the_body_enters_the_event_as_the_list_says(binary, body, event_body, flag):
    world = serving(binary=binary)
    await world.call("POST", "/f", body, Content_Type="application/pdf")
    event = event_of(world)
    assert (event["body"], event["isBase64Encoded"]) == (event_body, flag)


async def test_the_event_tells_the_request():
    world = serving(variables={"bucket": "demo"})
    await world.call("POST", "/a//b%20c/?q=a+b&q=2", b"x", tEsT_HEADeR="1", User_Agent="curl")
    event = event_of(world)
    assert event["resource"] == "/{proxy+}"
    assert event["path"] == "/a//b%20c/"
    assert event["pathParameters"] == {"proxy": "a//b%20c"}
    assert event["multiValueQueryStringParameters"] == {"q": ["a b", "2"]}
    assert event["stageVariables"] == {"bucket": "demo"}
    assert event["headers"]["tEsT-HEADeR"] == "1"
    assert event["headers"]["X-Forwarded-For"] == "203.0.113.9"
    assert event["headers"]["X-Forwarded-Proto"] == "http"
    context = event["requestContext"]
    assert context["path"] == "/s/a//b%20c/"
    assert context["identity"]["sourceIp"] == "203.0.113.9"
    assert (context["stage"], context["resourcePath"]) == ("s", "/{proxy+}")


@pytest.mark.parametrize(
    "payload, status",
    [
        (b"{}", 200),
        (b'{"statusCode": "201"}', 201),
        (b'{"statusCode": 200, "wrongValue": "x"}', 502),
        (b'"justAString"', 502),
        (b'{"errorMessage": "boom", "errorType": "E"}', 502),
    ],
)
async def test_the_functions_answer_is_read_as_recorded(payload, status):
    world = serving()
    world.functions.answer = Outcome(status=200, payload=payload)
    answer = await world.call("GET", "/f")
    assert answer.status == status
    if status == 502:
        assert answer.message == {"message": "Internal server error"}
        assert "Malformed Lambda proxy response" in answer.line["error"]


async def test_invalid_base64_is_a_500():
    world = serving()
    world.functions.answer = answering(body="èé+à)(", isBase64Encoded=True)
    answer = await world.call("GET", "/f", Accept="application/pdf")
    assert (answer.status, answer.message) == (500, {"message": "Internal server error"})


async def test_the_functions_headers_come_back_remapped():
    world = serving()
    world.functions.answer = answering(
        headers={"X-A": "1", "WWW-Authenticate": "Basic"},
        multiValueHeaders={"Set-Cookie": ["a", "b"]},
    )
    answer = await world.call("GET", "/f")
    assert answer.headers.get("X-A") == "1"
    assert answer.headers.all("Set-Cookie") == ["a", "b"]
    assert answer.headers.get("x-amzn-Remapped-WWW-Authenticate") == "Basic"
    assert answer.headers.get("Content-Type") == "application/json"
    assert answer.headers.get("X-Amzn-Trace-Id").startswith("Root=1-")


async def test_any_method_but_post_is_a_500():
    answer = await serving(http_method="GET").call("GET", "/f")
    assert (answer.status, answer.message) == (500, {"message": "Internal server error"})


async def test_mappings_do_nothing_but_a_forbidden_name_still_fails():
    world = serving(request_parameters={"integration.request.header.X-A": "'1'"})
    await world.call("GET", "/f")
    assert "X-A" not in event_of(world)["headers"]
    world = serving(request_parameters={"integration.request.header.Authorization": "'1'"})
    assert (await world.call("GET", "/f")).status == 500


async def test_a_custom_domain_keeps_its_base_path_in_the_event():
    world = serving()
    world.map_domain("api.example.com", "v1")
    await world.request("GET", "/v1/pets/7", Host="api.example.com")
    event = event_of(world)
    assert (event["path"], event["requestContext"]["path"]) == ("/v1/pets/7", "/v1/pets/7")
    assert event["pathParameters"] == {"proxy": "pets/7"}


class Repeating:
    """A client that sends the same head again and again, which is read once."""

    def __init__(self, world: World, **headers: str) -> None:
        self._world = world
        target = f"/restapis/{API}/s/_user_request_/f?q=1"
        self._head = FakeExchange("GET", target, headers, Body(), leaves=False).head
        self._head.headers.share()

    async def event(self, *, peer: str = "203.0.113.9", secure: bool = False) -> dict:
        head: RequestHead = self._head
        exchange = FakeExchange(head.method, head.target, {}, Body(), leaves=False)
        exchange.head, exchange.peer, exchange.secure = head, peer, secure
        await self._world.gateway.handle(exchange)
        assert exchange.reply is not None
        event = event_of(self._world)
        told = dict(event["requestContext"])
        ids = {name: field[2] for field in exchange.reply.fresh for name in [field[1]]}
        assert told["requestId"] == ids["x-amzn-requestid"]
        assert told["extendedRequestId"] == ids["x-amz-apigw-id"]
        assert event["headers"]["X-Amzn-Trace-Id"] == ids["x-amzn-trace-id"]
        assert event["multiValueHeaders"]["X-Amzn-Trace-Id"] == [ids["x-amzn-trace-id"]]
        return event


async def test_calls_with_the_same_head_have_ids_of_their_own():
    client = Repeating(serving(), **{"X-Tag": "é\\u0000"})
    first, second = await client.event(), await client.event()
    assert first["requestContext"]["requestId"] != second["requestContext"]["requestId"]
    assert list(first) == list(second)
    assert list(first["requestContext"]) == list(second["requestContext"])
    assert second["headers"]["X-Tag"] == "é\\u0000"


async def test_calls_with_the_same_head_come_from_whom_they_come():
    client = Repeating(serving(), **{"x-forwarded-for": "192.0.2.1"})
    await client.event()
    event = await client.event(peer="198.51.100.7", secure=True)
    assert event["headers"]["X-Forwarded-For"] == "192.0.2.1, 198.51.100.7"
    assert event["multiValueHeaders"]["X-Forwarded-For"] == ["192.0.2.1, 198.51.100.7"]
    assert event["requestContext"]["identity"]["sourceIp"] == "198.51.100.7"
    assert event["headers"]["X-Forwarded-Proto"] == "https"
    assert "x-forwarded-for" not in event["headers"]


@pytest.mark.parametrize(
    "host, secure, port",
    [
        ("api.test:8443", True, "8443"),
        ("api.test", True, "443"),
        ("api.test", False, "80"),
        ("[::1]:8080", False, "8080"),
        ("[::1]", False, "80"),
    ],
)
async def test_the_port_is_the_one_that_the_client_asked(host, secure, port):
    event = await Repeating(serving(), Host=host).event(secure=secure)
    assert event["headers"]["X-Forwarded-Port"] == port


async def test_calls_with_the_same_head_are_told_of_the_stage_as_it_is_now():
    world = serving(variables={"bucket": "old"})
    client = Repeating(world)
    assert (await client.event())["stageVariables"] == {"bucket": "old"}
    world.deploy(resource("/{proxy+}", aws_proxy()), variables={"bucket": "new"})
    assert (await client.event())["stageVariables"] == {"bucket": "new"}
