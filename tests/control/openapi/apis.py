"""APIs in memory: made from documents, deployed, and compared whatever their ids are."""

import json
import time
from contextlib import contextmanager

import msgspec
from msgspec.structs import replace

from octetgate.adapters.stores import memory
from octetgate.control.calls import ControlSettings, Write
from octetgate.control.openapi import text
from octetgate.control.openapi.exporter import Exported, Extension, Form, export
from octetgate.control.operations.imports import import_rest_api
from octetgate.core.model.definition import Deployment, DeploymentRecord
from octetgate.core.ports.store import APIS

URL = "http://127.0.0.1:8080/_aws/execute-api/api/live"
EVERYTHING = frozenset({Extension.APIGATEWAY})


@contextmanager
def writing():
    """Yield a call that may write to a store of its own."""
    store = memory.open("memory://")
    with store.write() as draft:
        yield Write(
            account="000000000000",
            region="eu-west-1",
            now=time.time(),
            url="http://127.0.0.1:8081",
            settings=ControlSettings(),
            check_deployment=lambda _: [],
            store=draft,
        )


def imported(document):
    """Return the definition that a document makes, and the warnings on the way."""
    with writing() as call:
        members = {"body": text.to_json(document)}
        made = import_rest_api(call, import_rest_api.prepare(call, members))
        return call.store.get(APIS, made["id"]), list(made["warnings"] or ())


def exported(definition, form=Form.OAS30, extensions=EVERYTHING, **more):
    """Return the document that a deployment of the definition makes."""
    deployment = Deployment(id="d", created_date=1_600_000_000.0)
    record = DeploymentRecord(deployment=deployment, definition=definition)
    what = Exported(deployment=record, stage="live", url=URL, extensions=extensions, **more)
    return export(what, form)


def plain(value):
    """Return records as plain values, members at their default too."""
    if isinstance(value, msgspec.Struct):
        return {name: plain(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    return [plain(part) for part in value] if isinstance(value, (list, tuple)) else value


def essence(definition):
    """Return a definition as plain values without ids and dates: what two like APIs share."""
    rest_api = definition.rest_api
    named = {
        **{key: f"validator {each.name}" for key, each in definition.request_validators.items()},
        **{key: f"authorizer {each.name}" for key, each in definition.authorizers.items()},
        **{key: f"resource {each.path}" for key, each in definition.resources.items()},
        **{key: key for key in definition.models},
    }
    bare = replace(
        definition,
        rest_api=replace(rest_api, created_date=0, root_resource_id=""),
        documentation_parts={},
    )
    spelled = json.dumps(plain(bare), sort_keys=True).replace(rest_api.id, "api")
    for key, name in named.items():
        spelled = spelled.replace(json.dumps(key), json.dumps(name))
    found = json.loads(spelled)
    for collection in ("models", "authorizers", "request_validators"):
        found[collection] = {
            each["name"]: {**each, "id": ""} for each in found[collection].values()
        }
    found["parts"] = sorted(
        json.dumps(plain(replace(part, id=""))) for part in definition.documentation_parts.values()
    )
    return found
