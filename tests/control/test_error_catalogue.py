"""Every row of the specification's error catalogue, through boto3 (spec: control-plane 6).

A row is an operation, what it is given, and what it then answers.  ``{api}``, ``{root}`` and the
like stand for the ids of one API that every row finds as it was made.
"""

import pytest
from tests.control.refusals import absent, bad, refused, taken

LAMBDA = "arn:aws:lambda:eu-west-1:000000000000:function:f"
API, ROOT = {"restApiId": "{api}"}, {"restApiId": "{api}", "parentId": "{root}"}
POST = {"restApiId": "{api}", "resourceId": "{root}", "httpMethod": "POST"}
BARE = {**POST, "httpMethod": "GET"}
PETS = {"restApiId": "{api}", "resourceId": "{pets}"}
JSON = "application/json"


def framework(message):
    """Return what the framework answers to members that break the model's constraints."""
    return "ValidationException", 400, f"1 validation error detected: {message}"


def invalid_mapping(text):
    found = f"[Invalid mapping expression specified: {text}]"
    return bad(
        "Invalid mapping expression specified: Validation Result: warnings : [], errors : " + found
    )


def patch(op, path, value=None, source=None):
    given = {"op": op, "path": path, "value": value, "from": source}
    return {"patchOperations": [{name: each for name, each in given.items() if each is not None}]}


@pytest.fixture(scope="module")
def ids(gw):
    """Return the ids of an API that has one of everything that the rows name."""
    made = gw.create_rest_api(name="catalogue")
    api, root = made["id"], made["rootResourceId"]
    here = {"restApiId": api}
    pets = gw.create_resource(**here, parentId=root, pathPart="pets")["id"]
    inner = gw.create_resource(**here, parentId=pets, pathPart="{id}")["id"]
    greedy = gw.create_resource(**here, parentId=inner, pathPart="{proxy+}")["id"]
    post = {**here, "resourceId": root, "httpMethod": "POST"}
    gw.create_model(**here, name="Used", contentType=JSON, schema='{"type": "object"}')
    gw.put_method(**post, authorizationType="NONE", requestModels={JSON: "Used"})
    gw.put_integration(**post, type="MOCK")
    gw.put_method_response(**post, statusCode="200")
    deployment = gw.create_deployment(**here, stageName="s")["id"]
    gw.put_method(**{**post, "httpMethod": "GET"}, authorizationType="NONE")
    gw.put_gateway_response(**here, responseType="THROTTLED")
    validator = gw.create_request_validator(**here, name="v")["id"]
    empty = gw.create_rest_api(name="empty")["id"]
    gw.create_api_key(value="a-value-of-the-catalogue")
    plan = gw.create_usage_plan(name="p")["id"]
    return {
        "api": api,
        "root": root,
        "pets": pets,
        "inner": inner,
        "greedy": greedy,
        "deployment": deployment,
        "validator": validator,
        "empty": empty,
        "plan": plan,
    }


