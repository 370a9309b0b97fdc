import asyncio
import base64
import json

import pytest
from tests.gateway.builders import FUNCTION, World, aws, resource, responses

from octetgate.core.model.integration import (
    ContentHandling,
    IntegrationResponse,
    PassthroughBehavior,
)
from octetgate.core.ports.functions import (
    FunctionNotFound,
    InvocationType,
    InvokeDenied,
    Outcome,
    PayloadTooLarge,
    TooManyInvocations,
)

PNG = b"\x89PNG\r\n\x1a\n\x00\xff"
TEMPLATE = '{\n  "operation": "thumbnail",\n  "base64Image": "$input.body"\n}'


def article(**members) -> World:
    """Return the launch article's API."""
    world = World()
    integration = aws(
        request_templates={"image/png": TEMPLATE},
        passthrough_behavior=PassthroughBehavior.WHEN_NO_TEMPLATES,
        **members,
    )
    world.deploy(resource("/", integration, verb="POST"), binary=("image/png",))
    world.functions.answer = returned(base64.b64encode(PNG).decode())
    return world


def returned(value: object, **members) -> Outcome:
    return Outcome(status=200, payload=json.dumps(value).encode(), **members)


async def test_scenario_1_a_png_becomes_an_event_and_the_answer_a_png():
    world = article()
    answer = await world.call("POST", "/", PNG, Content_Type="image/png", Accept="image/png")
    (invocation,) = world.functions.invoked
    assert json.loads(invocation.payload) == {
        "operation": "thumbnail",
        "base64Image": base64.b64encode(PNG).decode(),
    }
    assert (answer.status, answer.data) == (200, PNG)
    assert answer.headers.get("Content-Type") == "application/json"
    assert answer.line["requestPayload"]["rule"].startswith("request row 9")
    assert answer.line["responsePayload"]["rule"].startswith("response row 7")


async def test_scenario_2_other_types_are_refused():
    world = article()
    answer = await world.call("POST", "/", PNG, Content_Type="image/jpeg", Accept="image/png")
    assert (answer.status, answer.message) == (415, {"message": "Unsupported Media Type"})
    assert world.functions.invoked == []


async def test_scenario_3_a_text_client_gets_the_quoted_string():
    world = article()
    answer = await world.call("POST", "/", PNG, Content_Type="image/png", Accept="*/*")
    assert answer.data == world.functions.answer.payload


async def test_scenario_4_convert_to_binary_gives_bytes_to_any_client():
    world = article(
        integration_responses=responses(content_handling=ContentHandling.CONVERT_TO_BINARY)
    )
    answer = await world.call("POST", "/", PNG, Content_Type="image/png", Accept="a/b")
    assert answer.data == PNG


async def test_scenario_5_an_error_for_a_client_that_wants_a_picture_is_a_500():
    world = article()
    world.functions.answer = returned({"errorMessage": "boom"}, function_error="Unhandled")
    answer = await world.call("POST", "/", PNG, Content_Type="image/png", Accept="image/png")
    assert answer.status == 500


async def test_a_result_that_is_nested_too_deep_to_be_read_has_no_error_message():
    world = article()
    deep = b'{"a":' * 5000 + b"1" + b"}" * 5000
    world.functions.answer = Outcome(status=200, payload=deep)
    answer = await world.call("POST", "/", PNG, Content_Type="image/png", Accept="*/*")
    assert (answer.status, answer.data) == (200, deep)


async def test_scenario_5_with_a_pattern_the_error_is_mapped():
    world = article(
        integration_responses={
            "200": IntegrationResponse(status_code="200"),
            "400": IntegrationResponse(
                status_code="400",
                selection_pattern=".+",
                content_handling=ContentHandling.CONVERT_TO_TEXT,
            ),
        }
    )
    world.functions.answer = returned({"errorMessage": "boom"}, function_error="Unhandled")
    answer = await world.call("POST", "/", PNG, Content_Type="image/png", Accept="image/png")
    assert (answer.status, answer.message) == (400, {"errorMessage": "boom"})
    assert "boom" in answer.line["error"]


