"""The log's forms, and the access log's promises about destinations good and bad."""

import asyncio
import errno
import io
import json
import logging
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from octetgate.adapters.telemetry.logs import AccessLog, Form, configure

LOG = logging.getLogger("octetgate.try")
LINE = "x" * 99


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture(autouse=True)
def log_as_before():
    """Give logging back as it was."""
    root, uvicorn = logging.getLogger(), logging.getLogger("uvicorn")
    before = root.handlers, root.level, uvicorn.handlers, uvicorn.propagate
    yield
    root.handlers, root.level, uvicorn.handlers, uvicorn.propagate = before
    logging.captureWarnings(capture=False)


def said(action, form=Form.AUTO, stream=None, **settings):
    """Return what stands in the log after the action."""
    stream = stream or io.StringIO()
    configure(form, stream=stream, **settings)
    action()
    return stream.getvalue()


def failing():
    try:
        raise LookupError("no such stage")
    except LookupError:
        LOG.exception("compiling failed", extra={"api": "a1"})


# --- The log -----------------------------------------------------------------------------------


def test_a_stream_gets_one_json_object_per_record():
    line = said(lambda: LOG.warning("%d calls", 3, extra={"api": "a1"}))
    record = json.loads(line)
    assert line.count("\n") == 1
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", record.pop("time"))
    assert record == {
        "level": "warning",
        "logger": "octetgate.try",
        "process": os.getpid(),
        "message": "3 calls",
        "api": "a1",
    }


def test_a_terminal_gets_a_readable_line_in_colour():
    line = said(lambda: LOG.warning("slow", extra={"api": "a1"}), stream=Terminal())
    assert re.fullmatch(
        r"\x1b\[33m\d\d:\d\d:\d\d WARNING  octetgate\.try: slow  api='a1'\x1b\[0m\n", line
    )


