"""A gateway whose AWS services are moto's server, and boto3 to look at it from the other side."""

from collections.abc import AsyncIterator, Iterator

import boto3
import pytest
from moto.server import ThreadedMotoServer
from tests.gateway.front import Front, running

from octetgate.adapters.aws.services import AwsSettings

KEYS = ("AKIAEXAMPLE", "secret")


@pytest.fixture(scope="session")
def moto() -> Iterator[str]:
    """Return the URL of a server that stands in for every AWS service."""
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="session")
def client(moto):
    """Return what makes boto3 clients of that server."""
    made = {}

    def of(service):
        if service not in made:
            made[service] = boto3.client(
                service,
                endpoint_url=moto,
                region_name="us-east-1",
                aws_access_key_id=KEYS[0],
                aws_secret_access_key=KEYS[1],
            )
        return made[service]

    return of


@pytest.fixture
async def front(moto) -> AsyncIterator[Front]:
    """Return a running gateway whose AWS integrations go to that server."""
    settings = AwsSettings(
        endpoint_url=moto, access_key_id=KEYS[0], secret_access_key=KEYS[1], session_token="token"
    )
    async with running(settings) as started:
        yield started
