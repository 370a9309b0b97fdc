"""All processes' metrics as Prometheus reads them.

In a file of its own: workers count, and have no use for prometheus-client, which takes its time
to import.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

from octetgate.adapters.telemetry.function_metrics import (
    AT_WORK,
    DURATION,
    ENDED,
    ERRORS,
    STARTS,
    THROTTLES,
    functions_added_up,
)
from octetgate.adapters.telemetry.metrics import (
    CLASSES,
    HITS,
    INTEGRATION,
    LATENCY,
    MISSES,
    RECEIVED,
    SENT,
    added_up,
)
from octetgate.core.ports.metrics import DURATIONS, LATENCIES, Subject

LABELS = list(Subject._fields)


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
        yield from _families(added_up(self._folder))
        yield from _function_families(functions_added_up(self._folder))


def _families(total: dict[tuple[str, ...], list[float]]) -> Iterable[Metric]:
    requests = CounterMetricFamily(
        "octetgate_requests",
        "Calls that have ended; status_class none: the client left before the answer.",
        labels=[*LABELS, "status_class"],
    )
    received, sent, hits, misses = (
        CounterMetricFamily(f"octetgate_{name}", about, labels=LABELS)
        for name, about in (
            ("request_body_bytes", "Bytes of request bodies that have come."),
            ("response_body_bytes", "Bytes of response bodies that were sent."),
            ("cache_hits", "Calls that a stage's cache answered."),
            ("cache_misses", "Calls that a stage's cache had no answer for."),
        )
    )
    latency, integration = (
        HistogramMetricFamily(f"octetgate_{name}_seconds", about, labels=LABELS)
        for name, about in (
            ("request_duration", "From a call's head to the end of its answer."),
            ("integration_duration", "From asking the integration to the head of its answer."),
        )
    )
    for labels, numbers in total.items():
        for at, name in enumerate(CLASSES):
            if numbers[at]:
                requests.add_metric([*labels, name], numbers[at])
        received.add_metric(labels, numbers[RECEIVED])
        sent.add_metric(labels, numbers[SENT])
        if numbers[HITS] or numbers[MISSES]:
            hits.add_metric(labels, numbers[HITS])
            misses.add_metric(labels, numbers[MISSES])
        latency.add_metric(labels, *_histogram(numbers, LATENCY))
        integration.add_metric(labels, *_histogram(numbers, INTEGRATION))
    return (requests, received, sent, hits, misses, latency, integration)


def _function_families(total: dict[str, list[float]]) -> Iterable[Metric]:
    ended, errors, throttles = (
        CounterMetricFamily(f"octetgate_function_{name}", about, labels=["function"])
        for name, about in (
            ("invocations", "Calls of a function that are over, failed ones too."),
            ("errors", "Those that ended in the function's error, its timeout or its crash."),
            ("throttles", "Calls for which there was no room; they are no invocations."),
        )
    )
    duration, starts = (
        HistogramMetricFamily(f"octetgate_function_{name}_seconds", about, labels=["function"])
        for name, about in (
            ("duration", "From giving a call to a process to its answer's end."),
            ("init_duration", "From starting a process to its readiness for a call."),
        )
    )
    at_work = GaugeMetricFamily(
        "octetgate_function_concurrent_executions",
        "Calls that a function works on now.",
        labels=["function"],
    )
    for name, numbers in total.items():
        ended.add_metric([name], numbers[ENDED])
        errors.add_metric([name], numbers[ERRORS])
        throttles.add_metric([name], numbers[THROTTLES])
        at_work.add_metric([name], numbers[AT_WORK])
        duration.add_metric([name], *_histogram(numbers, DURATION, DURATIONS))
        starts.add_metric([name], *_histogram(numbers, STARTS, DURATIONS))
    return (ended, errors, throttles, at_work, duration, starts)


def _histogram(
    numbers: list[float], begins: int, bounds: Sequence[float] = LATENCIES
) -> tuple[list[tuple[str, float]], float]:
    """Return cumulated buckets by upper bound, and the sum."""
    so_far, buckets = 0.0, []
    for at, bound in enumerate((*bounds, float("inf"))):
        so_far += numbers[begins + 1 + at]
        buckets.append(("+Inf" if bound == float("inf") else str(float(bound)), so_far))
    return buckets, numbers[begins]
