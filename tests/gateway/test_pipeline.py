import re

import pytest
from tests.gateway.builders import World, backend, http_proxy, mock, resource

from octetgate.core.http.body import Body
from octetgate.core.ports.exchange import ClientGone
from octetgate.core.ports.upstream import (
    UpstreamBroken,
    UpstreamRefused,
    UpstreamTimeout,
    UpstreamUntrusted,
)

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"


class Pieces:
    """A source that gives pieces and then ends, or breaks."""

    def __init__(self, *pieces: bytes, breaks: Exception | None = None) -> None:
        self._pieces = list(pieces)
        self._breaks = breaks
        self.closed = False

    async def read(self) -> bytes:
        if self._pieces:
            return self._pieces.pop(0)
        if self._breaks is not None:
            raise self._breaks
        return b""

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def world() -> World:
    made = World()
    # Without CONVERT_TO_TEXT, `*/*` would make every call of the mock a 500, as on AWS.
    pretended = mock(content_handling="CONVERT_TO_TEXT")
    made.deploy(resource("/x", http_proxy()), resource("/m", pretended), binary=("*/*",))
    return made


async def test_every_answer_carries_its_request_ids(world):
    answer = await world.call("GET", "/x")
    assert re.fullmatch(UUID, answer.headers.get("x-amzn-RequestId"))
    assert re.fullmatch(r"[A-Za-z0-9+/]{15}=", answer.headers.get("x-amz-apigw-id"))
    assert answer.line["requestId"] == answer.headers.get("x-amzn-RequestId")


async def test_a_uuid_of_the_client_becomes_the_request_id(world):
    given = "11111111-2222-3333-4444-555555555555"
    answer = await world.call("GET", "/x", x_amzn_RequestId=given)
    assert answer.headers.get("x-amzn-RequestId") == given
    assert "notice" not in answer.line


async def test_anything_else_as_request_id_is_replaced(world):
    answer = await world.call("GET", "/x", x_amzn_RequestId="mine")
    assert re.fullmatch(UUID, answer.headers.get("x-amzn-RequestId"))
    assert answer.line["notice"] == "UUID_REPLACED_INVALID_REQUEST_ID"


@pytest.mark.parametrize(
    "given, forwarded",
    [
        pytest.param(None, r"Root=1-[0-9a-f]{8}-[0-9a-f]{24}", id="new"),
        pytest.param("Root=1-a-b", r"Root=1-a-b;Parent=[0-9a-f]{16}", id="root-gets-a-parent"),
        pytest.param("Root=1-a-b;Parent=c;Sampled=1", r"Root=1-a-b;Parent=c;Sampled=1", id="kept"),
    ],
)
async def test_the_trace_id_goes_on_to_the_backend(world, given, forwarded):
    headers = {} if given is None else {"X_Amzn_Trace_Id": given}
    await world.call("GET", "/x", **headers)
    (value,) = world.upstream.asked[0].headers.all("x-amzn-trace-id")
    assert re.fullmatch(forwarded, value)


@pytest.mark.parametrize(
    "target, status, data, kind",
    [
        pytest.param(
            "/restapis/abcdefghij/s/_user_request_/nowhere",
            403,
            b'{"message":"Missing Authentication Token"}',
            "MissingAuthenticationTokenException",
            id="no-resource",
        ),
        pytest.param(
            "/restapis/abcdefghij/other/_user_request_/x",
            403,
            b'{"message":"Forbidden"}',
            "ForbiddenException",
            id="no-stage",
        ),
        pytest.param(
            "/x", 403, b'{"message":"Forbidden"}', "ForbiddenException", id="no-such-domain"
        ),
    ],
)
async def test_what_leads_nowhere_is_refused_in_the_recorded_words(
    world, target, status, data, kind
):
    answer = await world.request("GET", target)
    assert (answer.status, answer.data) == (status, data)
    assert answer.headers.get("x-amzn-ErrorType") == kind
    assert answer.headers.get("Content-Type") == "application/json"
    assert "X-Amzn-Trace-Id" not in answer.headers


async def test_the_method_override_decides_the_route(world):
    answer = await world.call("POST", "/m", X_HTTP_Method_Override="GET")
    assert answer.line["resourcePath"] == "/m"
    world.deploy(resource("/only", mock(), verb="GET"), deployment="two")
    assert (await world.call("POST", "/only", X_HTTP_Method_Override="GET")).status == 200
    assert (await world.call("POST", "/only")).status == 403


