"""What processes add up, and what Prometheus reads of it."""

import json
import os
import re
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from octetgate.adapters.telemetry.exposition import exposition
from octetgate.adapters.telemetry.function_metrics import SharedFunctionTallies
from octetgate.adapters.telemetry.metrics import CallTallies
from octetgate.adapters.telemetry.rows import Rows
from octetgate.core.ports.metrics import LATENCIES, Subject

PROJECT = Path(__file__).parents[3]
STAGE = Subject("abcdefghij", "prod")


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "metrics"


def samples(folder) -> dict[tuple[str, ...], float]:
    """Return what is shown, by name and the values of its labels that are not empty."""
    order = (*Subject._fields, "status_class", "le")
    return {
        (sample.name, *filter(None, map(sample.labels.get, order))): sample.value
        for family in text_string_to_metric_families(exposition(folder).decode())
        for sample in family.samples
    }


def add(folder, process: str, *calls: tuple) -> None:
    tally = CallTallies(folder, process).of(STAGE)
    for call in calls:
        tally.add(*call)


def test_calls_of_all_processes_are_added_up(folder):
    add(folder, "worker 1", (200, 0.003, 0.002, 10, 100, ""), (404, 0.2, 0, 0, 7, "miss"))
    add(folder, "worker 2", (200, 0.003, 0, 5, 1, "hit"), (0, 40, 39, 0, 0, ""))
    shown = samples(folder)
    requests = {key[-1]: value for key, value in shown.items() if "requests" in key[0]}
    assert requests == {"2xx": 2, "4xx": 1, "none": 1}
    of_stage = ("abcdefghij", "prod")
    assert shown["octetgate_request_body_bytes_total", *of_stage] == 15
    assert shown["octetgate_response_body_bytes_total", *of_stage] == 108
    assert shown["octetgate_cache_hits_total", *of_stage] == 1
    assert shown["octetgate_cache_misses_total", *of_stage] == 1
    assert shown["octetgate_request_duration_seconds_count", *of_stage] == 4
    assert shown["octetgate_request_duration_seconds_sum", *of_stage] == pytest.approx(40.206)
    assert shown["octetgate_request_duration_seconds_bucket", *of_stage, "0.005"] == 2
    assert shown["octetgate_request_duration_seconds_bucket", *of_stage, "29.0"] == 3
    assert shown["octetgate_request_duration_seconds_bucket", *of_stage, "+Inf"] == 4
    assert shown["octetgate_integration_duration_seconds_count", *of_stage] == 2


@pytest.mark.parametrize("bound", LATENCIES)
def test_a_bound_belongs_to_its_own_bucket(folder, bound):
    add(folder, "worker 1", (200, bound, 0, 0, 0, ""))
    bucket = ("octetgate_request_duration_seconds_bucket", "abcdefghij", "prod")
    assert samples(folder)[*bucket, str(float(bound))] == 1


def test_a_process_that_starts_again_goes_on_counting(folder):
    for _ in range(3):
        add(folder, "worker 1", (200, 0.1, 0, 0, 0, ""))
    assert samples(folder)["octetgate_requests_total", "abcdefghij", "prod", "2xx"] == 3


def test_a_killed_process_has_counted_what_it_counted(folder):
    pid = os.fork()
    if not pid:
        add(folder, "worker 1", (200, 0.1, 0, 0, 0, ""), (200, 0.1, 0, 0, 0, ""))
        os.kill(os.getpid(), 9)
    os.waitpid(pid, 0)
    assert samples(folder)["octetgate_requests_total", "abcdefghij", "prod", "2xx"] == 2


def test_who_is_never_called_is_not_shown(folder):
    CallTallies(folder, "worker 1").of(STAGE)
    assert samples(folder) == {}


def test_labels_are_bounded_and_the_rest_is_added_up_together(folder):
    tallies = CallTallies(folder, "worker 1", most=10)
    for number in range(20):
        tallies.of(Subject(f"api{number}", "prod")).add(200, 0.1, 0, 0, 0, "")
    tallies.of(Subject("a", "s", "/" + "x" * 2000, "GET")).add(200, 0.1, 0, 0, 0, "")
    requests = {
        key[1]: value for key, value in samples(folder).items() if key[0].endswith("requests_total")
    }
    assert sum(requests.values()) == 21
    assert (len(requests), requests["(others)"]) == (10, 12)


def test_text_in_labels_stays_text(folder):
    subject = Subject('a"b\\c\n', "prod", "/é", "GET")
    CallTallies(folder, "worker 1").of(subject).add(200, 0.1, 0, 0, 0, "")
    assert samples(folder)["octetgate_requests_total", *subject, "2xx"] == 1


def test_a_row_that_is_being_named_is_not_there_yet(folder):
    rows = Rows(folder / "x", 2, rows=2)
    numbers = rows.row({"a": "1"})
    assert numbers is not None
    assert rows.row({"a": "2"}) is not None
    assert rows.row({"a": "3"}) is None
    numbers[1] += 2.5
    assert list(rows.row({"a": "1"})) == [0.0, 2.5]


def test_the_dashboard_asks_for_metrics_and_labels_that_there_are(folder):
    calls = CallTallies(folder, "worker 1").of(STAGE)
    calls.add(200, 0.1, 0.1, 1, 1, "hit")
    SharedFunctionTallies(folder, "functions").of("f").throttled()
    families = list(text_string_to_metric_families(exposition(folder).decode()))
    shown = {sample.name for family in families for sample in family.samples}
    labels = {label for family in families for sample in family.samples for label in sample.labels}
    dashboard = json.loads((PROJECT / "examples/grafana/octetgate.json").read_text())
    asked = " ".join(each["expr"] for panel in dashboard["panels"] for each in panel["targets"])
    assert set(re.findall(r"octetgate_\w+", asked)) <= shown
    assert set(re.findall(r"(\w+)(?==~|!=|=\")", asked)) <= labels
