import pytest
from tests.control.refusals import absent, bad, refused, taken

from octetgate.core.ports.store import DEPLOYMENTS

UNKNOWN = "Invalid Request Validator identifier specified"


@pytest.fixture
def validator(gw, api):
    """Return the place of a validator on a fresh API, as keyword arguments."""
    made = gw.create_request_validator(restApiId=api.id, name="all")
    return {"restApiId": api.id, "requestValidatorId": made["id"]}


def shown(response):
    return {key: value for key, value in response.items() if key != "ResponseMetadata"}


def patch(op, path, value=None):
    return [{"op": op, "path": path, **({} if value is None else {"value": value})}]


def test_a_new_validator_checks_nothing_until_it_is_told_to(gw, api):
    made = gw.create_request_validator(restApiId=api.id, name="all")
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert len(made["id"]) == 6
    assert shown(made) == {
        "id": made["id"],
        "name": "all",
        "validateRequestBody": False,
        "validateRequestParameters": False,
    }


def test_what_is_given_comes_back(gw, api):
    given = {"name": "all", "validateRequestBody": True, "validateRequestParameters": True}
    made = gw.create_request_validator(restApiId=api.id, **given)
    place = {"restApiId": api.id, "requestValidatorId": made["id"]}
    assert shown(gw.get_request_validator(**place)) == {"id": made["id"], **given}
    assert gw.get_request_validators(restApiId=api.id)["items"] == [shown(made)]


@pytest.mark.parametrize("given", [{}, {"name": ""}, {"name": "  "}])
def test_a_validator_has_a_name(gw, api, given):
    found = refused(gw.create_request_validator, restApiId=api.id, **given)
    assert found == bad("Request Validator name cannot be blank")


def test_on_an_unknown_api_creating_is_refused_in_words_of_its_own(gw):
    found = refused(gw.create_request_validator, restApiId="nope", name="x")
    assert found == bad("Invalid REST API identifier specified")
    found = refused(gw.get_request_validators, restApiId="nope")
    assert found == absent("Invalid API identifier specified 000000000000:nope")


@pytest.mark.parametrize("operation", ["get", "update", "delete"])
def test_an_unknown_validator_is_not_found(gw, api, operation):
    call = getattr(gw, f"{operation}_request_validator")
    assert refused(call, restApiId=api.id, requestValidatorId="nope") == absent(UNKNOWN)


@pytest.mark.parametrize(
    "path, value, member, after",
    [
        ("/name", "other", "name", "other"),
        ("/validateRequestBody", "true", "validateRequestBody", True),
        ("/validateRequestParameters", "true", "validateRequestParameters", True),
    ],
)
def test_patching_a_validator(gw, validator, path, value, member, after):
    patched = gw.update_request_validator(
        **validator, patchOperations=patch("replace", path, value)
    )
    assert patched[member] == after
    assert gw.get_request_validator(**validator)[member] == after


@pytest.mark.parametrize(
    "op, path, value, message",
    [
        (
            "replace",
            "/x",
            "1",
            (
                "Invalid patch path  '/x' specified for op 'replace'. Must be one of: "
                "[/name, /validateRequestBody, /validateRequestParameters]"
            ),
        ),
        (
            "add",
            "/name",
            "1",
            (
                "Invalid patch path  '/name' specified for op 'add'. "
                "Please choose supported operations"
            ),
        ),
        ("replace", "/name", "", "Request Validator name cannot be blank"),
        (
            "replace",
            "/validateRequestBody",
            "maybe",
            "Invalid patch value for /validateRequestBody: expected true or false; found 'maybe'",
        ),
    ],
)
def test_a_patch_that_cannot_be_is_refused(gw, validator, op, path, value, message):
    operations = patch(op, path, value)
    found = refused(gw.update_request_validator, **validator, patchOperations=operations)
    assert found == bad(message)


def test_a_validator_in_use_stays(gw, api, validator):
    place = {"restApiId": api.id, "resourceId": api.root, "httpMethod": "ANY"}
    gw.put_method(
        **place, authorizationType="NONE", requestValidatorId=validator["requestValidatorId"]
    )
    assert refused(gw.delete_request_validator, **validator) == taken(
        f"Cannot delete validator '{validator['requestValidatorId']}', "
        "is referenced in method request: //ANY"
    )
    operations = patch("replace", "/requestValidatorId", "")
    assert "requestValidatorId" not in gw.update_method(**place, patchOperations=operations)
    gone = gw.delete_request_validator(**validator)
    assert gone["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert refused(gw.get_request_validator, **validator) == absent(UNKNOWN)


def test_a_method_takes_a_validator_of_its_api_alone(gw, api, validator):
    place = {"restApiId": api.id, "resourceId": api.root, "httpMethod": "GET"}
    made = gw.put_method(
        **place, authorizationType="NONE", requestValidatorId=validator["requestValidatorId"]
    )
    assert made["requestValidatorId"] == validator["requestValidatorId"]
    operations = patch("replace", "/requestValidatorId", "nope")
    assert refused(gw.update_method, **place, patchOperations=operations) == bad(UNKNOWN)
    other = gw.create_rest_api(name="other")
    found = refused(
        gw.put_method,
        restApiId=other["id"],
        resourceId=other["rootResourceId"],
        httpMethod="GET",
        authorizationType="NONE",
        requestValidatorId=validator["requestValidatorId"],
    )
    assert found == bad(UNKNOWN)


def test_a_copy_of_an_api_has_its_validators(gw, api, validator):
    copy = gw.create_rest_api(name="copy", cloneFrom=api.id)["id"]
    (copied,) = gw.get_request_validators(restApiId=copy)["items"]
    assert copied["name"] == "all"


def test_a_deployment_keeps_its_validators(gw, management, mocked, validator):
    gw.create_deployment(restApiId=mocked["restApiId"], stageName="s")
    gw.delete_request_validator(**validator)
    (kept,) = _deployed(management, mocked["restApiId"]).request_validators.values()
    assert kept.name == "all"


def _deployed(management, api):
    with management.store.read() as reading:
        ((_, record),) = reading.list(DEPLOYMENTS, f"{api}/")
    return record.definition
