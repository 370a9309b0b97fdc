"""Processes that gateway workers borrow: what holds of a call holds of one that crosses no supervisor."""

import asyncio
import contextlib
import json
import os
import socket
from contextlib import AsyncExitStack

import psutil
import pytest
from tests.adapters.runners.lambdas import Lambda
from tests.adapters.runners.waiting import until

from octetgate.adapters.runners import unix
from octetgate.adapters.runners._lent import Lent
from octetgate.adapters.runners._loans import Channel, Claim, Returned
from octetgate.adapters.runners.process import Supervisor, SupervisorSettings
from octetgate.adapters.stores import memory
from octetgate.core.model.function import Alias
from octetgate.core.ports.functions import InvokeError, TooManyInvocations

PID = "import os\ndef handler(event, context): return os.getpid()"
WAITS = """
import os, pathlib, time
def handler(event, context):
    if event:
        pathlib.Path(event + ".began").touch()
        while not os.path.exists(event):
            time.sleep(0.01)
    return os.getpid()
"""


class Counting:
    """Functions that count what they were asked."""

    def __init__(self, functions):
        self.functions = functions
        self.asked = 0

    async def invoke(self, invocation):
        self.asked += 1
        return await self.functions.invoke(invocation)

    async def stream(self, invocation):
        return await self.functions.stream(invocation)


class Place:
    """A supervisor that lends, and as many workers that borrow as a test wants."""

    def __init__(self, folder, stack):
        self.folder = folder
        self.path = folder / "run" / "functions.sock"
        self.stack = stack
        self.store = memory.open("memory://")
        stack.callback(self.store.close)

    async def start(self, **changes):
        settings = SupervisorSettings(data=self.folder, **({"grace_seconds": 0.0} | changes))
        self.supervisor = Supervisor(self.store, settings)
        await self.supervisor.start()
        self.stack.push_async_callback(self.supervisor.close)
        self.counting = Counting(self.supervisor)
        server = await unix.serve(self.counting, self.path)
        self.stack.push_async_callback(server.close)
        self.supervisor.lend(self.path)
        self.direct = Lambda(self.store, self.supervisor)

    def worker(self):
        """Return the functions of one more worker."""
        borrowing = unix.Borrowing(self.path, self.store.revision)
        client = unix.UnixFunctions(self.path, borrowing=borrowing)
        self.stack.push_async_callback(client.close)
        return Lambda(self.store, client)

    def log(self, name="f"):
        return (self.folder / "logs" / "functions" / f"{name}.log").read_text()


@pytest.fixture
async def place(tmp_path):
    async with AsyncExitStack() as stack:
        yield Place(tmp_path, stack)


async def pid(worker, payload=b"null", **changes):
    return json.loads((await worker.invoke(payload, **changes)).payload)


def processes():
    """Return this process's children that run functions; other tests may have left others."""
    found = []
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.NoSuchProcess):
            if any("/runtimes/" in part for part in child.cmdline()):
                found.append(child.pid)
    return found


async def test_a_call_does_not_cross_the_supervisor(place):
    await place.start()
    worker = place.worker()
    worker.put(PID)
    pids = {await pid(worker) for _ in range(5)}
    assert (len(pids), place.counting.asked) == (1, 0)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"reserved_concurrency": 2}, id="whose-concurrency-is-reserved"),
        pytest.param(
            {"aliases": {"live": Alias(name="live", function_version="1", additional_version_weights={"2": 0.5}, revision_id="r")}},
            id="that-is-chosen-by-weights",
        ),
    ],
)  # fmt: skip
async def test_a_call_stays_with_the_supervisor_of_a_function(place, changes):
    await place.start()
    worker = place.worker()
    worker.put(PID)
    worker.publish("1")
    worker.publish("2")
    worker.change(**changes)
    await worker.invoke(qualifier="live" if "aliases" in changes else None)
    assert place.counting.asked == 1


