"""The table of errors at the end of spec lambda 8, row by row, as boto3 sees them."""

import uuid

import pytest
from msgspec.structs import replace
from tests.control.packages import create, package
from tests.control.refusals import refused

from octetgate.control.accounts import TOTAL_CODE
from octetgate.core.ports.functions import InvokeError, TooManyInvocations
from octetgate.core.ports.store import FUNCTION_VERSIONS, LAYER_VERSIONS

ARN = "arn:aws:lambda:eu-west-1:000000000000:function:"
GRANT = {"StatementId": "s", "Action": "lambda:InvokeFunction", "Principal": "a.amazonaws.com"}
LATEST_REVISION = (
    "The Revision Id provided does not match the latest Revision Id. Call the {} API to retrieve "
    "the latest Revision Id"
)


@pytest.fixture
def name(lam):
    """Return the name of a function that exists."""
    name = f"f-{uuid.uuid4().hex}"
    create(lam, name, Publish=True)
    return name


@pytest.mark.parametrize(
    "operation, more, arn",
    [
        ("get_function", {}, "nope"),
        ("get_function", {"Qualifier": "7"}, "nope:7"),
        ("get_function_configuration", {}, "nope"),
        ("update_function_code", {"ZipFile": package()}, "nope"),
        ("update_function_configuration", {}, "nope"),
        ("delete_function", {}, "nope"),
        ("publish_version", {}, "nope"),
        ("list_versions_by_function", {}, "nope"),
        ("create_alias", {"Name": "live", "FunctionVersion": "1"}, "nope"),
        ("list_aliases", {}, "nope"),
        ("add_permission", GRANT, "nope"),
        ("get_policy", {}, "nope"),
        ("put_function_concurrency", {"ReservedConcurrentExecutions": 1}, "nope"),
        ("put_function_event_invoke_config", {"MaximumRetryAttempts": 1}, "nope"),
        ("create_function_url_config", {"AuthType": "NONE"}, "nope"),
    ],
)
def test_a_function_that_is_not_there_is_named(lam, operation, more, arn):
    found = refused(getattr(lam, operation), FunctionName="nope", **more)
    assert found == ("ResourceNotFoundException", 404, f"Function not found: {ARN}{arn}")


@pytest.mark.parametrize(
    "operation, more",
    [
        ("get_policy", {}),
        ("remove_permission", {"StatementId": "s"}),
        ("get_function_url_config", {}),
    ],
)
def test_what_a_function_has_not_is_not_found(lam, name, operation, more):
    found = refused(getattr(lam, operation), FunctionName=name, **more)
    text = "The resource you requested does not exist."
    assert found == ("ResourceNotFoundException", 404, text)


def test_a_name_is_given_once(lam, name):
    found = refused(lambda: create(lam, name))
    assert found == ("ResourceConflictException", 409, f"Function already exist: {name}")


def test_a_statement_id_is_given_once(lam, name):
    lam.add_permission(FunctionName=name, **GRANT)
    text = (
        "The statement id (s) provided already exists. Please provide a new statement id, or "
        "remove the existing statement."
    )
    found = refused(lam.add_permission, FunctionName=name, **GRANT)
    assert found == ("ResourceConflictException", 409, text)


@pytest.mark.parametrize(
    "members, text",
    [
        pytest.param(
            {"Code": {"ZipFile": b"no zip"}},
            "Could not unzip uploaded file. Please check your file, then try to upload again.",
            id="zip",
        ),
        pytest.param({"Runtime": "ruby3.4"}, "Runtime: expected ", id="runtime"),
        pytest.param({"Code": {}}, "Code: expected a ZipFile; found none", id="no-code"),
        pytest.param({"Timeout": 901}, "Timeout: expected at most 900; found 901", id="timeout"),
        pytest.param(
            {"Environment": {"Variables": {"AWS_LAMBDA_FUNCTION_NAME": "x"}}},
            "Lambda was unable to configure your environment variables because the environment "
            "variables you have provided contains reserved keys",
            id="environment",
        ),
        pytest.param({"Layers": [f"{ARN[:-10]}:layer:nope:1"]}, "Layer version ", id="layer"),
    ],
)
def test_what_no_function_can_be_is_an_invalid_parameter(lam, members, text):
    code, status, message = refused(lambda: create(lam, f"f-{uuid.uuid4().hex}", **members))
    assert (code, status) == ("InvalidParameterValueException", 400)
    assert message.startswith(text)


