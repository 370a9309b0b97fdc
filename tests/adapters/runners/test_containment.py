"""Functions that misbehave: contained, told of as on AWS, and the next call is fine."""

import asyncio
import json
import os
import sys

import pytest
from tests.adapters.runners.isolations import EVERY, WALLED, alone, isolation, kinds
from tests.adapters.runners.waiting import ended, until

from octetgate.adapters.runners import _tree
from octetgate.core.ports.functions import RESERVED_LIMIT, TooManyInvocations

KILLED = "Error: Runtime exited with error: signal: killed"


@pytest.fixture
async def isolated(functions, tmp_path):
    """Make a supervisor whose processes are isolated in one way or another."""

    async def make(kind, **changes):
        return await functions(isolation=isolation(kind, tmp_path), **changes)

    return make


def error_of(outcome):
    assert outcome.function_error == "Unhandled", outcome
    return json.loads(outcome.payload)


LEAKS = """
def handler(event, context):
    held = []
    while event:
        held.append(b"x" * (4 << 20))
    return "fine"
"""


@EVERY
async def test_more_memory_than_it_may_have_ends_a_function_as_on_aws(isolated, kind):
    aws = await isolated(kind)
    aws.put(LEAKS, timeout=60, memory_size=128)
    outcome = await aws.invoke(b"true", log_tail=True)
    assert error_of(outcome) == {
        "errorMessage": f"RequestId: {outcome.request_id} {KILLED}",
        "errorType": "Runtime.ExitError",
    }
    assert b"memory: expected at most 128 MB; found " in outcome.log_tail
    assert int(outcome.log_tail.rpartition(b"Max Memory Used: ")[2].split()[0]) > 128
    assert (await aws.invoke(b"false")).payload == b'"fine"'


LEAKS_IN_CHILDREN = """
import multiprocessing, time
def leak():
    held = b"x" * (60 << 20)
    time.sleep(60)
def handler(event, context):
    if not event:
        return "fine"
    for _ in range(3):
        multiprocessing.Process(target=leak).start()
    time.sleep(60)
"""


async def test_the_memory_of_what_a_function_started_counts(aws):
    aws.put(LEAKS_IN_CHILDREN, timeout=60, memory_size=128)
    assert KILLED in error_of(await aws.invoke(b"true"))["errorMessage"]
    assert (await aws.invoke(b"false")).payload == b'"fine"'


async def test_memory_that_children_share_counts_once(aws):
    aws.put(
        "import os, time\n"
        "held = b'x' * (60 << 20)\n"
        "def handler(event, context):\n"
        "    for _ in range(3):\n"
        "        if not os.fork():\n"
        "            time.sleep(60)\n"
        "    time.sleep(0.5)\n"
        "    return 'fine'",
        timeout=60,
        memory_size=128,
    )
    assert (await aws.invoke()).payload == b'"fine"'


FORKS = """
import os, time
def handler(event, context):
    if not event:
        return "fine"
    while True:
        try:
            if not os.fork():
                time.sleep(600)
        except OSError:
            time.sleep(600)
"""


@kinds("users")
async def test_a_function_that_forks_without_end_is_ended_with_all_of_it(functions, kind, tmp_path):
    mine, user = alone(isolation(kind, tmp_path))
    aws = await functions(isolation=mine, workers_total=1)
    aws.put(FORKS, timeout=5, memory_size=512)
    error_of(await aws.invoke(b"true"))
    await until(lambda: not _tree.of_user(user))
    assert (await aws.invoke(b"false")).payload == b'"fine"'


FILLS = """
import os, tempfile
def handler(event, context):
    path = os.path.join(tempfile.gettempdir(), "full")
    if event:
        for number in range(1000):
            with open(path + str(number), "wb") as file:
                file.write(bytes(1 << 20))
    return "fine"
"""


