"""The list of functions; making one from a blueprint, a zip or a folder; deleting one."""

import asyncio
from typing import Any

from starlette.datastructures import UploadFile
from starlette.responses import Response

from octetgate.blueprints import catalogue
from octetgate.console.operations import Refusal
from octetgate.console.packages import zipped
from octetgate.console.pages import _lists as lists
from octetgate.console.places import Page, Place
from octetgate.console.visits import Visit
from octetgate.core.functions.names import function_name

_ROLE = "arn:aws:iam::000000000000:role/octetgate"
"""CreateFunction wants one; nothing here is kept from a function by it."""
RUNTIMES = (
    "python3.11",
    "python3.12",
    "python3.13",
    "nodejs20.x",
    "nodejs22.x",
    "provided.al2023",
)


async def listed(visit: Visit) -> Response:
    """Show all functions."""
    return visit.page("functions.html", functions=await lists.functions(visit))


async def new(visit: Visit) -> Response:
    """Show what a function can be made from."""
    blueprints = [catalogue.describe(name) for name in catalogue.names()]
    return visit.page("function-new.html", blueprints=blueprints, runtimes=RUNTIMES)


async def created(visit: Visit) -> Response:
    """Create a function, and go to it."""
    blueprint = visit.field("blueprint")
    made = await visit.functions(
        "create_function",
        FunctionName=visit.field("name"),
        Role=_ROLE,
        **(_from_blueprint(blueprint) if blueprint else await _from_files(visit)),
    )
    name = made["FunctionName"]
    return visit.leave(f"/functions/{name}", f"Created the function {name}.")


def _from_blueprint(name: str) -> dict[str, Any]:
    try:
        return catalogue.members(name)
    except catalogue.NoSuchBlueprint as error:
        raise Refusal("InvalidParameterValueException", str(error), 400) from error


async def _from_files(visit: Visit) -> dict[str, Any]:
    return {
        "Runtime": visit.field("runtime"),
        "Handler": visit.field("handler"),
        "Code": {"ZipFile": await package(visit)},
    }


async def package(visit: Visit) -> bytes:
    """Return the zip that a form brought, or one of the folder that it brought."""
    given = visit.form.get("zip")
    if isinstance(given, UploadFile) and given.filename:
        return await given.read()
    contents = {
        _inside(each.filename): await each.read()
        for each in visit.form.getlist("folder")
        if isinstance(each, UploadFile) and each.filename and not _is_passed_over(each.filename)
    }
    if not contents:
        raise Refusal(
            "InvalidParameterValueException", "Code: expected a zip or a folder; found neither", 400
        )
    return await asyncio.to_thread(zipped, contents)


def _inside(path: str) -> str:
    """Return a file's name in the folder that was chosen, whose own name browsers put first."""
    return path.split("/", 1)[1] if "/" in path else path


def _is_passed_over(path: str) -> bool:
    """Whether a file is none of the function's, as for a folder that one runs from."""
    return not {"__pycache__", ".git"}.isdisjoint(path.split("/"))


async def deletion(visit: Visit) -> Response:
    """Show what leads to a function, and ask."""
    name = (await configuration(visit))["FunctionName"]
    return visit.part(
        "parts/function-deletion.html", name=name, uses=await visit.sources.uses(name)
    )


async def deleted(visit: Visit) -> Response:
    """Delete a function."""
    name = bare_name(visit)
    await visit.functions("delete_function", FunctionName=name)
    return visit.leave("/functions", f"Deleted the function {name}.")


def bare_name(visit: Visit) -> str:
    """Return the name of the function that the address names, as operations may, by an ARN too.

    What is seen and changed in pages belongs to the whole function, whatever its qualifier.
    """
    named = function_name(visit.path("name"))
    return named.name if named else visit.path("name")


async def configuration(visit: Visit) -> dict[str, Any]:
    """Return what the function is configured with."""
    return await visit.functions("get_function_configuration", FunctionName=bare_name(visit))


NAVIGATION = (Place(30, "Functions", "/functions"),)
PAGES = (
    Page("/functions", listed),
    Page("/functions", created, "POST"),
    Page("/functions/@new", new),
    Page("/functions/{name}/deletion", deletion),
    Page("/functions/{name}/deletion", deleted, "POST"),
)
