import asyncio
import json
import os
import socket
import stat

import pytest
from tests.adapters.runners.waiting import until

from octetgate.adapters.runners import _frames, unix
from octetgate.adapters.runners._address import NoPlaceForSocket, address
from octetgate.core.ports.functions import (
    FunctionNotFound,
    Invocation,
    InvocationType,
    InvokeError,
    Outcome,
    PayloadTooLarge,
)


class FakeFunctions:
    """Functions that answer what they were asked, unless told otherwise."""

    def __init__(self):
        self.asked = []
        self.cancelled = []
        self.held = asyncio.Event()
        self.held.set()
        self.error = None

    async def invoke(self, invocation):
        self.asked.append(invocation)
        try:
            await self.held.wait()
        except asyncio.CancelledError:
            self.cancelled.append(invocation)
            raise
        if self.error:
            raise self.error
        return Outcome(
            status=200, payload=invocation.payload, log_tail=b"\xff", request_id="r", function_error="Unhandled"
        )  # fmt: skip


@pytest.fixture
def path(tmp_path):
    return tmp_path / "run" / "functions.sock"


@pytest.fixture
async def functions():
    return FakeFunctions()


@pytest.fixture
async def server(functions, path):
    server = await unix.serve(functions, path)
    yield server
    await server.close()


@pytest.fixture
async def client(server, path):
    client = unix.UnixFunctions(path)
    yield client
    await client.close()


def call(payload=b"{}", **changes):
    return Invocation(**({"function": "f", "payload": payload} | changes))


async def test_an_invocation_and_its_outcome_arrive_whole(client, functions):
    asked = call(
        b"\x00\xff",
        type=InvocationType.DRY_RUN,
        qualifier="q",
        source_arn="s",
        client_context="c",
        log_tail=True,
        trace_id="t",
        request_id="r",
    )
    outcome = await client.invoke(asked)
    assert functions.asked == [asked]
    assert outcome == Outcome(
        status=200, payload=b"\x00\xff", function_error="Unhandled", log_tail=b"\xff", request_id="r"
    )  # fmt: skip


async def test_six_megabytes_go_both_ways(client):
    payload = os.urandom(6 * 2**20)
    assert (await client.invoke(call(payload))).payload == payload


async def test_calls_share_a_connection_and_do_not_wait_for_each_other(client, functions):
    functions.held.clear()
    async with asyncio.TaskGroup() as group:
        slow = group.create_task(client.invoke(call(b"slow")))
        await until(lambda: functions.asked)
        many = [group.create_task(client.invoke(call(b"%d" % n))) for n in range(50)]
        await until(lambda: len(functions.asked) == 51)
        assert not slow.done()
        functions.held.set()
    assert [one.result().payload for one in many] == [b"%d" % n for n in range(50)]


@pytest.mark.parametrize("error", [*InvokeError.__subclasses__(), InvokeError])
async def test_a_refusal_is_raised_as_what_it_was(client, functions, error):
    functions.error = error("why")
    with pytest.raises(InvokeError, match="why") as refusal:
        await client.invoke(call())
    assert type(refusal.value) is error
    assert (refusal.value.code, refusal.value.status) == (error.code, error.status)


async def test_a_mistake_at_the_other_end_is_a_service_error(client, functions):
    functions.error = ZeroDivisionError()
    with pytest.raises(InvokeError) as refusal:
        await client.invoke(call())
    assert (refusal.value.code, refusal.value.status) == ("ServiceException", 500)


async def test_a_caller_that_leaves_cancels_only_its_call(client, functions):
    functions.held.clear()
    async with asyncio.TaskGroup() as group:
        stays = group.create_task(client.invoke(call(b"stays")))
        leaves = group.create_task(client.invoke(call(b"leaves")))
        await until(lambda: len(functions.asked) == 2)
        leaves.cancel()
        await until(lambda: functions.cancelled)
        functions.held.set()
    assert [invocation.payload for invocation in functions.cancelled] == [b"leaves"]
    assert stays.result().payload == b"stays"


async def test_a_client_that_closes_cancels_its_calls(server, functions, path):
    client = unix.UnixFunctions(path)
    functions.held.clear()
    async with asyncio.TaskGroup() as group:
        waits = group.create_task(refused(client))
        await until(lambda: functions.asked)
        await client.close()
    assert "the supervisor left" in waits.result()
    await until(lambda: functions.cancelled)


async def refused(client):
    with pytest.raises(InvokeError) as refusal:
        await client.invoke(call())
    return str(refusal.value)


async def test_a_supervisor_that_leaves_fails_its_calls_and_is_found_again(functions, path):
    functions.held.clear()
    client = unix.UnixFunctions(path)
    server = await unix.serve(functions, path)
    async with asyncio.TaskGroup() as group:
        waits = group.create_task(refused(client))
        await until(lambda: functions.asked)
        await server.close()
    assert "the supervisor left" in waits.result()
    functions.held.set()
    server = await unix.serve(functions, path)
    assert (await client.invoke(call(b"again"))).payload == b"again"
    await client.close()
    await server.close()