async def test_a_call_stays_with_the_supervisor_of_a_folder(place, tmp_path):
    await place.start()
    worker = place.worker()
    code = tmp_path / "code"
    code.mkdir()
    (code / "handler.py").write_text(PID)
    worker.put_folder(code)
    await worker.invoke()
    assert place.counting.asked == 1


async def test_the_supervisor_has_a_lent_process_back_for_a_call_of_its_own(place):
    await place.start(workers_per_function=1)
    worker = place.worker()
    worker.put(PID)
    assert await pid(worker) == await pid(place.direct) == await pid(worker)


async def test_workers_take_turns_with_one_process(place):
    await place.start(workers_per_function=1)
    one, other = place.worker(), place.worker()
    one.put(PID)
    order = []

    async def call(worker, name):
        await worker.invoke()
        order.append(name)

    async with asyncio.TaskGroup() as group:
        for _ in range(30):
            group.create_task(call(one, "one"))
        group.create_task(call(other, "other"))
    assert order.index("other") < 25


async def test_processes_that_change_hands_leave_no_descriptor_behind(place):
    await place.start(workers_per_function=1)
    one, other = place.worker(), place.worker()
    one.put(PID)
    first = await pid(one)
    assert await pid(other) == first
    before = psutil.Process().num_fds()
    for _ in range(20):
        assert await pid(one) == await pid(other) == first
    assert psutil.Process().num_fds() <= before + 1


async def test_a_worker_gets_back_what_another_does_not_use(place, tmp_path):
    await place.start(workers_per_function=2)
    one, other = place.worker(), place.worker()
    one.put(WAITS)
    gates = [tmp_path / "a", tmp_path / "b"]
    async with asyncio.TaskGroup() as group:
        for gate in gates:
            group.create_task(pid(one, json.dumps(str(gate)).encode()))
        await until(lambda: all(gate.with_suffix(".began").exists() for gate in gates))
        waiting = group.create_task(pid(other))
        gates[0].touch()
        await waiting
        assert not gates[1].exists()
        gates[1].touch()


async def test_another_function_gets_the_place_of_a_lent_process(place):
    await place.start(workers_total=1)
    worker = place.worker()
    worker.put(PID, name="f")
    worker.put(PID, name="g")
    first = await pid(worker, function="f")
    assert await pid(worker, function="g") != first
    assert await pid(worker, function="f") != first


async def test_a_process_without_calls_goes_back_and_ends_when_it_is_idle(place):
    await place.start(idle_seconds=0.2)
    worker = place.worker()
    worker.put(PID)
    first = await pid(worker)
    await until(lambda: first not in processes())


async def test_the_old_code_does_not_serve_a_call_after_a_change(place):
    await place.start()
    workers = [place.worker(), place.worker()]
    for number in range(5):
        workers[0].put(f"def handler(event, context): return {number}")
        assert [await pid(worker) for worker in workers] == [number, number]
    await until(lambda: len(processes()) <= 2)


async def test_nobody_is_refused_for_processes_that_are_lent_and_have_no_call(place):
    await place.start()
    worker = place.worker()
    worker.put(PID)
    await pid(worker)
    worker.change(reserved_concurrency=1)
    assert await pid(worker)
    assert await pid(place.direct)


async def test_lent_processes_at_work_count_as_reserved_ones(place, tmp_path):
    await place.start()
    worker = place.worker()
    worker.put(WAITS, timeout=30)
    gate = tmp_path / "gate"
    async with asyncio.TaskGroup() as group:
        group.create_task(pid(worker, json.dumps(str(gate)).encode()))
        await until(gate.with_suffix(".began").exists)
        worker.change(reserved_concurrency=1)
        with pytest.raises(TooManyInvocations):
            await worker.invoke(b"null")
        gate.touch()


async def test_a_worker_that_dies_gives_its_processes_up(place, tmp_path):
    await place.start(workers_per_function=1)
    one, other = place.worker(), place.worker()
    one.put(WAITS, timeout=30)
    call = asyncio.get_running_loop().create_task(
        pid(one, json.dumps(str(tmp_path / "gate")).encode())
    )
    await until((tmp_path / "gate.began").exists)
    await one.supervisor.close()
    with pytest.raises(InvokeError):
        await call
    assert await pid(other)
    assert len(processes()) == 1