@pytest.mark.parametrize(
    "operation, more, shows",
    [
        ("update_function_code", {"ZipFile": package()}, "GetFunction/GetAlias"),
        ("update_function_configuration", {}, "GetFunction/GetAlias"),
        ("publish_version", {}, "GetFunction/GetAlias"),
        ("add_permission", GRANT, "GetPolicy"),
    ],
)
def test_another_revision_than_the_caller_has_seen_is_not_changed(
    lam, name, operation, more, shows
):
    found = refused(getattr(lam, operation), FunctionName=name, RevisionId="old", **more)
    assert found == ("PreconditionFailedException", 412, LATEST_REVISION.format(shows))


@pytest.fixture
def full(lam, management, name):
    """Let an account have all the code that it may."""
    key = f"{name}/1"
    with management.store.write() as draft:
        version = draft.get(FUNCTION_VERSIONS, key)
        draft.put(FUNCTION_VERSIONS, key, replace(version, code_size=TOTAL_CODE))
    yield
    with management.store.write() as draft:
        draft.put(FUNCTION_VERSIONS, key, version)


FULL = ("CodeStorageExceededException", 400, "Code storage limit exceeded.")


@pytest.mark.usefixtures("full")
def test_more_code_than_an_account_may_have_is_not_kept(lam, management, name):
    assert refused(lambda: create(lam, f"{name}-2")) == FULL
    assert refused(lam.get_function, FunctionName=f"{name}-2")[1] == 404
    assert refused(lam.update_function_code, FunctionName=name, ZipFile=package("x = 1")) == FULL
    layer = {"LayerName": name, "Content": {"ZipFile": package()}}
    assert refused(lam.publish_layer_version, **layer) == FULL
    with management.store.read() as view:
        assert view.get(LAYER_VERSIONS, f"{name}/1") is None


@pytest.mark.parametrize(
    "operation, members, text",
    [
        (
            "create_function",
            {"FunctionName": "a b", "Role": "r", "Code": {}},
            (
                "Value 'a b' at 'functionName' failed to satisfy constraint: Member must satisfy "
                "regular expression pattern: "
            ),
        ),
        (
            "update_function_configuration",
            {"FunctionName": "f", "Timeout": 0},
            (
                "Value '0' at 'timeout' failed to satisfy constraint: Member must have value greater "
                "than or equal to 1"
            ),
        ),
        (
            "update_function_configuration",
            {"FunctionName": "f", "Description": "x" * 257},
            (
                "at 'description' failed to satisfy constraint: Member must have length less than or "
                "equal to 256"
            ),
        ),
        (
            "create_function_url_config",
            {"FunctionName": "f", "AuthType": "OPEN"},
            (
                "Value 'OPEN' at 'authType' failed to satisfy constraint: Member must satisfy enum "
                "value set: [NONE, AWS_IAM]"
            ),
        ),
        (
            "add_permission",
            {"FunctionName": "f", "StatementId": "a b", "Action": "x", "Principal": "*"},
            "Value 'a b' at 'statementId' failed to satisfy constraint: ",
        ),
        (
            "add_permission",
            {"FunctionName": "f", "StatementId": "a"},
            "Value null at 'action' failed to satisfy constraint: Member must not be null",
        ),
    ],
)
def test_the_models_constraints_are_a_validation_exception(lam, operation, members, text):
    code, status, message = refused(getattr(lam, operation), **members)
    assert (code, status) == ("ValidationException", 400)
    assert "validation error" in message
    assert text in message


@pytest.mark.parametrize(
    "error, found",
    [
        (TooManyInvocations("Rate Exceeded."), ("TooManyRequestsException", 429, "Rate Exceeded.")),
        (InvokeError("no"), ("ServiceException", 500, "no")),
    ],
)
def test_a_service_that_cannot_says_why(lam, management, error, found):
    management.functions.answers.append(error)
    assert refused(lam.invoke, FunctionName="f") == found
    assert issubclass(getattr(lam.exceptions, found[0]), lam.exceptions.ClientError)
