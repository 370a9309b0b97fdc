"""All processes' metrics as numbers with names, for those who draw them."""

from pathlib import Path

from octetgate.adapters.telemetry import function_metrics as functions
from octetgate.adapters.telemetry import metrics as calls
from octetgate.core.ports.metrics import CallTotals, FunctionTotals, Subject, Totals


def totals(folder: Path) -> Totals:
    """Return what has been counted until now."""
    return Totals(
        {Subject(*labels): _calls(row) for labels, row in calls.added_up(folder).items()},
        {name: _function(row) for name, row in functions.functions_added_up(folder).items()},
    )


def _calls(row: list[float]) -> CallTotals:
    return CallTotals(
        answers=tuple(row[: len(calls.CLASSES)]),
        received=row[calls.RECEIVED],
        sent=row[calls.SENT],
        hits=row[calls.HITS],
        misses=row[calls.MISSES],
        latency=_buckets(row, calls.LATENCY, calls.BUCKETS),
        integration=_buckets(row, calls.INTEGRATION, calls.BUCKETS),
    )


def _function(row: list[float]) -> FunctionTotals:
    return FunctionTotals(
        ended=row[functions.ENDED],
        errors=row[functions.ERRORS],
        throttles=row[functions.THROTTLES],
        durations=_buckets(row, functions.DURATION, functions.BUCKETS),
    )


def _buckets(row: list[float], begins: int, size: int) -> tuple[float, ...]:
    """Return a histogram's counts, which stand behind its sum."""
    return tuple(row[begins + 1 : begins + 1 + size])
