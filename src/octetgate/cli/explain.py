"""``octetgate explain``: what would happen to a payload at each step, and which rule says so."""

import base64
import json
import sys
from typing import Annotated, Any
from urllib.parse import urlencode

import typer

from octetgate.cli.console import Trouble, table
from octetgate.cli.management import page
from octetgate.cli.options import payload, takes
from octetgate.server.settings import ClientSettings

_SAMPLE_BYTES = 126


@takes(ClientSettings)
def explain(
    settings: ClientSettings,
    api: Annotated[str, typer.Argument(metavar="API", help="Id or name.")],
    method: Annotated[str, typer.Argument(metavar="METHOD", help="GET, POST, …")],
    path: Annotated[str, typer.Argument(metavar="PATH", help="Path below the stage.")],
    *,
    stage: Annotated[
        str | None,
        typer.Option("--stage", metavar="S", help="- is the draft.", show_default="the only one"),
    ] = None,
    content_type: Annotated[
        str | None, typer.Option("--content-type", metavar="T", help="The request's.")
    ] = None,
    accept: Annotated[
        str | None, typer.Option("--accept", metavar="T", help="The client's.")
    ] = None,
    answer_type: Annotated[
        str | None, typer.Option("--answer-type", metavar="T", help="The backend's Content-Type.")
    ] = None,
    data: Annotated[
        str | None,
        typer.Option("--data", "-d", metavar="TEXT|@FILE", help="Its beginning is looked at."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="As the management port says it.")
    ] = False,
) -> None:
    """Say what would happen to a payload at each step; nothing is called."""
    sample = None if data is None else base64.b64encode(payload(data)[:_SAMPLE_BYTES]).decode()
    asked = {
        "api": api,
        "method": method,
        "path": path,
        "stage": stage,
        "contentType": content_type,
        "accept": accept,
        "answerType": answer_type,
        "sample": sample,
    }
    query = urlencode({name: value for name, value in asked.items() if value is not None})
    status, told = page(settings.endpoint, f"/_octetgate/explain?{query}")
    if status != 200:
        raise Trouble(str(told.get("message", told)))
    if as_json:
        sys.stdout.write(json.dumps(told, indent=2, ensure_ascii=False) + "\n")
    else:
        table(["step", "outcome"], list(_rows(told)), title=f"{method} {path}")


def _rows(told: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the explanation as rows of a table."""
    rows = [
        ("API", f"{told['api']['name']} ({told['api']['id']}), {told['stage'] or 'the draft'}"),
        ("binaryMediaTypes", ", ".join(told["binaryMediaTypes"]) or "none"),
    ]
    route = told.get("route")
    if route is not None:
        rows.append(("route", f"{route['httpMethod']} {route['resourcePath']}"))
    if told.get("integration"):
        rows.append(("integration", f"{told['integration']['type']} {told['integration']['uri']}"))
    request = told.get("request", {})
    rows += [(name, request[name]) for name in ("contentEncoding", "template") if name in request]
    if "payload" in request:
        rows.append(("request payload", request["payload"]["rule"]))
    if "event" in request:
        flag = str(request["event"]["isBase64Encoded"]).lower()
        rows.append(("event", f"isBase64Encoded {flag}, body is {request['event']['body']}"))
    refused = told.get("refused") or request.get("refused")
    if refused:
        rows.append(("refused", f"{refused['status']} {refused['message']}"))
    elif told.get("responses"):
        rows += [(_answer(each), each["payload"]["rule"]) for each in told["responses"]]
        rows.append(("compression", _compression(told["compression"])))
    return rows + [(f"hint: {each['name']}", each["says"]) for each in told["hints"]]


def _answer(told: dict[str, Any]) -> str:
    if "isBase64Encoded" in told:
        return f"answer, isBase64Encoded {str(told['isBase64Encoded']).lower()}"
    if told.get("streamed"):
        return "answer, streamed"
    status = f" {told['statusCode']}" if "statusCode" in told else ""
    return f"answer{status}, {told['answerType'] or 'no type'}"


def _compression(told: dict[str, Any]) -> str:
    return f"{told['coding'] or 'none'}: {told['answers']}"
