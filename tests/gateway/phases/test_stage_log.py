"""A stage's access log in its own words (spec: request-lifecycle 17)."""

import json
import re
from collections.abc import Callable

import pytest
from msgspec.structs import replace
from tests.gateway.builders import API, World, http_proxy, mock, resource

from octetgate.core.model.stage import AccessLogSettings
from octetgate.core.ports.stage_logs import BadDestination
from octetgate.core.ports.store import STAGES
from octetgate.core.ports.upstream import UpstreamTimeout


class FakeLogs:
    """One destination, ``here``."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def open(self, destination: str) -> Callable[[str], None]:
        if destination != "here":
            raise BadDestination(f"expected here, found {destination}")
        return self.lines.append


def world(text: str | None, destination: str | None = "here") -> World:
    made = World(logs=FakeLogs())
    made.deploy(
        resource("/pets/{id}", http_proxy(), "POST"), resource("/m", mock()), variables={"v": "1"}
    )
    settings = AccessLogSettings(destination_arn=destination, format=text)
    with made.store.write() as writing:
        stage = writing.get(STAGES, f"{API}/s")
        writing.put(STAGES, f"{API}/s", replace(stage, access_log_settings=settings))
    return made


CLF = (
    "$context.identity.sourceIp $context.identity.caller $context.identity.user "
    '[$context.requestTime] "$context.httpMethod $context.resourcePath $context.protocol" '
    "$context.status $context.responseLength $context.requestId"
)


async def test_the_common_log_format_of_the_documentation():
    asked = world(CLF)
    answer = await asked.call("POST", "/pets/7")
    (line,) = asked.logs.lines
    assert re.fullmatch(
        r"203\.0\.113\.9 - - \[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d \+0000\] "
        rf'"POST /pets/{{id}} HTTP/1\.1" 200 2 {answer.headers.get("x-amzn-requestid")}',
        line,
    )


@pytest.mark.parametrize(
    "name, said",
    [
        ("stage", "s"),
        ("apiId", API),
        ("integrationStatus", "200"),
        ("integration.status", "200"),
        ("integration.responseTransferMode", "BUFFERED"),
        ("integration.error", "-"),
        ("error.message", "-"),
        ("identity.userAgent", "curl"),
        ("isCanaryRequest", "-"),
        ("nothing.at.all", "-"),
        ("identity", "-"),
    ],
)
async def test_what_a_variable_says(name, said):
    asked = world(f"$context.{name}")
    await asked.call("POST", "/pets/7", User_Agent="curl")
    assert asked.logs.lines == [said]


@pytest.mark.parametrize("name", ["responseLatency", "integrationLatency", "integration.latency"])
async def test_latencies_are_whole_milliseconds(name):
    asked = world(f"$context.{name}")
    await asked.call("POST", "/pets/7")
    assert re.fullmatch(r"\d+", asked.logs.lines[0])


async def test_a_call_without_an_integration_has_no_integration_latency():
    asked = world("$context.integrationLatency $context.integrationStatus")
    await asked.call("GET", "/nowhere")
    assert asked.logs.lines == ["- -"]


async def test_a_refusal_says_why():
    asked = world(
        "$context.status $context.error.responseType $context.error.message "
        "$context.error.messageString $context.integrationErrorMessage"
    )
    asked.upstream.answer = UpstreamTimeout("nothing for 29 s")
    await asked.call("POST", "/pets/7")
    message = "Endpoint request timed out"
    said = f'504 INTEGRATION_TIMEOUT {message} "{message}" nothing for 29 s'
    assert asked.logs.lines == [said]


async def test_what_a_client_sends_stays_inside_its_quotes():
    asked = world('{"agent": "$context.identity.userAgent", "path": "$context.path"}')
    await asked.call("POST", '/pets/"7', User_Agent='x", "status": "200\\')
    (line,) = asked.logs.lines
    told = json.loads(line)
    assert told["agent"] == 'x", "status": "200\\'
    assert set(told) == {"agent", "path"}


async def test_only_context_variables_mean_something():
    asked = world("$stageVariables.v $method.request.header.Host $context.stage")
    await asked.call("POST", "/pets/7")
    assert asked.logs.lines == ["- - s"]


@pytest.mark.parametrize("text, destination", [(None, "here"), (CLF, None)])
async def test_without_a_format_or_a_destination_nothing_is_written(text, destination):
    asked = world(text, destination)
    assert (await asked.call("POST", "/pets/7")).status == 200
    assert asked.logs.lines == []


async def test_a_destination_that_is_none_is_named_and_calls_are_answered(caplog):
    asked = world(CLF, "there")
    assert (await asked.call("POST", "/pets/7")).status == 200
    assert "expected here, found there" in caplog.text
