import pytest
from tests.control.refusals import absent, bad, refused, taken

from octetgate.core.ports.store import DOCUMENTATION_VERSIONS

UNKNOWN = "Invalid Documentation version specified"


def shown(response):
    return {key: value for key, value in response.items() if key != "ResponseMetadata"}


@pytest.fixture
def version(gw, api):
    """Return the place of a version of a fresh API, as keyword arguments."""
    gw.create_documentation_version(restApiId=api.id, documentationVersion="1.0")
    return {"restApiId": api.id, "documentationVersion": "1.0"}


@pytest.fixture
def stage(gw, api, mocked):
    """Return the place of a stage of the API, as keyword arguments."""
    gw.create_deployment(restApiId=api.id, stageName="live")
    return {"restApiId": api.id, "stageName": "live"}


def test_a_version_is_made_and_shown(gw, api):
    made = gw.create_documentation_version(
        restApiId=api.id, documentationVersion="1.0", description="First."
    )
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert {**shown(made), "createdDate": 0} == {
        "version": "1.0",
        "createdDate": 0,
        "description": "First.",
    }
    place = {"restApiId": api.id, "documentationVersion": "1.0"}
    assert shown(gw.get_documentation_version(**place)) == shown(made)
    assert gw.get_documentation_versions(restApiId=api.id)["items"] == [shown(made)]


def test_a_version_can_be_made_once(gw, version):
    found = refused(gw.create_documentation_version, **version)
    assert found == taken("Documentation version already exists")


def test_a_version_has_a_name(gw, api):
    found = refused(gw.create_documentation_version, restApiId=api.id, documentationVersion="")
    assert found == bad("Documentation version must be non-empty")


@pytest.mark.parametrize("operation", ["get", "update", "delete"])
def test_an_unknown_version_is_not_found(gw, api, operation):
    call = getattr(gw, f"{operation}_documentation_version")
    assert refused(call, restApiId=api.id, documentationVersion="2") == absent(UNKNOWN)


def test_patching_a_version(gw, version):
    patch = [{"op": "replace", "path": "/description", "value": "Better."}]
    assert (
        gw.update_documentation_version(**version, patchOperations=patch)["description"]
        == "Better."
    )
    assert gw.get_documentation_version(**version)["description"] == "Better."


def test_a_version_can_be_given_to_a_stage_as_it_is_made(gw, stage):
    gw.create_documentation_version(**stage, documentationVersion="1.0")
    assert gw.get_stage(**stage)["documentationVersion"] == "1.0"


def test_a_version_for_a_stage_that_is_not_there_is_not_made(gw, api):
    asked = {"restApiId": api.id, "documentationVersion": "1.0", "stageName": "nope"}
    found = refused(gw.create_documentation_version, **asked)
    assert found == absent("Invalid stage identifier specified")
    assert gw.get_documentation_versions(restApiId=api.id)["items"] == []


def test_a_stage_can_be_given_a_version_that_exists_and_no_other(gw, stage, version):
    patch = [{"op": "replace", "path": "/documentationVersion", "value": "1.0"}]
    assert gw.update_stage(**stage, patchOperations=patch)["documentationVersion"] == "1.0"
    patch = [{"op": "replace", "path": "/documentationVersion", "value": "2.0"}]
    assert refused(gw.update_stage, **stage, patchOperations=patch) == absent(UNKNOWN)


def test_a_version_that_a_stage_names_stays(gw, stage, version):
    patch = [{"op": "replace", "path": "/documentationVersion", "value": "1.0"}]
    gw.update_stage(**stage, patchOperations=patch)
    found = refused(gw.delete_documentation_version, **version)
    assert found == taken("Documentation version 1.0 is used by the stage live")
    gw.delete_stage(**stage)
    deleted = gw.delete_documentation_version(**version)
    assert deleted["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert gw.get_documentation_versions(restApiId=version["restApiId"])["items"] == []


def test_versions_go_with_their_api(gw, version, management):
    gw.delete_rest_api(restApiId=version["restApiId"])
    with management.store.read() as view:
        assert view.list(DOCUMENTATION_VERSIONS, f"{version['restApiId']}/") == []
