"""Processes that end while a gateway worker has them: every order in which that is heard of."""

import asyncio
import json
import select
import socket
import struct
from types import SimpleNamespace
from typing import cast

import pytest
from tests.adapters.runners.waiting import until

from octetgate.adapters.runners._call import Plan
from octetgate.adapters.runners._desk import Desk
from octetgate.adapters.runners._desk_call import DeskCall
from octetgate.adapters.runners._loans import Claim, GaveUp, Lent, Returned, Terms, Unheard
from octetgate.adapters.runners._log import FunctionLog
from octetgate.adapters.runners._output import Rounds
from octetgate.adapters.runners._worker import Worker
from octetgate.core.functions.lifecycle import State
from octetgate.core.ports.functions import Invocation
from octetgate.core.ports.metrics import Uncounted

POOL = 7
TERMS = Terms(
    id=1,
    pool=POOL,
    revision=1,
    name="f",
    function_arn="arn:aws:lambda:us-east-1:000000000000:function:f",
    version="$LATEST",
    timeout=30,
    payload_limit=1000,
    answer_limit=1000,
    most=10,
    queue=10,
    queue_bytes=10_000,
    queue_seconds=10.0,
)
KILLED = -9


class Supervisor:
    """A channel's other end: what it was told, in order."""

    def __init__(self):
        self.told = []

    def send(self, message, descriptor=None):
        assert descriptor is None
        self.told.append(message)


class Counter:
    """A desk, its supervisor, and the processes that are lent to it."""

    def __init__(self):
        self.supervisor = Supervisor()
        self.passed_on = []
        self.desk = Desk(TERMS, self.supervisor, Uncounted(), self.passed_on.append)
        self.lines = {}

    def lend(self, loan):
        """Lend a process; return its end of the line."""
        ours, self.lines[loan] = socket.socketpair()
        ours.setblocking(False)
        self.lines[loan].setblocking(False)
        self.desk.lent(Lent(pool=POOL, loan=loan, init_seconds=None), ours)
        return self.lines[loan]

    def call(self):
        loop = asyncio.get_running_loop()
        invocation = Invocation(function="f", payload=b"1")
        call = DeskCall("r", b"1", "a", None, None, loop.create_future(), invocation)
        self.desk.take(call)
        return call

    async def idle(self, loan):
        """Lend a process that answers a call, and has none then."""
        call, line = self.call(), self.lend(loan)
        await self.answer(line)
        await call.outcome
        self.supervisor.told.clear()
        return line

    @staticmethod
    async def answer(line):
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(10):
            assert await loop.sock_recv(line, 4096)
            await loop.sock_sendall(line, struct.pack(">cI", b"R", 2) + b"{}")


@pytest.fixture
async def counter():
    counter = Counter()
    yield counter
    counter.desk.abandon()
    for line in counter.lines.values():
        line.close()


def readable(line):
    """Return whether something has been written to the line."""
    return bool(select.select([line], [], [], 0)[0])


def error(call):
    """Return what the caller is told that the function failed with."""
    outcome = call.outcome.result()
    assert outcome.function_error == "Unhandled"
    return json.loads(outcome.payload)["errorMessage"]


async def test_a_process_that_ended_without_a_call_gets_none(counter):
    """Its line is closed some time before the supervisor says that it has ended."""
    (await counter.idle(1)).close()
    await until(lambda: counter.supervisor.told == [Unheard(loan=1)])
    call = counter.call()
    assert counter.supervisor.told[1:] == [Claim(pool=POOL)]
    await counter.answer(counter.lend(2))
    assert (await call.outcome).payload == b"{}"
    counter.desk.ended(1, KILLED)
    assert counter.supervisor.told[-1] == Returned(loan=1)


async def test_a_line_that_is_about_to_be_closed_takes_no_call(counter):
    """Between the end of what is read from it and the word that it is closed."""
    await counter.idle(1)
    counter.desk.borrowed[1].close()
    call = counter.call()
    assert counter.supervisor.told[0] == Claim(pool=POOL)
    await counter.answer(counter.lend(2))
    assert (await call.outcome).payload == b"{}"


async def test_the_call_of_a_process_that_had_ended_is_passed_on(counter):
    call = counter.call()
    counter.lend(1).close()
    await until(lambda: Unheard(loan=1) in counter.supervisor.told)
    counter.desk.ended(1, KILLED)
    assert counter.passed_on == [call]
    assert counter.supervisor.told[-1] == Returned(loan=1)


async def test_a_call_that_its_process_did_not_read_is_passed_on(counter):
    call, line = counter.call(), counter.lend(1)
    await until(lambda: readable(line))
    line.close()
    await until(lambda: counter.passed_on == [call])
    counter.desk.ended(1, KILLED)
    assert not call.outcome.done()


@pytest.mark.parametrize("line_first", [True, False])
async def test_a_call_fails_with_its_process_whatever_is_heard_first(counter, line_first):
    call, line = counter.call(), counter.lend(1)
    await asyncio.get_running_loop().sock_recv(line, 4096)
    counter.supervisor.told.clear()
    if line_first:
        line.close()
        await until(lambda: counter.supervisor.told == [Unheard(loan=1)])
        assert not call.outcome.done()
    counter.desk.ended(1, KILLED)
    line.close()
    assert error(call).endswith("signal: killed")
    assert [type(each) for each in counter.supervisor.told if each != Unheard(loan=1)] == [GaveUp]


async def test_the_end_of_a_process_that_was_given_back_concerns_nobody(counter):
    await counter.idle(1)
    counter.desk.recall(1)
    counter.desk.ended(1, KILLED)
    assert counter.supervisor.told == [Returned(loan=1)]


async def test_behind_the_last_answer_of_a_process_the_next_call_is_passed_on(counter):
    loop = asyncio.get_running_loop()
    first, second, line = counter.call(), counter.call(), counter.lend(1)
    await loop.sock_recv(line, 4096)
    line.send(struct.pack(">cI", b"R", 2) + b"{}")
    line.close()
    assert (await first.outcome).payload == b"{}"
    await until(lambda: counter.passed_on == [second])


# --- At the supervisor ---


class Owner:
    """A pool, which remembers who can take a call, and what is to be given again."""

    def __init__(self):
        self.offers, self.again = [], []

    def offered(self, worker):
        self.offers.append(worker)

    def withdrawn(self, worker):
        self.offers.remove(worker)

    def unread(self, call):
        self.again.append(call)


@pytest.fixture
def owner():
    return Owner()


@pytest.fixture
async def worker(tmp_path, owner):
    """A process that can take a call."""
    log = FunctionLog(tmp_path / "f.log", 10_000)
    plan = SimpleNamespace(
        function=SimpleNamespace(brings_runtime=False, timeout=10),
        scratch=tmp_path,
        log=log,
        rounds=Rounds(),
        activity=asyncio.Event(),
        tally=Uncounted(),
        answer_limit=1000,
        init_seconds=10,
        idle_seconds=10,
    )
    worker = Worker(cast("Plan", plan), owner)
    worker.ready()
    yield worker
    log.close()


async def test_the_supervisor_has_no_call_for_an_idle_process_whose_line_is_closed(owner, worker):
    """That it has ended may be heard of later."""
    assert owner.offers == [worker]
    worker.line_closed()
    assert owner.offers == []
    assert worker.state is State.RESTING
    assert not worker.can_be_lent
