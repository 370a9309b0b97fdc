import json
import socket
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from octetgate.cli.commands import app
from octetgate.cli.doctor import Verdict, examine
from octetgate.server.build import open_store
from octetgate.server.settings import Settings


@pytest.fixture
def settings(tmp_path):
    return Settings(data=tmp_path / "data", port=0, admin_port=0)


def findings(settings, endpoint):
    return {each.about: each for each in examine(settings, endpoint)}


def test_a_fresh_set_up_has_nothing_bad(settings, free_port):
    found = findings(settings, f"http://127.0.0.1:{free_port}")
    assert [each for each in found.values() if each.verdict is Verdict.BAD] == []
    assert found["store"].remedy == "serve makes it"
    assert found["management"].remedy == "start it: octetgate serve"


def test_the_node_that_functions_would_run_in_is_asked_for_its_version(
    settings, tmp_path, free_port
):
    program = tmp_path / "some-node"
    program.write_text("#!/bin/sh\necho v99.1.2\n")
    program.chmod(0o755)
    found = findings(replace(settings, node=str(program)), f"http://127.0.0.1:{free_port}")[
        "Node.js"
    ]
    assert (found.verdict, found.found) == (Verdict.GOOD, "99.1.2")


def test_a_missing_node_is_worth_a_note_and_comes_with_what_to_do(settings, free_port):
    found = findings(replace(settings, node="no-such-node"), f"http://127.0.0.1:{free_port}")[
        "Node.js"
    ]
    assert (found.verdict, found.found) == (Verdict.NOTE, "no program 'no-such-node'")
    assert "--node" in found.remedy


def test_the_isolation_in_force_is_told(settings, free_port):
    found = findings(settings, f"http://127.0.0.1:{free_port}")["isolation"]
    assert found.verdict in (Verdict.GOOD, Verdict.NOTE)
    assert found.found.startswith("process: ")


def test_bubblewrap_that_was_asked_for_and_is_not_to_be_had_is_bad(
    settings, free_port, monkeypatch
):
    monkeypatch.setenv("PATH", "/nowhere")
    asking = replace(settings, isolation="bubblewrap")
    found = findings(asking, f"http://127.0.0.1:{free_port}")["isolation"]
    assert found.verdict is Verdict.BAD
    assert "expected bubblewrap to work here" in found.found
    assert "bubblewrap" in found.remedy


def test_a_taken_port_comes_with_what_to_do(settings, free_port):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        found = findings(replace(settings, port=port), f"http://127.0.0.1:{free_port}")
    assert found["port"].verdict is Verdict.BAD
    assert "--port" in found["port"].remedy


def test_a_store_that_is_no_store_comes_with_what_to_do(settings, free_port):
    settings.data.mkdir()
    (settings.data / "octetgate.db").write_bytes(b"not a database, but long enough for one" * 50)
    found = findings(settings, f"http://127.0.0.1:{free_port}")
    assert found["store"].verdict is Verdict.BAD
    assert "--store" in found["store"].remedy


def test_a_store_is_good_when_it_is_at_the_present_schema(settings, free_port):
    settings.data.mkdir()
    open_store(settings.store_url).close()
    found = findings(settings, f"http://127.0.0.1:{free_port}")
    assert found["store"].verdict is Verdict.GOOD


def test_a_data_folder_inside_a_file_is_bad(settings, tmp_path, free_port):
    (tmp_path / "data").write_text("")
    found = findings(settings, f"http://127.0.0.1:{free_port}")
    assert found["data folder"].verdict is Verdict.BAD


def test_every_bad_finding_has_a_remedy(settings, tmp_path, free_port):
    (tmp_path / "data").write_text("")
    for each in findings(settings, f"http://127.0.0.1:{free_port}").values():
        if each.verdict is Verdict.BAD:
            assert each.remedy


def test_findings_are_told_as_json(tmp_path, free_port):
    told = CliRunner().invoke(
        app,
        [
            *("doctor", "--data", str(tmp_path / "data"), "--port", "0", "--admin-port", "0"),
            *("--endpoint", f"http://127.0.0.1:{free_port}", "--json"),
        ],
    )
    found = {each["about"]: each for each in json.loads(told.stdout)}
    assert (found["store"]["verdict"], found["store"]["remedy"]) == ("note", "serve makes it")
