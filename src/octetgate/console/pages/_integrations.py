"""From the fields of a form to what stands behind a method."""

from typing import Any

from octetgate.console.operations import Refusal
from octetgate.console.visits import Visit

_MOCK_TEMPLATE = {"application/json": '{"statusCode": 200}'}


async def endpoint(visit: Visit, verb: str) -> dict[str, Any]:
    """Return the members of PutIntegration that say where calls go."""
    proxy = "_PROXY" if visit.field("proxy") else ""
    match visit.field("kind"):
        case "lambda":
            return {
                "type": f"AWS{proxy}",
                "integrationHttpMethod": "POST",
                "uri": await invocation(visit, visit.field("function")),
            }
        case "http":
            return {
                "type": f"HTTP{proxy}",
                "integrationHttpMethod": visit.field("http_method") or verb,
                "uri": visit.field("uri"),
            }
        case "aws":
            return {
                "type": "AWS",
                "integrationHttpMethod": visit.field("aws_method") or "POST",
                "uri": visit.field("aws_uri"),
                "credentials": visit.field("credentials") or None,
            }
        case _:
            return {"type": "MOCK"}


async def put_method(
    visit: Visit, place: dict[str, str], endpoint: dict[str, Any], authorization: str
) -> None:
    """Make a method with what stands behind it, or nothing.

    What is no proxy gets a response 200 on both sides, as in the service's console: without
    one, no answer has a way back.
    """
    await visit.gateway("put_method", **place, authorizationType=authorization)
    try:
        templates = _MOCK_TEMPLATE if endpoint["type"] == "MOCK" else None
        await visit.gateway("put_integration", **place, **endpoint, requestTemplates=templates)
        if not endpoint["type"].endswith("_PROXY"):
            models = {"application/json": "Empty"}
            status = {**place, "statusCode": "200"}
            await visit.gateway("put_method_response", **status, responseModels=models)
            await visit.gateway("put_integration_response", **status)
    except Refusal:
        await visit.gateway("delete_method", **place)
        raise


async def invocation(visit: Visit, name: str) -> str:
    """Return the URI of a function that is named or given by its ARN, perhaps with an alias."""
    if not name:
        raise Refusal("BadRequestException", "Lambda function: expected a name; found none", 400)
    arn = name
    if not name.startswith("arn:"):
        function, _, qualifier = name.partition(":")
        found = await visit.functions(
            "get_function_configuration", FunctionName=function, Qualifier=qualifier or None
        )
        arn = found["FunctionArn"]
        if qualifier and not arn.endswith(f":{qualifier}"):
            arn = f"{arn}:{qualifier}"
    # Too few parts are for the service to refuse, in its words.
    region = (*arn.split(":"), "", "", "")[3]
    return f"arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{arn}/invocations"
