"""What our processes write down: their own log, and the line for each call.

The log is the standard library's, so that every library's records come out in our form: its
message with the ``extra`` members as fields.  Nothing but the standard library is imported here,
because every process pays for it before its first answer.
"""

import asyncio
import json
import logging
import os
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TextIO

from octetgate.adapters.telemetry.sinks import is_socket, open_sink

_LOG = logging.getLogger(__name__)


# --- The log -----------------------------------------------------------------------------------


class Form(StrEnum):
    """What the log's lines look like."""

    AUTO = "auto"
    """Text on a terminal, JSON otherwise."""
    TEXT = "text"
    JSON = "json"


def configure(form: Form = Form.AUTO, level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send every record of this process to the stream (standard error), in one form.

    uvicorn's too, if it is started with ``log_config=None``.
    """
    stream = stream or sys.stderr
    text = form is Form.TEXT or (form is Form.AUTO and stream.isatty())
    handler = logging.StreamHandler(stream)
    colours = stream.isatty() and "NO_COLOR" not in os.environ
    handler.setFormatter(TextLines(colours=colours) if text else JsonLines())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], True
    logging.captureWarnings(capture=True)


_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message"}
"""The members of any record; the others are its ``extra``.  color_message is uvicorn's."""


def _extra(record: logging.LogRecord) -> dict[str, Any]:
    return {name: value for name, value in vars(record).items() if name not in _OWN}


def _traces(formatter: logging.Formatter, record: logging.LogRecord) -> Iterator[str]:
    """Return the record's traceback, and its stack, where it has them."""
    if record.exc_info and record.exc_info[0]:
        yield formatter.formatException(record.exc_info)
    elif record.exc_text:
        yield record.exc_text
    if record.stack_info:
        yield formatter.formatStack(record.stack_info)


class JsonLines(logging.Formatter):
    """One JSON object for each record."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": record.process,
            "message": record.getMessage(),
        }
        # A member of the record's own is not to be passed off as one of ours.
        line |= {name: value for name, value in _extra(record).items() if name not in line}
        if traces := "\n".join(_traces(self, record)):
            line["traceback"] = traces
        return json.dumps(line, default=str, skipkeys=True)


_COLOURS = {
    logging.DEBUG: "\x1b[2m",
    logging.WARNING: "\x1b[33m",
    logging.ERROR: "\x1b[31m",
    logging.CRITICAL: "\x1b[1;31m",
}
_PLAIN = "\x1b[0m"


class TextLines(logging.Formatter):
    """A line for each record, then its traceback as Python prints it."""

    def __init__(self, *, colours: bool) -> None:
        super().__init__()
        self._colours = _COLOURS if colours else {}

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created).astimezone().strftime("%H:%M:%S")
        fields = "".join(f"  {name}={value!r}" for name, value in _extra(record).items())
        message = _one_line(record.getMessage() + fields)
        line = f"{time} {record.levelname:<8} {record.name}: {message}"
        if colour := self._colours.get(record.levelno):
            line = f"{colour}{line}{_PLAIN}"
        return "\n".join([line, *_traces(self, record)])


_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))} | {
    ord("\n"): "\\n",
    ord("\r"): "\\r",
    ord("\t"): "\\t",
}


def _one_line(text: str) -> str:
    """Return the text with control characters spelled out: what a client sent moves no cursor."""
    return text if text.isprintable() else text.translate(_CONTROLS)


# --- The access log ----------------------------------------------------------------------------

Line = str | Callable[[], bytes]
"""Text, or what makes the line's UTF-8 when it is to be written."""

_USUAL = 512
"""About as many bytes a line has that is not made yet."""
_ENOUGH = 64 * 1024
"""As many bytes are written without waiting for more."""
_TOO_MANY = 1024 * 1024
"""Beyond as many bytes waiting, lines are dropped."""
_SECONDS = 0.1
"""The longest that a line waits, as long as the destination takes lines."""


class AccessLog:
    """Lines for many calls, written together.

    The destination is ``stdout``, ``stderr``, the URL of a socket or the path of a file, to which
    several processes may append.  One that does not take lines, a full disk or a pipe that nobody
    reads, holds up nobody: lines wait, then are dropped, and the first line after them says how
    many.

    For one thread, and at most one event loop; without a loop a line is written at once.
    """

    def __init__(self, destination: str, *, turns_at: int = 0) -> None:
        """``turns_at``: a file that has so many bytes becomes the one before, with ``.1``."""
        self._destination = destination
        self._turns_at = turns_at
        self._sink = open_sink(destination, turns_at)
        self._lines: list[Line] = []
        self._rest = b""
        """What the destination has not yet taken of earlier lines."""
        self._waiting = 0
        self._dropped = 0
        self._timer: asyncio.TimerHandle | None = None
        self._failed = False

    def write(self, line: Line) -> None:
        """Take a line without its end, or what makes it when it is written.

        Line ends inside of it are spelled out.
        """
        if self._dropped or self._waiting > _TOO_MANY:
            self._dropped += 1
        else:
            self._lines.append(line)
            self._waiting += len(line) if isinstance(line, str) else _USUAL
        if self._timer is None:
            self._wait()
        elif self._waiting > _ENOUGH and not self._rest:
            self.flush()

    def flush(self) -> None:
        """Write what the destination takes now."""
        self._rest += _together([_made(line) for line in self._lines])
        self._lines.clear()
        self._push()
        if self._dropped and not self._rest:
            self._rest = b"octetgate: %d lines are missing here\n" % self._dropped
            self._dropped = 0
            self._push()
        self._waiting = len(self._rest)

    def reopen(self) -> None:
        """Open the file by its name again, after it was moved away."""
        self.flush()
        if is_socket(self._destination):
            return
        sink = open_sink(self._destination, self._turns_at)
        self._sink.close()
        self._sink = sink

    def close(self) -> None:
        """Write what the destination takes now, and let go of it."""
        if self._timer:
            self._timer.cancel()
        self.flush()
        lost = self._rest.count(b"\n") + self._dropped
        if lost:
            _LOG.error("access log %s: the last %d lines were lost", self._destination, lost)
        self._sink.close()

    def _wait(self) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self.flush()
        else:
            self._timer = loop.call_later(_SECONDS, self._due)

    def _due(self) -> None:
        self._timer = None
        self.flush()
        if self._rest:
            self._wait()

    def _push(self) -> None:
        try:
            while taken := self._sink.write(self._rest):
                self._rest = self._rest[taken:]
        except OSError as error:
            if not self._failed:
                _LOG.error("access log %s: %s", self._destination, error)
            self._failed = True
        else:
            self._failed = False


def _made(line: Line) -> bytes:
    return line.encode("utf-8", "backslashreplace") if isinstance(line, str) else line()


def _together(lines: list[bytes]) -> bytes:
    """Return the lines, each with its end and no other."""
    text = b"\n".join([*lines, b""])
    if text.count(b"\n") != len(lines) or b"\r" in text:
        whole = (line.replace(b"\n", b"\\n").replace(b"\r", b"\\r") for line in lines)
        text = b"\n".join([*whole, b""])
    return text
