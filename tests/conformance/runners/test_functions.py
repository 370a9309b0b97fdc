"""What every way to functions promises (octetgate.core.ports.functions)."""

import asyncio
import json
import os

import pytest
from tests.adapters.runners.waiting import until

from octetgate.core.model.function import Provisioned
from octetgate.core.ports.functions import (
    FunctionNotFound,
    InvalidPayload,
    InvocationType,
    InvokeDenied,
    PayloadTooLarge,
    Provision,
    TooManyInvocations,
)

ECHO = "def handler(event, context): return event"


async def test_a_function_answers(aws):
    aws.put(ECHO)
    outcome = await aws.invoke('{"ü":[1,null]}'.encode())
    assert json.loads(outcome.payload) == {"ü": [1, None]}
    assert (outcome.status, outcome.function_error, outcome.executed_version) == (200, None, "$LATEST")  # fmt: skip


async def test_five_mebibytes_go_in_and_come_out(aws):
    aws.put(ECHO)
    payload = json.dumps("A" * 5 * 2**20).encode()
    assert (await aws.invoke(payload)).payload == payload


@pytest.mark.parametrize("end", ["1/0", "os._exit(1)", "time.sleep(9)"])
async def test_a_function_that_fails_is_an_outcome_and_the_next_call_works(aws, end):
    code = f"import os, time\ndef handler(event, context):\n    if event: {end}"
    aws.put(code, timeout=1 if "sleep" in end else 30)
    outcome = await aws.invoke(b"1")
    assert (outcome.status, outcome.function_error) == (200, "Unhandled")
    assert "errorMessage" in json.loads(outcome.payload)
    assert (await aws.invoke(b"0")).payload == b"null"


@pytest.mark.parametrize(
    "call, error",
    [
        pytest.param({"function": "nobody"}, FunctionNotFound, id="no-function"),
        pytest.param({"payload": b"{"}, InvalidPayload, id="no-json"),
        pytest.param({"payload": b" " * 6_291_457}, PayloadTooLarge, id="too-large"),
        pytest.param({"source_arn": "arn:aws:execute-api:r:a:i/s/GET/"}, InvokeDenied, id="no-permission"),
    ],
)  # fmt: skip
async def test_what_did_not_run_is_an_error(aws, call, error):
    aws.put(ECHO)
    with pytest.raises(error):
        await aws.invoke(**call)


@pytest.mark.parametrize(
    "kind, status", [(InvocationType.EVENT, 202), (InvocationType.DRY_RUN, 204)]
)
async def test_a_call_that_nobody_waits_for_is_accepted(aws, kind, status):
    aws.put(ECHO)
    outcome = await aws.invoke(type=kind)
    assert (outcome.status, outcome.payload) == (status, b"")


async def test_the_end_of_the_log_comes_along_when_asked_for(aws):
    aws.put("def handler(event, context): print('printed')")
    assert (await aws.invoke()).log_tail is None
    assert b"\nprinted\nEND RequestId: " in (await aws.invoke(log_tail=True)).log_tail


async def test_calls_run_at_once(aws, tmp_path):
    aws.put(
        "import os, time\ndef handler(event, context):\n"
        f"    open(os.path.join({str(tmp_path)!r}, event), 'w').close()\n"
        f"    while len([n for n in os.listdir({str(tmp_path)!r}) if n.startswith('meet')]) < 2: time.sleep(0.01)",
        timeout=10,
    )
    outcomes = await asyncio.gather(aws.invoke(b'"meet1"'), aws.invoke(b'"meet2"'))
    assert [outcome.function_error for outcome in outcomes] == [None, None]


async def test_a_function_goes_on_when_its_caller_leaves(aws, tmp_path):
    begun, done = tmp_path / "begun", tmp_path / "done"
    aws.put(
        f"import time\ndef handler(event, context):\n    open({os.fspath(begun)!r}, 'w').close()\n"
        f"    time.sleep(0.1)\n    open({os.fspath(done)!r}, 'w').close()"
    )
    async with asyncio.TaskGroup() as group:
        call = group.create_task(aws.invoke())
        await until(begun.exists)
        call.cancel()
    await until(done.exists)


async def test_a_changed_function_serves_the_next_call(aws):
    for version in (b"1", b"2"):
        aws.put(f"def handler(event, context): return {int(version)}")
        assert (await aws.invoke()).payload == version


async def test_a_deleted_function_is_not_found(aws):
    from octetgate.core.ports.store import FUNCTIONS

    aws.put(ECHO)
    await aws.invoke()
    with aws.store.write() as writing:
        writing.delete(FUNCTIONS, "f")
    with pytest.raises(FunctionNotFound):
        await aws.invoke()


async def test_no_more_calls_run_than_are_reserved_for_the_function(aws, tmp_path):
    begun = tmp_path / "begun"
    aws.put(
        f"import os, time\ndef handler(event, context):\n    if not event: return\n    open({os.fspath(begun)!r}, 'w').close()\n"
        f"    while os.path.exists({os.fspath(begun)!r}): time.sleep(0.01)",
        timeout=20,
        reserved_concurrency=1,
    )
    async with asyncio.TaskGroup() as group:
        call = group.create_task(aws.invoke(b"1"))
        await until(begun.exists)
        with pytest.raises(TooManyInvocations, match=r"^Rate Exceeded\.$") as throttled:
            await aws.invoke(b"0")
        begun.unlink()
    assert throttled.value.reason == "ReservedFunctionConcurrentInvocationLimitExceeded"
    assert call.result().function_error is None
    assert (await aws.invoke(b"0")).payload == b"null"


async def test_nothing_runs_of_a_function_for_which_nothing_is_reserved(aws):
    aws.put(ECHO, reserved_concurrency=0)
    with pytest.raises(TooManyInvocations):
        await aws.invoke()


async def test_what_is_kept_warm_is_told_of_each_version(aws):
    aws.put(ECHO)
    aws.publish("1")
    assert await aws.supervisor.provision("f", "1") == Provision(0, 0)
    aws.change(provisioned={"1": Provisioned(requested=1, last_modified=0.0)})
    async with asyncio.timeout(10):
        while await aws.supervisor.provision("f", "1") != Provision(1, 1):  # noqa: ASYNC110 - it comes from another process
            await asyncio.sleep(0.01)
    with pytest.raises(FunctionNotFound, match="nobody:1"):
        await aws.supervisor.provision("nobody", "1")
