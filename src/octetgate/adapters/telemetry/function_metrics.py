"""Metrics of functions: what one process adds up, and what all of them have."""

from bisect import bisect_left
from pathlib import Path

from octetgate.adapters.telemetry.rows import ROWS, Numbers, Rows, read_rows
from octetgate.core.ports.metrics import DURATIONS, FunctionTally

ENDED, ERRORS, THROTTLES, AT_WORK = range(4)
BUCKETS = len(DURATIONS) + 1
DURATION = AT_WORK + 1
STARTS = DURATION + 1 + BUCKETS
WIDTH = STARTS + 1 + BUCKETS
_SUFFIX = ".functions"
_LABEL = "function"
_OTHERS = "(others)"
"""All functions together for which there was no room."""


class SharedFunctionTally:
    """Keeps the port `octetgate.core.ports.metrics.FunctionTally`, in one row."""

    __slots__ = ("_numbers",)

    def __init__(self, numbers: Numbers) -> None:
        self._numbers = numbers

    def began(self) -> None:
        """Add a call that a process was given."""
        self._numbers[AT_WORK] += 1

    def ended(self, seconds: float, *, failed: bool) -> None:
        """Add a call that is over, of those that began."""
        numbers = self._numbers
        numbers[AT_WORK] -= 1
        numbers[ENDED] += 1
        numbers[DURATION] += seconds
        numbers[DURATION + 1 + bisect_left(DURATIONS, seconds)] += 1
        if failed:
            numbers[ERRORS] += 1

    def taken_back(self) -> None:
        """Take off a call that began, but of which its process did not hear."""
        self._numbers[AT_WORK] -= 1

    def never_began(self) -> None:
        """Add a call that failed because no process could start."""
        self._numbers[ENDED] += 1
        self._numbers[ERRORS] += 1

    def started(self, seconds: float) -> None:
        """Add a process that is ready for its first call."""
        self._numbers[STARTS] += seconds
        self._numbers[STARTS + 1 + bisect_left(DURATIONS, seconds)] += 1

    def throttled(self) -> None:
        """Add a call for which there was no room."""
        self._numbers[THROTTLES] += 1


class SharedFunctionTallies:
    """Keeps the port `octetgate.core.ports.metrics.FunctionTallies`, in one file."""

    def __init__(self, folder: Path, process: str, *, most: int = ROWS) -> None:
        path = folder / f"{process.replace(' ', '-')}{_SUFFIX}"
        self._rows = Rows(path, WIDTH, rows=most)
        # Taken now, while there is room.
        self._others = self._rows.row({_LABEL: _OTHERS})
        self._tallies: dict[str, FunctionTally] = {}
        for name, _ in read_rows(path, WIDTH):
            # What the process before this one was at ended with it.
            numbers = self._rows.row(name)
            if numbers is not None:
                numbers[AT_WORK] = 0

    def of(self, function: str) -> FunctionTally:
        """Return the function's numbers."""
        tally = self._tallies.get(function)
        if tally is None:
            numbers = self._rows.row({_LABEL: function}) or self._others
            if numbers is None:
                raise RuntimeError("metrics: expected room for one row at least")
            tally = self._tallies[function] = SharedFunctionTally(numbers)
        return tally


def functions_added_up(folder: Path) -> dict[str, list[float]]:
    """Return the numbers of every function that was asked for, of all processes together."""
    total: dict[str, list[float]] = {}
    for path in sorted(folder.glob(f"*{_SUFFIX}")):
        for name, numbers in read_rows(path, WIDTH):
            so_far = total.setdefault(name[_LABEL], [0.0] * WIDTH)
            for at, number in enumerate(numbers):
                so_far[at] += number
    return {name: numbers for name, numbers in total.items() if any(numbers)}
