"""What a store promises when several have it open: store objects, threads, processes."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.conformance.stores.places import PLACES, SHARED

from octetgate.core.ports.store import FUNCTION_CODE, StoreConflict

WRITER = Path(__file__).with_name("writer.py")


@pytest.fixture(params=SHARED)
def url(request, tmp_path):
    return PLACES[request.param](tmp_path)


@pytest.fixture
def process(url) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Return what starts another process that has the store open."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with ExitStack() as stack:

        def start():
            started = subprocess.Popen(
                [sys.executable, WRITER, url],
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                bufsize=1,
            )
            stack.enter_context(started)
            stack.callback(started.kill)
            return started

        yield start


def ordered(process, order):
    """Return what the process says after the order is carried out."""
    process.stdin.write(f"{order}\n")
    key, revision = process.stdout.readline().split()
    return key, int(revision)


def put(store, key, document=b""):
    with store.write() as writing:
        writing.put(FUNCTION_CODE, key, document)


def listed(store):
    with store.read() as reading:
        return [key for key, _ in reading.list(FUNCTION_CODE)]


def test_what_one_object_wrote_another_reads(url, opened):
    one, other = opened(url), opened(url)
    put(one, "k")
    assert listed(other) == ["k"]


def test_the_revision_of_one_object_is_that_of_the_other_at_once(url, opened):
    one, other = opened(url), opened(url)
    for number in range(5):
        put([one, other][number % 2], str(number))
        assert one.revision() == other.revision() == number + 1


def test_a_closed_store_opens_again_with_everything_in_it(url, opened):
    first = opened(url)
    put(first, "k")
    revision = first.revision()
    first.close()
    again = opened(url)
    assert (listed(again), again.revision()) == (["k"], revision)
    assert [change.key for change in again.changes(0)] == ["k"]


def test_writers_of_several_objects_wait_for_each_other(url, opened):
    stores = [opened(url) for _ in range(3)]

    def count_up(turn):
        with stores[turn % 3].write() as writing:
            number = int(writing.get(FUNCTION_CODE, "n") or b"0")
            writing.put(FUNCTION_CODE, "n", b"%d" % (number + 1))

    with ThreadPoolExecutor(3) as threads:
        list(threads.map(count_up, range(30)))
    with stores[0].read() as reading:
        assert reading.get(FUNCTION_CODE, "n") == b"30"


def test_a_writer_of_another_object_that_waited_too_long_is_told_of_the_conflict(url, opened):
    one, other = opened(url), opened(f"{url}?wait=0.05")
    with one.write() as writing:
        writing.put(FUNCTION_CODE, "first", b"")
        with pytest.raises(StoreConflict, match="another writer held"):
            put(other, "second")
    put(other, "third")
    assert listed(one) == ["first", "third"]


def test_a_view_does_not_hold_up_a_writer_of_another_object(url, opened):
    one, other = opened(url), opened(f"{url}?wait=0")
    with one.read() as reading:
        put(other, "k")
        assert reading.list(FUNCTION_CODE) == []


def test_the_revision_is_never_behind_a_finished_block_of_another_process(url, opened, process):
    store, writer = opened(url), process()
    for number in range(20):
        key, revision = ordered(writer, f"put {number}")
        assert (store.revision(), key) == (revision, str(number))
    assert [change.key for change in store.changes(0)] == [str(number) for number in range(20)]


def test_processes_that_open_a_new_store_together_all_can(url, process):
    writers = [process() for _ in range(4)]
    for number, writer in enumerate(writers):
        writer.stdin.write(f"put {number}\n")
    revisions = [int(writer.stdout.readline().split()[1]) for writer in writers]
    assert all(1 <= revision <= 4 for revision in revisions)
    assert ordered(writers[0], "put last") == ("last", 5)


def test_every_block_that_a_killed_process_finished_is_there(url, opened, process):
    store, last = opened(url), -1
    for wanted in (1, 7, 20):
        writer = process()
        writer.stdin.write("loop\n")
        finished = [writer.stdout.readline() for _ in range(wanted)]
        writer.kill()
        finished += writer.stdout.read().splitlines(keepends=True)
        writer.wait()
        # The last line may have been cut by the kill, but its block was finished.
        whole = [line.split() for line in finished if line.endswith("\n")]
        last = max(last, int(whole[-1][0]))
        with store.read() as reading:
            kept = dict(reading.list(FUNCTION_CODE))
        assert all(kept[str(number)] == str(number).encode() * 1000 for number in range(last + 1))
        assert store.revision() >= int(whole[-1][1])
        assert store.revision() == store.changes(0)[-1].revision