@WALLED
async def test_a_full_tmp_is_an_error_of_the_function_as_on_aws(isolated, kind):
    aws = await isolated(kind)
    aws.put(FILLS, timeout=60, ephemeral_storage=16)
    error = error_of(await aws.invoke(b"true"))
    assert (error["errorType"], error["errorMessage"]) == (
        "OSError",
        "[Errno 28] No space left on device",
    )
    assert (await aws.invoke(b"false")).payload == b'"fine"'


async def test_without_a_tmp_of_its_own_a_function_that_writes_too_much_is_ended(aws):
    aws.put(FILLS.replace('return "fine"', "import time\n    time.sleep(60 if event else 0)"), timeout=60, ephemeral_storage=16)  # fmt: skip
    outcome = await aws.invoke(b"true", log_tail=True)
    assert KILLED in error_of(outcome)["errorMessage"]
    assert b"temporary files: expected at most 16 MB; found " in outcome.log_tail
    assert (await aws.invoke(b"false")).payload == b"null"


DEAF = """
import os, signal, time
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
def handler(event, context):
    time.sleep(60 if event else 0)
    return os.getpid()
"""


@EVERY
async def test_a_function_that_hears_no_signal_ends_when_its_time_is_up(isolated, kind):
    aws = await isolated(kind)
    aws.put(DEAF, timeout=2)
    before = int((await aws.invoke(b"0")).payload)
    error = error_of(await aws.invoke(b"1"))
    assert error["errorMessage"].endswith("Task timed out after 2.00 seconds")
    if kind != "bubblewrap":  # there, it has another number than here
        await until(lambda: ended(before))
    assert (await aws.invoke(b"0")).function_error is None


BINARY = "import sys\ndef handler(e, c):\n    sys.stdout.buffer.write(bytes(range(256)) * 2000)\n    return 'fine'"


@EVERY
async def test_binary_on_the_standard_output_is_kept_as_it_is(isolated, kind):
    aws = await isolated(kind)
    aws.put(BINARY)
    for _ in range(2):
        outcome = await aws.invoke(log_tail=True)
        assert outcome.payload == b'"fine"'
        assert bytes(range(256)) in outcome.log_tail


@EVERY
@pytest.mark.parametrize(
    "end, reason",
    [("os._exit(3)", "exit status 3"), ("os.kill(os.getpid(), 9)", "signal: killed")],
)
async def test_an_end_of_its_own_is_told(isolated, kind, end, reason):
    aws = await isolated(kind)
    aws.put(f"import os\ndef handler(event, context):\n    if event: {end}\n    return 'fine'")
    assert error_of(await aws.invoke(b"1"))["errorMessage"].endswith(f"with error: {reason}")
    assert (await aws.invoke(b"0")).payload == b'"fine"'


# --- What outlives it ---

ESCAPES = """
import os, time
def handler(event, context):
    if event == "stay":
        return
    told, tell = os.pipe()
    if not os.fork():
        os.setsid()
        if not os.fork():
            os.setsid()
            os.write(tell, b"%d" % os.getpid())
            time.sleep(600)
        os._exit(0)
    pid = os.read(told, 20)
    if event == "exit":
        print("escaped", int(pid), flush=True)
        os._exit(1)
    if event == "hang":
        print("escaped", int(pid), flush=True)
        time.sleep(60)
    return int(pid)
"""


def escaped(outcome):
    return int(outcome.log_tail.partition(b"escaped ")[2].split()[0])


async def test_what_left_the_session_ends_when_the_time_is_up(aws):
    aws.put(ESCAPES, timeout=1)
    pid = escaped(await aws.invoke(b'"hang"', log_tail=True))
    await until(lambda: ended(pid))


async def test_what_left_the_session_ends_with_its_idle_process(functions):
    aws = await functions(idle_seconds=0.2)
    aws.put(ESCAPES)
    pid = int((await aws.invoke()).payload)
    await until(lambda: ended(pid))


