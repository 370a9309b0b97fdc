"""What processes add up about functions, and what Prometheus reads of it."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from octetgate.adapters.telemetry.exposition import exposition
from octetgate.adapters.telemetry.function_metrics import SharedFunctionTallies
from octetgate.core.ports.metrics import DURATIONS


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "metrics"


def samples(folder):
    """Return what is shown, by name without its beginning and the values of labels."""
    return {
        (
            sample.name.removeprefix("octetgate_function_"),
            *filter(None, map(sample.labels.get, ("function", "le"))),
        ): sample.value
        for family in text_string_to_metric_families(exposition(folder).decode())
        for sample in family.samples
    }


def test_calls_of_all_processes_are_added_up(folder):
    for process in ("functions", "worker 1"):
        tally = SharedFunctionTallies(folder, process).of("thumbnail")
        for seconds, failed in ((0.003, False), (200.0, True)):
            tally.began()
            tally.ended(seconds, failed=failed)
        tally.began()
        tally.never_began()
        tally.throttled()
        tally.started(0.2)
    shown = samples(folder)
    assert shown["invocations_total", "thumbnail"] == 6
    assert shown["errors_total", "thumbnail"] == 4
    assert shown["throttles_total", "thumbnail"] == 2
    assert shown["concurrent_executions", "thumbnail"] == 2
    assert shown["duration_seconds_count", "thumbnail"] == 4
    assert shown["duration_seconds_sum", "thumbnail"] == pytest.approx(400.006)
    assert shown["duration_seconds_bucket", "thumbnail", "180.0"] == 2
    assert shown["duration_seconds_bucket", "thumbnail", "900.0"] == 4
    assert shown["init_duration_seconds_count", "thumbnail"] == 2
    assert shown["init_duration_seconds_sum", "thumbnail"] == pytest.approx(0.4)


@pytest.mark.parametrize("bound", DURATIONS)
def test_a_bound_belongs_to_its_own_bucket(folder, bound):
    tally = SharedFunctionTallies(folder, "functions").of("f")
    tally.began()
    tally.ended(bound, failed=False)
    assert samples(folder)["duration_seconds_bucket", "f", str(float(bound))] == 1


def test_what_a_process_was_at_ends_with_it_and_what_it_counted_stays(folder):
    before = SharedFunctionTallies(folder, "functions").of("f")
    before.began()
    before.ended(0.1, failed=False)
    before.began()
    SharedFunctionTallies(folder, "functions")
    shown = samples(folder)
    assert shown["concurrent_executions", "f"] == 0
    assert shown["invocations_total", "f"] == 1


def test_labels_are_bounded_and_the_rest_is_added_up_together(folder):
    tallies = SharedFunctionTallies(folder, "functions", most=10)
    for number in range(20):
        tallies.of(f"f{number}").throttled()
    throttles = {key[1]: value for key, value in samples(folder).items() if "throttles" in key[0]}
    assert sum(throttles.values()) == 20
    assert (len(throttles), throttles["(others)"]) == (10, 11)
