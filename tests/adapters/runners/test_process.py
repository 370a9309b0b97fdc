import asyncio
import base64
import json
import os
import platform
import signal
import sys
from pathlib import Path

import pytest
from tests.adapters.runners.lambdas import zipped
from tests.adapters.runners.provided import provided
from tests.adapters.runners.waiting import ended, until

from octetgate.adapters.runners._packages import Packages
from octetgate.core.model.function import Alias, Statement
from octetgate.core.ports.functions import (
    FunctionNotFound,
    InvalidPackage,
    InvalidPayload,
    InvalidRuntime,
    InvocationType,
    InvokeDenied,
    PayloadTooLarge,
    TooManyInvocations,
)
from octetgate.core.ports.store import FUNCTION_VERSIONS

ECHO = "def handler(event, context): return event"
SLOW = "import time\ndef handler(event, context):\n    time.sleep(event)\n    return event"
PROVIDED = {"runtime": "provided.al2023"}
PID = "import os\ndef handler(event, context): return os.getpid()"


def error_of(outcome):
    assert outcome.function_error == "Unhandled"
    return json.loads(outcome.payload)


SLOW_AND_TELLS = """
import os, time
def handler(event, context):
    with open(os.environ["STARTED"] + ".new", "w") as told:
        told.write(str(os.getpid()))
    os.rename(told.name, os.environ["STARTED"])
    time.sleep(event)
    return event
"""


@pytest.fixture
def started(tmp_path):
    """A file that SLOW_AND_TELLS writes its process id to, once it works on a call."""
    return tmp_path / "started"


# --- Answers ---


async def test_a_function_answers_with_its_json(aws):
    aws.put(ECHO)
    outcome = await aws.invoke(b'{"a":[1,"\xc3\xbc"]}')
    assert (outcome.status, outcome.function_error) == (200, None)
    assert json.loads(outcome.payload) == {"a": [1, "ü"]}
    assert outcome.executed_version == "$LATEST"


async def test_an_empty_payload_is_an_empty_object(aws):
    aws.put(ECHO)
    assert (await aws.invoke(b"")).payload == b"{}"


async def test_a_process_stays_warm_for_the_next_call(aws):
    aws.put(PID)
    assert (await aws.invoke()).payload == (await aws.invoke()).payload


async def test_five_mebibytes_go_in_and_come_out(aws):
    aws.put(ECHO)
    payload = json.dumps("A" * 5 * 2**20).encode()
    assert (await aws.invoke(payload)).payload == payload


async def test_bytes_that_are_no_json_are_handed_on(aws):
    aws.put("def handler(event, context): return b'<html>'")
    assert (await aws.invoke()).payload == b"<html>"


async def test_a_result_that_is_no_json_value_is_an_error(aws):
    aws.put("def handler(event, context): return object()")
    assert error_of(await aws.invoke())["errorType"] == "Runtime.MarshalError"


async def test_an_answer_of_more_than_six_megabytes_is_an_error_and_the_process_lives(aws):
    aws.put("def handler(event, context): return 'A' * event")
    error = error_of(await aws.invoke(b"6291555"))
    assert error["errorType"] == "Function.ResponseSizeTooLarge"
    assert (await aws.invoke(b"1")).payload == b'"A"'


async def test_the_limits_of_payload_and_answer_can_be_chosen(functions):
    aws = await functions(payload_limit=100, answer_limit=50)
    aws.put(ECHO)
    assert (await aws.invoke(b'"' + b"a" * 48 + b'"')).function_error is None
    assert error_of(await aws.invoke(b'"' + b"a" * 49 + b'"'))
    with pytest.raises(PayloadTooLarge, match="smaller than 100 bytes"):
        await aws.invoke(b" " * 101)


# --- What a function sees ---


async def test_a_function_sees_its_context(aws):
    aws.put(
        "def handler(event, c): return [c.aws_request_id, c.invoked_function_arn, c.function_name,"
        " c.memory_limit_in_mb, c.client_context.custom, 0 < c.get_remaining_time_in_millis() <= 3000]"
    )
    context = base64.b64encode(b'{"custom": {"grad": "\xc2\xb0"}}').decode()
    request_id = "11111111-2222-3333-4444-555555555555"
    outcome = await aws.invoke(request_id=request_id, client_context=context)
    assert json.loads(outcome.payload) == [
        request_id,
        "arn:aws:lambda:eu-west-1:111122223333:function:f",
        "f",
        "128",
        {"grad": "°"},
        True,
    ]
    assert outcome.request_id == request_id