ROWS = [
    # RestApi
    ("create_rest_api", {"name": "x", "description": ""}, bad("Description cannot be an empty string")),
    ("create_rest_api", {"name": "x", "minimumCompressionSize": -1}, bad("Invalid minimum compression size, must be between 0 and 10485760")),
    ("update_rest_api", {**API, **patch("replace", "/minimumCompressionSize", "text")}, bad("Invalid minimum compression size, must be between 0 and 10485760")),
    ("create_rest_api", {"name": "x", "endpointConfiguration": {"types": []}}, bad("REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.")),
    ("create_rest_api", {"name": "x", "endpointConfiguration": {"types": ["EDGE", "REGIONAL"]}}, bad("Cannot create an api with multiple Endpoint Types.")),
    ("create_rest_api", {"name": "x", "endpointConfiguration": {"types": ["wrong"]}}, framework("Value '[wrong]' at 'createRestApiInput.endpointConfiguration.types' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [PRIVATE, EDGE, REGIONAL]]")),
    ("create_rest_api", {"name": "x", "endpointConfiguration": {"types": ["EDGE"], "ipAddressType": "wrong"}}, framework("Value 'wrong' at 'createRestApiInput.endpointConfiguration.ipAddressType' failed to satisfy constraint: Member must satisfy enum value set: [ipv4, dualstack]")),
    ("update_rest_api", {**API, **patch("replace", "/endpointConfiguration/ipAddressType", "wrong")}, bad("ipAddressType must be either ipv4 or dualstack.")),
    ("create_rest_api", {"name": "x", "endpointConfiguration": {"types": ["PRIVATE"], "ipAddressType": "ipv4"}}, bad("Only dualstack ipAddressType is supported for Private APIs.")),
    ("update_rest_api", {**API, **patch("replace", "/endpointConfiguration/types/EDGE", "wrong")}, bad("Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE")),
    ("update_rest_api", {**API, **patch("add", "/endpointConfiguration/types/EDGE", "REGIONAL")}, bad("Invalid patch operation specified. Must be 'add'|'remove'|'replace'")),
    ("update_rest_api", {**API, **patch("add", "/binaryMediaTypes", "image/png")}, bad("Invalid patch path /binaryMediaTypes")),
    ("update_rest_api", {**API, **patch("add", "/name", "x")}, bad("Invalid patch operation specified. Must be one of: [replace]")),
    ("get_rest_api", {"restApiId": "nope"}, absent("Invalid API identifier specified 000000000000:nope")),
    # Resource
    ("create_resource", {**ROOT, "pathPart": "pets"}, taken("Another resource with the same parent already has this name: pets")),
    ("create_resource", {**API, "parentId": "{pets}", "pathPart": "{name}"}, bad("A sibling ({id}) of this resource already has a variable path part -- only one is allowed")),
    ("create_resource", {**API, "parentId": "{greedy}", "pathPart": "x"}, bad("Cannot create a child of a resource with a greedy path variable: {proxy+}")),
    ("create_resource", {**ROOT, "pathPart": "a b"}, bad("Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the beginning and the end.")),
    ("update_resource", {**PETS, **patch("replace", "/parentId", "{inner}")}, bad("Resources cannot be cyclical.")),
    ("update_resource", {**API, "resourceId": "{root}", **patch("replace", "/pathPart", "x")}, bad("Root resource cannot update its pathPart.")),
    ("update_resource", {**API, "resourceId": "{root}", **patch("replace", "/parentId", "{pets}")}, bad("Root resource cannot update its parentId.")),
    ("get_resource", {**API, "resourceId": "nope"}, absent("Invalid Resource identifier specified")),
    ("update_resource", {**PETS, **patch("replace", "/x", "1")}, bad("Invalid patch path  '/x' specified for op 'replace'. Must be one of: [/parentId, /pathPart]")),
    ("update_resource", {**PETS, **patch("add", "/pathPart", "1")}, bad("Invalid patch path  '/pathPart' specified for op 'add'. Please choose supported operations")),
    # Method
    ("put_method", {**PETS, "httpMethod": "FETCH", "authorizationType": "NONE"}, bad("Invalid HttpMethod specified. Valid options are GET,PUT,POST,DELETE,PATCH,OPTIONS,HEAD,ANY")),
    ("put_method", {**PETS, "httpMethod": "GET", "authorizationType": "CUSTOM"}, bad("Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer.")),
    ("put_method", {**PETS, "httpMethod": "GET", "authorizationType": "NONE", "requestValidatorId": "nope"}, bad("Invalid Request Validator identifier specified")),
    ("put_method", {**PETS, "httpMethod": "GET", "authorizationType": "NONE", "requestModels": {JSON: "petModel"}}, bad("Invalid model identifier specified: petModel")),
    ("put_method", {**PETS, "httpMethod": "GET", "authorizationType": "NONE", "requestParameters": {"method.request.header.a": True, "method.request.querystring.a": True}}, bad("Parameter names must be unique across querystring, header and path")),
    ("put_method", {**POST, "authorizationType": "NONE"}, taken("Method already exists for this resource")),
    ("get_method", {**PETS, "httpMethod": "GET"}, absent("Invalid Method identifier specified")),
    ("update_method", {**POST, **patch("replace", "/httpMethod", "PUT")}, bad("Invalid patch path /httpMethod")),
    ("update_method", {**POST, **patch("add", "/requestParameters", "true")}, bad("Invalid patch path /requestParameters")),
    ("update_method", {**POST, **patch("add", "/requestModels/application/json", "Empty")}, bad("Invalid patch path /requestModels/application/json")),
    ("update_method_response", {**POST, "statusCode": "200", **patch("remove", "/responseParameters/method.response.header.A")}, absent("Invalid parameter name specified")),
    ("update_method_response", {**POST, "statusCode": "200", **patch("remove", "/responseModels/application~1json")}, absent("Content-Type specified was not found")),
    # Integration
    ("put_integration", {**BARE, "type": "HTTPS_PROXY"}, framework("Value 'HTTPS_PROXY' at 'putIntegrationInput.type' failed to satisfy constraint: Member must satisfy enum value set: [HTTP, MOCK, AWS_PROXY, HTTP_PROXY, AWS]")),
    ("put_integration", {**BARE, "type": "HTTP", "uri": "http://b"}, bad("Enumeration value for HttpMethod must be non-empty")),
    ("put_integration", {**BARE, "type": "HTTP_PROXY", "integrationHttpMethod": "GET", "uri": "b"}, bad("Invalid HTTP endpoint specified for URI")),
    ("put_integration", {**BARE, "type": "AWS", "integrationHttpMethod": "POST", "uri": LAMBDA}, bad("Invalid ARN specified in the request")),
    ("put_integration", {**BARE, "type": "MOCK", "requestParameters": {"integration.request.header.a": "true"}}, invalid_mapping("true")),
    ("get_integration", BARE, absent("Invalid Integration identifier specified")),
    ("put_integration_response", {**POST, "statusCode": "wrong"}, framework("Value 'wrong' at 'statusCode' failed to satisfy constraint: Member must satisfy regular expression pattern: [1-5]\\d\\d")),
    ("get_integration_response", {**POST, "statusCode": "404"}, absent("Invalid Response status code specified")),
    ("put_integration_response", {**POST, "statusCode": "200", "responseTemplates": {"123": "x"}}, bad("Validation Result: warnings : [], errors : [Invalid content type specified: 123]")),
    # Deployment and stage
    ("delete_deployment", {**API, "deploymentId": "{deployment}"}, bad("Active stages pointing to this deployment must be moved or deleted")),
    ("create_deployment", {"restApiId": "{empty}"}, bad("The REST API doesn't contain any methods")),
    ("create_deployment", API, bad("No integration defined for method")),
    ("create_deployment", {**API, "canarySettings": {"percentTraffic": 1}}, bad("Invalid deployment content specified.Non null and non empty stageName must be provided for canary deployment. Provided value is null")),
    ("create_deployment", {**API, "stageName": "non-existing", "canarySettings": {"percentTraffic": 1}}, bad("Invalid deployment content specified.Stage non-existing must already be created before making a canary release deployment")),
    ("create_stage", {**API, "stageName": "s", "deploymentId": "{deployment}"}, taken("Stage already exists")),
    ("get_stage", {**API, "stageName": "nope"}, absent("Invalid stage identifier specified")),
    ("update_stage", {**API, "stageName": "s", **patch("replace", "/deploymentId", "nope")}, bad("Deployment id does not exist")),
    ("update_stage", {**API, "stageName": "s", **patch("replace", "/accessLogSettings/x", "1")}, bad("Invalid accessLogSettings path. Must be one of : [/accessLogSettings/destinationArn, /accessLogSettings/format]")),
    ("update_stage", {**API, "stageName": "s", **patch("replace", "/accessLogSettings/format", "")}, bad("Access Log value must not be empty")),
    ("update_stage", {**API, "stageName": "s", **patch("remove", "/*/*")}, bad("Cannot remove method setting */* because there is no method setting for this method ")),
    ("update_stage", {**API, "stageName": "s", **patch("remove", "/accessLogSettings/destinationArn")}, bad("Cannot remove method setting accessLogSettings/destinationArn because there is no method setting for this method ")),
    ("update_stage", {**API, "stageName": "s", **patch("add", "/canarySettings/deploymentId", "x")}, bad("Invalid add operation with path: /canarySettings/deploymentId")),
    ("update_stage", {**API, "stageName": "s", **patch("copy", "/canarySettings/stageVariableOverrides", source="/variables")}, bad("Invalid copy operation with path: /canarySettings/stageVariableOverrides and from /variables. Valid copy:path are [/deploymentId, /variables] and valid copy:from are [/canarySettings/deploymentId, /canarySettings/stageVariableOverrides]")),
    ("update_stage", {**API, "stageName": "s", **patch("copy", "/deploymentId", source="/canarySettings/deploymentId")}, bad("Promotion not available. Canary does not exist.")),
    # Model, validator, authorizer
    ("create_model", {**API, "name": "Empty", "contentType": JSON, "schema": "{}"}, taken("Model name already exists for this REST API")),
    ("create_model", {**API, "name": "", "contentType": JSON, "schema": "{}"}, bad("Model name must be non-empty")),
    ("create_model", {**API, "name": "A", "contentType": JSON, "schema": ""}, bad("Model schema must have at least 1 property or array items defined")),
    ("get_model", {**API, "modelName": "X"}, absent("Invalid model name specified: X")),
    ("delete_model", {**API, "modelName": "Used"}, taken("Cannot delete model 'Used', is referenced in method request: //POST")),
    ("create_request_validator", {**API, "name": " "}, bad("Request Validator name cannot be blank")),
    ("get_request_validator", {**API, "requestValidatorId": "nope"}, absent("Invalid Request Validator identifier specified")),
    ("create_request_validator", {"restApiId": "nope", "name": "x"}, bad("Invalid REST API identifier specified")),
    ("get_authorizer", {**API, "authorizerId": "nope"}, absent("Invalid Authorizer identifier specified")),
    # Gateway response
    ("delete_gateway_response", {**API, "responseType": "UNAUTHORIZED"}, absent("Gateway response type not defined on api")),
    ("update_gateway_response", {**API, "responseType": "THROTTLED", **patch("remove", "/responseParameters/gatewayresponse.header.A")}, absent("Invalid parameter name specified")),
    ("update_gateway_response", {**API, "responseType": "THROTTLED", **patch("add", "/responseTemplates/application~1json")}, bad("Invalid null or empty value in responseTemplates")),
    # Keys and plans
    ("create_api_key", {"value": "short"}, bad("API Key value should be at least 20 characters")),
    ("create_api_key", {"value": "v" * 129}, bad("API Key value exceeds maximum size of 128 characters")),
    ("create_api_key", {"name": "n" * 1025}, bad("Invalid API Key name, can be at most 1024 characters.")),
    ("create_api_key", {"value": "a-value-of-the-catalogue"}, taken("API Key already exists")),
    ("get_api_key", {"apiKey": "nope"}, absent("Invalid API Key identifier specified")),
    ("get_usage_plan", {"usagePlanId": "nope"}, absent("Invalid Usage Plan ID specified")),
    ("update_usage_plan", {"usagePlanId": "{plan}", **patch("add", "/apiStages", "malformed")}, bad("Invalid API Stage specified")),
    ("update_usage_plan", {"usagePlanId": "{plan}", **patch("add", "/apiStages", "{api}:nope")}, absent("Invalid API Stage {{api: {api}, stage: nope}} specified for usageplan {plan}")),
    # Documentation, links, definitions
    ("get_documentation_part", {**API, "documentationPartId": "nope"}, absent("Invalid Documentation part identifier specified")),
    ("import_documentation_parts", {**API, "body": b"nonsense"}, bad("Unable to build importer with provided input.")),
    ("create_vpc_link", {"name": "l", "targetArns": ["invalid-arn"]}, bad("Invalid ARN. ARN is not well formed invalid-arn")),
    ("create_vpc_link", {"name": "", "targetArns": ["arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/net/l/1"]}, bad("Name cannot be empty")),
    ("get_vpc_link", {"vpcLinkId": "nope"}, absent("Invalid Vpc Link identifier specified")),
]  # fmt: skip

