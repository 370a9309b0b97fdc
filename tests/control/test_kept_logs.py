"""The pages of functions' and stages' logs on a real socket."""

from types import SimpleNamespace
from urllib.parse import urlencode

import pytest
from tests.control.serving import call, served

from octetgate.adapters.stores import memory
from octetgate.adapters.telemetry.log_files import LogFiles
from octetgate.control.app import application
from octetgate.control.calls import ControlSettings

LINES = b"2026-01-31T12:00:00.000Z one\n2026-01-31T12:00:01.000Z two\n"


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    folder = tmp_path_factory.mktemp("logs")
    (folder / "gone.log").write_bytes(LINES)
    group = folder / "execution" / "API-Gateway-Execution-Logs_a1"
    (group / "prod").mkdir(parents=True)
    (group / "prod.log").write_bytes(LINES)
    (group / "prod" / "Canary.log").write_bytes(LINES[:29])
    store = memory.open("memory://")
    app = application(
        store,
        SimpleNamespace(),
        ControlSettings(),
        health=lambda: {"status": "ok"},
        logs=LogFiles(folder),
        execution_logs=LogFiles(folder / "execution"),
    )
    with served(app) as port:
        yield port
    store.close()


def asked(port, name, headers=None, **query):
    target = f"/_octetgate/functions/{name}/logs?{urlencode(query)}"
    status, _, body = call(port, "GET", target, headers=headers or {})
    return status, body


@pytest.mark.parametrize(
    "name", ["gone", "gone:alias", "arn:aws:lambda:eu-west-1:111122223333:function:gone"]
)
def test_a_log_outlives_its_function(port, name):
    assert asked(port, name) == (200, LINES)


def test_lines_can_be_asked_for_from_a_time_on(port):
    assert asked(port, "gone", since="2026-01-31T12:00:01Z") == (200, LINES[29:])


@pytest.mark.parametrize(
    "name, query, status, message",
    [
        ("other", {}, 404, "Function not found: other"),
        ("gone%2F..%2Fgone", {}, 404, ""),
        ("gone", {"since": "5m"}, 400, "since: expected a UTC time such as 2026-01-31T12:00:00Z; found '5m'"),
        ("gone", {"follow": "maybe"}, 400, "follow: expected true or false; found 'maybe'"),
    ],
)  # fmt: skip
def test_what_cannot_be_shown_is_refused_with(port, name, query, status, message):
    found, body = asked(port, name, **query)
    assert found == status
    if message:
        assert body == {"message": message}


def test_another_site_reads_no_logs(port):
    assert asked(port, "gone", headers={"Sec-Fetch-Site": "cross-site"})[0] == 403


def of_stage(port, api, stage, **query):
    target = f"/_octetgate/apis/{api}/stages/{stage}/logs?{urlencode(query)}"
    status, _, body = call(port, "GET", target)
    return status, body


def test_a_stages_log_is_read_like_a_functions(port):
    assert of_stage(port, "a1", "prod") == (200, LINES)
    assert of_stage(port, "a1", "prod", since="2026-01-31T12:00:01Z") == (200, LINES[29:])
    assert of_stage(port, "a1", "prod", canary="true") == (200, LINES[:29])


@pytest.mark.parametrize(
    "api, stage, query, status",
    [
        ("a1", "other", {}, 404),
        ("a1", "..", {}, 404),
        ("a1", "prod%2F..%2Fprod", {}, 404),
        ("a1", "prod", {"follow": "maybe"}, 400),
        ("a1", "prod", {"canary": "maybe"}, 400),
    ],
)
def test_a_stages_log_that_cannot_be_shown_is_refused(port, api, stage, query, status):
    assert of_stage(port, api, stage, **query)[0] == status
