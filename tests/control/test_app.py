"""The main path, end to end: boto3 on one side, the store on the other."""

import io
import json
import zipfile

import pytest

from octetgate.core.ports.functions import FunctionNotFound, Outcome
from octetgate.core.ports.store import DEPLOYMENTS, STAGES


def package(**files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in (files or {"index.py": "def handler(e, c): return e"}).items():
            archive.writestr(name.replace("_py", ".py"), text)
    return buffer.getvalue()


ROLE = "arn:aws:iam::000000000000:role/r"


def test_the_launch_articles_api_can_be_built_and_deployed(gw, lam, management):
    arn = lam.create_function(
        FunctionName="thumbnail",
        Runtime="python3.11",
        Handler="index.handler",
        Role=ROLE,
        Code={"ZipFile": package()},
    )["FunctionArn"]
    api = gw.create_rest_api(name="Thumbnail")["id"]
    root = gw.get_resources(restApiId=api)["items"][0]["id"]
    place = {"restApiId": api, "resourceId": root, "httpMethod": "POST"}
    gw.put_method(**place, authorizationType="NONE")
    gw.put_integration(
        **place,
        type="AWS",
        integrationHttpMethod="POST",
        uri=f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations",
        requestTemplates={"image/png": '{"base64Image": "$input.body"}'},
        passthroughBehavior="WHEN_NO_TEMPLATES",
    )
    gw.put_method_response(**place, statusCode="200")
    gw.put_integration_response(**place, statusCode="200")
    lam.add_permission(
        FunctionName="thumbnail",
        StatementId="apigw",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:us-east-1:000000000000:{api}/*/POST/",
    )
    gw.update_rest_api(
        restApiId=api, patchOperations=[{"op": "add", "path": "/binaryMediaTypes/image~1png"}]
    )
    deployment = gw.create_deployment(restApiId=api, stageName="prod")["id"]
    gw.create_domain_name(domainName="localhost")
    gw.create_base_path_mapping(
        domainName="localhost", restApiId=api, stage="prod", basePath="(none)"
    )
    with management.store.read() as view:
        stage = view.get(STAGES, f"{api}/prod")
        frozen = view.get(DEPLOYMENTS, f"{api}/{deployment}").definition
    assert stage.deployment_id == deployment
    assert frozen.rest_api.binary_media_types == ("image/png",)
    integration = frozen.resources[root].resource_methods["POST"].method_integration
    assert integration.passthrough_behavior == "WHEN_NO_TEMPLATES"
    management.functions.answers.append(Outcome(status=200, payload=b'{"a":1}'))
    answer = lam.invoke(FunctionName="thumbnail", Payload=json.dumps({"x": 1}))
    assert json.load(answer["Payload"]) == {"a": 1}
