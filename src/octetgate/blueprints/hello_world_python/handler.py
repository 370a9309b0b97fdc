"""The hello-world-python blueprint: a function that greets whoever calls it."""

import json
from typing import Any


def handler(event: Any, context: Any) -> Any:
    """Return a greeting: a response for API Gateway's proxy integration, else an object."""
    print(f"{context.function_name} got {json.dumps(event)}")  # noqa: T201 - goes to the log
    greeting = {"message": f"Hello, {name(event)}!"}
    if not is_from_api_gateway(event):
        return greeting
    return {
        "statusCode": 200,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps(greeting),
    }


def name(event: Any) -> str:
    """Return whom to greet: the event's ``name``, or the one in the query."""
    if not isinstance(event, dict):
        return "world"
    asked = event.get("queryStringParameters") if is_from_api_gateway(event) else event
    return str((asked or {}).get("name") or "world")


def is_from_api_gateway(event: Any) -> bool:
    """Say whether the event is one of a proxy integration."""
    return isinstance(event, dict) and "httpMethod" in event and "requestContext" in event
