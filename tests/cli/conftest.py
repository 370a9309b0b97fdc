import socket
from types import SimpleNamespace

import boto3
import pytest
from tests.control.functions import FakeFunctions
from tests.control.serving import served
from typer.testing import CliRunner

from octetgate.adapters.certificates import self_signed
from octetgate.adapters.stores import memory
from octetgate.cli.commands import app
from octetgate.cli.console import Trouble
from octetgate.control.app import application
from octetgate.control.calls import ControlSettings


@pytest.fixture
def free_port():
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def management():
    """A management port for the commands of a whole session, and boto3's clients of it."""
    made = application(
        memory.open("memory://"),
        FakeFunctions(),
        ControlSettings(hot_reload=True, issue_certificate=self_signed.issue),
        health=lambda: {"status": "ok", "gateway": "http://gateway.example:8080"},
    )
    with served(made) as port:
        url = f"http://127.0.0.1:{port}"

        def client(service):
            return boto3.client(
                service,
                endpoint_url=url,
                region_name="us-east-1",
                aws_access_key_id="test",
                aws_secret_access_key="test",
            )

        yield SimpleNamespace(url=url, gw=client("apigateway"), lam=client("lambda"))


@pytest.fixture
def run(management):
    """Run a command against it; return what it printed, or raise what it complains of."""
    return runs(management.url)


@pytest.fixture
def bare():
    """Likewise, against a management port that has nothing yet."""
    health = {"status": "ok", "gateway": "http://gateway.example:8080"}
    made = application(
        memory.open("memory://"), FakeFunctions(), ControlSettings(), health=lambda: health
    )
    with served(made) as port:
        yield runs(f"http://127.0.0.1:{port}")


def runs(endpoint):
    runner = CliRunner()

    def run(*words):
        result = runner.invoke(app, [*map(str, words), "--endpoint", endpoint])
        if isinstance(result.exception, Trouble):
            raise result.exception
        assert result.exit_code == 0, result.output + repr(result.exception)
        return SimpleNamespace(out=result.stdout, err=result.stderr)

    return run
