"""Metrics of calls: what one process adds up, and all of it as Prometheus reads it."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric

from octetgate.adapters.telemetry.rows import ROWS, Numbers, Rows, read_rows
from octetgate.core.ports.metrics import LATENCIES, Subject, Tally

_CLASSES = ("none", "1xx", "2xx", "3xx", "4xx", "5xx")
_RECEIVED = len(_CLASSES)
_SENT = _RECEIVED + 1
_HITS = _SENT + 1
_MISSES = _HITS + 1
_LATENCY = _MISSES + 1
_BUCKETS = len(LATENCIES) + 1
_INTEGRATION = _LATENCY + 1 + _BUCKETS
WIDTH = _INTEGRATION + 1 + _BUCKETS
_SUFFIX = ".calls"
_OTHERS = Subject("(others)")
"""All subjects together for which there was no room."""


class CallTally:
    """Keeps the port `octetgate.core.ports.metrics.Tally`, in one row."""

    __slots__ = ("_numbers",)

    def __init__(self, numbers: Numbers) -> None:
        self._numbers = numbers

    def add(  # the port's
        self,
        status: int,
        seconds: float,
        integration_seconds: float,
        received: int,
        sent: int,
        cache: str,
    ) -> None:
        """Add a call that has ended."""
        numbers = self._numbers
        numbers[status // 100] += 1
        numbers[_LATENCY] += seconds
        numbers[_LATENCY + 1 + bisect_left(LATENCIES, seconds)] += 1
        if integration_seconds > 0:
            numbers[_INTEGRATION] += integration_seconds
            numbers[_INTEGRATION + 1 + bisect_left(LATENCIES, integration_seconds)] += 1
        if received:
            numbers[_RECEIVED] += received
        if sent:
            numbers[_SENT] += sent
        if cache:
            numbers[_HITS if cache == "hit" else _MISSES] += 1


class CallTallies:
    """Keeps the port `octetgate.core.ports.metrics.Tallies`, in one file."""

    def __init__(self, folder: Path, process: str, *, most: int = ROWS) -> None:
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
            tally = self._tallies[subject] = CallTally(numbers)
        return tally


def exposition(folder: Path) -> bytes:
    """Return all processes' metrics in Prometheus's text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Shown(folder))
    return generate_latest(registry)


class _Shown:
    """What prometheus-client asks for metrics."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def collect(self) -> Iterator[Metric]:
        """Return the metrics, each with its samples."""
        yield from _families(_added_up(self._folder))


_LABELS = list(Subject._fields)


def _added_up(folder: Path) -> dict[tuple[str, ...], list[float]]:
    """Return the numbers of every subject that has been called, of all processes together."""
    total: dict[tuple[str, ...], list[float]] = {}
    for path in sorted(folder.glob(f"*{_SUFFIX}")):
        for name, numbers in read_rows(path, WIDTH):
            labels = tuple(name[label] for label in _LABELS)
            so_far = total.setdefault(labels, [0.0] * WIDTH)
            for at, number in enumerate(numbers):
                so_far[at] += number
    return {labels: numbers for labels, numbers in total.items() if sum(numbers[: len(_CLASSES)])}


def _families(total: dict[tuple[str, ...], list[float]]) -> Iterable[Metric]:
    requests = CounterMetricFamily(
        "octetgate_requests",
        "Calls that have ended; status_class none: the client left before the answer.",
        labels=[*_LABELS, "status_class"],
    )
    received, sent, hits, misses = (
        CounterMetricFamily(f"octetgate_{name}", about, labels=_LABELS)
        for name, about in (
            ("request_body_bytes", "Bytes of request bodies that have come."),
            ("response_body_bytes", "Bytes of response bodies that were sent."),
            ("cache_hits", "Calls that a stage's cache answered."),
            ("cache_misses", "Calls that a stage's cache had no answer for."),
        )
    )
    latency, integration = (
        HistogramMetricFamily(f"octetgate_{name}_seconds", about, labels=_LABELS)
        for name, about in (
            ("request_duration", "From a call's head to the end of its answer."),
            ("integration_duration", "From asking the integration to the head of its answer."),
        )
    )
    for labels, numbers in total.items():
        for at, name in enumerate(_CLASSES):
            if numbers[at]:
                requests.add_metric([*labels, name], numbers[at])
        received.add_metric(labels, numbers[_RECEIVED])
        sent.add_metric(labels, numbers[_SENT])
        if numbers[_HITS] or numbers[_MISSES]:
            hits.add_metric(labels, numbers[_HITS])
            misses.add_metric(labels, numbers[_MISSES])
        latency.add_metric(labels, *_histogram(numbers, _LATENCY))
        integration.add_metric(labels, *_histogram(numbers, _INTEGRATION))
    return (requests, received, sent, hits, misses, latency, integration)


def _histogram(numbers: list[float], begins: int) -> tuple[list[tuple[str, float]], float]:
    """Return cumulated buckets by upper bound, and the sum."""
    so_far, buckets = 0.0, []
    for at, bound in enumerate((*LATENCIES, float("inf"))):
        so_far += numbers[begins + 1 + at]
        buckets.append(("+Inf" if bound == float("inf") else str(float(bound)), so_far))
    return buckets, numbers[begins]
