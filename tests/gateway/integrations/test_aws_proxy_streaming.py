"""``AWS_PROXY`` in mode STREAM (spec: payload-encodings 10); functions are a fake of their port."""

import json

import pytest
from tests.gateway.builders import FUNCTION, FUNCTION_URI, FakeStream, World, aws_proxy, resource

from octetgate.core.functions.prelude import DELIMITER
from octetgate.core.ports.functions import FunctionNotFound, PayloadTooLarge, StreamBroken

URI = FUNCTION_URI.replace("2015-03-31", "2021-11-15").replace(
    "/invocations", "/response-streaming-invocations"
)
IDLE = "octetgate.gateway.integrations.aws_proxy.STREAM_IDLE_SECONDS"


def serving(*pieces, ends=True, uri=URI, mode="STREAM", **members) -> World:
    world = World()
    proxy = aws_proxy(uri=uri, response_transfer_mode=mode, **members)
    world.deploy(resource("/f", proxy), binary=("image/png",))
    world.functions.streamed = FakeStream(list(pieces), ends=ends)
    return world


def head(data=b"", **metadata):
    return json.dumps(metadata).encode() + DELIMITER + data


async def test_the_event_is_the_one_of_a_buffered_proxy():
    world = serving(head())
    await world.call("POST", "/f", b"x")
    streamed = json.loads(world.functions.invoked[-1].payload)
    buffered = serving(uri=FUNCTION_URI, mode=None)
    await buffered.call("POST", "/f", b"x")
    plain = json.loads(buffered.functions.invoked[-1].payload)
    assert streamed.keys() == plain.keys()
    assert streamed["requestContext"].keys() == plain["requestContext"].keys()
    assert world.functions.invoked[-1].function == FUNCTION


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param([head(b"\x00\xff", statusCode=201)], id="one-piece"),
        pytest.param([head(statusCode=201), b"\x00", b"\xff"], id="many-pieces"),
        pytest.param([b'{"statusCode"', b": 201}" + bytes(3), bytes(5) + b"\x00\xff"], id="cut-in-the-delimiter"),
    ],
)  # fmt: skip
async def test_bytes_reach_the_client_as_written_whatever_it_accepts(pieces):
    answer = await serving(*pieces).call("GET", "/f", Accept="text/html")
    assert (answer.status, answer.data, answer.aborted) == (201, b"\x00\xff", False)


@pytest.mark.parametrize(
    "piece",
    [
        pytest.param(b'{"statusCode": 200, "body": "x"}', id="no-delimiter"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"x" * 20_000, id="no-delimiter-in-16-kib"),
        pytest.param(head(statusCode=200, body="x"), id="a-key-that-is-not-allowed"),
        pytest.param(b"no json" + DELIMITER, id="metadata-that-is-no-json"),
    ],
)
async def test_what_does_not_begin_with_a_prelude_is_a_500(piece):
    world = serving(piece, b"rest")
    answer = await world.call("GET", "/f")
    assert (answer.status, answer.message) == (500, {"message": "Internal server error"})
    assert world.functions.streamed.closed


@pytest.mark.parametrize(
    "error, status",
    [
        pytest.param(StreamBroken("raised"), 502, id="the-function-failed"),
        pytest.param(FunctionNotFound("f"), 500, id="no-function"),
        pytest.param(PayloadTooLarge("p"), 413, id="too-large"),
    ],
)
async def test_what_fails_before_the_first_byte_is_a_gateway_response(error, status):
    world = serving(error)
    if not isinstance(error, StreamBroken):
        world.functions.answer = error
    answer = await world.call("GET", "/f")
    assert (answer.status, answer.aborted) == (status, False)


async def test_what_fails_behind_the_head_cuts_the_connection():
    answer = await serving(head(b"half"), StreamBroken("died")).call("GET", "/f")
    assert (answer.status, answer.data, answer.aborted) == (200, b"half", True)
    assert answer.line["error"] == "died"


@pytest.mark.parametrize(
    "idle, timeout",
    [pytest.param(0.02, 60_000, id="silence"), pytest.param(60, 50, id="in-all")],
)
@pytest.mark.parametrize(
    "pieces, status, aborted",
    [
        pytest.param(None, 504, False, id="before-it-begins"),
        pytest.param([b'{"status'], 504, False, id="in-the-prelude"),
        pytest.param([head(b"half")], 200, True, id="in-the-body"),
    ],
)
async def test_a_stream_is_given_up_after_its_times(
    monkeypatch, idle, timeout, pieces, status, aborted
):
    monkeypatch.setattr(IDLE, idle)
    world = serving(*(pieces or ()), ends=False, timeout_in_millis=timeout)
    if pieces is None:
        world.functions.streamed = None
    answer = await world.call("GET", "/f")
    assert (answer.status, answer.aborted) == (status, aborted)
    if status == 504:
        assert answer.message == {"message": "Endpoint request timed out"}


@pytest.mark.parametrize("told, aborted", [("4", False), ("3", True), ("5", True)])
async def test_a_length_that_the_function_gives_frames_the_answer(told, aborted):
    answer = await serving(head(b"12", headers={"content-length": told}), b"34").call("GET", "/f")
    assert answer.aborted is aborted
    assert answer.headers.get("x-amzn-Remapped-content-length") is None


async def test_a_length_that_is_none_is_left_out():
    answer = await serving(head(b"12", headers={"content-length": "two"})).call("GET", "/f")
    assert (answer.data, answer.aborted) == (b"12", False)


@pytest.mark.parametrize(
    "uri, mode",
    [
        pytest.param(FUNCTION_URI, "STREAM", id="stream-through-invoke"),
        pytest.param(URI, "BUFFERED", id="buffered-through-invoke-with-response-stream"),
    ],
)
async def test_an_unsupported_configuration_is_named_at_deployment_and_answers_500(uri, mode):
    world = serving(uri=uri, mode=mode)
    answer = await world.call("GET", "/f")
    assert (answer.status, answer.line["error"].partition(":")[0]) == (500, "ANY /f")


async def test_the_line_tells_how_long_the_head_and_the_whole_stream_took():
    streamed = (await serving(head(b"x", statusCode=200)).call("GET", "/f")).line
    assert streamed["responseTransferMode"] == "STREAMED"
    assert 0 < streamed["timeToAllHeaders"] <= streamed["integrationLatency"]
    buffered = (await serving(uri=FUNCTION_URI, mode=None).call("GET", "/f")).line
    assert not {"responseTransferMode", "timeToAllHeaders"} & set(buffered)
