"""What would be deployed, and how deployments differ, from the store."""

import pytest
from tests.control.functions import FakeFunctions
from tests.control.serving import call, served

from octetgate.adapters.stores import memory
from octetgate.control.app import application
from octetgate.control.calls import ControlSettings
from octetgate.control.differences import compared
from octetgate.control.errors import NotFoundException


@pytest.fixture(scope="module")
def store():
    return memory.open("memory://")


@pytest.fixture(scope="module")
def port(store):
    app = application(store, FakeFunctions(), ControlSettings(), health=lambda: {"status": "ok"})
    with served(app) as bound:
        yield bound


@pytest.fixture
def api(port):
    """Return the id of an API that can be deployed."""
    _, _, made = call(port, "POST", "/restapis", body={"name": "pictures"})
    place = f"/restapis/{made['id']}/resources/{made['rootResourceId']}/methods/GET"
    call(port, "PUT", place, body={"authorizationType": "NONE"})
    call(port, "PUT", f"{place}/integration", body={"type": "MOCK"})
    return made["id"]


def deploy(port, api, stage=None):
    asked = {"stageName": stage} if stage else {}
    return call(port, "POST", f"/restapis/{api}/deployments", body=asked)[2]["id"]


def patch(port, path, op, of, value=None):
    operation = {"op": op, "path": of, **({} if value is None else {"value": value})}
    assert call(port, "PATCH", path, body={"patchOperations": [operation]})[0] == 200


def told(store, **asked):
    return [(each["name"], each["change"].value) for each in compared(store, asked)["differences"]]


def test_before_the_first_stage_nothing_is_live(store, port, api):
    deploy(port, api)
    found = compared(store, {"api": api})
    assert (found["before"], found["after"], found["differences"]) == (None, None, [])


def test_what_was_edited_is_compared_with_the_newest_deployment_that_is_served(store, port, api):
    first = deploy(port, api, "prod")
    patch(port, f"/restapis/{api}", "add", "/binaryMediaTypes/image~1png")
    second = deploy(port, api, "dev")
    deploy(port, api)
    patch(port, f"/restapis/{api}", "add", "/binaryMediaTypes/image~1gif")
    found = compared(store, {"api": api})
    assert (found["before"]["id"], found["before"]["stages"]) == (second, ["dev"])
    assert told(store, api=api) == [("image/gif", "added")]
    assert told(store, api=api, before=first) == [("image/png", "added"), ("image/gif", "added")]
    assert told(store, api=api, before=second, after=first) == [("image/png", "removed")]
    patch(port, f"/restapis/{api}/stages/dev", "replace", "/deploymentId", first)
    assert compared(store, {"api": api})["before"]["stages"] == ["prod", "dev"]


def test_the_default_endpoint_waits_for_a_change_of_a_stage_and_for_no_deployment(store, port, api):
    first = deploy(port, api, "prod")
    patch(port, f"/restapis/{api}", "replace", "/disableExecuteApiEndpoint", "true")
    assert told(store, api=api) == [("disableExecuteApiEndpoint", "changed")]
    patch(port, f"/restapis/{api}/stages/prod", "replace", "/description", "said")
    assert told(store, api=api) == []
    assert told(store, api=api, before=first, after=deploy(port, api)) == []


def test_what_does_not_exist_is_refused(store, port, api):
    for asked in ({"api": "nothing"}, {"api": api, "before": "x"}, {"api": api, "after": "x"}):
        with pytest.raises(NotFoundException):
            compared(store, asked)
