"""Metrics of calls: what one process adds up, and what all of them have."""

from bisect import bisect_left
from collections.abc import Callable
from pathlib import Path

from octetgate.adapters.telemetry.rows import ROWS, Numbers, Rows, read_rows
from octetgate.core.ports.metrics import LATENCIES, Subject, Tally

CLASSES = ("none", "1xx", "2xx", "3xx", "4xx", "5xx")
RECEIVED = len(CLASSES)
SENT = RECEIVED + 1
HITS = SENT + 1
MISSES = HITS + 1
LATENCY = MISSES + 1
BUCKETS = len(LATENCIES) + 1
INTEGRATION = LATENCY + 1 + BUCKETS
WIDTH = INTEGRATION + 1 + BUCKETS
_SUFFIX = ".calls"
_OTHERS = Subject("(others)")
"""All subjects together for which there was no room."""


Later = Callable[[Callable[[], None]], object]
"""Has something done when the calls that end now have ended, such as a loop's ``call_soon``."""


def _now(do: Callable[[], None]) -> None:
    do()


class CallTally:
    """Keeps the port `octetgate.core.ports.metrics.Tally`, in one row."""

    __slots__ = ("_ended", "_later", "_numbers")

    def __init__(self, numbers: Numbers, later: Later = _now) -> None:
        self._numbers = numbers
        self._later = later
        self._ended: list[tuple[int, float, float, int, int, str]] = []
        """Calls that are not in the numbers yet."""

    def add(  # the port's
        self,
        status: int,
        seconds: float,
        integration_seconds: float,
        received: int,
        sent: int,
        cache: str,
    ) -> None:
        """Add a call that has ended, with all that end in the same turn of the loop.

        Together they take half the time of each by itself.
        """
        self._ended.append((status, seconds, integration_seconds, received, sent, cache))
        if len(self._ended) == 1:
            self._later(self._fold)

    def _fold(self) -> None:
        """Put what has ended into the numbers."""
        numbers, ended = self._numbers, self._ended
        self._ended = []
        asked, all_received, all_sent = 0.0, 0, 0
        for status, seconds, integration_seconds, received, sent, cache in ended:
            numbers[status // 100] += 1
            numbers[LATENCY] += seconds
            numbers[LATENCY + 1 + bisect_left(LATENCIES, seconds)] += 1
            if integration_seconds > 0:
                asked += integration_seconds
                numbers[INTEGRATION + 1 + bisect_left(LATENCIES, integration_seconds)] += 1
            all_received += received
            all_sent += sent
            if cache:
                numbers[HITS if cache == "hit" else MISSES] += 1
        numbers[INTEGRATION] += asked
        numbers[RECEIVED] += all_received
        numbers[SENT] += all_sent


class CallTallies:
    """Keeps the port `octetgate.core.ports.metrics.Tallies`, in one file."""

    def __init__(
        self, folder: Path, process: str, *, later: Later = _now, most: int = ROWS
    ) -> None:
        self._later = later
        path = folder / f"{process.replace(' ', '-')}{_SUFFIX}"
        self._rows = Rows(path, WIDTH, rows=most)
        # Taken now, while there is room.
        self._others = self._rows.row(_OTHERS._asdict())
        self._tallies: dict[Subject, Tally] = {}

    def of(self, subject: Subject) -> Tally:
        """Return the subject's numbers."""
        tally = self._tallies.get(subject)
        if tally is None:
            numbers = self._rows.row(subject._asdict()) or self._others
            if numbers is None:
                raise RuntimeError("metrics: expected room for one row at least")
            tally = self._tallies[subject] = CallTally(numbers, self._later)
        return tally


def added_up(folder: Path) -> dict[tuple[str, ...], list[float]]:
    """Return the numbers of every subject that has been called, of all processes together."""
    total: dict[tuple[str, ...], list[float]] = {}
    for path in sorted(folder.glob(f"*{_SUFFIX}")):
        for name, numbers in read_rows(path, WIDTH):
            labels = tuple(name[label] for label in Subject._fields)
            so_far = total.setdefault(labels, [0.0] * WIDTH)
            for at, number in enumerate(numbers):
                so_far[at] += number
    return {labels: numbers for labels, numbers in total.items() if sum(numbers[: len(CLASSES)])}
