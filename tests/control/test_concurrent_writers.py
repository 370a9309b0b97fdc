"""Several writers of one API at once: nothing is lost, and nothing is half there."""

import concurrent.futures
import json
import threading

import boto3
import pytest
from botocore.config import Config
from tests.control.serving import served

from octetgate.adapters.stores import sqlite
from octetgate.control.app import application
from octetgate.control.calls import ControlSettings

WRITERS, ROUNDS = 6, 4


@pytest.fixture(scope="module")
def gw(tmp_path_factory):
    """Return a client of a management port over a database on the disk."""
    path = tmp_path_factory.mktemp("store") / "octetgate.db"
    store = sqlite.open(f"sqlite:///{path}")
    app = application(store, None, ControlSettings(), health=dict)
    with served(app) as port:
        yield boto3.client(
            "apigateway",
            endpoint_url=f"http://127.0.0.1:{port}",
            region_name="eu-west-1",
            aws_access_key_id="test",
            aws_secret_access_key="secret",
            config=Config(max_pool_connections=2 * WRITERS, retries={"total_max_attempts": 1}),
        )
    store.close()


def together(work):
    """Have every writer do its rounds, all beginning at once; raise what any of them raised."""
    ready = threading.Barrier(WRITERS)

    def one(writer):
        ready.wait()
        return [work(f"{writer}x{turn}") for turn in range(ROUNDS)]

    with concurrent.futures.ThreadPoolExecutor(WRITERS) as pool:
        return sorted(name for names in pool.map(one, range(WRITERS)) for name in names)


def test_no_part_of_an_api_is_lost_whoever_else_writes(gw):
    made = gw.create_rest_api(name="busy")
    here = {"restApiId": made["id"]}

    def work(name):
        path = gw.create_resource(**here, parentId=made["rootResourceId"], pathPart=name)["id"]
        method = {**here, "resourceId": path, "httpMethod": "GET"}
        gw.put_method(**method, authorizationType="NONE")
        gw.put_integration(**method, type="MOCK")
        gw.create_model(**here, name=name, contentType="application/json", schema="{}")
        gw.create_request_validator(**here, name=name)
        gw.update_rest_api(
            **here, patchOperations=[{"op": "add", "path": f"/binaryMediaTypes/image~1{name}"}]
        )
        return name

    names = together(work)
    resources = gw.get_resources(**here, limit=500, embed=["methods"])["items"]
    whole = [
        each["pathPart"]
        for each in resources
        if "pathPart" in each and each["resourceMethods"]["GET"]["methodIntegration"]
    ]
    assert sorted(whole) == names
    models = {each["name"] for each in gw.get_models(**here, limit=500)["items"]}
    assert models == {"Empty", "Error", *names}
    validators = gw.get_request_validators(**here, limit=500)["items"]
    assert sorted(each["name"] for each in validators) == names
    types = gw.get_rest_api(**here)["binaryMediaTypes"]
    assert sorted(types) == [f"image/{name}" for name in names]


def document(name, paths=8):
    """Return a definition whose every path names the writer."""
    return {
        "openapi": "3.0.1",
        "info": {"title": name, "version": name},
        "paths": {
            f"/p{number}": {
                "get": {
                    "operationId": name,
                    "responses": {"200": {"description": "OK"}},
                    "x-amazon-apigateway-integration": {"type": "mock"},
                }
            }
            for number in range(paths)
        },
    }


def test_a_definition_is_whole_or_not_there_whoever_else_imports(gw):
    api = gw.import_rest_api(body=json.dumps(document("first")))["id"]
    mixed = []

    def work(name):
        gw.put_rest_api(restApiId=api, mode="overwrite", body=json.dumps(document(name)))
        found = gw.get_resources(restApiId=api, limit=500, embed=["methods"])["items"]
        writers = {
            method["operationName"]
            for each in found
            for method in each.get("resourceMethods", {}).values()
        }
        if len(writers) != 1 or len(found) != 9:
            mixed.append(writers)
        return name

    together(work)
    assert mixed == []


def test_one_value_is_one_keys_whoever_else_asks_for_it(gw):
    ready = threading.Barrier(WRITERS)

    def ask(_):
        ready.wait()
        try:
            return gw.create_api_key(value="the-value-of-one-alone")["id"]
        except gw.exceptions.ConflictException:
            return None

    with concurrent.futures.ThreadPoolExecutor(WRITERS) as pool:
        ids = [each for each in pool.map(ask, range(WRITERS)) if each]
    assert len(ids) == 1
    found = gw.get_api_keys(limit=500, includeValues=True)["items"]
    assert [key["id"] for key in found] == ids