async def test_the_function_is_asked_in_the_methods_name():
    world = article()
    await world.call("POST", "/", PNG, Content_Type="image/png")
    (invocation,) = world.functions.invoked
    assert invocation.function == FUNCTION
    assert invocation.source_arn == "arn:aws:execute-api:us-east-1:000000000000:abcdefghij/s/POST/"


@pytest.mark.parametrize(
    "error, status, message",
    [
        (InvokeDenied("no permission"), 500, "Internal server error"),
        (FunctionNotFound("gone"), 500, "Internal server error"),
        (TooManyInvocations("busy"), 500, "Internal server error"),
        (PayloadTooLarge("big"), 413, "Request Too Long"),
    ],
)
async def test_what_lambda_refuses_is_an_error_of_the_api(error, status, message):
    world = article()
    world.functions.answer = error
    answer = await world.call("POST", "/", PNG, Content_Type="image/png")
    assert (answer.status, answer.message) == (status, {"message": message})
    assert error.code in answer.line["error"]


async def test_a_slow_function_is_a_timeout():
    world = article(timeout_in_millis=50)

    async def slow(_):
        await asyncio.sleep(60)

    world.functions.invoke = slow
    answer = await world.call("POST", "/", PNG, Content_Type="image/png")
    assert (answer.status, answer.message) == (504, {"message": "Endpoint request timed out"})


async def test_each_call_of_a_method_waits_for_its_own_time_and_no_longer():
    world = article(timeout_in_millis=50)
    asked, answered = [], world.functions.invoke

    async def invoke(invocation):
        asked.append(invocation)
        await asyncio.sleep(60 if len(asked) in {1, 3} else 0)
        return await answered(invocation)

    world.functions.invoke = invoke
    calls = [world.call("POST", "/", PNG, Content_Type="image/png") for _ in range(4)]
    assert [answer.status for answer in await asyncio.gather(*calls)] == [504, 200, 504, 200]
    assert (await world.call("POST", "/", PNG, Content_Type="image/png")).status == 200


async def test_a_call_that_is_ended_while_it_waits_for_a_function_is_no_timeout():
    world = article(timeout_in_millis=29_000)
    waits = asyncio.Event()

    async def invoke(_):
        waits.set()
        await asyncio.Event().wait()

    world.functions.invoke = invoke
    async with asyncio.TaskGroup() as tasks:
        call = tasks.create_task(world.call("POST", "/", PNG, Content_Type="image/png"))
        await waits.wait()
        call.cancel()
    assert call.cancelled()
    assert json.loads(world.lines[-1])["incomplete"]


@pytest.mark.parametrize(
    "mapped, kind",
    [("'Event'", InvocationType.EVENT), ("'DryRun'", InvocationType.DRY_RUN)],
)
async def test_the_invocation_type_can_be_mapped(mapped, kind):
    world = article(request_parameters={"integration.request.header.X-Amz-Invocation-Type": mapped})
    world.functions.answer = Outcome(status=202)
    answer = await world.call("POST", "/", PNG, Content_Type="image/png")
    assert world.functions.invoked[0].type is kind
    assert (answer.status, answer.data) == (200, b"")


@pytest.mark.parametrize(
    "uri",
    [
        "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/",
        "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions//invocations",
        "http://backend/",
    ],
)
async def test_a_uri_that_is_no_function_is_a_500_that_names_it(uri):
    world = article(uri=uri)
    answer = await world.call("POST", "/", PNG, Content_Type="image/png")
    assert answer.status == 500
    assert uri in answer.line["error"]


async def test_a_stage_variable_may_name_the_function():
    world = World()
    uri = aws().uri.replace("thumbnail", "${stageVariables.name}")
    world.deploy(resource("/", aws(uri=uri)), variables={"name": "other"})
    await world.call("POST", "/", b"{}")
    assert world.functions.invoked[0].function.endswith(":function:other")
