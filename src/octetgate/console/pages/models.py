"""Models: the list, one of them in the editor, and the template that is made from it."""

from collections.abc import Iterator
from typing import Any

from starlette.responses import PlainTextResponse, Response

from octetgate.console.pages import _lists as lists
from octetgate.console.patches import replacements
from octetgate.console.places import Page, Place
from octetgate.console.visits import Visit


async def listed(visit: Visit) -> Response:
    """Show an API's models, and a form that makes one."""
    api = await visit.gateway("get_rest_api", restApiId=visit.path("api"))
    return visit.page(
        "models.html", api=api, models=await lists.items(visit, "get_models", restApiId=api["id"])
    )


async def created(visit: Visit) -> Response:
    """Create a model, and go to it."""
    made = await visit.gateway(
        "create_model",
        restApiId=visit.path("api"),
        name=visit.field("name"),
        contentType=visit.field("contentType"),
        description=visit.field("description") or None,
        schema=visit.text("schema"),
    )
    return visit.leave(_at(visit, made["name"]), f"Created the model {made['name']}.")


async def shown(visit: Visit) -> Response:
    """Show one model: its schema, what names it, and how others name it."""
    api = await visit.gateway("get_rest_api", restApiId=visit.path("api"))
    model = await visit.gateway("get_model", **_place(visit))
    reference = f"https://apigateway.amazonaws.com/restapis/{api['id']}/models/{model['name']}"
    return visit.page(
        "model.html",
        api=api,
        model=model,
        reference=reference,
        uses=list(_uses(await lists.methods(visit, api["id"]), model["name"])),
        base=_at(visit, model["name"]),
    )


async def saved(visit: Visit) -> Response:
    """Set description and schema, where the form says others."""
    before = await visit.gateway("get_model", **_place(visit))
    said = {"description": visit.field("description"), "schema": visit.text("schema")}
    patches = replacements(before, said)
    if patches:
        await visit.gateway("update_model", **_place(visit), patchOperations=patches)
    return visit.leave(_at(visit, before["name"]), "Saved." if patches else "Nothing to save.")


async def deleted(visit: Visit) -> Response:
    """Delete a model that nothing names."""
    await visit.gateway("delete_model", **_place(visit))
    name = visit.path("model")
    return visit.leave(f"/apis/{visit.path('api')}/models", f"Deleted the model {name}.")


async def template(visit: Visit) -> Response:
    """Return the mapping template that the service makes from a model."""
    found = await visit.gateway("get_model_template", **_place(visit))
    return PlainTextResponse(found.get("value", ""))


def _uses(
    methods: list[tuple[dict[str, str], dict[str, Any]]], model: str
) -> Iterator[dict[str, str]]:
    """Yield the methods that name a model, and the box in which they do."""
    for place, method in methods:
        if model in (method.get("requestModels") or {}).values():
            yield {**place, "box": "method-request", "words": "request"}
        for status, response in (method.get("methodResponses") or {}).items():
            if model in (response.get("responseModels") or {}).values():
                yield {**place, "box": "method-response", "words": f"response {status}"}


def _place(visit: Visit) -> dict[str, str]:
    return {"restApiId": visit.path("api"), "modelName": visit.path("model")}


def _at(visit: Visit, model: str) -> str:
    return f"/apis/{visit.path('api')}/models/{model}"


_ALL = "/apis/{api}/models"
_ONE = f"{_ALL}/{{model}}"
NAVIGATION = (Place(24, "Models", _ALL),)
PAGES = (
    Page(_ALL, listed),
    Page(_ALL, created, "POST"),
    Page(_ONE, shown),
    Page(_ONE, saved, "POST"),
    Page(f"{_ONE}/deletion", deleted, "POST"),
    Page(f"{_ONE}/template", template),
)