async def test_a_function_sees_its_variables_and_not_ours(aws, monkeypatch):
    monkeypatch.setenv("SECRET_OF_THE_GATEWAY", "1")
    aws.put("import os\ndef handler(e, c): return dict(os.environ)", environment={"MINE": "2"})
    seen = json.loads((await aws.invoke()).payload)
    assert seen["MINE"] == "2"
    assert seen["_HANDLER"] == "handler.handler"
    assert seen["AWS_REGION"] == "eu-west-1"
    assert "SECRET_OF_THE_GATEWAY" not in seen


async def test_a_function_finds_its_files_where_it_starts(aws):
    aws.put("import os\ndef handler(e, c): return [open('handler.py').read(5), os.getcwd() == os.environ['LAMBDA_TASK_ROOT']]")  # fmt: skip
    assert json.loads((await aws.invoke()).payload) == ["impor", True]


async def test_a_process_has_a_private_folder_that_ends_with_it(functions):
    aws = await functions()
    aws.put("import tempfile\ndef handler(e, c): return tempfile.mkstemp()[1]")
    file = Path(json.loads((await aws.invoke()).payload))
    await until(file.exists)
    await aws.supervisor.close()
    await until(lambda: not file.parent.exists())


async def test_a_process_has_no_open_files_of_ours(aws, tmp_path):
    aws.put("import os\ndef handler(e, c): return [os.readlink(f'/proc/self/fd/{n}') for n in os.listdir('/proc/self/fd') if os.path.exists(f'/proc/self/fd/{n}')]")  # fmt: skip
    with (tmp_path / "ours").open("w") as ours:
        os.set_inheritable(ours.fileno(), True)
        opened = json.loads((await aws.invoke()).payload)
    assert not [name for name in opened if name.endswith("/ours")]


# --- Errors ---


async def test_an_exception_is_told_with_its_trace(aws):
    aws.put("def handler(event, context):\n    raise ValueError('no')")
    error = error_of(await aws.invoke())
    assert (error["errorMessage"], error["errorType"]) == ("no", "ValueError")
    assert "line 2, in handler" in error["stackTrace"][0]


@pytest.mark.parametrize(
    "end, reason",
    [
        ("os._exit(1)", "exit status 1"),
        ("os._exit(3)", "exit status 3"),
        ("os.kill(os.getpid(), 9)", "signal: killed"),
        ("os.kill(os.getpid(), 11)", "signal: segmentation fault"),
    ],
)
async def test_a_crash_is_told_and_the_next_call_works(aws, end, reason):
    aws.put(f"import os\ndef handler(event, context):\n    if event: {end}\n    return 'alive'")
    outcome = await aws.invoke(b"1")
    assert error_of(outcome) == {
        "errorMessage": f"RequestId: {outcome.request_id} Error: Runtime exited with error: {reason}",
        "errorType": "Runtime.ExitError",
    }
    assert (await aws.invoke(b"0")).payload == b'"alive"'


async def test_killing_a_process_in_a_call_is_told_and_the_next_call_works(aws, started):
    aws.put(SLOW_AND_TELLS, timeout=60, environment={"STARTED": str(started)})
    async with asyncio.TaskGroup() as group:
        call = group.create_task(aws.invoke(b"60"))
        await until(started.exists)
        os.kill(int(started.read_text()), signal.SIGKILL)
    assert "signal: killed" in error_of(call.result())["errorMessage"]
    assert (await aws.invoke(b"0")).payload == b"0"


async def test_a_slow_call_is_ended_and_the_next_call_works(aws):
    aws.put(SLOW, timeout=1)
    outcome = await aws.invoke(b"30")
    message = error_of(outcome)["errorMessage"]
    assert message.endswith(f"Z {outcome.request_id} Task timed out after 1.00 seconds")
    assert (await aws.invoke(b"0")).payload == b"0"


