"""A process answers so many calls and ends; nobody who calls notices."""

import asyncio
import json
from collections import Counter

import pytest
from tests.adapters.runners.lambdas import Lambda, zipped

from octetgate.adapters.runners import unix
from octetgate.core.ports.functions import Invocation

CALLS = 3
HANDLERS = {
    "python3.12": {
        "handler.py": (
            "import os\n"
            "def handler(event, context):\n"
            "    if event == 'raise': raise ValueError(str(os.getpid()))\n"
            "    return os.getpid()\n"
        )
    },
    "nodejs20.x": {
        "handler.js": (
            "exports.handler = async (event) => {\n"
            "  if (event === 'raise') throw new Error(String(process.pid));\n"
            "  return process.pid;\n"
            "};\n"
        )
    },
}
STREAMS = (
    "exports.handler = awslambda.streamifyResponse(async (event, stream) => {\n"
    "  stream.write('a');\n"
    "  stream.end(String(process.pid));\n"
    "});\n"
)


@pytest.fixture
async def aws(functions):
    return await functions(calls_per_process=CALLS)


@pytest.fixture(params=["supervisor", "borrower"])
async def calls(request, aws, tmp_path):
    """Who gives the processes their calls: the supervisor, or a gateway worker that borrows them."""
    if request.param == "supervisor":
        yield aws
        return
    path = tmp_path / "run" / "functions.sock"
    server = await unix.serve(aws.supervisor, path)
    aws.supervisor.lend(path)
    client = unix.UnixFunctions(path, borrowing=unix.Borrowing(path, aws.store.revision))
    yield Lambda(aws.store, client)
    await client.close()
    await server.close()


def process_of(outcome):
    told = json.loads(outcome.payload)
    return told if outcome.function_error is None else int(told["errorMessage"])


@pytest.mark.parametrize("runtime", HANDLERS)
async def test_each_process_answers_its_calls_and_no_more(calls, runtime):
    calls.put(zipped(HANDLERS[runtime]), runtime=runtime)
    events = [b"1", b'"raise"', b"1", b"1", b"1", b'"raise"', b"1"]
    pids = [process_of(await calls.invoke(event)) for event in events]
    assert list(Counter(pids).values()) == [CALLS, CALLS, 1]


@pytest.mark.parametrize("runtime", HANDLERS)
async def test_none_of_many_calls_at_once_is_lost(calls, runtime):
    calls.put(zipped(HANDLERS[runtime]), runtime=runtime)
    outcomes = await asyncio.gather(*(calls.invoke(b"1") for _ in range(10 * CALLS)))
    assert max(Counter(map(process_of, outcomes)).values()) <= CALLS


async def test_the_last_answer_of_a_process_is_streamed_whole(aws):
    aws.put(zipped({"handler.js": STREAMS}), runtime="nodejs20.x")
    pids = []
    for _ in range(CALLS + 1):
        stream = await aws.supervisor.stream(Invocation(function="f", payload=b"1"))
        pieces = b""
        while piece := await stream.read():
            pieces += piece
        assert pieces[:1] == b"a"
        pids.append(pieces[1:])
    assert len(set(pids)) == 2
