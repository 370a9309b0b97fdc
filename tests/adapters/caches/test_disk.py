"""A stage's cache in files that all processes map."""

import asyncio
import os
import signal

import lmdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from octetgate.adapters.caches import disk
from octetgate.adapters.caches.disk import DiskCache, DiskCaches

MEGABYTE = 1 << 20
LONG = 3600.0


@pytest.fixture
def caches(tmp_path):
    made = DiskCaches(tmp_path, 1 << 30)
    yield made
    made.close()


@pytest.fixture
def cache(caches):
    return caches.open("api-stage", MEGABYTE)


async def test_what_was_put_is_there_whole_until_its_time_is_over(cache, monkeypatch):
    await cache.put(b"a", b"\0\xff" * 5000, seconds=LONG)
    assert await cache.get(b"a") == b"\0\xff" * 5000
    assert await cache.get(b"b") is None
    later = disk.time.time() + LONG
    monkeypatch.setattr(disk.time, "time", lambda: later)
    assert await cache.get(b"a") is None


async def test_the_last_value_of_a_key_counts(cache):
    await cache.put(b"a", b"one", seconds=LONG)
    await cache.put(b"a", b"", seconds=LONG)
    assert await cache.get(b"a") == b""


async def test_keys_of_any_length_do_not_meet(cache):
    await cache.put(b"k" * 5000, b"one", seconds=LONG)
    await cache.put(b"k" * 5001, b"two", seconds=LONG)
    assert await cache.get(b"k" * 5000) == b"one"


async def test_names_and_budgets_are_caches_of_their_own(caches):
    one = caches.open("a-s", MEGABYTE)
    await one.put(b"k", b"v", seconds=LONG)
    assert caches.open("a-s", MEGABYTE) is one
    assert await caches.open("b-s", MEGABYTE).get(b"k") is None
    assert await caches.open("a-s", 2 * MEGABYTE).get(b"k") is None


async def test_no_cache_has_more_than_all_may_have(tmp_path):
    caches = DiskCaches(tmp_path, MEGABYTE)
    cache = caches.open("a-s", 1 << 40)
    for each in range(10):
        await cache.put(b"%d" % each, bytes(300_000), seconds=LONG)
    assert cache.used <= MEGABYTE
    caches.close()


async def test_what_was_not_asked_for_is_forgotten_first(cache):
    for each in range(100):
        await cache.put(b"%d" % each, bytes(10_000), seconds=LONG)
        await cache.get(b"0")
    assert await cache.get(b"0") is not None
    assert await cache.get(b"1") is None
    assert await cache.get(b"99") is not None


async def test_what_does_not_fit_is_not_kept_and_takes_its_old_value_with_it(cache):
    await cache.put(b"a", b"old", seconds=LONG)
    await cache.put(b"b", b"beside", seconds=LONG)
    await cache.put(b"a", bytes(2 * MEGABYTE), seconds=LONG)
    assert (await cache.get(b"a"), await cache.get(b"b")) == (None, b"beside")


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 400_000), st.booleans()), max_size=60))
def test_the_budget_holds_and_no_value_is_another_s(tmp_path_factory, steps):
    async def play() -> None:
        cache = DiskCache(tmp_path_factory.mktemp("cache"), MEGABYTE)
        last: dict[int, bytes] = {}
        for number, (key, size, is_put) in enumerate(steps):
            if is_put:
                last[key] = b"%d " % number + bytes(size)
                await cache.put(b"%d" % key, last[key], seconds=LONG)
                assert cache.used <= MEGABYTE
            else:
                assert await cache.get(b"%d" % key) in {None, last.get(key)}
        held = [await cache.get(b"%d" % key) for key in last]
        assert cache.used == sum(disk._size(len(value)) for value in held if value is not None)
        cache.close()

    asyncio.run(play())


async def test_a_full_file_loses_entries_and_nothing_else(cache, monkeypatch):
    for each in range(50):
        await cache.put(b"%d" % each, bytes(10_000), seconds=LONG)

    def full(*_: object) -> None:
        raise lmdb.MapFullError("full")

    with monkeypatch.context() as patched:
        patched.setattr(cache, "_put", full)
        await cache.put(b"more", b"value", seconds=LONG)
    assert cache.used <= MEGABYTE // 2
    await cache.put(b"more", b"value", seconds=LONG)
    assert await cache.get(b"more") == b"value"


# -- several processes -----------------------------------------------------------------------


def forked(tmp_path, work) -> int:
    """Run ``await work(cache)`` in a process of its own, with the same cache."""
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        asyncio.set_event_loop(None)
        asyncio.events._set_running_loop(None)

        async def play() -> None:
            await work(DiskCaches(tmp_path, 1 << 30).open("api-stage", MEGABYTE))

        asyncio.run(play())
        status = 0
    finally:
        os._exit(status)


def test_a_process_sees_what_another_put(tmp_path):
    async def put(cache: DiskCache) -> None:
        await cache.put(b"a", b"from the other", seconds=LONG)

    os.waitpid(forked(tmp_path, put), 0)
    cache = DiskCache(tmp_path / f"api-stage-{MEGABYTE}", MEGABYTE)
    assert asyncio.run(cache.get(b"a")) == b"from the other"
    cache.close()


def test_one_process_has_a_key_s_turn_and_the_next_gets_it_after_a_kill(tmp_path):
    read, write = os.pipe()

    async def hold(cache: DiskCache) -> None:
        async with cache.turn(b"a"):
            os.write(write, b"!")
            await asyncio.sleep(3600)

    pid = forked(tmp_path, hold)
    assert os.read(read, 1) == b"!"
    cache = DiskCache(tmp_path / f"api-stage-{MEGABYTE}", MEGABYTE)

    async def wait() -> None:
        async with cache.turn(b"b"):
            pass  # Another key waits for nobody.

        async def mine() -> None:
            async with cache.turn(b"a"):
                assert killed

        killed = False
        async with asyncio.TaskGroup() as group:
            impatient, patient = group.create_task(mine()), group.create_task(mine())
            await asyncio.sleep(0)
            impatient.cancel()
            await asyncio.wait([impatient])
            assert not patient.done()
            killed = True
            os.kill(pid, signal.SIGKILL)

    asyncio.run(wait())
    os.waitpid(pid, 0)
    cache.close()
