"""What Node.js functions have of their line: a call at a time, and nothing moves between two."""

import asyncio
import contextlib
import json
import time

import pytest
from tests.adapters.runners.lambdas import zipped
from tests.adapters.runners.waiting import ended, sleeps, until

from octetgate.core.ports.functions import Invocation, StreamBroken


def put(aws, code):
    aws.put(zipped({"index.js": code}), runtime="nodejs20.x", handler="index.handler")


async def answer(aws, event):
    outcome = await aws.invoke(json.dumps(event, ensure_ascii=False).encode())
    assert outcome.function_error is None, outcome.payload
    return json.loads(outcome.payload)


@contextlib.asynccontextmanager
async def listening():
    """Yield a port and a queue of the connections that functions make to it."""
    made = asyncio.Queue()
    server = await asyncio.start_server(lambda *ends: made.put_nowait(ends), "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], made


# --- Between two calls ---


async def test_a_timer_that_is_due_between_two_calls_runs_when_the_next_one_comes(aws):
    put(
        aws,
        "let ran = null\n"
        "exports.handler = async (event) => { if (event) return ran;"
        " setTimeout(() => { ran = Date.now() }, 400); return [process.pid, Date.now() + 400] }",
    )
    pid, due = await answer(aws, 0)
    await until(lambda: sleeps(pid))
    while time.time() * 1000 < due + 20:  # noqa: ASYNC110 - it is time that is waited for
        await asyncio.sleep(0.01)
    asked = int(time.time() * 1000)
    assert await answer(aws, 1) >= asked


async def test_a_timer_of_a_call_counts_from_that_call(aws):
    put(
        aws,
        "exports.handler = async () => { const began = performance.now();"
        " await new Promise((go) => setTimeout(go, 50)); return performance.now() - began }",
    )
    for _ in range(2):
        assert await answer(aws, 0) > 49
        await asyncio.sleep(0.1)  # longer than the timer: not its time is to count


async def test_a_connection_that_ended_between_two_calls_is_known_to_have_in_the_next(aws):
    put(
        aws,
        "let ended = null\n"
        "exports.handler = async (port) => { if (ended !== null) return ended; ended = false;"
        " const socket = require('node:net').connect(port, '127.0.0.1');"
        " socket.resume().on('end', () => { ended = true });"
        " await new Promise((go) => socket.once('connect', go)); return process.pid }",
    )
    async with listening() as (port, made):
        pid = await answer(aws, port)
        _, writer = await made.get()
        await until(lambda: sleeps(pid))
        writer.close()
        await writer.wait_closed()
        await asyncio.sleep(0.05)  # a wait of less than a millisecond does not count as one
        assert await answer(aws, port) is True


async def test_a_rejection_that_nobody_handles_ends_the_process_after_its_answer(aws):
    put(
        aws,
        "exports.handler = async (event) => { if (event) Promise.reject(new Error('late'));"
        " return process.pid }",
    )
    first = await answer(aws, 1)
    await until(lambda: ended(first))
    await aws.invoke(b"0")  # told of the end, if it comes before the supervisor has heard of it
    assert await answer(aws, 0) != first


async def test_an_exception_that_a_call_has_left_is_the_error_of_the_next(aws):
    put(
        aws,
        "exports.handler = async (event) => {"
        " if (event) setTimeout(() => { throw new RangeError('late') }, 20); return event }",
    )
    assert await answer(aws, 1) == 1
    await asyncio.sleep(0.05)  # longer than the timer
    outcome = await aws.invoke(b"0")
    assert json.loads(outcome.payload)["errorType"] == "RangeError"
    assert await answer(aws, 0) == 0


async def test_what_a_function_starts_does_not_have_the_line(aws):
    put(
        aws,
        "const fs = require('node:fs'), { execFileSync } = require('node:child_process')\n"
        "exports.handler = async () => [fs.readlinkSync('/proc/self/fd/3'),"
        " execFileSync('ls', ['-l', '/proc/self/fd'], { encoding: 'utf8' })]",
    )
    line, held = await answer(aws, 0)
    assert line.startswith("socket:")
    assert "/proc/" in held
    assert line not in held


# --- Events and answers ---


@pytest.mark.parametrize("letter", ["a", "ä", "\N{EARTH GLOBE EUROPE-AFRICA}"])
async def test_an_event_up_to_the_limit_comes_and_goes_whole_and_leaves_nothing_behind(aws, letter):
    put(aws, "exports.handler = async (event) => event")
    limit = 6 * 1024 * 1024
    for size in (10, 65_000, 66_000, limit - 2, 10, 0):
        text = letter * (size // len(letter.encode()))
        assert await answer(aws, text) == text


async def test_small_writes_arrive_whole_and_in_order(aws):
    put(
        aws,
        "exports.handler = awslambda.streamifyResponse(async (event, stream) => {"
        " for (let n = 0; n < 20000; n++) stream.write(`${n},`); stream.write(''); stream.end() })",
    )
    assert await rest(await streamed(aws, 0)) == b"".join(b"%d," % n for n in range(20_000))


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("setTimeout(() => stream.end('late'), 20)", id="from-its-beginning"),
        pytest.param(
            "stream.write('a'); setTimeout(() => { stream.write('b'); stream.end() }, 20)",
            id="from-its-middle",
        ),
    ],
)
async def test_what_a_stream_writes_after_its_call_has_failed_is_in_no_other_answer(aws, code):
    put(
        aws,
        "exports.handler = awslambda.streamifyResponse(async (event, stream) => {"
        f" if (!event) return stream.end('fine'); {code}; throw new Error('no') }})",
    )
    with pytest.raises(StreamBroken):
        await rest(await streamed(aws, 1))
    await asyncio.sleep(0.05)  # longer than the timer
    assert await rest(await streamed(aws, 0)) == b"fine"


async def test_a_function_goes_on_while_its_answer_waits_for_a_slow_reader(aws):
    put(
        aws,
        "const net = require('node:net')\n"
        "exports.handler = awslambda.streamifyResponse(async (port, stream) => {"
        " stream.write(Buffer.alloc(16 << 20, 'a'));"
        " await new Promise((go) => net.connect(port, '127.0.0.1').resume().once('end', go));"
        " stream.end('b') })",
    )
    async with listening() as (port, made):
        stream = await streamed(aws, port)
        async with asyncio.timeout(30):
            _, writer = await made.get()  # while nothing of the answer is read
        writer.close()
        assert await rest(stream) == b"a" * (16 << 20) + b"b"


async def streamed(aws, event):
    return await aws.supervisor.stream(Invocation(function="f", payload=json.dumps(event).encode()))


async def rest(stream):
    pieces = []
    while piece := await stream.read():
        pieces.append(piece)
    return b"".join(pieces)