@pytest.mark.parametrize(
    "error, status, message",
    [
        (UpstreamTimeout("slow"), 504, "Endpoint request timed out"),
        (UpstreamBroken("cut"), 504, "Network error communicating with endpoint"),
        (UpstreamUntrusted("tls"), 504, "Network error communicating with endpoint"),
        (UpstreamRefused("refused"), 500, "Internal server error"),
    ],
)
async def test_a_failing_backend_is_answered_as_documented(world, error, status, message):
    world.upstream.answer = error
    answer = await world.call("GET", "/x")
    assert (answer.status, answer.message) == (status, {"message": message})
    assert answer.line["error"] == str(error)


async def test_errors_of_execution_have_the_recorded_length(world):
    world.upstream.answer = UpstreamRefused("refused")
    assert len((await world.call("GET", "/x")).data) == 36


async def test_a_backend_that_breaks_half_way_cuts_the_client(world):
    body = Body(Pieces(b"half", breaks=UpstreamBroken("cut")), length=8)
    world.upstream.answer = backend(body, Content_Type="image/png")
    answer = await world.call("GET", "/x")
    assert (answer.status, answer.data, answer.aborted) == (200, b"half", True)
    assert answer.line["incomplete"] is True


async def test_a_client_that_leaves_is_noted_and_not_answered(world):
    answer = await world.call("GET", "/x", leaves=True)
    assert (answer.line["error"], answer.line["incomplete"]) == ("the client left", True)


async def test_an_upload_that_breaks_off_never_looks_complete(world):
    class Reading(type(world.upstream)):
        async def send(self, request):
            while await request.body.read():
                pass
            raise AssertionError("the body looked complete")

    world.upstream.__class__ = Reading
    body = Body(Pieces(b"ha", breaks=ClientGone("left")), length=4)
    answer = await world.call("POST", "/x", body, Content_Type="image/png")
    assert (answer.status, answer.line["error"]) == (0, "the client left")


async def test_a_bug_is_answered_500_and_logged(world, caplog):
    world.upstream.answer = lambda _: 1 / 0
    answer = await world.call("GET", "/x")
    assert (answer.status, answer.message) == (500, {"message": "Internal server error"})
    assert "ZeroDivisionError" in caplog.text


async def test_a_call_after_a_deployment_is_answered_by_it(world):
    assert (await world.call("GET", "/new")).status == 403
    world.deploy(resource("/new", mock()), deployment="next")
    assert (await world.call("GET", "/new")).status == 200
    assert (await world.call("GET", "/x")).status == 403


async def test_a_domain_leads_to_its_stage_at_once(world):
    assert (await world.request("GET", "/m", Host="localhost:8080")).status == 403
    world.map_domain("localhost")
    answer = await world.request("GET", "/m", Host="localhost:8080")
    assert (answer.status, answer.line["stage"]) == (200, "s")


async def test_a_method_that_wants_an_api_key_is_closed(world):
    world.deploy(resource("/k", mock(), api_key_required=True), deployment="two")
    answer = await world.call("GET", "/k")
    assert (answer.status, answer.message) == (403, {"message": "Forbidden"})


@pytest.mark.parametrize(
    "headers, message",
    [
        ({}, {"message": "Missing Authentication Token"}),
        (
            {"Authorization": "AWS4-HMAC-SHA256 x"},
            {
                "message": "'x' not a valid key=value pair (missing equal-sign) in "
                "Authorization header: 'AWS4-HMAC-SHA256 x'."
            },
        ),
    ],
)
async def test_a_method_that_wants_a_signature_is_closed(world, headers, message):
    world.deploy(resource("/i", mock(), authorization_type="AWS_IAM"), deployment="two")
    answer = await world.call("GET", "/i", **headers)
    assert (answer.status, answer.message) == (403, message)


async def test_without_integration_only_that_method_fails(world):
    world.deploy(resource("/bad", None), resource("/m", mock()), deployment="two")
    assert (await world.call("GET", "/bad")).status == 500
    assert (await world.call("GET", "/m")).status == 200
    assert "expected an integration, found none" in world.lines[-2]


async def test_aws_limits_hold_for_streams_when_asked_for():
    world = World(aws_limits=True)
    world.deploy(resource("/x", http_proxy()), binary=("*/*",))
    fits = await world.call("POST", "/x", Body(Pieces(b"x" * 10_485_760)))
    assert fits.status == 200
    answer = await world.call("POST", "/x", Body(Pieces(b"x" * 10_485_761)))
    assert answer.status == 413
    assert answer.data == b"HTTP content length exceeded 10485760 bytes."
    assert answer.headers.get("Content-Type") == "text/plain"
    assert len(world.upstream.asked) == 1
