"""Many calls at once through a whole octetgate: all are answered, as many as may run are run."""

import asyncio
import urllib.parse
from collections import Counter

import pytest
from tests.adapters.runners.lambdas import zipped
from tests.journeys.building import build_api, build_function, lambda_uri
from tests.soak import call

SLOW = """
import time
def handler(event, context):
    time.sleep(0.1)
    return {"statusCode": 200, "body": event["body"]}
"""
WAITS = """
import socket
def handler(event, context):
    with socket.create_connection(("127.0.0.1", int(event["body"]))) as gate:
        gate.recv(1)  # until it is closed at the other end
    return {"statusCode": 200, "body": event["body"]}
"""


@pytest.fixture(scope="module")
def url(octetgate):
    routes = {}
    for name, code in (("slow", SLOW), ("waits", WAITS)):
        arn = build_function(octetgate, name, zipped({"handler.py": code}), Timeout=30)
        routes[name] = {"type": "AWS_PROXY", "uri": lambda_uri(arn)}
    octetgate.functions.put_function_concurrency(
        FunctionName="waits", ReservedConcurrentExecutions=5
    )
    return octetgate.invoke_url(build_api(octetgate, routes), "test")


async def one(url, path, body):
    """Return the status of one call on a connection of its own; a 200 has its own body."""
    parts = urllib.parse.urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        return await call(reader, writer, parts.path + path, body)
    finally:
        writer.close()


async def test_two_hundred_calls_of_a_slow_function_are_all_answered(url):
    found = await asyncio.gather(*(one(url, "slow", b"%d" % number) for number in range(200)))
    assert Counter(found) == {200: 200}


async def test_beyond_the_reserved_concurrency_calls_are_500_as_on_aws(url):
    fifteen_are_answered = asyncio.Event()

    async def hold(reader, writer):
        del reader
        await fifteen_are_answered.wait()
        writer.close()

    found = []

    async def count(port):
        found.append(await one(url, "waits", port))
        if len(found) == 15:
            fifteen_are_answered.set()

    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    async with server:
        port = b"%d" % server.sockets[0].getsockname()[1]
        async with asyncio.timeout(60), asyncio.TaskGroup() as group:
            for _ in range(20):
                group.create_task(count(port))
    assert found == [500] * 15 + [200] * 5
