"""AWS's limits with the status and body of each (spec: payload-encodings 11, lifecycle 1 and 16).

``aws_limits`` is off by default: then only what has to be held is bounded.
"""

import asyncio
from collections.abc import AsyncIterator

import pytest
from tests.gateway.front import HOST, STAGE, Front, response, running

from octetgate.core.model.api import EndpointConfiguration
from octetgate.core.model.integration import ContentHandling

LIMIT = 10_485_760
OCTETS = "application/octet-stream"
TOO_LONG = (414, "Request-URI Too Long")
OPEN = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", '
    '"Action": "execute-api:Invoke", "Resource": "*"}]}'
)
TOO_LARGE = b"HTTP content length exceeded 10485760 bytes."


@pytest.fixture
async def strict() -> AsyncIterator[Front]:
    """Return a running gateway that keeps AWS's limits."""
    async with running(aws_limits=True) as started:
        yield started


def query(front: Front, length: int) -> str:
    """Return a path whose URL has so many characters."""
    return "/x?" + "q" * (length - len(f"https://{HOST}/{STAGE}/x?"))


@pytest.mark.parametrize("kind, longest", [("EDGE", 8192), ("REGIONAL", 10240)])
async def test_a_long_url_is_414_with_aws_limits(strict: Front, kind, longest):
    endpoint = EndpointConfiguration(types=(kind,))
    strict.deploy(strict.integration("HTTP_PROXY"), endpoint_configuration=endpoint)
    assert (await strict.ask("GET", path=query(strict, longest))).status == 200
    answer = await strict.ask("GET", path=query(strict, longest + 1))
    assert answer.error == TOO_LONG
    assert f"URL: expected at most {longest} characters" in strict.lines[-1]["error"]


@pytest.mark.parametrize("kind, most", [("REGIONAL", 20480), ("PRIVATE", 8000)])
async def test_large_headers_are_431_with_aws_limits(strict: Front, kind, most):
    endpoint = EndpointConfiguration(types=(kind,))
    strict.deploy(strict.integration("HTTP_PROXY"), endpoint_configuration=endpoint, policy=OPEN)
    value = "v" * (most - len(HOST))
    assert (await strict.ask("GET", more=[("X", value)])).status == 200
    answer = await strict.ask("GET", more=[("X", value), ("Y", "v")])
    assert answer.error == (431, "Request Header Fields Too Large")


async def test_without_aws_limits_only_the_door_bounds_heads(front: Front):
    front.deploy(front.integration("HTTP_PROXY"))
    assert (await front.ask("GET", path=query(front, 12_000))).status == 200
    assert (await front.ask("GET", more=[("X", "v" * 30_000)])).status == 200


@pytest.mark.parametrize(
    "path, value, status",
    [("/x?" + "q" * 17_000, "v", b"414"), ("/x", "v" * 66_000, b"431")],
)
@pytest.mark.parametrize("aws_limits", [False, True])
async def test_the_door_says_the_same_status_of_what_is_longer_still(
    aws_limits, path, value, status
):
    async with running(aws_limits=aws_limits) as front:
        front.deploy(front.integration("HTTP_PROXY"))
        reader, writer = await asyncio.open_connection(*front.address)
        head = f"GET /{STAGE}{path} HTTP/1.1\r\nHost: {HOST}\r\nX: {value}\r\n\r\n"
        writer.write(head.encode())
        assert (await reader.readline()).split(b" ")[1] == status
        writer.close()


@pytest.mark.parametrize("kind", ["HTTP", "HTTP_PROXY"])
async def test_a_streamed_upload_is_bounded_only_with_aws_limits(kind):
    for aws_limits, status in ((True, 413), (False, 200)):
        async with running(aws_limits=aws_limits) as front:
            front.deploy(front.integration(kind), (OCTETS,))
            front.backend.returns(b"{}", "application/json")
            fits = await front.ask(body=bytes(LIMIT), content_type=OCTETS, accept="text/plain")
            assert fits.status == 200
            answer = await front.ask(
                body=bytes(LIMIT + 1), content_type=OCTETS, accept="text/plain"
            )
            assert answer.status == status
            assert (answer.body == TOO_LARGE) is aws_limits


@pytest.mark.parametrize("kind", ["HTTP", "HTTP_PROXY"])
async def test_a_streamed_answer_is_bounded_only_with_aws_limits(kind):
    for aws_limits, status in ((True, 500), (False, 200)):
        async with running(aws_limits=aws_limits) as front:
            front.deploy(front.integration(kind), ("*/*",))
            front.backend.returns(bytes(LIMIT), OCTETS)
            assert (await front.ask("GET", accept=OCTETS)).status == 200
            front.backend.returns(bytes(LIMIT + 1), OCTETS)
            answer = await front.ask("GET", accept=OCTETS)
            assert answer.status == status
            if aws_limits:
                assert answer.error == (500, "Internal server error")


async def test_a_streaming_method_answers_without_bound(strict: Front):
    proxy = strict.integration("HTTP_PROXY", response_transfer_mode="STREAM")
    strict.deploy(proxy, ("*/*",))
    strict.backend.returns(bytes(LIMIT + 1), OCTETS)
    assert len((await strict.ask("GET", accept=OCTETS)).body) == LIMIT + 1


async def test_an_answer_that_a_template_reads_is_bounded_always(front: Front):
    handling = ContentHandling.CONVERT_TO_TEXT
    responses = {"200": response(handling=handling, templates={"application/json": "$input.body"})}
    front.deploy(front.integration("HTTP", integration_responses=responses))
    front.backend.returns(b"x" * LIMIT, "text/plain")
    assert (await front.ask("GET")).status == 200
    front.backend.returns(b"x" * (LIMIT + 1), "text/plain")
    assert (await front.ask("GET")).error == (500, "Internal server error")


async def test_a_loop_of_a_template_is_bounded_always(front: Front):
    text = '#foreach($i in [1..%d])#end{"statusCode": 200}'
    for rounds, status in ((1000, 200), (1001, 500)):
        templates = {"application/json": text % rounds}
        front.deploy(front.integration("MOCK", request_templates=templates))
        assert (await front.ask("GET")).status == status
