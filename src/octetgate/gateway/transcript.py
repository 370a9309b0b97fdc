"""The execution log of one call, in the words and forms of the service.

Spec: request-lifecycle 17.3, recorded; where it says nothing, a comment does.
"""

import time
from collections.abc import Callable, Iterable

MISCONFIGURED = "Execution failed due to configuration error: "
TRACE_ID = "x-amzn-trace-id"

_LONGEST = 1000
"""Characters of a value before it is cut; recorded for maps of headers, "about"."""
_CUT = " [TRUNCATED]"
_BINARY = "[Binary Data]"
_SECRET = frozenset({"authorization", "x-amz-security-token", "x-api-key"})
_SHOWN_OF_SECRET = 6


class Transcript:
    """Lines in the order in which things happened, each with its moment."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._lines: list[str] = []
        self._began = clock()

    def say(self, text: str) -> None:
        """Add a line."""
        self._lines.append(f"{date(self._clock())} : {text}")

    def text(self, request_id: str, first: str = "Starting execution for request: ") -> str:
        """Return the log; a call has its id only once it has been made."""
        return "\n".join(
            [
                f"Execution log for request {request_id}",
                f"{date(self._began)} : {first}{request_id}",
                *self._lines,
                "",
            ]
        )


def date(moment: float) -> str:
    """Return epoch seconds as Java prints a date: ``Thu Jan 01 00:00:00 UTC 1970``."""
    return time.strftime("%a %b %d %H:%M:%S UTC %Y", time.gmtime(moment))


def java_map(pairs: Iterable[tuple[str, str]]) -> str:
    """Return the pairs as Java prints a map; one that is too long is cut, and says so."""
    return _cut("{" + ", ".join(f"{name}={_masked(name, value)}" for name, value in pairs) + "}")


def shown(body: bytes | None) -> str:
    """Return a body as a line shows it; None is one too large to be held."""
    if body is None:
        return _BINARY
    try:
        text = body.decode()
    except UnicodeDecodeError:
        # Unconfirmed: how the service writes bytes that are no text.
        return _BINARY
    # Unconfirmed for bodies, recorded for maps: where the cut is made.
    return _cut(text)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST] + _CUT


def _masked(name: str, value: str) -> str:
    """Return the value, of a secret only its end: a log is read by more people than a key."""
    return masked(value) if name.lower() in _SECRET else value


def masked(value: str) -> str:
    """Return the end of a secret, if it is long enough for that to tell little of the rest."""
    kept = value[-_SHOWN_OF_SECRET:] if len(value) > 2 * _SHOWN_OF_SECRET else ""
    return "*" * (len(value) - len(kept)) + kept
