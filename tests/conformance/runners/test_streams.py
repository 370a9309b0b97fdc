"""What every way to functions promises of an answer that streams (core.ports.functions)."""

import asyncio
import base64
import json

import pytest
from tests.adapters.runners.provided import INTEGRATION, provided
from tests.adapters.runners.waiting import until

from octetgate.core.ports.functions import FunctionNotFound, Invocation, StreamBroken

RUNTIME = {"runtime": "provided.al2023", "timeout": 30}
FOREVER = """
def handler(event, answer):
    answer.begin()
    while True:
        answer.write(bytes(65536))
"""


async def stream(aws, payload=b"{}", **changes):
    invocation = Invocation(**({"function": "f", "payload": payload} | changes))
    return await aws.supervisor.stream(invocation)


async def rest(stream):
    pieces = []
    while piece := await stream.read():
        pieces.append(piece)
    return b"".join(pieces)


async def broken(stream):
    with pytest.raises(StreamBroken) as broken:
        await rest(stream)
    return json.loads(broken.value.payload)


async def test_a_piece_arrives_before_the_function_writes_the_next(aws, tmp_path):
    aws.put(
        provided(
            "def handler(event, answer):\n    answer.begin()\n"
            "    for go in event:\n        answer.wait_for(go)\n        answer.write(go.encode())\n"
            "    answer.end()"
        ),
        **RUNTIME,
    )
    gates = [tmp_path / str(number) for number in range(5)]
    answer = await stream(aws, json.dumps([str(gate) for gate in gates]).encode())
    assert answer.content_type == INTEGRATION
    for gate in gates:
        gate.touch()
        assert await answer.read() == str(gate).encode()
    assert await answer.read() == b""


async def test_many_mebibytes_arrive_whole_to_a_slow_reader(aws):
    code = "def handler(event, answer):\n    answer.begin()\n    for n in range(200):\n        answer.write(bytes([n]) * 50_000)\n    answer.end()"
    aws.put(provided(code), **RUNTIME)
    answer = await stream(aws)
    await asyncio.sleep(0.1)
    data = await rest(answer)
    assert data == b"".join(bytes([n]) * 50_000 for n in range(200))


async def test_an_answer_in_one_piece_is_a_stream_of_one_piece(aws):
    aws.put("def handler(event, context): return event")
    answer = await stream(aws, b'{"a": 1}', log_tail=True)
    assert (answer.content_type, await rest(answer)) == (None, b'{"a": 1}')
    assert b"END RequestId: " in answer.log_tail
    assert answer.request_id.encode() in answer.log_tail


async def test_a_streaming_function_that_is_invoked_in_the_plain_way_answers_whole(aws):
    code = "def handler(event, answer):\n    answer.head(statusCode=201)\n    answer.write(b'a')\n    answer.write(b'b')\n    answer.end()"
    aws.put(provided(code), **RUNTIME)
    assert (await aws.invoke()).payload == b'{"statusCode": 201}' + bytes(8) + b"ab"


ERROR = {"errorMessage": "half-way", "errorType": "Function.Broke"}
TRAILERS = (
    b"Lambda-Runtime-Function-Error-Type: Function.Broke\\r\\n"
    b"Lambda-Runtime-Function-Error-Body: %b\\r\\n" % base64.b64encode(json.dumps(ERROR).encode())
).decode()


@pytest.mark.parametrize(
    "end, error_type, timeout",
    [
        pytest.param(f"answer.end(b'{TRAILERS}')", "Function.Broke", 30, id="trailers"),
        pytest.param("import os; os._exit(3)", "Runtime.ExitError", 30, id="exits"),
        pytest.param("import os; os.kill(os.getpid(), 9)", "Runtime.ExitError", 30, id="is-killed"),
        pytest.param("answer.cut()", "Runtime.TruncatedResponse", 30, id="cuts-its-connection"),
        pytest.param("import time; time.sleep(30)", None, 1, id="times-out"),
    ],
)
async def test_a_function_that_fails_half_way_breaks_its_stream_and_the_next_call_works(
    aws, end, error_type, timeout
):
    aws.put(
        provided(
            "def handler(event, answer):\n    answer.begin()\n    answer.write(b'half')\n"
            f"    if event:\n        {end}\n    else:\n        answer.end()"
        ),
        **(RUNTIME | {"timeout": timeout}),
    )
    answer = await stream(aws, b"1", log_tail=True)
    assert await answer.read() == b"half"
    error = await broken(answer)
    assert error.get("errorType") == error_type
    assert b"END RequestId: " in answer.log_tail
    assert await rest(await stream(aws, b"0")) == b"half"


@pytest.mark.parametrize(
    "code, runtime",
    [
        pytest.param("def handler(event, context): raise ValueError('no')", {}, id="python"),
        pytest.param(provided("def handler(event, answer): answer.post('error', '{}')"), RUNTIME, id="provided"),
    ],
)  # fmt: skip
async def test_a_function_that_fails_before_it_writes_is_a_stream_that_breaks_at_once(
    aws, code, runtime
):
    aws.put(code, **runtime)
    await broken(await stream(aws))


async def test_an_error_after_the_beginning_is_refused_and_the_stream_goes_on(aws):
    aws.put(
        provided(
            "def handler(event, answer):\n    answer.begin()\n    answer.write(b'a')\n"
            "    status = answer.post('error', b'{}')\n    answer.write(b'%d' % status)\n    answer.end()"
        ),
        **RUNTIME,
    )
    assert await rest(await stream(aws)) == b"a403"


