"""Request validators: what methods may have checked of their requests."""

from typing import Any

from starlette.responses import Response

from octetgate.console.pages import _lists as lists
from octetgate.console.patches import replacements
from octetgate.console.places import Page, Place
from octetgate.console.visits import Visit

_CHECKS = ("validateRequestBody", "validateRequestParameters")


async def listed(visit: Visit) -> Response:
    """Show an API's validators, each in a form of its own, and the methods that name them."""
    api = await visit.gateway("get_rest_api", restApiId=visit.path("api"))
    validators = await lists.items(visit, "get_request_validators", restApiId=api["id"])
    return visit.page(
        "validators.html",
        api=api,
        validators=validators,
        uses=_uses(await lists.methods(visit, api["id"])),
    )


async def created(visit: Visit) -> Response:
    """Create a validator."""
    name = visit.field("name")
    await visit.gateway(
        "create_request_validator",
        restApiId=visit.path("api"),
        name=name,
        **{check: visit.field(check) == "true" for check in _CHECKS},
    )
    return _back(visit, f"Created the validator {name}.")


async def saved(visit: Visit) -> Response:
    """Set what the form says otherwise than the validator."""
    before = await visit.gateway("get_request_validator", **_place(visit))
    said = {"name": visit.field("name")}
    said |= {check: visit.field(check) or "false" for check in _CHECKS}
    patches = replacements(before, said)
    if patches:
        await visit.gateway("update_request_validator", **_place(visit), patchOperations=patches)
    return _back(visit, "Saved." if patches else "Nothing to save.")


async def deleted(visit: Visit) -> Response:
    """Delete a validator that no method names."""
    name = (await visit.gateway("get_request_validator", **_place(visit))).get("name", "")
    await visit.gateway("delete_request_validator", **_place(visit))
    return _back(visit, f"Deleted the validator {name}.")


def _uses(
    methods: list[tuple[dict[str, str], dict[str, Any]]],
) -> dict[str, list[dict[str, str]]]:
    """Return the methods that name a validator, by its id."""
    found: dict[str, list[dict[str, str]]] = {}
    for place, method in methods:
        if method.get("requestValidatorId"):
            found.setdefault(method["requestValidatorId"], []).append(place)
    return found


def _place(visit: Visit) -> dict[str, str]:
    return {"restApiId": visit.path("api"), "requestValidatorId": visit.path("validator")}


def _back(visit: Visit, said: str) -> Response:
    return visit.leave(f"/apis/{visit.path('api')}/validators", said)


_ALL = "/apis/{api}/validators"
_ONE = f"{_ALL}/{{validator}}"
NAVIGATION = (Place(25, "Validators", _ALL),)
PAGES = (
    Page(_ALL, listed),
    Page(_ALL, created, "POST"),
    Page(_ONE, saved, "POST"),
    Page(f"{_ONE}/deletion", deleted, "POST"),
)