@kinds("users")
async def test_what_left_the_session_does_not_outlive_a_crash(isolated, kind):
    aws = await isolated(kind)
    aws.put(ESCAPES)
    pid = escaped(await aws.invoke(b'"exit"', log_tail=True))
    await until(lambda: ended(pid))


async def test_orphans_of_a_crash_are_ended_where_no_other_children_are(tmp_path):
    program = f"""
import asyncio, pathlib
from tests.adapters.runners.lambdas import Lambda
from tests.adapters.runners.test_containment import ESCAPES, escaped
from octetgate.adapters.runners.process import Supervisor, SupervisorSettings
from octetgate.adapters.stores import memory
async def main():
    store = memory.open("memory://")
    settings = SupervisorSettings(data=pathlib.Path({str(tmp_path)!r}), adopts_orphans=True)
    supervisor = Supervisor(store, settings)
    await supervisor.start()
    aws = Lambda(store, supervisor)
    aws.put(ESCAPES)
    print(escaped(await aws.invoke(b'"exit"', log_tail=True)), flush=True)
    assert (await aws.invoke(b'"stay"')).function_error is None
    await asyncio.sleep(60)
asyncio.run(main())
"""
    paths = os.pathsep.join(path for path in sys.path if path)
    supervisor = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, env=os.environ | {"PYTHONPATH": paths},
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    pid = int(await supervisor.stdout.readline())
    await until(lambda: ended(pid))
    supervisor.kill()
    await supervisor.communicate()


CLUTTERS = """
import os
def handler(event, context):
    for _ in range(event):
        if not os.fork():
            if os.fork():
                os._exit(0)
            os._exit(0)
        os.wait()
    return os.getpid()
"""


async def test_a_process_in_which_ended_ones_pile_up_makes_room_for_a_new_one(aws):
    aws.put(CLUTTERS, timeout=60)
    first = (await aws.invoke(b"300")).payload
    async with asyncio.timeout(20):
        # Once the watch has seen it, the process is given no other call.
        while (await aws.invoke(b"0")).payload == first:  # noqa: ASYNC110 - nobody says when
            await asyncio.sleep(0.05)
    await until(lambda: ended(int(first)))


# --- Many at once ---

SLOW = "import time\ndef handler(event, context):\n    time.sleep(0.1)\n    return event"


async def test_two_hundred_calls_at_once_are_all_answered(aws):
    aws.put(SLOW, timeout=30)
    outcomes = await asyncio.gather(*(aws.invoke(b"%d" % number) for number in range(200)))
    assert [int(outcome.payload) for outcome in outcomes] == list(range(200))
    assert {outcome.function_error for outcome in outcomes} == {None}


async def test_of_two_hundred_calls_as_many_run_as_are_reserved_and_the_rest_is_refused(functions):
    aws = await functions(workers_per_function=8)
    aws.put(SLOW, timeout=30, reserved_concurrency=5)
    found = await asyncio.gather(*(aws.invoke(b"1") for _ in range(200)), return_exceptions=True)
    refused = [each for each in found if isinstance(each, TooManyInvocations)]
    answered = [each for each in found if not isinstance(each, Exception)]
    assert (len(answered), len(refused)) == (5, 195)
    assert {each.reason for each in refused} == {RESERVED_LIMIT}
    assert {each.payload for each in answered} == {b"1"}
    assert (await aws.invoke(b"2")).payload == b"2"


async def test_a_function_that_misbehaves_does_not_slow_another(functions):
    aws = await functions(workers_total=4, workers_per_function=2)
    aws.put("import os\ndef handler(event, context): os._exit(1)", name="bad")
    aws.put("def handler(event, context): return 'fine'", name="good")
    calls = [aws.invoke(function=name) for name in ["bad", "bad", "bad", "good"] * 5]
    outcomes = await asyncio.gather(*calls)
    assert [outcome.payload for outcome in outcomes[3::4]] == [b'"fine"'] * 5
    assert all("exit status 1" in error_of(outcome)["errorMessage"] for outcome in outcomes[0::4])
