"""A definition in a file, put into an octetgate by way of its management port."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from octetgate.cli.apis import resources, stage_url
from octetgate.cli.cautions import cautions
from octetgate.cli.console import Trouble, busy
from octetgate.cli.management import apis_called, connect, find_api, gateway_url, told
from octetgate.control.documents import BadDocument, read
from octetgate.control.tagging import CUSTOM_ID


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What ``octetgate import`` was told."""

    stage: str | None = None
    variables: Mapping[str, str] | None = None
    """Of the stage; None leaves them as they are."""
    api: str | None = None
    name: str | None = None
    new: bool = False
    id: str | None = None
    """What a new API is known by; None leaves that to chance."""
    mode: str = "overwrite"
    basepath: str = "ignore"
    fail_on_warnings: bool = False

    def of(self, api: str) -> "Wanted":
        """Return the same, for the API of that id."""
        return replace(self, api=api, new=False, id=None)


def document(file: Path) -> tuple[bytes, dict[str, Any]]:
    """Return a file's text and what it says."""
    try:
        text = file.read_bytes()
    except OSError as error:
        raise Trouble(f"FILE: expected a file; {file}: {error.strerror}") from error
    try:
        found = read(text)
    except BadDocument as error:
        raise Trouble(f"{file}: {error}") from error
    if not isinstance(found, dict):
        raise Trouble(f"{file}: expected an object; found {type(found).__name__}")
    return text, found


def import_file(endpoint: str, file: Path, wanted: Wanted) -> dict[str, Any]:
    """Create or update an API from a file, deploy it, and say what there is now."""
    text, found = document(file)
    if "swagger" not in found and "openapi" not in found:
        raise Trouble(f"{file}: expected swagger, openapi or Resources at its root; found none")
    return import_definition(endpoint, text, found, wanted)


def import_definition(
    endpoint: str, text: bytes, found: dict[str, Any], wanted: Wanted
) -> dict[str, Any]:
    """Create or update an API from a definition, deploy it, and say what there is now."""
    info = found.get("info")
    title = info.get("title") if isinstance(info, dict) else None
    if wanted.name is not None:
        renamed = {**(info if isinstance(info, dict) else {}), "title": wanted.name}
        text = json.dumps({**found, "info": renamed}).encode()
    client = connect(endpoint, "apigateway")
    with told(endpoint):
        before = _before(client, wanted, wanted.name or str(title))
        with busy(f"importing {wanted.name or title}, {len(text)} bytes"):
            made = _put(client, wanted, text, before)
        if wanted.stage is not None:
            with busy(f"deploying to {wanted.stage}"):
                client.create_deployment(
                    restApiId=made["id"], stageName=wanted.stage, **_variables(wanted)
                )
        paths = resources(client, made["id"])
    url = stage_url(gateway_url(endpoint), made["id"], wanted.stage) if wanted.stage else None
    return {
        "id": made["id"],
        "name": made["name"],
        "updated": before is not None,
        "resources": len(paths),
        "methods": sum(len(each.get("resourceMethods", {})) for each in paths),
        "stage": wanted.stage,
        "url": url,
        "warnings": made.get("warnings", []),
        "cautions": cautions(made, paths),
    }


def _variables(wanted: Wanted) -> dict[str, Any]:
    return {} if wanted.variables is None else {"variables": wanted.variables}


def _before(client: Any, wanted: Wanted, name: str) -> str | None:
    """Return the id of the API to change, None for a new one."""
    if wanted.new:
        return None
    if wanted.api is not None:
        return str(find_api(client, wanted.api)["id"])
    found = apis_called(client, name)
    if len(found) > 1:
        ids = ", ".join(each["id"] for each in found)
        raise Trouble(f"{name!r} stands for {ids}; --api says which, --new makes another")
    return str(found[0]["id"]) if found else None


def _put(client: Any, wanted: Wanted, text: bytes, before: str | None) -> dict[str, Any]:
    common = {
        "body": text,
        "failOnWarnings": wanted.fail_on_warnings,
        "parameters": {"basepath": wanted.basepath},
    }
    if before is not None:
        changed: dict[str, Any] = client.put_rest_api(restApiId=before, mode=wanted.mode, **common)
        return changed
    if wanted.id is None:
        made: dict[str, Any] = client.import_rest_api(**common)
        return made
    return _under_id(client, wanted.id, common)


def _under_id(client: Any, identifier: str, common: dict[str, Any]) -> dict[str, Any]:
    """Make an API under an id of the caller's choice; an import alone cannot choose one."""
    client.create_rest_api(name=identifier, tags={CUSTOM_ID: identifier})
    try:
        made: dict[str, Any] = client.put_rest_api(restApiId=identifier, mode="merge", **common)
    except Exception:
        client.delete_rest_api(restApiId=identifier)
        raise
    return made