async def test_what_a_function_started_ends_with_it(aws):
    aws.put(
        "import subprocess, time\ndef handler(event, context):\n"
        "    print('child', subprocess.Popen(['sleep', '60']).pid, flush=True)\n    time.sleep(60)",
        timeout=1,
    )
    outcome = await aws.invoke(log_tail=True)
    child = int(outcome.log_tail.split(b"child ")[1].split()[0])
    await until(lambda: ended(child))


@pytest.mark.parametrize(
    "code, handler, error_type, message",
    [
        ("import nowhere", "handler.handler", "Runtime.ImportModuleError", "No module named 'nowhere'"),
        ("", "handler.handler", "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'handler'"),
        ("def (", "handler.handler", "Runtime.UserCodeSyntaxError", "Syntax error in module 'handler'"),
        ("", "other.handler", "Runtime.ImportModuleError", "No module named 'other'"),
        ("", "handler", "Runtime.MalformedHandlerName", "Bad handler 'handler'"),
        ("1/0", "handler.handler", "ZeroDivisionError", "division by zero"),
    ],
)  # fmt: skip
async def test_a_handler_that_cannot_be_loaded_is_told(aws, code, handler, error_type, message):
    aws.put(code, handler=handler)
    for _ in range(2):
        error = error_of(await aws.invoke())
        assert error["errorType"] == error_type
        assert message in error["errorMessage"]


async def test_a_process_that_dies_while_it_starts_is_told(aws):
    aws.put("import os\nos._exit(4)")
    outcome = await aws.invoke()
    assert error_of(outcome)["errorMessage"] == (
        f"RequestId: {outcome.request_id} Error: Runtime exited with error: exit status 4"
    )


async def test_a_process_that_starts_too_slowly_is_ended(functions):
    aws = await functions(init_seconds=0.5)
    aws.put("import time\ntime.sleep(60)")
    assert "timed out after 0.50 seconds" in error_of(await aws.invoke())["errorMessage"]


@pytest.mark.parametrize("variable", ["A=B", "A\0B"])
async def test_a_process_that_cannot_be_started_is_told_and_logged(aws, variable):
    aws.put(ECHO, environment={variable: "x"})
    outcome = await aws.invoke(log_tail=True)
    assert "exit status 1" in error_of(outcome)["errorMessage"]
    assert b"The process could not be started: " in outcome.log_tail
    aws.put(ECHO)
    assert (await aws.invoke(b"1")).payload == b"1"


# --- Refusals ---


@pytest.mark.parametrize("function", ["g", "f:live", "arn:aws:s3:::b", ""])
async def test_what_is_no_function_is_not_found(aws, function):
    aws.put(ECHO)
    with pytest.raises(FunctionNotFound, match="Function not found: "):
        await aws.invoke(function=function)


async def test_a_function_is_not_found_under_its_arn(aws):
    aws.put(ECHO)
    with pytest.raises(FunctionNotFound) as refusal:
        await aws.invoke(qualifier="live")
    assert str(refusal.value) == (
        "Function not found: arn:aws:lambda:eu-west-1:111122223333:function:f:live"
    )


