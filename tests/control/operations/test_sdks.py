import io
import zipfile

import pytest
from tests.control.refusals import absent, bad, refused


@pytest.fixture
def stage(gw, api, mocked):
    """Return the place of a stage of an API with one method, as keyword arguments."""
    gw.create_deployment(restApiId=api.id, stageName="live")
    return {"restApiId": api.id, "stageName": "live"}


def unzipped(answer):
    with zipfile.ZipFile(io.BytesIO(answer["body"].read())) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_the_types_are_those_of_aws_and_python(gw):
    found = gw.get_sdk_types()["items"]
    assert [each["id"] for each in found] == [
        "android",
        "java",
        "javascript",
        "objectivec",
        "swift",
        "ruby",
        "python",
    ]
    android = gw.get_sdk_type(id="android")
    assert (android["friendlyName"], android["configurationProperties"][0]["name"]) == (
        "Android",
        "groupId",
    )


def test_an_unknown_type_is_not_found(gw):
    found = refused(gw.get_sdk_type, id="cobol")
    assert found == absent("Invalid SDK type identifier specified")


@pytest.mark.parametrize("kind", ["javascript", "python"])
def test_a_client_is_the_same_file_each_time(gw, stage, kind):
    first, second = (gw.get_sdk(**stage, sdkType=kind) for _ in range(2))
    assert first["contentDisposition"].startswith(f'attachment; filename="{kind}_20')
    assert first["contentDisposition"].endswith('Z.zip"')
    assert first["contentType"] == "application/octet-stream"
    assert first["body"].read() == second["body"].read()


def test_a_python_client_is_a_module_with_a_method_for_each_operation(gw, stage):
    files = unzipped(gw.get_sdk(**stage, sdkType="python"))
    module = {}
    exec(files["apiGateway-client/client.py"], module)  # What we made ourselves.
    client = module["Client"]()
    assert client.url == f"http://127.0.0.1:8080/_aws/execute-api/{stage['restApiId']}/live"
    assert callable(client.root_post)
    with pytest.raises(ValueError, match="POST /: no parameter is called x"):
        client.root_post({"x": 1})


def test_a_javascript_client_is_a_module_with_a_method_for_each_operation(gw, stage):
    files = unzipped(gw.get_sdk(**stage, sdkType="javascript"))
    assert "rootPost(params, body, options)" in files["apiGateway-client/apigClient.js"]
    assert '"type": "module"' in files["apiGateway-client/package.json"]


def test_a_name_cannot_leave_the_comment_that_it_stands_in(gw, stage, api):
    name = "x\nimport os  # */ alert(1)"
    gw.update_rest_api(
        restApiId=api.id, patchOperations=[{"op": "replace", "path": "/name", "value": name}]
    )
    gw.create_deployment(**stage)
    for kind in ("python", "javascript"):
        for text in unzipped(gw.get_sdk(**stage, sdkType=kind)).values():
            assert "\nimport os" not in text


@pytest.mark.parametrize("kind", ["java", "ruby", "cobol"])
def test_a_client_that_is_not_made_here_is_refused_by_name(gw, stage, kind):
    assert refused(gw.get_sdk, **stage, sdkType=kind) == bad(
        f"sdkType: expected one of javascript, python, which are made here; found '{kind}'"
    )


def test_a_stage_that_is_not_there_has_no_client(gw, api):
    found = refused(gw.get_sdk, restApiId=api.id, stageName="nope", sdkType="python")
    assert found == absent("Invalid stage identifier specified")