@pytest.mark.parametrize(
    "end, message",
    [
        pytest.param("os._exit(3)", "Runtime exited with error: exit status 3", id="exits"),
        pytest.param("os.kill(os.getpid(), 9)", "Runtime exited with error: signal: killed", id="is-killed"),
        pytest.param("os.close(3); time.sleep(30)", "signal: killed", id="closes-its-line"),
        pytest.param("os.write(3, b'?' * 99); time.sleep(30)", "signal: killed", id="speaks-nonsense"),
        pytest.param("time.sleep(30)", "Task timed out after 1.00 seconds", id="takes-too-long"),
    ],
)  # fmt: skip
async def test_of_a_process_that_fails_the_caller_hears_and_the_log_tells(place, end, message):
    await place.start()
    worker = place.worker()
    worker.put(f"import os, time\ndef handler(event, context):\n    print('here', flush=True)\n    if event: {end}", timeout=1 if "timed out" in message else 60)  # fmt: skip
    outcome = await worker.invoke(b"1")
    assert outcome.function_error == "Unhandled"
    assert message in json.loads(outcome.payload)["errorMessage"]
    await until(lambda: f"REPORT RequestId: {outcome.request_id}" in place.log())
    said = [line.split(" ", 1)[1] for line in place.log().splitlines()]
    assert [line.split(" ")[0] for line in said if not line.startswith(" ")][:4] == [
        "START",
        "here",
        "END",
        ["REPORT", "RequestId:"][0],
    ]
    assert (await worker.invoke(b"0")).payload == b"null"
    assert place.counting.asked == 0


async def test_a_function_that_cannot_start_is_an_error_as_ever(place):
    await place.start()
    worker = place.worker()
    worker.put("import nothing_of_that_name")
    outcome = await worker.invoke()
    assert json.loads(outcome.payload)["errorType"] == "Runtime.ImportModuleError"


async def test_the_first_call_tells_of_the_start(place):
    await place.start()
    worker = place.worker()
    worker.put(PID)
    await worker.invoke()
    await worker.invoke()
    await until(lambda: place.log().count("REPORT ") == 2)
    assert place.log().count("Init Duration: ") == 1


async def test_more_calls_than_may_wait_are_refused(place, tmp_path):
    await place.start(workers_per_function=1, queue=3)
    worker = place.worker()
    worker.put(WAITS, timeout=30)
    gate = tmp_path / "gate"
    async with asyncio.TaskGroup() as group:
        group.create_task(pid(worker, json.dumps(str(gate)).encode()))
        await until(gate.with_suffix(".began").exists)
        waiting = [group.create_task(pid(worker)) for _ in range(3)]
        await asyncio.sleep(0)
        with pytest.raises(TooManyInvocations):
            await worker.invoke()
        gate.touch()
    assert len({each.result() for each in waiting}) == 1


async def test_callers_who_have_left_take_no_room_from_those_who_wait(place, tmp_path):
    await place.start(workers_per_function=1, queue=3)
    worker = place.worker()
    worker.put(WAITS, timeout=30)
    gate = tmp_path / "gate"
    async with asyncio.TaskGroup() as group:
        group.create_task(pid(worker, json.dumps(str(gate)).encode()))
        await until(gate.with_suffix(".began").exists)
        for round_ in range(2):
            waiting = [group.create_task(pid(worker)) for _ in range(3)]
            await asyncio.sleep(0)
            if not round_:
                for each in waiting:
                    each.cancel()
        gate.touch()
    assert len({each.result() for each in waiting}) == 1


async def test_a_call_that_nobody_waits_for_runs_on_and_its_answer_is_nobodys(place, tmp_path):
    await place.start(workers_per_function=1)
    worker = place.worker()
    worker.put(WAITS, timeout=30)
    gate = tmp_path / "gate"
    call = asyncio.get_running_loop().create_task(worker.invoke(json.dumps(str(gate)).encode()))
    await until(gate.with_suffix(".began").exists)
    call.cancel()
    gate.touch()
    assert await pid(worker)
    assert len(processes()) == 1