FAULTS = """
import resource
before = 0
def handler(event, context):
    global before
    work = [event["image"].encode() for _ in range(5)]
    now = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    before, since = now, now - before
    return since
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc's allocator is told")
async def test_a_process_keeps_the_memory_of_one_large_event_for_the_next(aws):
    aws.put(FAULTS, memory_size=1024)
    event = json.dumps({"image": "A" * 3_000_000}).encode()
    fresh_pages = [json.loads((await aws.invoke(event)).payload) for _ in range(4)]
    # The event alone has 700.
    assert fresh_pages[-1] < 200, fresh_pages


@pytest.mark.parametrize(
    "changes, error",
    [
        pytest.param({"payload": b"{"}, InvalidPayload, id="no-json"),
        pytest.param({"payload": b"1 2"}, InvalidPayload, id="two-values"),
        pytest.param({"payload": b"[" * 5000}, InvalidPayload, id="nested-too-deep"),
        pytest.param({"payload": b" " * 6_291_457}, PayloadTooLarge, id="too-large"),
        pytest.param({"payload": b"1" + b" " * 1_048_576, "type": InvocationType.EVENT}, PayloadTooLarge, id="too-large-event"),
        pytest.param({"client_context": "!"}, InvalidPayload, id="context-no-base64"),
        pytest.param({"client_context": "W10="}, InvalidPayload, id="context-no-object"),
        pytest.param({"source_arn": "arn:aws:execute-api:eu-west-1:111122223333:a/s/GET/"}, InvokeDenied, id="no-permission"),
    ],
)  # fmt: skip
async def test_a_call_is_refused_when(aws, changes, error):
    aws.put(ECHO)
    with pytest.raises(error):
        await aws.invoke(**changes)


async def test_a_permission_lets_api_gateway_in(aws):
    source = "arn:aws:execute-api:eu-west-1:111122223333:a/s/GET/"
    granted = Statement(
        sid="s",
        principal={"Service": "apigateway.amazonaws.com"},
        action="lambda:InvokeFunction",
        resource="*",
        condition={"ArnLike": {"AWS:SourceArn": source}},
    )
    aws.put(ECHO, policy=(granted,))
    assert (await aws.invoke(source_arn=source)).payload == b"{}"


async def test_a_runtime_that_is_not_here_is_refused(aws):
    aws.put(ECHO, runtime="cobol85")
    with pytest.raises(InvalidRuntime, match="found 'cobol85'"):
        await aws.invoke()


async def test_a_package_that_is_no_zip_is_refused(aws):
    aws.put(b"no zip")
    with pytest.raises(InvalidPackage):
        await aws.invoke()


async def test_a_package_may_bring_its_own_runtime(aws):
    aws.put(provided("def handler(event, answer): answer.post('response', b'mine')"), **PROVIDED)
    assert (await aws.invoke()).payload == b"mine"


@pytest.mark.parametrize(
    "package",
    [
        pytest.param(provided("", executable=False), id="not-executable"),
        pytest.param(zipped({"handler.py": ""}), id="absent"),
    ],
)
async def test_a_package_without_a_bootstrap_to_run_is_an_error(aws, package):
    aws.put(package, **PROVIDED)
    error = error_of(await aws.invoke())
    assert error["errorType"] == "Runtime.InvalidEntrypoint"
    assert "/bootstrap]" in error["errorMessage"]


LAST_WORDS = """
import http.client, os
def handler(event, answer):
    connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    connection.request("POST", answer.path + "/response", b"last words")
    os._exit(1)
