import asyncio
import json
import os
import signal

import pytest
from tests.adapters.runners.waiting import ended, until

from octetgate.core.model.function import Alias, Provisioned
from octetgate.core.ports.functions import FunctionNotFound, Provision

# Says of its process why it was started, and waits for a gate if it is given one.
CODE = """
import os, time

STARTED = open(os.path.join(os.environ["STARTS"], str(os.getpid())), "w").close()

def handler(event, context):
    while event and not os.path.exists(event):
        time.sleep(0.005)
    return [os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"], os.getpid()]
"""


@pytest.fixture
def starts(tmp_path):
    """Return a folder in which every process that starts leaves a file."""
    folder = tmp_path / "starts"
    folder.mkdir()
    return folder


def publish(aws, starts, code=CODE, **wanted):
    """Publish the function as version 1, and have processes kept warm by qualifier."""
    aws.put(code, environment={"STARTS": str(starts)})
    aws.publish("1")
    provide(aws, **wanted)


def provide(aws, **wanted):
    aws.change(
        aliases={"live": Alias(name="live", function_version="1", revision_id="")},
        provisioned={
            qualifier.removeprefix("v"): Provisioned(requested=count, last_modified=0.0)
            for qualifier, count in wanted.items()
        },
    )


async def seen(aws, wanted, qualifier="1"):
    """Return how far the supervisor is, once it is as far as is wanted."""
    async with asyncio.timeout(10):
        while True:
            found = await aws.supervisor.provision("f", qualifier)
            if wanted(found):
                return found
            await asyncio.sleep(0.01)


async def reaches(aws, available, qualifier="1"):
    return await seen(aws, lambda found: found.available == available, qualifier)


def pids(starts):
    return {int(each.name) for each in starts.iterdir()}


async def called(aws, event="", qualifier="1"):
    return json.loads((await aws.invoke(json.dumps(event).encode(), qualifier=qualifier)).payload)


async def test_processes_are_there_before_anybody_calls(aws, starts):
    publish(aws, starts, v1=3)
    assert await reaches(aws, 3) == Provision(3, 3)
    warm = pids(starts)
    assert len(warm) == 3
    kind, pid = await called(aws)
    assert (kind, pid in warm) == ("provisioned-concurrency", True)


async def test_calls_beyond_them_run_on_demand(aws, starts, tmp_path):
    publish(aws, starts, v1=1)
    await reaches(aws, 1)
    gate = tmp_path / "gate"
    async with asyncio.TaskGroup() as group:
        first = group.create_task(called(aws, str(gate)))
        second = group.create_task(called(aws, str(gate)))
        await until(lambda: len(pids(starts)) == 2)
        gate.touch()
    kinds = {first.result()[0], second.result()[0]}
    assert kinds == {"provisioned-concurrency", "on-demand"}


async def test_an_alias_provides_for_the_version_that_it_leads_to(aws, starts):
    publish(aws, starts, live=2)
    await reaches(aws, 2, "live")
    assert (await called(aws, qualifier="live"))[0] == "provisioned-concurrency"


async def test_a_process_that_ends_is_replaced(aws, starts):
    publish(aws, starts, v1=1)
    await reaches(aws, 1)
    [pid] = pids(starts)
    os.kill(pid, signal.SIGKILL)
    await until(lambda: len(pids(starts)) == 2)
    await reaches(aws, 1)


async def test_fewer_are_kept_when_fewer_are_wanted(aws, starts):
    publish(aws, starts, v1=3)
    await reaches(aws, 3)
    before = pids(starts)
    provide(aws, v1=1)
    assert await reaches(aws, 1) == Provision(1, 1)
    assert (await called(aws))[1] in before
    provide(aws)
    assert await reaches(aws, 0) == Provision(0, 0)


async def test_idle_ones_stay_and_those_on_demand_do_not(functions, starts):
    aws = await functions(idle_seconds=0.05)
    publish(aws, starts, v1=1)
    await reaches(aws, 1)
    [warm] = pids(starts)
    aws.put(CODE, environment={"STARTS": str(starts)}, name="other")
    other = json.loads((await aws.invoke(b'""', function="other")).payload)[1]
    await until(lambda: ended(other))
    assert await called(aws) == ["provisioned-concurrency", warm]


async def test_they_take_no_place_from_other_functions(functions, starts):
    aws = await functions(workers_total=1)
    publish(aws, starts, v1=2)
    await reaches(aws, 2)
    aws.put(CODE, environment={"STARTS": str(starts)}, name="other")
    assert json.loads((await aws.invoke(b'""', function="other")).payload)[0] == "on-demand"


async def test_what_fails_to_start_says_so_and_is_not_tried_at_once_again(aws, starts, tmp_path):
    broken = f"open({str(tmp_path / 'tries')!r}, 'a').write('x')\nraise ValueError"
    publish(aws, starts, code=broken, v1=1)
    tries = tmp_path / "tries"
    await until(tries.exists)
    await until(tries.read_text)
    found = await seen(aws, lambda found: found.reason)
    assert (found.available, found.reason) == (0, "FUNCTION_ERROR_INIT_FAILURE")
    assert len(tries.read_text()) < 3


async def test_nothing_is_known_of_a_function_that_is_not_there(aws):
    with pytest.raises(FunctionNotFound):
        await aws.supervisor.provision("nobody", "1")
