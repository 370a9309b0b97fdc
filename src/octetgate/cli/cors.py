"""``octetgate cors``: what the console's button does, for one path of an API.

An ``OPTIONS`` method answers preflights from a MOCK; methods that shape their answers send
the origin header with every one of them; and so do the errors that the gateway makes itself.
Proxies pass on what their backend says, so their backends have to say it.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

import typer

from octetgate.cli.apis import Api, resources
from octetgate.cli.console import Trouble, print_json, table
from octetgate.cli.management import connect, find_api, told
from octetgate.cli.options import AsJson, takes
from octetgate.server.settings import ClientSettings

app = typer.Typer(help="CORS: enable.", no_args_is_help=True)

HEADERS = "Content-Type,X-Amz-Date,Authorization,X-Api-Key,X-Amz-Security-Token"
"""What the console lets pages send (spec: request-lifecycle 11)."""
_ALLOW = "Access-Control-Allow-"
_EVERY = "DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT"
_PROXIES = ("AWS_PROXY", "HTTP_PROXY")


@app.callback()
def cors() -> None:
    """Keep ``enable`` a command of its own."""


@app.command("enable")
@takes(ClientSettings)
def enable(
    settings: ClientSettings,
    api: Api,
    path: Annotated[str, typer.Argument(metavar="PATH", help="A resource's path: /pets/{id}.")],
    *,
    origin: Annotated[str, typer.Option(help="Which pages may ask.")] = "*",
    headers: Annotated[str, typer.Option(help="Which headers they may send.")] = HEADERS,
    stage: Annotated[str, typer.Option(help="Deploy to this stage then.")] = "",
    as_json: AsJson = False,
) -> None:
    """Let pages of other origins call a path."""
    with told(settings.endpoint):
        client = connect(settings.endpoint, "apigateway")
        found = find_api(client, api)
        resource = _resource(client, found["id"], path)
        methods = {k: v for k, v in _methods(resource).items() if k != "OPTIONS"}
        place = {"restApiId": found["id"], "resourceId": resource["id"]}
        allowed = {
            "Headers": headers,
            "Methods": _EVERY if "ANY" in methods else ",".join(sorted([*methods, "OPTIONS"])),
            "Origin": origin,
        }
        _answer_preflights(client, place, allowed, exists="OPTIONS" in _methods(resource))
        shaped = [
            verb for verb, method in methods.items() if _say_origin(client, place, method, origin)
        ]
        _say_origin_of_errors(client, found["id"], origin)
        if stage:
            client.create_deployment(restApiId=found["id"], stageName=stage)
    proxies = sorted(set(methods) - set(shaped))
    if as_json:
        print_json({"allowed": allowed, "methods": sorted(shaped), "left to backends": proxies})
        return
    rows = [[f"{_ALLOW}{name}", value] for name, value in allowed.items()]
    rows.append(["sent by the gateway with", ", ".join([*sorted(shaped), "OPTIONS", "errors"])])
    if proxies:
        rows.append(["to be sent by the backend of", ", ".join(proxies)])
    rows.append(["deployed to", stage or "no stage yet: octetgate deploy API STAGE"])
    table(["CORS", f"{found['name']} {path}"], rows)


def _resource(client: Any, api: str, path: str) -> dict[str, Any]:
    found = resources(client, api)
    for each in found:
        if each["path"] == path:
            return each
    paths = ", ".join(each["path"] for each in found)
    raise Trouble(f"PATH: expected one of {paths}; found {path!r}")


def _methods(resource: Mapping[str, Any]) -> dict[str, Any]:
    methods: dict[str, Any] = resource.get("resourceMethods", {})
    return methods


def _answer_preflights(
    client: Any, place: Mapping[str, str], allowed: Mapping[str, str], *, exists: bool
) -> None:
    """Make ``OPTIONS`` anew, so that what was there before cannot contradict it."""
    method = {**place, "httpMethod": "OPTIONS"}
    if exists:
        client.delete_method(**method)
    names = [f"method.response.header.{_ALLOW}{name}" for name in allowed]
    client.put_method(**method, authorizationType="NONE")
    client.put_integration(
        **method,
        type="MOCK",
        requestTemplates={"application/json": '{"statusCode": 200}'},
        # A preflight has no type and counts as binary where */* is listed; its template needs text.
        contentHandling="CONVERT_TO_TEXT",
    )
    client.put_method_response(
        **method,
        statusCode="200",
        responseParameters=dict.fromkeys(names, False),
        responseModels={"application/json": "Empty"},
    )
    client.put_integration_response(
        **method,
        statusCode="200",
        responseParameters=dict(zip(names, map(_quoted, allowed.values()), strict=True)),
        responseTemplates={"application/json": ""},
    )


def _say_origin(
    client: Any, place: Mapping[str, str], method: Mapping[str, Any], origin: str
) -> bool:
    """Have a method's answers name the origin; False for one whose backend has to."""
    integration = method.get("methodIntegration", {})
    if integration.get("type") in {*_PROXIES, None}:
        return False
    name = f"method.response.header.{_ALLOW}Origin"
    verb = {**place, "httpMethod": method["httpMethod"]}
    for status in _statuses(method, integration):
        change = {"op": "add", "path": f"/responseParameters/{name}"}
        client.update_method_response(
            **verb, statusCode=status, patchOperations=[{**change, "value": "false"}]
        )
        client.update_integration_response(
            **verb, statusCode=status, patchOperations=[{**change, "value": _quoted(origin)}]
        )
    return True


def _statuses(method: Mapping[str, Any], integration: Mapping[str, Any]) -> Iterable[str]:
    """Return the statuses that both a method and its integration know."""
    known = method.get("methodResponses", {})
    return [status for status in integration.get("integrationResponses", {}) if status in known]


def _say_origin_of_errors(client: Any, api: str, origin: str) -> None:
    """Have the gateway's own errors name the origin, besides whatever they say already."""
    for kind in ("DEFAULT_4XX", "DEFAULT_5XX"):
        now = client.get_gateway_response(restApiId=api, responseType=kind)
        kept = {} if now.get("defaultResponse") else {k: now[k] for k in _OF_ERRORS if k in now}
        parameters = dict(kept.pop("responseParameters", {}))
        parameters[f"gatewayresponse.header.{_ALLOW}Origin"] = _quoted(origin)
        client.put_gateway_response(
            restApiId=api, responseType=kind, responseParameters=parameters, **kept
        )


_OF_ERRORS = ("statusCode", "responseParameters", "responseTemplates")


def _quoted(value: str) -> str:
    return f"'{value}'"
