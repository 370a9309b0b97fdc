import asyncio

import pytest

from octetgate.adapters.runners._log import FunctionLog
from octetgate.adapters.telemetry.log_files import LogFiles

DAY = "2026-01-31T12:00:"
ONE = f"{DAY}01.000Z one\n".encode()
TWO = f"{DAY}02.500Z two\n    more of two\n".encode()
OLD = ONE + TWO
NEW = f"{DAY}03.000Z three\n".encode()


@pytest.fixture
async def files(tmp_path):
    logs = LogFiles(tmp_path)
    yield logs
    logs.close()


async def whole(files, **how):
    return b"".join([piece async for piece in files.read("f", **how)])


class Follower:
    """Somebody who reads on; ``until`` returns once it has read what a test waits for."""

    def __init__(self, files, **how):
        self._pieces = files.read("f", follow=True, **how)
        self.read = b""

    async def until(self, text):
        async with asyncio.timeout(10):
            while text not in self.read:
                self.read += await anext(self._pieces)
        return self.read


async def test_the_file_before_comes_first(files, tmp_path):
    (tmp_path / "f.log.1").write_bytes(OLD)
    (tmp_path / "f.log").write_bytes(NEW)
    assert await whole(files) == OLD + NEW


@pytest.mark.parametrize(
    "since, lines",
    [
        (f"{DAY}00Z", OLD + NEW),
        (f"{DAY}01Z", OLD + NEW),
        (f"{DAY}02Z", TWO + NEW),
        (f"{DAY}02.500Z", TWO + NEW),
        (f"{DAY}02.501Z", NEW),
        (f"{DAY}04Z", b""),
    ],
)
async def test_only_lines_from_a_time_on_can_be_asked_for(files, tmp_path, since, lines):
    (tmp_path / "f.log.1").write_bytes(OLD)
    (tmp_path / "f.log").write_bytes(NEW)
    assert await whole(files, since=since) == lines


async def test_a_function_that_has_printed_nothing_has_no_lines(files):
    assert await whole(files) == b""
    assert not files.has("f")


async def test_what_is_printed_later_is_followed(files, tmp_path):
    follower = Follower(files)
    log = FunctionLog(tmp_path / "f.log", 1000)
    for number in range(3):
        log.write(b"line %d\n" % number)
        await follower.until(b"line %d\n" % number)
    log.close()
    assert follower.read.count(b"line") == 3


async def test_a_file_that_turns_is_followed_without_a_gap(files, tmp_path):
    log = FunctionLog(tmp_path / "f.log", 200)
    log.write(b"line 0\n")
    follower = Follower(files)
    await follower.until(b"line 0\n")
    for number in range(1, 40):
        log.write(b"line %d\n" % number)
        if number % 3 == 0:
            await follower.until(b"line %d\n" % number)
    log.close()
    numbers = [line.split(b"line ")[1] for line in follower.read.splitlines()]
    assert numbers == [b"%d" % number for number in range(40)]


async def test_closing_ends_those_who_follow(files, tmp_path):
    (tmp_path / "f.log").write_bytes(NEW)

    read = []
    async with asyncio.timeout(10):
        async for piece in files.read("f", follow=True):
            read.append(piece)
            files.close()
    assert read == [NEW]