"""


async def test_what_a_process_answers_before_it_ends_is_heard(aws):
    aws.put(provided(LAST_WORDS), **PROVIDED)
    assert (await aws.invoke()).payload == b"last words"


# --- Many calls ---


async def test_calls_run_at_once_each_in_a_process_of_its_own(functions):
    aws = await functions(workers_per_function=3)
    aws.put("import os, time\ndef handler(e, c):\n    time.sleep(0.3)\n    return os.getpid()", timeout=30)  # fmt: skip
    outcomes = await asyncio.gather(*(aws.invoke() for _ in range(6)))
    assert {outcome.function_error for outcome in outcomes} == {None}
    assert len({outcome.payload for outcome in outcomes}) == 3


async def test_calls_that_wait_are_served_in_order(functions):
    aws = await functions(workers_per_function=1)
    aws.put("n = 0\ndef handler(e, c):\n    global n\n    n += 1\n    return n")
    outcomes = await asyncio.gather(*(aws.invoke() for _ in range(20)))
    assert [int(outcome.payload) for outcome in outcomes] == list(range(1, 21))


async def test_a_full_queue_refuses(functions, started):
    aws = await functions(workers_per_function=1, queue=1)
    aws.put(SLOW_AND_TELLS, timeout=30, environment={"STARTED": str(started)})
    async with asyncio.TaskGroup() as group:
        group.create_task(aws.invoke(b"0.3"))
        await until(started.exists)
        waiting = group.create_task(aws.invoke(b"0"))
        await asyncio.sleep(0)
        with pytest.raises(TooManyInvocations, match="1 calls of 1 bytes wait"):
            await aws.invoke(b"0")
    assert waiting.result().payload == b"0"


async def test_a_queue_of_too_many_bytes_refuses(functions, started):
    aws = await functions(workers_per_function=1, queue_bytes=10)
    aws.put(SLOW_AND_TELLS, timeout=30, environment={"STARTED": str(started)})
    async with asyncio.TaskGroup() as group:
        group.create_task(aws.invoke(b"0.3"))
        await until(started.exists)
        waiting = group.create_task(aws.invoke(b"0.0000001"))
        await asyncio.sleep(0)
        with pytest.raises(TooManyInvocations):
            await aws.invoke(b"0.0000001")
    assert waiting.result().function_error is None


async def test_a_call_does_not_wait_for_ever(functions):
    aws = await functions(workers_per_function=1, queue_seconds=0.2)
    aws.put(SLOW, timeout=30)
    outcomes = await asyncio.gather(
        *(aws.invoke(b"1") for _ in range(2)), return_exceptions=True
    )  # fmt: skip
    assert any(isinstance(outcome, TooManyInvocations) for outcome in outcomes)


async def test_functions_share_the_room_fairly(functions):
    aws = await functions(workers_total=1)
    aws.put(PID, name="one")
    aws.put(PID, name="two")
    calls = [aws.invoke(function=name) for name in ["one", "two"] * 4]
    async with asyncio.timeout(20):
        outcomes = await asyncio.gather(*calls)
    assert {outcome.function_error for outcome in outcomes} == {None}


async def test_an_idle_process_ends(functions):
    aws = await functions(idle_seconds=0.2)
    aws.put(PID)
    pid = int((await aws.invoke()).payload)
    await until(lambda: ended(pid))
    assert int((await aws.invoke()).payload) != pid


async def test_a_caller_that_leaves_does_not_end_the_function(aws, tmp_path, started):
    done = tmp_path / "done"
    code = SLOW_AND_TELLS.replace("    return event", f"    open({str(done)!r}, 'w').close()")
    aws.put(code, environment={"STARTED": str(started)})
    call = asyncio.ensure_future(aws.invoke(b"0.2"))  # noqa: TID251 - cancelled and awaited below
    await until(started.exists)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await until(done.exists)
    assert (await aws.invoke(b"0")).function_error is None


# --- Changes ---


async def test_new_code_serves_the_next_call_while_the_old_ends_its_own(aws, started):
    aws.put(SLOW_AND_TELLS, timeout=30, environment={"STARTED": str(started)})
    async with asyncio.TaskGroup() as group:
        old = group.create_task(aws.invoke(b"1"))
        await until(started.exists)
        aws.put("def handler(event, context): return 'new'")
        assert (await aws.invoke()).payload == b'"new"'
        assert not old.done()
    assert old.result().payload == b"1"
    await until(lambda: ended(int(started.read_text())))


async def test_a_new_environment_starts_new_processes_and_a_new_policy_does_not(aws):
    code = "import os\ndef handler(e, c): return [os.getpid(), os.environ.get('A')]"
    aws.put(code, environment={"A": "1"})
    first = json.loads((await aws.invoke()).payload)
    aws.put(code, environment={"A": "1"}, description="changed")
    assert json.loads((await aws.invoke()).payload) == first
    aws.put(code, environment={"A": "2"})
    assert json.loads((await aws.invoke()).payload)[1] == "2"


# --- Logs ---


async def test_the_tail_frames_what_the_function_printed(aws):
    aws.put("import sys\ndef handler(e, c):\n    print('out')\n    print('err', file=sys.stderr)")
    outcome = await aws.invoke(log_tail=True)
    lines = outcome.log_tail.decode().splitlines()
    assert lines[0] == f"START RequestId: {outcome.request_id} Version: $LATEST"
    assert lines[1:3] == ["out", "err"]
    assert lines[3] == f"END RequestId: {outcome.request_id}"
    assert lines[4].startswith(f"REPORT RequestId: {outcome.request_id}\tDuration: ")
    assert "\tInit Duration: " in lines[4]


async def test_the_tail_is_the_last_four_kibibytes_and_only_when_asked_for(aws):
    aws.put("def handler(e, c): print('x' * 10000)")
    assert (await aws.invoke()).log_tail is None
    assert len((await aws.invoke(log_tail=True)).log_tail) == 4096


async def test_a_function_may_print_more_than_a_pipe_holds(aws):
    aws.put("def handler(e, c):\n    for _ in range(50): print('x' * 100_000)\n    return 'done'")
    outcome = await aws.invoke(log_tail=True)
    assert outcome.payload == b'"done"'
    assert outcome.log_tail.splitlines()[-1].startswith(b"REPORT")


async def test_a_log_file_keeps_calls_and_is_bounded(functions, tmp_path):
    aws = await functions(log_bytes=1000)
    aws.put("def handler(e, c): print('x' * 300)")
    for _ in range(10):
        await aws.invoke()
    log = tmp_path / "logs" / "functions" / "f.log"
    assert " REPORT RequestId: " in log.read_text().splitlines()[-1]
    assert log.stat().st_size <= 1000
    assert log.with_suffix(".log.1").stat().st_size <= 1000


# --- Asynchronous calls ---


async def test_a_dry_run_only_checks(aws):
    aws.put("import nowhere")
    outcome = await aws.invoke(type=InvocationType.DRY_RUN)
    assert (outcome.status, outcome.payload) == (204, b"")


async def test_an_event_is_accepted_at_once_and_tried_three_times(functions, tmp_path):
    aws = await functions(event_retry_seconds=(0.0, 0.0))
    tries = tmp_path / "tries"
    aws.put(f"def handler(e, c):\n    print(c.aws_request_id, file=open({str(tries)!r}, 'a'))\n    1/0")  # fmt: skip
    outcome = await aws.invoke(type=InvocationType.EVENT)
    assert (outcome.status, outcome.payload) == (202, b"")
    log = tmp_path / "logs" / "functions" / "f.log"
    await until(lambda: log.exists() and "given up" in log.read_text())
    assert tries.read_text().split() == [outcome.request_id] * 3


# --- The end ---


async def test_closing_lets_a_call_end_within_its_grace(functions, started):
    aws = await functions(grace_seconds=10.0)
    aws.put(SLOW_AND_TELLS, timeout=30, environment={"STARTED": str(started)})
    async with asyncio.TaskGroup() as group:
        call = group.create_task(aws.invoke(b"0.3"))
        await until(started.exists)
        await aws.supervisor.close()
    assert call.result().payload == b"0.3"
    with pytest.raises(TooManyInvocations):
        await aws.invoke()


async def test_closing_ends_calls_after_its_grace_and_leaves_no_process(aws, started):
    aws.put(SLOW_AND_TELLS, timeout=30, environment={"STARTED": str(started)})
    async with asyncio.TaskGroup() as group:
        call = group.create_task(aws.invoke(b"30"))
        await until(started.exists)
        await aws.supervisor.close()
    assert "signal: killed" in error_of(call.result())["errorMessage"]
    assert ended(int(started.read_text()))


@pytest.mark.parametrize(
    "code, runtime",
    [
        pytest.param(repr(SLOW_AND_TELLS), "python3.12", id="python"),
        pytest.param(f"provided({SLOW_AND_TELLS!r})", "provided.al2023", id="provided"),
    ],
)
async def test_killing_the_supervisor_leaves_no_process(tmp_path, started, code, runtime):
    program = f"""
