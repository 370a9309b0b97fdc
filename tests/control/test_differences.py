"""What would be deployed, and how deployments differ, from the store."""

import pytest

from octetgate.control.differences import compared
from octetgate.control.errors import NotFoundException


@pytest.fixture
def store(management):
    return management.store


@pytest.fixture
def api(call_raw):
    """Return the id of an API that can be deployed."""
    _, _, made = call_raw("POST", "/restapis", body={"name": "pictures"})
    place = f"/restapis/{made['id']}/resources/{made['rootResourceId']}/methods/GET"
    call_raw("PUT", place, body={"authorizationType": "NONE"})
    call_raw("PUT", f"{place}/integration", body={"type": "MOCK"})
    return made["id"]


def deploy(call_raw, api, stage=None):
    asked = {"stageName": stage} if stage else {}
    return call_raw("POST", f"/restapis/{api}/deployments", body=asked)[2]["id"]


def patch(call_raw, path, op, of, value=None):
    operation = {"op": op, "path": of, **({} if value is None else {"value": value})}
    assert call_raw("PATCH", path, body={"patchOperations": [operation]})[0] == 200


def told(store, **asked):
    return [(each["name"], each["change"].value) for each in compared(store, asked)["differences"]]


def test_before_the_first_stage_nothing_is_live(store, call_raw, api):
    deploy(call_raw, api)
    found = compared(store, {"api": api})
    assert (found["before"], found["after"], found["differences"]) == (None, None, [])


def test_what_was_edited_is_compared_with_the_newest_deployment_that_is_served(
    store, call_raw, api
):
    first = deploy(call_raw, api, "prod")
    patch(call_raw, f"/restapis/{api}", "add", "/binaryMediaTypes/image~1png")
    second = deploy(call_raw, api, "dev")
    deploy(call_raw, api)
    patch(call_raw, f"/restapis/{api}", "add", "/binaryMediaTypes/image~1gif")
    found = compared(store, {"api": api})
    assert (found["before"]["id"], found["before"]["stages"]) == (second, ["dev"])
    assert told(store, api=api) == [("image/gif", "added")]
    assert told(store, api=api, before=first) == [("image/png", "added"), ("image/gif", "added")]
    assert told(store, api=api, before=second, after=first) == [("image/png", "removed")]
    patch(call_raw, f"/restapis/{api}/stages/dev", "replace", "/deploymentId", first)
    assert compared(store, {"api": api})["before"]["stages"] == ["prod", "dev"]


def test_the_default_endpoint_waits_for_a_change_of_a_stage_and_for_no_deployment(
    store, call_raw, api
):
    first = deploy(call_raw, api, "prod")
    patch(call_raw, f"/restapis/{api}", "replace", "/disableExecuteApiEndpoint", "true")
    assert told(store, api=api) == [("disableExecuteApiEndpoint", "changed")]
    patch(call_raw, f"/restapis/{api}/stages/prod", "replace", "/description", "said")
    assert told(store, api=api) == []
    assert told(store, api=api, before=first, after=deploy(call_raw, api)) == []


def test_what_does_not_exist_is_refused(store, call_raw, api):
    for asked in ({"api": "nothing"}, {"api": api, "before": "x"}, {"api": api, "after": "x"}):
        with pytest.raises(NotFoundException):
            compared(store, asked)
