import contextlib
import json
import sqlite3
import time

import pytest
from tests.adapters.runners.lambdas import REGION_AND_ACCOUNT, Lambda
from tests.adapters.runners.waiting import until

from octetgate.adapters.runners._event_queue import Event, EventQueue
from octetgate.adapters.runners.process import Supervisor, SupervisorSettings
from octetgate.adapters.stores import memory
from octetgate.core.model.function import LATEST, EventInvokeConfig
from octetgate.core.ports.destinations import Undeliverable
from octetgate.core.ports.functions import InvocationType, TooManyInvocations

QUEUE = f"arn:aws:sqs:{REGION_AND_ACCOUNT}:q"
# Says in a file that it was called, and does as it is told.
TOLD = """
import json, os, time

def handler(event, context):
    with open(os.environ["CALLS"], "a") as calls:
        print(context.aws_request_id, file=calls)
    if "wait" in event:
        while not os.path.exists(event["wait"]):
            time.sleep(0.005)
    if event.get("fail"):
        raise ValueError("as told")
    return {"told": event}
"""
# Keeps what it is called with.
KEEPS = """
import json, os

def handler(event, context):
    with open(os.environ["KEPT"] + ".new", "w") as kept:
        json.dump(event, kept)
    os.rename(os.environ["KEPT"] + ".new", os.environ["KEPT"])
"""


class FakeDestinations:
    """Takes what it is told, after it has not taken it so many times."""

    def __init__(self):
        self.told = []
        self.refusals = 0

    async def send(self, delivery):
        if self.refusals:
            self.refusals -= 1
            raise Undeliverable(f"{delivery.target}: busy")
        self.told.append(delivery)


class Place:
    """Supervisors over one store and one folder, one after the other."""

    def __init__(self, folder):
        self.folder = folder
        self.store = memory.open("memory://")
        self.destinations = FakeDestinations()
        self.calls = folder / "calls"
        self.kept = folder / "kept"
        self.aws = None

    async def open(self, **changes):
        given = {"grace_seconds": 0.0, "event_retry_seconds": (0.0, 0.0), **changes}
        settings = SupervisorSettings(data=self.folder, **given)
        supervisor = Supervisor(self.store, settings, self.destinations)
        self.aws = Lambda(self.store, supervisor)
        await supervisor.start()
        return self.aws

    async def close(self):
        if self.aws is not None:
            await self.aws.supervisor.close()
            self.aws = None

    def put(self, **config):
        """Create the function ``f`` with what becomes of its asynchronous calls."""
        dead_letter = config.pop("dead_letter", "")
        reserved = config.pop("reserved_concurrency", None)
        self.aws.put(
            TOLD,
            environment={"CALLS": str(self.calls)},
            event_invoke_configs={LATEST: EventInvokeConfig(last_modified=0.0, **config)},
            dead_letter=dead_letter,
            reserved_concurrency=reserved,
        )

    def put_keeper(self):
        """Create a function that keeps what it is told; return its ARN."""
        self.aws.put(KEEPS, name="keeper", environment={"KEPT": str(self.kept)})
        return f"arn:aws:lambda:{REGION_AND_ACCOUNT}:function:keeper"

    async def send(self, event):
        outcome = await self.aws.invoke(json.dumps(event).encode(), type=InvocationType.EVENT)
        assert outcome.status == 202
        return outcome.request_id

    def called(self):
        """Return the request ids of the calls so far."""
        return self.calls.read_text().split() if self.calls.exists() else []

    async def told(self):
        """Return the one thing that destinations were told."""
        await until(lambda: self.destinations.told)
        [told] = self.destinations.told
        return told


@pytest.fixture
async def place(tmp_path):
    place = Place(tmp_path)
    yield place
    await place.close()
    place.store.close()


async def test_another_function_hears_of_a_success(place):
    await place.open()
    place.put(on_success=place.put_keeper())
    request_id = await place.send({"a": 1})
    await until(place.kept.exists)
    told = json.loads(place.kept.read_text())
    assert told["requestContext"]["requestId"] == request_id
    assert told["requestContext"]["condition"] == "Success"
    assert told["requestContext"]["approximateInvokeCount"] == 1
    assert told["requestContext"]["functionArn"].endswith(":function:f:$LATEST")
    assert told["requestPayload"] == {"a": 1}
    assert told["responseContext"] == {"statusCode": 200, "executedVersion": "$LATEST"}
    assert told["responsePayload"] == {"told": {"a": 1}}