async def test_what_did_not_run_is_an_error(aws):
    with pytest.raises(FunctionNotFound):
        await stream(aws, function="nobody")


async def test_a_reader_that_leaves_lets_the_function_finish_and_its_process_serve_again(
    aws, tmp_path
):
    done = tmp_path / "done"
    aws.put(
        provided(
            "import os, pathlib\ndef handler(event, answer):\n    answer.begin()\n"
            "    for _ in range(event):\n        answer.write(bytes(65536))\n"
            f"    pathlib.Path({str(done)!r}).touch()\n    answer.write(b'%d' % os.getpid())\n    answer.end()"
        ),
        **RUNTIME,
    )
    first = await rest(await stream(aws, b"0"))
    answer = await stream(aws, b"200")
    done.unlink()
    await answer.read()
    assert not done.exists()  # 200 pieces are more than may be under way
    answer.close()
    await until(done.exists)
    assert await rest(await stream(aws, b"0")) == first


async def test_a_function_that_never_stops_is_replaced_when_its_time_is_up(aws):
    aws.put(provided(FOREVER), **(RUNTIME | {"timeout": 1}))
    answer = await stream(aws)
    answer.close()
    aws.put("def handler(event, context): return 'other'", name="g")
    assert (await aws.invoke(function="g")).payload == b'"other"'
    again = await stream(aws)
    assert await again.read()
    assert "timed out" in (await broken(again))["errorMessage"]


async def test_a_caller_that_is_cancelled_before_the_beginning_leaves_nothing_stuck(aws, tmp_path):
    begun, go = tmp_path / "begun", tmp_path / "go"
    aws.put(
        provided(
            f"import pathlib\ndef handler(event, answer):\n    pathlib.Path({str(begun)!r}).touch()\n"
            f"    answer.wait_for({str(go)!r})\n    answer.begin()\n    answer.write(b'x')\n    answer.end()"
        ),
        **RUNTIME,
    )
    async with asyncio.TaskGroup() as group:
        call = group.create_task(stream(aws))
        await until(begun.exists)
        call.cancel()
    go.touch()
    assert await rest(await stream(aws)) == b"x"


async def test_streams_do_not_wait_for_each_other(aws):
    aws.put(provided(FOREVER), **RUNTIME)
    held = await stream(aws)  # nobody reads it
    other = await stream(aws)
    size = 0
    while size < 8 * 2**20:
        size += len(await other.read())
    held.close()
    other.close()


# --- Generators: our way of streaming from Python ---


async def test_a_generator_streams_what_it_yields_while_it_runs(aws, tmp_path):
    aws.put(
        "import os, time\ndef handler(event, context):\n    yield {'statusCode': 201}\n"
        "    for go in event:\n        while not os.path.exists(go): time.sleep(0.005)\n        yield go",
        timeout=30,
    )
    gates = [tmp_path / str(number) for number in range(3)]
    answer = await stream(aws, json.dumps([str(gate) for gate in gates]).encode())
    assert answer.content_type == INTEGRATION
    assert await answer.read() == b'{"statusCode": 201}' + bytes(8)
    for gate in gates:
        gate.touch()
        assert await answer.read() == str(gate).encode()
    assert await answer.read() == b""


@pytest.mark.parametrize(
    "body, content_type, written",
    [
        pytest.param("yield b'a'; yield ''; yield 'ü'", "application/octet-stream", "aü".encode(), id="bytes-and-text"),
        pytest.param("yield {}", INTEGRATION, b"{}" + bytes(8), id="metadata-alone"),
        pytest.param("yield from ()", "application/octet-stream", b"", id="nothing"),
        pytest.param("yield bytearray(3); yield memoryview(b'x')", "application/octet-stream", bytes(3) + b"x", id="other-bytes"),
    ],
)  # fmt: skip
async def test_a_generator_yields(aws, body, content_type, written):
    aws.put(f"def handler(event, context):\n    {body}")
    answer = await stream(aws)
    assert (answer.content_type, await rest(answer)) == (content_type, written)


@pytest.mark.parametrize(
    "wrong, message",
    [
        pytest.param("raise ValueError('no')", "no", id="raises"),
        pytest.param("yield {}", "expected to yield bytes or str, a dict only first; found {}", id="a-late-dict"),
    ],
)  # fmt: skip
async def test_a_generator_that_fails_half_way_breaks_its_stream(aws, wrong, message):
    aws.put(f"def handler(event, context):\n    yield 'half'\n    if event: {wrong}")
    answer = await stream(aws, b"1", log_tail=True)
    assert await answer.read() == b"half"
    error = await broken(answer)
    assert message in error["errorMessage"]
    assert "handler.py" in error["stackTrace"][-1] or "python.py" in error["stackTrace"][-1]
    assert b"Traceback" in answer.log_tail
    assert await rest(await stream(aws, b"0")) == b"half"


async def test_a_generator_that_fails_before_it_yields_is_an_error_like_any_other(aws):
    aws.put("def handler(event, context):\n    raise ValueError('no')\n    yield")
    error = await broken(await stream(aws))
    assert (error["errorType"], error["errorMessage"]) == ("ValueError", "no")
    assert "in handler" in error["stackTrace"][-1]


async def test_a_generator_that_is_invoked_in_the_plain_way_answers_whole(aws):
    aws.put("def handler(event, context):\n    yield {'statusCode': 201}\n    yield b'ab'")
    assert (await aws.invoke()).payload == b'{"statusCode": 201}' + bytes(8) + b"ab"