def test_who_wants_no_colour_gets_none(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in said(lambda: LOG.error("bad"), stream=Terminal())


def test_text_can_be_had_without_a_terminal():
    assert re.fullmatch(
        r"\d\d:\d\d:\d\d INFO     octetgate\.try: up\n", said(lambda: LOG.info("up"), Form.TEXT)
    )


def test_json_can_be_had_on_a_terminal():
    assert json.loads(said(lambda: LOG.info("up"), Form.JSON, Terminal()))["message"] == "up"


@pytest.mark.parametrize("form", [Form.TEXT, Form.JSON])
def test_a_traceback_is_never_lost(form):
    output = said(failing, form)
    assert "Traceback (most recent call last)" in output
    assert "LookupError: no such stage" in output


@pytest.mark.parametrize("form", [Form.TEXT, Form.JSON])
def test_a_stack_is_never_lost(form):
    assert "in test_a_stack_is_never_lost" in said(lambda: LOG.info("here", stack_info=True), form)


@pytest.mark.parametrize("form", [Form.TEXT, Form.JSON])
def test_what_a_client_sent_cannot_forge_a_line(form):
    output = said(
        lambda: LOG.info("path /\n12:00:00 INFO forged \x1b[2J \x85", extra={"q": "\r\n"}), form
    )
    assert len(output.splitlines()) == 1
    assert "\x1b" not in output


def test_a_traceback_that_came_as_text_is_kept():
    record = logging.makeLogRecord(
        {"levelno": 40, "msg": "from a worker", "exc_text": "Traceback: far away"}
    )
    assert "Traceback: far away" in said(lambda: LOG.handle(record))


def test_any_value_can_be_a_field():
    output = said(
        lambda: LOG.info("odd", extra={"path": Path("/x"), "keys": {(1, 2): 3}, "half": "\ud800"})
    )
    assert json.loads(output)["path"] == "/x"


def test_records_below_the_level_stay_out():
    assert said(lambda: LOG.info("chatter"), level="warning") == ""


@pytest.mark.parametrize("name", ["uvicorn", "uvicorn.error", "uvicorn.access"])
def test_uvicorn_speaks_through_our_log_once(name):
    logging.getLogger(name).addHandler(logging.StreamHandler(io.StringIO()))
    # A server that another test has run in this process may have quietened it.
    logging.getLogger(name).setLevel(logging.NOTSET)
    output = said(
        lambda: logging.getLogger(name).info("Started", extra={"color_message": "\x1b[1m"})
    )
    assert json.loads(output)["message"] == "Started"
    assert "color_message" not in output


def test_configuring_twice_says_everything_once():
    configure(stream=io.StringIO())
    assert said(lambda: LOG.info("once")).count("once") == 1


# --- The access log ----------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path):
    return tmp_path / "access.log"


@pytest.fixture
def pipe(tmp_path):
    """Return a named pipe, and its reading end that does not wait."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    end = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    yield path, end
    os.close(end)


def drained(end):
    """Return what waits in the pipe."""
    pieces = []
    try:
        while piece := os.read(end, 1 << 20):
            pieces.append(piece)
    except BlockingIOError:
        pass
    return b"".join(pieces).decode()


def test_without_a_loop_a_line_is_written_at_once(file):
    log = AccessLog(str(file))
    log.write("GET /")
    assert file.read_text() == "GET /\n"
    log.close()


async def test_with_a_loop_lines_are_written_together_after_a_while(file):
    log = AccessLog(str(file))
    log.write("first")
    log.write("second")
    assert file.read_text() == ""
    await asyncio.sleep(0.2)  # a timer set later for later: the log's own has fired before
    assert file.read_text() == "first\nsecond\n"
    log.write("third")
    log.close()
    assert file.read_text() == "first\nsecond\nthird\n"


async def test_many_lines_do_not_wait(file):
    log = AccessLog(str(file))
    for _ in range(700):
        log.write(LINE)
    assert file.stat().st_size > 64 * 1024
    log.close()
    assert file.stat().st_size == 700 * 100


@pytest.mark.parametrize(
    "line, written",
    [
        ("a\nb", "a\\nb\n"),
        ("a\r\nb", "a\\r\\nb\n"),
        ("a\r", "a\\r\n"),
        ("half \ud800", "half \\ud800\n"),
        ("größe", "größe\n"),
    ],
)
def test_a_line_stays_one_line(file, line, written):
    log = AccessLog(str(file))
    log.write(line)
    log.close()
    assert file.read_bytes().decode() == written


def test_a_moved_file_is_left_for_a_new_one(file):
    log = AccessLog(str(file))
    log.write("old")
    file.rename(file.with_suffix(".1"))
    log.write("still old")
    log.reopen()
    log.write("new")
    log.close()
    assert (file.with_suffix(".1").read_text(), file.read_text()) == ("old\nstill old\n", "new\n")


def test_a_file_that_cannot_be_reopened_leaves_the_old_one_open(file):
    log = AccessLog(str(file))
    file.parent.rename(moved := file.parent.with_name("moved"))
    with pytest.raises(FileNotFoundError):
        log.reopen()
    log.write("kept")
    log.close()
    assert (moved / file.name).read_text() == "kept\n"
    moved.rename(file.parent)


def test_several_logs_append_to_one_file(file):
    logs = [AccessLog(str(file)) for _ in range(3)]
    for number, log in enumerate(logs * 2):
        log.write(str(number))
    for log in logs:
        log.close()
    assert file.read_text().split() == ["0", "1", "2", "3", "4", "5"]


@pytest.mark.parametrize("name, lines", [("stdout", "out"), ("stderr", "err")])
def test_standard_streams_are_destinations(name, lines):
    program = (
        "from octetgate.adapters.telemetry.logs import AccessLog\n"
        f"log = AccessLog({name!r}); log.write('GET /'); log.close(); print('end')"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    ran = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert {"out": ran.stdout, "err": ran.stderr}[lines].startswith("GET /\n")
    assert ran.stdout.endswith("end\n")


async def test_a_pipe_that_nobody_reads_delays_nobody_and_what_is_dropped_is_counted(pipe):
    path, end = pipe
    log = AccessLog(str(path))
    lines = 40_000
    for number in range(lines):
        log.write(f"{number:099}")
    assert log._waiting < 2 * 1024 * 1024
    text = ""
    while "missing" not in text:
        log.flush()
        text += drained(end)
    log.write("after")
    log.close()
    *kept, notice = text.splitlines()
    assert kept == [f"{number:099}" for number in range(len(kept))]
    assert notice == f"octetgate: {lines - len(kept)} lines are missing here"
    assert drained(end) == "after\n"


async def test_a_pipe_gets_its_lines_when_it_is_read_again(pipe):
    path, end = pipe
    log = AccessLog(str(path))
    for _ in range(3000):
        log.write(LINE)
    count = 0
    async with asyncio.timeout(10):
        while count < 3000:
            count += drained(end).count("\n")
            await asyncio.sleep(0.01)
    assert count == 3000
    log.close()


def test_a_line_longer_than_a_pipe_takes_at_once_arrives_whole(pipe):
    path, end = pipe
    log = AccessLog(str(path))
    log.write("y" * 10_000)
    log.close()
    assert drained(end) == "y" * 10_000 + "\n"


def test_a_pipe_without_a_reader_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="pipe") as error:
        AccessLog(str(tmp_path / "pipe"))
    assert error.value.errno == errno.ENXIO


def test_a_full_disk_is_told_once_and_loses_no_line_that_fits_in_memory(caplog):
    log = AccessLog("/dev/full")
    log.write("one")
    log.write("two")
    log.close()
    assert [record.getMessage() for record in caplog.records] == [
        "access log /dev/full: [Errno 28] No space left on device",
        "access log /dev/full: the last 2 lines were lost",
    ]


def test_a_reader_that_left_is_an_error_and_no_death(tmp_path, caplog):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    end = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    log = AccessLog(str(path))
    os.close(end)
    log.write("GET /")
    log.close()
    assert "Broken pipe" in caplog.text