@pytest.mark.parametrize("retries, calls", [(None, 3), (2, 3), (1, 2), (0, 1)])
async def test_a_failure_is_told_after_as_many_tries_as_are_configured(place, retries, calls):
    await place.open()
    place.put(on_failure=QUEUE, maximum_retry_attempts=retries, dead_letter=QUEUE)
    request_id = await place.send({"fail": True})
    await until(lambda: len(place.destinations.told) == 2)
    record, dead_letter = place.destinations.told
    told = json.loads(record.text)
    assert told["requestContext"]["condition"] == "RetriesExhausted"
    assert told["requestContext"]["approximateInvokeCount"] == calls
    assert told["responseContext"]["functionError"] == "Unhandled"
    assert told["responsePayload"]["errorMessage"] == "as told"
    assert place.called() == [request_id] * calls
    assert (dead_letter.text, dead_letter.attributes["RequestID"]) == ('{"fail": true}', request_id)
    assert "as told" in dead_letter.attributes["ErrorMessage"]


async def test_a_call_without_room_waits_and_its_tries_do_not_count(place, tmp_path):
    await place.open()
    place.put(reserved_concurrency=1, on_success=QUEUE, maximum_retry_attempts=0)
    gate = tmp_path / "gate"
    first = await place.send({"wait": str(gate)})
    await until(lambda: place.called() == [first])
    second = await place.send({})
    log = tmp_path / "logs" / "functions" / "f.log"
    with contextlib.closing(sqlite3.connect(tmp_path / "functions" / "events.db")) as database:
        most = "select max(throttles) from events"
        await until(lambda: database.execute(most).fetchone()[0] > 2)
    assert place.called() == [first]
    gate.touch()
    await until(lambda: len(place.destinations.told) == 2)
    assert place.called() == [first, second]
    assert "given up" not in log.read_text()


async def test_where_there_never_is_room_a_call_is_given_up_at_once(place):
    await place.open()
    place.put(reserved_concurrency=0, on_failure=QUEUE)
    await place.send({})
    told = json.loads((await place.told()).text)
    assert told["requestContext"]["approximateInvokeCount"] == 0
    assert place.called() == []


async def test_a_call_that_is_too_old_is_not_tried(place, tmp_path):
    queue = EventQueue(tmp_path / "functions" / "events.db", most=9, most_bytes=999)
    queue.open()
    came = time.time() - 61
    queue.put(
        Event(
            function="f",
            qualifier=None,
            request_id="r",
            trace_id=None,
            client_context=None,
            came=came,
            due=came,
            payload=b"{}",
        )
    )
    queue.close()
    place.aws = Lambda(place.store, None)
    place.put(on_failure=QUEUE, maximum_event_age_in_seconds=60)
    await place.open()
    told = json.loads((await place.told()).text)
    assert told["requestContext"]["condition"] == "EventAgeExceeded"
    assert place.called() == []


async def test_a_call_that_waits_for_its_next_try_is_tried_in_the_next_life(place):
    await place.open(event_retry_seconds=(0.5, 0.5))
    place.put(on_failure=QUEUE)
    request_id = await place.send({"fail": True})
    log = place.folder / "logs" / "functions" / "f.log"
    await until(lambda: log.exists() and "REPORT" in log.read_text())
    await place.close()
    await place.open(event_retry_seconds=(0.5, 0.5))
    told = json.loads((await place.told()).text)
    assert told["requestContext"]["approximateInvokeCount"] == 3
    assert len(place.called()) >= 3
    assert set(place.called()) == {request_id}


async def test_what_a_target_does_not_take_is_told_again_without_another_run(place):
    await place.open()
    place.put(on_success=QUEUE)
    place.destinations.refusals = 2
    await place.send({})
    await place.told()
    assert len(place.called()) == 1


async def test_what_a_target_never_takes_is_given_up(place):
    await place.open()
    place.put(on_success=QUEUE)
    place.destinations.refusals = 99
    await place.send({})
    log = place.folder / "logs" / "functions" / "f.log"
    await until(lambda: log.exists() and "The record was given up" in log.read_text())
    assert place.destinations.refusals == 99 - 3
    assert f"Could not be delivered: {QUEUE}: busy" in log.read_text()


async def test_a_queue_that_is_full_takes_no_more(place, tmp_path):
    await place.open(event_queue=1)
    place.put()
    gate = tmp_path / "gate"
    await place.send({"wait": str(gate)})
    with pytest.raises(TooManyInvocations, match="expected fewer than 1 asynchronous calls"):
        await place.send({})
    gate.touch()


async def test_a_function_with_much_to_do_holds_no_other_up(place, tmp_path):
    await place.open(workers_per_function=1)
    place.put(on_success=QUEUE)
    gate = tmp_path / "gate"
    for _ in range(30):
        await place.send({"wait": str(gate)})
    keeper = place.put_keeper()
    await place.aws.invoke(b"1", function=keeper, type=InvocationType.EVENT)
    await until(place.kept.exists)
    gate.touch()
    await until(lambda: len(place.destinations.told) == 30)
    assert len(set(place.called())) == 30
