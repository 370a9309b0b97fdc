"""Authorizers: the list, one of them with its settings, and asking one as it is."""

import json
from typing import Any

from starlette.responses import Response

from octetgate.console import words
from octetgate.console.field_lines import headers, named_values
from octetgate.console.field_lines import words as words_of
from octetgate.console.operations import Refusal
from octetgate.console.pages import _grants as grants
from octetgate.console.pages import _integrations as integrations
from octetgate.console.pages import _lists as lists
from octetgate.console.patches import Patch, replacements, text
from octetgate.console.places import Page, Place
from octetgate.console.visits import Visit

_HEADER = "method.request.header."
_PATCHED = (
    "name",
    "authorizerUri",
    "authorizerCredentials",
    "identitySource",
    "identityValidationExpression",
    "authorizerResultTtlInSeconds",
)


async def listed(visit: Visit) -> Response:
    """Show an API's authorizers, and a form that makes one."""
    api = await visit.gateway("get_rest_api", restApiId=visit.path("api"))
    found = await lists.items(visit, "get_authorizers", restApiId=api["id"])
    return visit.page(
        "authorizers.html",
        api=api,
        authorizers=found,
        functions=await lists.functions(visit),
        words=words,
    )


async def created(visit: Visit) -> Response:
    """Create an authorizer, and go to it."""
    kind = visit.field("type")
    made = await visit.gateway(
        "create_authorizer",
        restApiId=visit.path("api"),
        type=kind,
        **{name: value for name, value in (await _said(visit, kind)).items() if value != ""},
    )
    return visit.leave(_at(visit, made["id"]), f"Created the authorizer {made['name']}.")


async def shown(visit: Visit) -> Response:
    """Show one authorizer: its settings, a test, and the methods that it guards."""
    api = await visit.gateway("get_rest_api", restApiId=visit.path("api"))
    authorizer = await _authorizer(visit)
    return visit.page(
        "authorizer.html",
        api=api,
        authorizer=authorizer,
        header=str(authorizer.get("identitySource") or "").removeprefix(_HEADER),
        grant=await grants.authorizer_grant(visit, authorizer, api["id"]),
        guarded=[
            place
            for place, method in await lists.methods(visit, api["id"])
            if method.get("authorizerId") == authorizer["id"]
        ],
        functions=await lists.functions(visit),
        base=_at(visit, authorizer["id"]),
        words=words,
    )


async def saved(visit: Visit) -> Response:
    """Set what the form says otherwise than the authorizer; its type and its issuers stay."""
    before = await _authorizer(visit)
    said = await _said(visit, before["type"])
    patches = replacements(before, {name: text(said[name]) for name in _PATCHED if name in said})
    pools = before.get("providerARNs") or []
    wanted = said.get("providerARNs", pools)
    patches += [_pool("add", arn) for arn in wanted if arn not in pools]
    patches += [_pool("remove", arn) for arn in pools if arn not in wanted]
    if patches:
        await visit.gateway("update_authorizer", **_place(visit), patchOperations=patches)
    return visit.leave(_at(visit, before["id"]), "Saved." if patches else "Nothing to save.")


async def granted(visit: Visit) -> Response:
    """Let API Gateway invoke the authorizer's function, as the service's dialog does."""
    authorizer = await _authorizer(visit)
    needed = await grants.authorizer_grant(visit, authorizer, visit.path("api"))
    if needed is None or not needed.is_missing:
        return visit.leave(_at(visit, authorizer["id"]), "No permission is missing.")
    await grants.give(visit, needed)
    name = words.function_name(needed.function)
    return visit.leave(_at(visit, authorizer["id"]), f"API Gateway may now invoke {name} for it.")


