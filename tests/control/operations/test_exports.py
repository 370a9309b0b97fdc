import datetime as dt
import json

import pytest
import yaml
from tests.control.refusals import absent, bad, refused


@pytest.fixture
def stage(gw, api, mocked):
    """Return the place of a stage of an API with one method, as keyword arguments."""
    gw.create_deployment(restApiId=api.id, stageName="live")
    return {"restApiId": api.id, "stageName": "live"}


def export(gw, stage, kind="oas30", **asked):
    return gw.get_export(**stage, exportType=kind, **asked)


def test_an_export_is_a_file_to_save(gw, stage):
    found = export(gw, stage)
    deployed = gw.get_deployments(restApiId=stage["restApiId"])["items"][0]["createdDate"]
    spelled = deployed.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert found["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert found["contentType"] == "application/octet-stream"
    assert found["contentDisposition"] == f'attachment; filename="oas30_{spelled}.json"'
    document = json.loads(found["body"].read())
    assert document["openapi"] == "3.0.1"
    assert list(document["paths"]) == ["/"]
    [server] = document["servers"]
    assert server["url"] == (
        f"http://127.0.0.1:8080/_aws/execute-api/{stage['restApiId']}/{{basePath}}"
    )


@pytest.mark.parametrize("kind", ["oas30", "swagger"])
def test_json_and_yaml_say_the_same(gw, stage, kind):
    asked = {"parameters": {"extensions": "apigateway"}}
    as_json = export(gw, stage, kind, accepts="application/json", **asked)
    as_yaml = export(gw, stage, kind, accepts="application/yaml", **asked)
    assert as_yaml["contentDisposition"].endswith('.yaml"')
    assert yaml.safe_load(as_yaml["body"].read()) == json.loads(as_json["body"].read())


def test_an_export_is_of_what_was_deployed(gw, stage, api):
    gw.create_resource(restApiId=api.id, parentId=api.root, pathPart="later")
    gw.update_rest_api(
        restApiId=api.id, patchOperations=[{"op": "replace", "path": "/name", "value": "new"}]
    )
    document = json.loads(export(gw, stage)["body"].read())
    assert list(document["paths"]) == ["/"]
    assert document["info"]["title"] == "pets"


def test_extensions_are_named_with_commas(gw, stage):
    asked = {"parameters": {"extensions": "integrations,validators"}}
    document = json.loads(export(gw, stage, **asked)["body"].read())
    integration = document["paths"]["/"]["post"]["x-amazon-apigateway-integration"]
    assert integration == {"type": "mock", "passthroughBehavior": "when_no_match"}


def test_documentation_of_the_stages_version_is_exported(gw, stage):
    api = {"restApiId": stage["restApiId"]}
    said = {"location": {"type": "API"}, "properties": {"info": {"description": "Pets."}}}
    gw.create_documentation_part(
        **api, location=said["location"], properties=json.dumps(said["properties"])
    )
    gw.create_documentation_version(**stage, documentationVersion="1")
    asked = {"parameters": {"extensions": "documentation"}}
    document = json.loads(export(gw, stage, **asked)["body"].read())
    found = document["x-amazon-apigateway-documentation"]
    assert (found["version"], found["documentationParts"]) == ("1", [said])


def test_an_exported_api_can_be_imported(gw, stage):
    asked = {"parameters": {"extensions": "apigateway"}}
    made = gw.import_rest_api(body=export(gw, stage, **asked)["body"].read(), failOnWarnings=True)
    [root] = gw.get_resources(restApiId=made["id"], embed=["methods"])["items"]
    assert root["resourceMethods"]["POST"]["methodIntegration"]["type"] == "MOCK"


@pytest.mark.parametrize(
    "asked, expected",
    [
        ({"exportType": "raml"}, bad("No API exporter for type 'raml'")),
        ({"stageName": "nope"}, absent("Invalid stage identifier specified")),
        (
            {"restApiId": "nope"},
            absent("Invalid API identifier specified 000000000000:nope"),
        ),
        (
            {"parameters": {"extensions": "wsdl"}},
            bad(
                "extensions: expected one of apigateway, integrations, authorizers, validators, "
                "gatewayresponses, documentation, postman; found 'wsdl'"
            ),
        ),
    ],
)
def test_what_cannot_be_exported_is_refused(gw, stage, asked, expected):
    found = refused(gw.get_export, **{**stage, "exportType": "oas30", **asked})
    assert found == expected
