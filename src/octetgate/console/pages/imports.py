"""An API from a definition: OpenAPI or Swagger, JSON or YAML, dropped as a file or typed in."""

from starlette.responses import Response

from octetgate.console.operations import Refusal
from octetgate.console.places import Page
from octetgate.console.visits import Visit

_ALL = 500


async def asking(visit: Visit) -> Response:
    """Show the form; ``?api=`` names the API that the definition is for."""
    found = await visit.gateway("get_rest_apis", limit=_ALL)
    apis = sorted(found.get("items", []), key=lambda api: api["name"].lower())
    return visit.page("import.html", apis=apis, into=visit.query("api"))


async def imported(visit: Visit) -> Response:
    """Import, and go to the API; or stay and show what the import warns of."""
    body = await _definition(visit)
    strict = visit.field("strict") == "true"
    into = visit.field("into")
    if into:
        api = await visit.gateway(
            "put_rest_api",
            restApiId=into,
            mode=visit.field("mode") or "merge",
            failOnWarnings=strict,
            body=body,
        )
    else:
        api = await visit.gateway("import_rest_api", failOnWarnings=strict, body=body)
    warnings = api.get("warnings", [])
    if not warnings:
        return visit.leave(f"/apis/{api['id']}", f"Imported {api['name']}.")
    return visit.part(
        "parts/imported.html", said=f"Imported {api['name']}.", api=api, warnings=warnings
    )


async def _definition(visit: Visit) -> bytes:
    file = await visit.file("file")
    if file is not None:
        return file[1]
    text = visit.text("definition")
    if not text.strip():
        raise Refusal(
            "BadRequestException", "Definition: expected a file or a text; found none", 400
        )
    return text.encode()


PAGES = (
    Page("/apis/import", asking),
    Page("/apis/import", imported, "POST"),
)
