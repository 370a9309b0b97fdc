import subprocess
import sys

import pytest
from typer.testing import CliRunner

from octetgate.cli.commands import app
from octetgate.cli.console import Trouble
from octetgate.server.settings import ClientSettings, Settings, flag, known


def run(*arguments):
    return CliRunner().invoke(app, arguments)


def test_every_promised_command_is_there():
    shown = run("--help").output
    for command in ("serve", "demo", "functions", "invoke", "doctor", "--version"):
        assert command in shown
    shown = run("functions", "--help").output
    for command in ("create", "list", "blueprints", "delete", "invoke"):
        assert command in shown


@pytest.mark.parametrize("command", ["serve", "demo", "doctor"])
def test_every_setting_is_a_flag(command, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    shown = run(command, "--help").output
    assert [each.name for each in known(Settings) if flag(each.name) not in shown] == []


def test_client_commands_take_the_endpoint_and_not_the_servers_flags():
    shown = run("functions", "list", "--help").output
    assert [flag(each.name) in shown for each in known(ClientSettings)] == [True]
    assert "--port" not in shown


@pytest.mark.parametrize(
    "arguments, words",
    [
        (("serve", "--port", "many"), "--port: expected a port number"),
        (("serve", "--config", "/nowhere.toml"), "found nothing at /nowhere.toml"),
        (("functions", "list", "--endpoint", "here"), "--endpoint: expected a URL"),
        (("functions", "create", "f"), "expected --blueprint B, or --folder DIR"),
        (
            ("functions", "create", "f", "--blueprint", "nope"),
            "expected one of echo-binary, hello-world-python, image-processing-service",
        ),
        (("functions", "create", "f", "--folder", "/nowhere"), "--folder: expected a folder"),
        (("functions", "create", "f", "--folder", "."), "--handler: expected module.function"),
        (("functions", "invoke", "f", "--data", "{"), "--data: expected JSON"),
        (("functions", "invoke", "f", "--data", "@/nowhere"), "--data: expected a file"),
    ],
)
def test_what_cannot_be_done_is_told_with_the_name_of_the_option(arguments, words):
    outcome = run(*arguments)
    assert isinstance(outcome.exception, Trouble)
    assert words in str(outcome.exception)


def test_an_endpoint_where_nobody_answers_is_told_with_what_to_do(free_port):
    outcome = run("functions", "list", "--endpoint", f"http://127.0.0.1:{free_port}")
    assert isinstance(outcome.exception, Trouble)
    assert "start `octetgate serve`" in str(outcome.exception)
    assert "OCTETGATE_ENDPOINT" in str(outcome.exception)


def test_trouble_is_one_line_on_standard_error_and_status_1():
    done = subprocess.run(
        [sys.executable, "-m", "octetgate", "serve", "--workers", "-1"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == (
        "octetgate: --workers: expected a whole number from 0 to 256; found '-1'\n"
    )
    assert done.stdout == ""


def test_the_blueprints_are_listed_with_what_they_do():
    shown = run("functions", "blueprints").output
    assert "image-processing-service" in shown


def test_a_start_loads_nothing_that_only_other_commands_or_processes_need():
    script = (
        "import sys\n"
        "import octetgate.cli.main, octetgate.server.run, octetgate.adapters.stores.sqlite\n"
        "from octetgate.server.build import open_store\n"
        "heavy = {'typer', 'pydantic', 'boto3', 'rich', 'pyvips', 'alembic', 'uvicorn'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