import asyncio, pathlib
from tests.adapters.runners.lambdas import Lambda
from tests.adapters.runners.provided import provided
from octetgate.adapters.runners.process import Supervisor, SupervisorSettings
from octetgate.adapters.stores import memory
async def main():
    store = memory.open("memory://")
    supervisor = Supervisor(store, SupervisorSettings(data=pathlib.Path({str(tmp_path)!r})))
    await supervisor.start()
    aws = Lambda(store, supervisor)
    aws.put({code}, runtime={runtime!r}, timeout=60, environment={{"STARTED": {str(started)!r}}})
    await aws.invoke(b"60")
asyncio.run(main())
"""
    paths = os.pathsep.join(path for path in sys.path if path)
    supervisor = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, env=os.environ | {"PYTHONPATH": paths}
    )
    await until(started.exists)
    supervisor.kill()
    await supervisor.wait()
    await until(lambda: ended(int(started.read_text())))


# --- Versions and aliases ---

VERSION = """
import os
def handler(event, context):
    return [os.environ["AWS_LAMBDA_FUNCTION_VERSION"], context.function_version, context.invoked_function_arn.rpartition(":")[2], os.getpid(), {}]
"""  # fmt: skip


def versioned(aws, text):
    aws.put(VERSION.replace("{}", repr(text)))


async def test_each_version_runs_its_own_code_in_its_own_processes(aws):
    versioned(aws, "one")
    aws.publish(1)
    versioned(aws, "two")
    aws.publish(2)
    versioned(aws, "latest")
    aws.change(aliases={"live": Alias(name="live", function_version="1", revision_id="r")})
    found = {}
    for qualifier in (None, "1", "2", "live"):
        outcome = await aws.invoke(qualifier=qualifier)
        *seen, pid, text = json.loads(outcome.payload)
        found[qualifier] = (outcome.executed_version, seen, text, pid)
    assert [found[qualifier][:3] for qualifier in found] == [
        ("$LATEST", ["$LATEST", "$LATEST", "f"], "latest"),
        ("1", ["1", "1", "1"], "one"),
        ("2", ["2", "2", "2"], "two"),
        ("1", ["1", "1", "live"], "one"),
    ]
    pids = [each[-1] for each in found.values()]
    assert pids[1] == pids[3]
    assert len(set(pids)) == 3


async def test_a_change_of_the_function_leaves_its_versions_processes_running(aws):
    aws.put(PID)
    aws.publish(1)
    pid = (await aws.invoke(qualifier="1")).payload
    aws.put("def handler(event, context): return 0")
    assert (await aws.invoke()).payload == b"0"
    assert (await aws.invoke(qualifier="1")).payload == pid


async def test_the_processes_of_a_deleted_version_end(aws):
    aws.put(PID)
    aws.publish(1)
    pid = int((await aws.invoke(qualifier="1")).payload)
    with aws.store.write() as writing:
        writing.delete(FUNCTION_VERSIONS, "f/1")
    await aws.invoke()
    await until(lambda: ended(pid))


async def test_a_permission_holds_for_the_qualifier_it_was_given_to(aws):
    source = "arn:aws:execute-api:eu-west-1:111122223333:a/s/GET/"
    aws.put(ECHO, policy=(Statement(sid="s", principal="*", action="lambda:InvokeFunction", resource="r", qualifier="1"),))  # fmt: skip
    aws.publish(1)
    assert (await aws.invoke(qualifier="1", source_arn=source)).status == 200
    with pytest.raises(InvokeDenied):
        await aws.invoke(source_arn=source)


# --- Layers ---


async def test_a_function_finds_its_layers_the_later_over_the_earlier(aws):
    aws.put(
        "import os, one, both\ndef handler(event, context): return [one.A, both.A, os.environ['PATH'].rpartition(':')[2].endswith('/bin')]",
        layers=(
            aws.layer("first", {"python/one.py": "A = 1", "python/both.py": "A = 1"}),
            aws.layer("second", {"python/both.py": "A = 2"}),
        ),
    )  # fmt: skip
    assert json.loads((await aws.invoke()).payload) == [1, 2, True]


async def test_what_the_package_brings_wins_over_a_layer(aws):
    layer = aws.layer("l", {"python/mine.py": "A = 'layer'"})
    package = zipped({"handler.py": "import mine\ndef handler(e, c): return mine.A", "mine.py": "A = 'package'"})  # fmt: skip
    aws.put(package, layers=(layer,))
    assert (await aws.invoke()).payload == b'"package"'


async def test_layers_that_do_not_fit_over_each_other_are_refused(aws):
    layers = (aws.layer("a", {"x": "a file"}), aws.layer("b", {"x/y": "in a folder"}))
    aws.put(ECHO, layers=layers)
    with pytest.raises(InvalidPackage, match="expected files where there are files"):
        await aws.invoke()


async def test_a_start_keeps_the_layers_that_functions_use(functions, tmp_path):
    aws = await functions()
    aws.put(ECHO, layers=(aws.layer("l", {"x": "1"}),))
    await aws.invoke()
    root = tmp_path / "functions" / "code"
    before = {folder.name for folder in root.iterdir()}
    Packages(aws.store, root).start()
    assert {folder.name for folder in root.iterdir()} == before
    assert len(before) == 2