async def tested(visit: Visit) -> Response:
    """Ask the authorizer about a made-up call, and show what it says."""
    authorizer = await _authorizer(visit)
    several: dict[str, list[str]] = {}
    token = visit.field("token")
    if token:
        header = str(authorizer.get("identitySource") or "").removeprefix(_HEADER)
        several[header] = [token]
    for name, value in headers(visit.text("headers")):
        several.setdefault(name, []).append(value)
    verb = visit.field("verb")
    told = await visit.gateway(
        "test_invoke_authorizer",
        **_place(visit),
        multiValueHeaders=several,
        pathWithQueryString=visit.field("path") or None,
        stageVariables=named_values(visit.text("variables")),
        additionalContext={"httpMethod": verb} if verb else None,
    )
    return visit.part(
        "parts/authorizer-told.html", told=told, policy=_readable(told.get("policy") or "")
    )


async def deleted(visit: Visit) -> Response:
    """Delete an authorizer that guards nothing."""
    name = (await _authorizer(visit))["name"]
    await visit.gateway("delete_authorizer", **_place(visit))
    here = f"/apis/{visit.path('api')}/authorizers"
    return visit.leave(here, f"Deleted the authorizer {name}.")


async def _said(visit: Visit, kind: str) -> dict[str, Any]:
    """Return the form by CreateAuthorizer's members; fields of other types do not count."""
    said: dict[str, Any] = {"name": visit.field("name")}
    if kind != "JWT":
        said["authorizerResultTtlInSeconds"] = _ttl(visit)
    if kind == "COGNITO_USER_POOLS":
        said["providerARNs"] = words_of(visit.text("pools"))
    elif kind == "JWT":
        said["jwtConfiguration"] = _issuer(visit)
    else:
        function = visit.field("function")
        said["authorizerUri"] = await integrations.invocation(visit, function)
        said["authorizerCredentials"] = visit.field("credentials")
    if kind == "REQUEST":
        said["identitySource"] = ",".join(words_of(visit.text("sources")))
        return said
    header = visit.field("header")
    said["identitySource"] = f"{_HEADER}{header}" if header else ""
    if kind == "TOKEN":
        said["identityValidationExpression"] = visit.field("expression")
    return said


def _issuer(visit: Visit) -> dict[str, Any]:
    """Return whose tokens are taken, and how they are signed."""
    issuer = {"issuer": visit.field("issuer"), "audiences": words_of(visit.text("audiences"))}
    keys = visit.field("keys")
    return {
        "issuers": [{**issuer, "jwksUri": keys} if keys else issuer],
        "defaultAlgorithms": words_of(visit.text("algorithms")),
    }


def _ttl(visit: Visit) -> int:
    said = visit.field("ttl") or "0"
    if not said.isdecimal():
        message = f"authorizerResultTtlInSeconds: expected seconds; found {said!r}"
        raise Refusal("BadRequestException", message, 400)
    return int(said)


def _pool(op: str, arn: str) -> Patch:
    return {"op": op, "path": "/providerARNs", "value": arn}


def _readable(policy: str) -> str:
    try:
        return json.dumps(json.loads(policy), indent=2)
    except ValueError:
        return policy


async def _authorizer(visit: Visit) -> dict[str, Any]:
    return await visit.gateway("get_authorizer", **_place(visit))


def _place(visit: Visit) -> dict[str, str]:
    return {"restApiId": visit.path("api"), "authorizerId": visit.path("authorizer")}


def _at(visit: Visit, authorizer: str) -> str:
    return f"/apis/{visit.path('api')}/authorizers/{authorizer}"


_ALL = "/apis/{api}/authorizers"
_ONE = f"{_ALL}/{{authorizer}}"
NAVIGATION = (Place(22, "Authorizers", _ALL),)
PAGES = (
    Page(_ALL, listed),
    Page(_ALL, created, "POST"),
    Page(_ONE, shown),
    Page(_ONE, saved, "POST"),
    Page(f"{_ONE}/deletion", deleted, "POST"),
    Page(f"{_ONE}/grant", granted, "POST"),
    Page(f"{_ONE}/test", tested, "POST"),
)
