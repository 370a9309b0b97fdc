"""Documents that nobody would write are refused or warned about; they are never a bug of ours."""

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from octetgate.adapters.stores import memory
from octetgate.control.calls import ControlSettings, Write
from octetgate.control.errors import ApiError
from octetgate.control.openapi.source import definition
from octetgate.control.operations.imports import import_rest_api, put_rest_api
from octetgate.core.ports.store import APIS

GOLDENS = Path(__file__).parents[2] / "goldens" / "openapi"
DOCUMENTS = [
    yaml.safe_load(file.read_text()) for file in sorted(GOLDENS.iterdir()) if file.is_file()
]
JUNK = [
    *(None, True, 0, -1, 1.5, 10**30, "", "x", "\ud7ff", [], [None], [[]], {}, {"": None}),
    *({"x": [{}]}, {"$ref": "#/"}, {"$ref": "#/paths"}, {"$ref": 1}, {"$ref": "#/x/y"}),
    *({"type": None}, {"type": "object", "properties": []}, {"in": "query", "name": 1}),
]


def places(node, path=()):
    """Yield the path of everything in a document."""
    yield path
    if isinstance(node, dict):
        for key, value in node.items():
            yield from places(value, (*path, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from places(value, (*path, index))


def with_junk(document, path, junk):
    copy = json.loads(json.dumps(document, default=str))
    node = copy
    for step in path[:-1]:
        node = node[step]
    if path:
        node[path[-1]] = junk
    return copy if path else junk


@st.composite
def spoilt(draw):
    document = draw(st.sampled_from(DOCUMENTS))
    for _ in range(draw(st.integers(1, 3))):
        document = with_junk(
            document, draw(st.sampled_from(list(places(document)))), draw(st.sampled_from(JUNK))
        )
        if not isinstance(document, dict):
            break
    return json.dumps(document).encode()


@pytest.fixture(scope="module")
def store():
    return memory.open("memory://")


def attempted(store, operation, **asked):
    """Return whether an import was done; raises only what is a bug."""
    try:
        members = {**asked, "document": definition(asked["body"])}
        with store.write() as draft:
            call = Write(
                store=draft,
                account="000000000000",
                region="us-east-1",
                now=1.0,
                url="",
                settings=ControlSettings(),
                check_deployment=lambda _: [],
            )
            return operation(call, members)
    except ApiError:
        return None


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spoilt())
def test_a_spoilt_document_is_imported_or_refused_and_a_refusal_leaves_the_store_alone(store, body):
    before = store.revision()
    made = attempted(store, import_rest_api, body=body)
    if made is None:
        assert store.revision() == before
        return
    with store.read() as reading:
        kept = reading.get(APIS, made["id"])
    assert kept is not None
    for mode in ("merge", "overwrite"):
        assert attempted(store, put_rest_api, restApiId=made["id"], body=body, mode=mode)
