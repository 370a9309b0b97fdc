"""The execution log of one call, in the words and forms of the service.

Spec: request-lifecycle 17.3, recorded; where it says nothing, a comment does.
"""

import time
from collections.abc import Callable, Iterable, Iterator

MISCONFIGURED = "Execution failed due to configuration error: "
TRACE_ID = "x-amzn-trace-id"

_LONGEST = 1000
"""Characters of a value before it is cut; recorded for maps of headers, "about"."""
_CUT = " [TRUNCATED]"
_BINARY = "[Binary Data]"
_LONGEST_CHARACTER = 4
"""Bytes of a character in UTF-8."""
SECRET = frozenset({"authorization", "x-amz-security-token", "x-api-key"})
_SHOWN_OF_SECRET = 6


Text = str | Callable[[], str]
"""Text, or what makes it when the log is written: a body may not have passed before."""


class Transcript:
    """Lines in the order in which things happened, each with its moment."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._lines: list[tuple[float, str, Text]] = []
        self._began = clock()

    def say(self, text: str, value: Text = "") -> None:
        """Add a line; the value is what it ends with."""
        self._lines.append((self._clock(), text, value))

    def lines(self) -> Iterator[tuple[float, str]]:
        """Return each line with its moment."""
        for moment, text, value in self._lines:
            yield moment, text + (value if isinstance(value, str) else value())

    def text(self, request_id: str, first: str = "Starting execution for request: ") -> str:
        """Return the log; a call has its id only once it has been made."""
        return "\n".join(
            [
                f"Execution log for request {request_id}",
                f"{date(self._began)} : {first}{request_id}",
                *(f"{date(moment)} : {line}" for moment, line in self.lines()),
                "",
            ]
        )


def date(moment: float) -> str:
    """Return epoch seconds as Java prints a date: ``Thu Jan 01 00:00:00 UTC 1970``."""
    return time.strftime("%a %b %d %H:%M:%S UTC %Y", time.gmtime(moment))


def java_map(pairs: Iterable[tuple[str, str]]) -> str:
    """Return the pairs as Java prints a map; one that is too long is cut, and says so."""
    return _cut("{" + ", ".join(f"{name}={_masked(name, value)}" for name, value in pairs) + "}")


def shown(
    body: bytes | None,
    redacted: Callable[[str], str] = lambda text: text,
    *,
    is_beginning: bool = False,
) -> str:
    """Return a body, or its beginning, as a line shows it; None is one too large to be held."""
    if body is None:
        return _BINARY
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        if not is_beginning or error.start < len(body) - _LONGEST_CHARACTER:
            # Unconfirmed: how the service writes bytes that are no text.
            return _BINARY
        text = body[: error.start].decode()
    # Unconfirmed for bodies, recorded for maps: where the cut is made.
    return _cut(redacted(text))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST] + _CUT


def _masked(name: str, value: str) -> str:
    """Return the value, of a secret only its end: a log is read by more people than a key."""
    return masked(value) if name.lower() in SECRET else value


def masked(value: str) -> str:
    """Return the end of a secret, if it is long enough for that to tell little of the rest."""
    kept = value[-_SHOWN_OF_SECRET:] if len(value) > 2 * _SHOWN_OF_SECRET else ""
    return "*" * (len(value) - len(kept)) + kept
