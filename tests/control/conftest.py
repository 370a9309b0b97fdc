"""A management port on a real socket, and the real boto3 talking to it."""

import time
from collections.abc import Iterator
from functools import partial
from types import SimpleNamespace

import boto3
import botocore.config
import pytest
from tests.control.exercised import Answered, promised
from tests.control.functions import FakeFunctions
from tests.control.objects import Objects
from tests.control.rehearsals import Auditioning, Played
from tests.control.serving import call, served

from octetgate.adapters.certificates import self_signed
from octetgate.adapters.meters.usage import KeptUsage
from octetgate.adapters.stores import memory
from octetgate.control.app import application
from octetgate.control.calls import ControlSettings


class Clock:
    """The time, unless a test has stopped it."""

    stopped_at: float | None = None

    def __call__(self):
        return time.time() if self.stopped_at is None else self.stopped_at


@pytest.fixture(scope="session")
def management(tmp_path_factory) -> Iterator[SimpleNamespace]:
    """Return a management port for the whole session; tests make APIs of their own."""
    store = memory.open("memory://")
    functions = FakeFunctions()
    problems: list[str] = []
    played, auditions = Played(), Auditioning()
    truststores = Objects()
    usage = KeptUsage(tmp_path_factory.mktemp("meters") / "usage")
    clock = Clock()
    app = application(
        store,
        functions,
        ControlSettings(
            hot_reload=True, issue_certificate=self_signed.issue, truststores=truststores
        ),
        health=lambda: {"status": "ok"},
        check_deployment=lambda _: list(problems),
        rehearse=played.play,
        audit=auditions.play,
        usage=usage,
        clock=clock,
    )
    with served(app) as port:
        yield SimpleNamespace(
            url=f"http://127.0.0.1:{port}",
            port=port,
            store=store,
            functions=functions,
            problems=problems,
            played=played,
            auditions=auditions,
            usage=usage,
            truststores=truststores,
            clock=clock,
        )


@pytest.fixture(scope="session")
def answered():
    """Return what boto3 was answered."""
    return Answered()


@pytest.fixture(autouse=True)
def calls_what_the_table_says(request, answered):
    """Fail a test that stands in the table of operations and did not call its own."""
    answered.take()
    yield
    assert promised(request.node) - answered.take() == set()


@pytest.fixture(scope="session")
def client(management, answered):
    """Return a maker of boto3 clients."""

    def made(service, *, key="test", region="eu-west-1"):
        client = boto3.client(
            service,
            endpoint_url=management.url,
            region_name=region,
            aws_access_key_id=key,
            aws_secret_access_key="secret",
            config=botocore.config.Config(
                retries={"total_max_attempts": 1}, parameter_validation=False
            ),
        )
        answered.watch(client)
        return client

    return made


@pytest.fixture(scope="session")
def gw(client):
    """Return the client of API Gateway."""
    return client("apigateway")


@pytest.fixture(scope="session")
def lam(client):
    """Return the client of Lambda."""
    return client("lambda")


@pytest.fixture
def api(gw):
    """Return a fresh API, with the ids that every call needs."""
    made = gw.create_rest_api(name="pets")
    return SimpleNamespace(id=made["id"], root=made["rootResourceId"])


@pytest.fixture
def post(gw, api):
    """Return the place of a POST method on a fresh API's root, as keyword arguments."""
    place = {"restApiId": api.id, "resourceId": api.root, "httpMethod": "POST"}
    gw.put_method(**place, authorizationType="NONE")
    return place


@pytest.fixture
def mocked(gw, post):
    """Return the place of a POST method with a MOCK integration."""
    gw.put_integration(**post, type="MOCK")
    return post


@pytest.fixture(scope="session")
def call_raw(management):
    """Return a plain HTTP call to the port: (status, headers, JSON body or bytes)."""
    return partial(call, management.port)
