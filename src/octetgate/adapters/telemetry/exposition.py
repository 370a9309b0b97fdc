"""All processes' metrics as Prometheus reads them.

In a file of its own: workers count, and have no use for prometheus-client, which takes its time
to import.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric

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
from octetgate.core.ports.metrics import LATENCIES, Subject

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


def _histogram(numbers: list[float], begins: int) -> tuple[list[tuple[str, float]], float]:
    """Return cumulated buckets by upper bound, and the sum."""
    so_far, buckets = 0.0, []
    for at, bound in enumerate((*LATENCIES, float("inf"))):
        so_far += numbers[begins + 1 + at]
        buckets.append(("+Inf" if bound == float("inf") else str(float(bound)), so_far))
    return buckets, numbers[begins]