async def test_a_call_waits_for_a_supervisor_that_is_starting(functions, path):
    client = unix.UnixFunctions(path)
    async with asyncio.TaskGroup() as group:
        waits = group.create_task(client.invoke(call(b"early")))
        await asyncio.sleep(0)
        server = await unix.serve(functions, path)
    assert waits.result().payload == b"early"
    await client.close()
    await server.close()


async def test_without_a_supervisor_a_call_fails_after_a_while(path):
    client = unix.UnixFunctions(path, connect_seconds=0.1)
    assert "expected a supervisor at" in await refused(client)


async def test_calls_wait_for_the_same_attempt_not_one_after_the_other(path):
    client = unix.UnixFunctions(path, connect_seconds=0.2)
    # One after the other they would take minutes.
    async with asyncio.timeout(60):
        refusals = await asyncio.gather(*(refused(client) for _ in range(1000)))
    assert len(set(refusals)) == 1


async def test_closing_ends_an_attempt(path):
    client = unix.UnixFunctions(path, connect_seconds=60)
    async with asyncio.TaskGroup() as group:
        waits = group.create_task(refused(client))
        await asyncio.sleep(0)
        await client.close()
    assert "closed while looking" in waits.result()


async def test_a_payload_that_no_frame_takes_is_refused_here(client, functions):
    with pytest.raises(PayloadTooLarge):
        await client.invoke(call(bytes(_frames.PAYLOAD_LIMIT + 1)))
    assert not functions.asked


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"GET / HTTP/1.1\r\n\r\n", id="http"),
        pytest.param(b"\x00\x00\x00\x01\x00\x00\x00\x00\xff", id="no-head"),
        pytest.param(b"\x00\x10\x00\x01\x00\x00\x00\x00", id="too-long-a-head"),
        pytest.param(b"\x00\x00\x00\x01\xff\x00\x00\x00", id="too-long-a-payload"),
    ],
)
async def test_what_is_no_frame_ends_its_connection_alone(server, client, path, sent):
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(sent)
    assert await asyncio.wait_for(reader.read(), 5) == b""
    writer.close()
    assert (await client.invoke(call(b"fine"))).payload == b"fine"


async def test_the_socket_is_for_its_owner_alone(server, path):
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


async def test_a_socket_that_a_killed_supervisor_left_is_taken_over(functions, path):
    path.parent.mkdir(mode=0o700)
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    server = await unix.serve(functions, path)
    client = unix.UnixFunctions(path)
    assert (await client.invoke(call(b"mine"))).payload == b"mine"
    await client.close()
    await server.close()


async def test_a_second_supervisor_is_refused(server, functions, path):
    with pytest.raises(OSError, match="expected no other supervisor"):
        await unix.serve(functions, path)


async def test_a_path_that_is_too_long_gets_a_short_address(functions, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("octetgate.adapters.runners._address.PATH_LIMIT", len(str(tmp_path)) + 40)
    path = tmp_path / ("long" * 30) / "functions.sock"
    server = await unix.serve(functions, path)
    client = unix.UnixFunctions(path)
    assert (await client.invoke(call(b"found"))).payload == b"found"
    assert address(path).parent == tmp_path / f"octetgate-{os.getuid()}"
    await client.close()
    await server.close()


def test_no_short_path_is_an_error_that_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr("octetgate.adapters.runners._address.PATH_LIMIT", 10)
    with pytest.raises(NoPlaceForSocket, match="choose a shorter data folder or TMPDIR"):
        address(tmp_path / "functions.sock")


async def test_a_folder_that_others_may_write_to_is_refused(functions, path):
    path.parent.mkdir()
    path.parent.chmod(0o777)
    with pytest.raises(NoPlaceForSocket, match="only its owner may write to"):
        await unix.serve(functions, path)


async def test_a_function_is_reached_from_socket_to_process(functions, path, tmp_path):
    from tests.adapters.runners.lambdas import Lambda

    from octetgate.adapters.runners.process import Supervisor, SupervisorSettings
    from octetgate.adapters.stores import memory

    store = memory.open("memory://")
    supervisor = Supervisor(store, SupervisorSettings(data=tmp_path, grace_seconds=0.0))
    await supervisor.start()
    Lambda(store, supervisor).put("def handler(event, context): return {'got': event}")
    server, client = await unix.serve(supervisor, path), unix.UnixFunctions(path)
    try:
        assert json.loads((await client.invoke(call(b"[1]"))).payload) == {"got": [1]}
        with pytest.raises(FunctionNotFound):
            await client.invoke(call(function="nobody"))
    finally:
        await client.close()
        await server.close()
        await supervisor.close()
        store.close()