async def test_a_supervisor_that_leaves_fails_its_calls_and_is_found_again(place, tmp_path):
    async with AsyncExitStack() as first:
        stack, place.stack = place.stack, first
        await place.start()
        place.stack = stack
        worker = place.worker()
        worker.put(WAITS, timeout=30)
        call = asyncio.get_running_loop().create_task(
            worker.invoke(json.dumps(str(tmp_path / "gate")).encode())
        )
        await until((tmp_path / "gate.began").exists)
    with pytest.raises(InvokeError):
        await call
    await place.start()
    assert await pid(worker)


# --- Who gets one back ---


class Loan:
    def __init__(self, holder):
        self.holder = holder
        self.is_recalled = self.is_busy = False

    def recall(self):
        self.is_recalled = True


class Claimant:
    def __init__(self, holder):
        self.holder = holder


@pytest.mark.parametrize(
    "held, claims, recalled",
    [
        pytest.param("", "a", "", id="nothing-is-lent"),
        pytest.param("a", "a", "", id="nobody-gets-its-own-back"),
        pytest.param("a", "b", "a", id="one-is-due-to-everybody"),
        pytest.param("ab", "c", "a", id="also-where-nobody-has-more-than-one"),
        pytest.param("aab", "b", "", id="none-that-would-only-change-sides"),
        pytest.param("aaab", "b", "a", id="whoever-has-two-more-gives-one"),
        pytest.param("aaaabb", "bb", "a", id="and-no-more-than-is-fair"),
        pytest.param("aab", "-", "a", id="a-call-of-nobodys-gets-one"),
        pytest.param("aab", "--", "aa", id="each-such-call-does"),
        pytest.param("aaa", "-b", "aa", id="each-who-waits-in-turn"),
        pytest.param("aaab", "a-", "a", id="also-behind-one-who-gets-none"),
    ],
)
def test_recalled_is(held, claims, recalled):
    lent = Lent()
    loans = [Loan(holder) for holder in held]
    for loan in loans:
        lent.add(loan)
    lent.recall_for([Claimant(None if name == "-" else name) for name in claims])
    assert "".join(loan.holder for loan in loans if loan.is_recalled) == recalled


@pytest.mark.parametrize("busy, recalled", [(0, 1), (1, 2), (2, 2)])
def test_for_one_that_is_busy_a_second_is_recalled_and_no_third(busy, recalled):
    lent = Lent()
    loans = [Loan("a") for _ in range(4)]
    for loan in loans:
        lent.add(loan)
    for _ in range(busy + 1):
        lent.recall_for([Claimant("b")])
        for loan in loans[:busy]:
            loan.is_busy = loan.is_recalled
    assert sum(loan.is_recalled for loan in loans) == recalled


# --- The channel ---


async def test_messages_and_descriptors_that_wait_for_a_slow_reader_arrive_in_order():
    ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    heard, lost = [], []
    sender = Channel(ends[0], lambda *_: None, lambda: lost.append("sender"))
    reading, writing = os.pipe()
    os.write(writing, b"x")
    for number in range(2000):
        sender.send(Claim(pool=number))
    sender.send(Returned(loan=1), reading)
    os.close(reading)

    def hear(message, descriptor):
        heard.append(message)
        if descriptor is not None:
            assert os.read(descriptor, 1) == b"x"
            os.close(descriptor)

    receiver = Channel(ends[1], hear, lambda: lost.append("receiver"))
    await until(lambda: len(heard) == 2001)
    assert heard == [*(Claim(pool=number) for number in range(2000)), Returned(loan=1)]
    sender.close()
    await until(lambda: len(lost) == 2)
    os.close(writing)
    assert receiver.is_lost


async def test_a_packet_that_means_nothing_ends_a_channel():
    ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    lost = asyncio.Event()
    Channel(ends[0], lambda *_: None, lost.set)
    ends[1].send(b"nonsense")
    await asyncio.wait_for(lost.wait(), 5)
    ends[1].close()
