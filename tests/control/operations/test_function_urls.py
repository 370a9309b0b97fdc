import re
import uuid

import pytest
from tests.control.packages import create
from tests.control.refusals import refused

from octetgate.core.ports.store import FUNCTION_URLS

GONE = ("ResourceNotFoundException", 404, "The resource you requested does not exist.")


@pytest.fixture
def name(lam):
    """Return the name of a function with a version 1 and an alias ``live`` for it."""
    name = f"f-{uuid.uuid4().hex}"
    create(lam, name, Publish=True)
    lam.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    return name


def shown(response):
    return {key: value for key, value in response.items() if key != "ResponseMetadata"}


def test_a_url_is_made_found_changed_and_taken_away(lam, name):
    made = lam.create_function_url_config(FunctionName=name, AuthType="NONE")
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert re.fullmatch(
        r"http://127\.0\.0\.1:8080/_aws/lambda-url/[a-z0-9]{32}/", made["FunctionUrl"]
    )
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", made["CreationTime"])
    assert made["FunctionArn"] == f"arn:aws:lambda:eu-west-1:000000000000:function:{name}"
    assert (made["AuthType"], made["InvokeMode"]) == ("NONE", "BUFFERED")
    found = shown(lam.get_function_url_config(FunctionName=name))
    assert found == {**shown(made), "LastModifiedTime": made["CreationTime"]}

    cors = {
        "AllowCredentials": True,
        "AllowHeaders": ["x-a"],
        "AllowMethods": ["GET"],
        "AllowOrigins": ["https://example.com"],
        "ExposeHeaders": ["x-b"],
        "MaxAge": 0,
    }
    changed = lam.update_function_url_config(
        FunctionName=name, AuthType="AWS_IAM", InvokeMode="RESPONSE_STREAM", Cors=cors
    )
    assert (changed["FunctionUrl"], changed["Cors"]) == (made["FunctionUrl"], cors)
    assert (changed["AuthType"], changed["InvokeMode"]) == ("AWS_IAM", "RESPONSE_STREAM")
    kept = lam.update_function_url_config(FunctionName=name, InvokeMode="BUFFERED")
    assert (kept["Cors"], kept["AuthType"]) == (cors, "AWS_IAM")

    lam.delete_function_url_config(FunctionName=name)
    assert refused(lam.get_function_url_config, FunctionName=name) == GONE
    assert refused(lam.update_function_url_config, FunctionName=name) == GONE
    assert refused(lam.delete_function_url_config, FunctionName=name) == GONE


def test_a_function_and_each_alias_have_one_url_at_most(lam, name):
    urls = {
        lam.create_function_url_config(FunctionName=name, AuthType="NONE", **of)["FunctionUrl"]
        for of in ({}, {"Qualifier": "live"})
    }
    assert len(urls) == 2
    code, status, message = refused(
        lam.create_function_url_config, FunctionName=name, Qualifier="live", AuthType="NONE"
    )
    assert (code, status) == ("ResourceConflictException", 409)
    assert f"{name}:live]" in message
    listed = lam.list_function_url_configs(FunctionName=name)["FunctionUrlConfigs"]
    assert {each["FunctionUrl"] for each in listed} == urls
    assert [each["FunctionArn"].rpartition(":")[2] for each in listed] == [name, "live"]
    first = lam.list_function_url_configs(FunctionName=name, MaxItems=1)
    rest = lam.list_function_url_configs(FunctionName=name, Marker=first["NextMarker"])
    assert first["FunctionUrlConfigs"] + rest["FunctionUrlConfigs"] == listed


def test_a_url_goes_with_its_alias_and_with_its_function(lam, management, name):
    for of in ({}, {"Qualifier": "live"}):
        lam.create_function_url_config(FunctionName=name, AuthType="NONE", **of)
    lam.delete_alias(FunctionName=name, Name="live")
    [left] = lam.list_function_url_configs(FunctionName=name)["FunctionUrlConfigs"]
    lam.delete_function(FunctionName=name)
    with management.store.read() as view:
        assert view.get(FUNCTION_URLS, left["FunctionUrl"].split("/")[-2]) is None


@pytest.mark.parametrize(
    "members, code",
    [
        ({"Qualifier": "1"}, "ValidationException"),
        ({"Qualifier": "nope"}, "ResourceNotFoundException"),
        ({"AuthType": "OPEN"}, "ValidationException"),
        ({"InvokeMode": "LATER"}, "ValidationException"),
        ({"Cors": {"MaxAge": 86401}}, "ValidationException"),
    ],
)
def test_what_no_url_can_be_is_refused(lam, name, members, code):
    given = {"FunctionName": name, "AuthType": "NONE", **members}
    assert refused(lam.create_function_url_config, **given)[0] == code


def test_a_version_has_no_url(lam, name):
    found = refused(lam.create_function_url_config, FunctionName=f"{name}:1", AuthType="NONE")
    assert found[0] in {"InvalidParameterValueException", "ValidationException"}
