"""What processes print is in their function's log soon, whole, and in order."""

import os
import re
import threading

import pytest
from tests.adapters.runners.waiting import until

from octetgate.adapters.runners._log import FunctionLog
from octetgate.adapters.runners._output import Output, Rounds

_STAMP = re.compile(rb"^\S+Z ", re.MULTILINE)


@pytest.fixture
def log(tmp_path):
    log = FunctionLog(tmp_path / "f.log", 100_000_000)
    yield log
    log.close()


@pytest.fixture
def rounds():
    return Rounds()


@pytest.fixture
async def printing(log, rounds):
    """Make outputs of one function, each with the end that its process would write to."""
    made = []

    def make():
        output = Output(log, rounds)
        made.append((output, output.open()))
        return made[-1]

    yield make
    for output, writing in made:
        output.close()
        os.close(writing)


@pytest.fixture
def logged(tmp_path):
    return lambda: _STAMP.sub(b"", (tmp_path / "f.log").read_bytes())


async def test_what_is_printed_is_logged_at_first_soon_after_and_after_silence(
    printing, rounds, logged
):
    output, writing = printing()
    for text in (b"first\n", b"second\n"):
        os.write(writing, text)
        await until(lambda: logged().endswith(text))  # noqa: B023 - awaited here
    await until(lambda: rounds.is_idle)
    os.write(writing, b"last\n")
    await until(lambda: logged() == b"first\nsecond\nlast\n")
    assert output.tail() == b"first\nsecond\nlast\n"


async def test_a_process_that_has_ended_is_not_looked_at(printing, rounds):
    output, writing = printing()
    os.write(writing, b"first\n")
    await until(lambda: not rounds.is_idle)
    output.close()
    assert rounds.is_idle


async def test_a_begun_line_is_logged_though_nothing_follows(printing, logged):
    output, _ = printing()
    output.begin("START\n")
    await until(lambda: logged() == b"START\n")


async def test_a_begun_line_comes_before_what_is_printed_then(printing, logged):
    output, writing = printing()
    output.begin("START\n")
    os.write(writing, b"printed\n")
    assert output.tail() == b"START\nprinted\n"
    output.print("END\n")
    assert logged() == b"START\nprinted\nEND\n"


async def test_a_process_that_prints_much_is_read_on_while_others_are(printing, logged):
    (_, much), (little, few) = printing(), printing()
    text = b"x" * 99 + b"\n"

    def write():
        for _ in range(50_000):
            os.write(much, text)

    writer = threading.Thread(target=write)
    writer.start()
    os.write(few, b"little\n")
    await until(lambda: little.tail() == b"little\n")
    await until(lambda: not writer.is_alive())
    await until(lambda: logged().count(text) == 50_000)
    assert logged().replace(text, b"") == b"little\n"