LISTS = [
    ("get_gateway_response", {**API, "responseType": "X"}, "Value 'X' at 'responseType' failed to satisfy constraint: Member must satisfy enum value set: [REQUEST_TOO_LARGE, RESOURCE_NOT_FOUND, AUTHORIZER_CONFIGURATION_ERROR, "),
    ("create_documentation_part", {**API, "location": {"type": "X"}, "properties": "{}"}, "Value 'X' at 'createDocumentationPartInput.location.type' failed to satisfy constraint: Member must satisfy enum value set: ["),
]  # fmt: skip


def filled(given, ids):
    """Return what is given with ids for their names; path variables keep their braces."""
    if isinstance(given, dict):
        return {name: filled(value, ids) for name, value in given.items()}
    if isinstance(given, list):
        return [filled(value, ids) for value in given]
    if isinstance(given, str):
        for name, value in ids.items():
            given = given.replace(f"{{{name}}}", value)
    return given


def named(row):
    return f"{row[0]}-{ROWS.index(row)}" if row in ROWS else row[0]


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_a_mistake_is_answered_in_the_services_words(gw, ids, row):
    operation, given, (code, status, message) = row
    found = refused(getattr(gw, operation), **filled(given, ids))
    if "{{" in message:
        message = filled(message.replace("{{", "{").replace("}}", "}"), ids)
    assert found == (code, status, message)


@pytest.mark.parametrize("row", LISTS, ids=named)
def test_a_value_of_no_enum_is_answered_with_the_list(gw, ids, row):
    operation, given, message = row
    code, status, found = refused(getattr(gw, operation), **filled(given, ids))
    assert (code, status) == ("ValidationException", 400)
    assert found.startswith(f"1 validation error detected: {message}")


def test_several_broken_constraints_are_told_together(gw, ids):
    code, _, message = refused(gw.create_model, restApiId=ids["api"])
    assert code == "ValidationException"
    assert message.startswith("2 validation errors detected: Value null at 'createModelInput.name'")
    assert "; Value null at 'createModelInput.contentType'" in message


def test_a_document_that_cannot_be_read_is_no_definition(gw):
    code, status, message = refused(gw.import_rest_api, body=b"nonsense")
    assert (code, status) == ("BadRequestException", 400)
    assert message.startswith("Invalid OpenAPI input.")
