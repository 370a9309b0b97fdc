"""What the supervisor adds up about functions: exactly what it answered."""

import asyncio
import json
import os
import signal

import pytest
from tests.adapters.runners.lambdas import Lambda
from tests.adapters.runners.waiting import until

from octetgate.adapters.runners.process import Supervisor, SupervisorSettings
from octetgate.adapters.stores import memory
from octetgate.core.ports.functions import TooManyInvocations

CODE = """
import os, time
def handler(event, context):
    if event == "fail":
        raise ValueError("no")
    if event == "die":
        os._exit(3)
    while event == "wait":
        time.sleep(0.01)
    return event
"""

MEETS = """
import os, pathlib, time
def handler(event, context):
    if event:
        pathlib.Path(event, f"{os.getpid()}.met").touch()
        while len(list(pathlib.Path(event).glob("*.met"))) < 2:
            time.sleep(0.01)
    return os.getpid()
"""


class Counted:
    """One function's numbers, in words."""

    def __init__(self):
        self.said = []
        self.at_work = self.most = 0

    def of(self, function):
        assert function == "f"
        return self

    def began(self):
        self.at_work += 1
        self.most = max(self.most, self.at_work)

    def ended(self, seconds, *, failed):
        self.at_work -= 1
        assert seconds > 0
        self.said.append("failed" if failed else "answered")

    def taken_back(self):
        self.at_work -= 1
        self.said.append("taken back")

    def never_began(self):
        self.said.append("never began")

    def started(self, seconds):
        assert seconds > 0
        self.said.append("started")

    def throttled(self):
        self.said.append("throttled")


@pytest.fixture
async def counted(tmp_path):
    """A supervisor that counts, and what it has counted."""
    store, tallies = memory.open("memory://"), Counted()
    settings = SupervisorSettings(data=tmp_path, grace_seconds=0.0)
    supervisor = Supervisor(store, settings, None, tallies)
    await supervisor.start()
    yield Lambda(store, supervisor), tallies
    await supervisor.close()
    store.close()


async def test_answers_errors_and_crashes_are_told_apart(counted):
    aws, tallies = counted
    aws.put(CODE)
    for event in (b'"ok"', b'"fail"', b'"die"', b'"ok"'):
        await aws.invoke(event)
    # After the crash another process had to start.
    assert tallies.said == ["started", "answered", "failed", "failed", "started", "answered"]
    assert (tallies.at_work, tallies.most) == (0, 1)


async def test_a_call_that_its_process_did_not_read_is_given_to_another_and_counts_once(counted):
    aws, tallies = counted
    aws.put("import os\ndef handler(event, context): return os.getpid()")
    first = int((await aws.invoke()).payload)
    os.kill(first, signal.SIGSTOP)
    call = asyncio.get_running_loop().create_task(aws.invoke())
    await until(lambda: tallies.at_work)
    os.kill(first, signal.SIGKILL)
    outcome = await call
    assert outcome.function_error is None
    assert int(outcome.payload) != first
    assert tallies.said == ["started", "answered", "taken back", "started", "answered"]
    assert tallies.at_work == 0


async def test_a_call_is_given_to_no_third_process(counted, tmp_path):
    """One process after the other could end so, for ever."""
    aws, tallies = counted
    aws.put(MEETS)
    both = [aws.invoke(json.dumps(str(tmp_path)).encode()) for _ in range(2)]
    pids = {int(outcome.payload) for outcome in await asyncio.gather(*both)}
    latest = int((await aws.invoke()).payload)
    [other] = pids - {latest}
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    call = asyncio.get_running_loop().create_task(aws.invoke())
    await until(lambda: tallies.at_work)
    os.kill(latest, signal.SIGKILL)
    await until(lambda: "taken back" in tallies.said and tallies.at_work)
    os.kill(other, signal.SIGKILL)
    assert b"signal: killed" in (await call).payload
    assert tallies.said.count("taken back") == 1
    assert tallies.at_work == 0


async def test_a_call_for_which_no_process_can_start_is_an_error(counted):
    aws, tallies = counted
    aws.put("raise ImportError('nothing')")
    assert (await aws.invoke(b"1")).function_error == "Unhandled"
    assert tallies.said == ["never began"]


async def test_a_call_without_room_is_a_throttle_and_no_invocation(counted):
    aws, tallies = counted
    aws.put(CODE, reserved_concurrency=1)
    await aws.invoke(b'"ok"')
    waiting = asyncio.get_running_loop().create_task(aws.invoke(b'"wait"'))
    await until(lambda: tallies.at_work)
    with pytest.raises(TooManyInvocations):
        await aws.invoke(b'"ok"')
    waiting.cancel()
    assert tallies.said == ["started", "answered", "throttled"]
