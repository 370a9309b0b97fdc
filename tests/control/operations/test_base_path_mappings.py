import uuid

import pytest
from tests.control.refusals import absent, bad, refused, taken


@pytest.fixture
def domain(gw):
    """Return a fresh domain name."""
    name = f"{uuid.uuid4().hex}.example"
    gw.create_domain_name(domainName=name)
    return name


@pytest.fixture
def staged(gw, mocked):
    """Return an API with a stage ``s``."""
    gw.create_deployment(restApiId=mocked["restApiId"], stageName="s")
    return mocked["restApiId"]


def shown(response):
    return {key: value for key, value in response.items() if key != "ResponseMetadata"}


def patched(call, op, path, value, **place):
    return call(**place, patchOperations=[{"op": op, "path": path, "value": value}])


@pytest.mark.parametrize(
    "given, expected",
    [
        pytest.param({}, {"basePath": "(none)"}, id="nothing"),
        pytest.param({"basePath": "", "stage": ""}, {"basePath": "(none)"}, id="empty"),
        pytest.param({"basePath": "(none)", "stage": "(none)"}, {"basePath": "(none)"}, id="none"),
        pytest.param(
            {"basePath": "a/b", "stage": "s"}, {"basePath": "a/b", "stage": "s"}, id="both"
        ),
    ],
)
def test_a_mapping_spells_out_what_is_empty(gw, domain, staged, given, expected):
    made = gw.create_base_path_mapping(domainName=domain, restApiId=staged, **given)
    expected = {"restApiId": staged, **expected}
    assert shown(made) == expected
    path = expected["basePath"]
    assert shown(gw.get_base_path_mapping(domainName=domain, basePath=path)) == expected
    gone = gw.delete_base_path_mapping(domainName=domain, basePath=path)
    assert gone["ResponseMetadata"]["HTTPStatusCode"] == 202


@pytest.mark.parametrize(
    "given, message",
    [
        ({"restApiId": "nope"}, "Invalid REST API identifier specified"),
        ({"stage": "nope"}, "Invalid stage identifier specified"),
        (
            {"basePath": "a b"},
            "basePath: expected at most 300 letters, digits and $-_.+!*'()/; found 'a b'",
        ),
    ],
)
def test_a_mapping_that_leads_nowhere_is_refused(gw, domain, staged, given, message):
    members = {"domainName": domain, "restApiId": staged, **given}
    assert refused(gw.create_base_path_mapping, **members) == bad(message)


def test_a_base_path_leads_to_one_place(gw, domain, staged):
    gw.create_base_path_mapping(domainName=domain, restApiId=staged, basePath="a")
    found = refused(gw.create_base_path_mapping, domainName=domain, restApiId=staged, basePath="a")
    assert found == taken("Base path already exists for this domain name")
    expected = absent("Invalid base path mapping identifier specified")
    found = refused(gw.get_base_path_mapping, domainName=domain, basePath="b")
    assert found == expected


def test_patching_a_mapping_can_move_it(gw, domain, staged):
    gw.create_base_path_mapping(domainName=domain, restApiId=staged, basePath="a")
    place = {"domainName": domain, "basePath": "a"}
    update = gw.update_base_path_mapping
    assert patched(update, "replace", "/stage", "s", **place)["stage"] == "s"
    assert patched(update, "replace", "/basePath", "b", **place)["basePath"] == "b"
    found = gw.get_base_path_mappings(domainName=domain)["items"]
    assert found == [{"basePath": "b", "restApiId": staged, "stage": "s"}]
    gw.create_base_path_mapping(domainName=domain, restApiId=staged, basePath="a")
    taken_path = taken("Base path already exists for this domain name")
    assert refused(lambda: patched(update, "replace", "/basePath", "b", **place)) == taken_path
