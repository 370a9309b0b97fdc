"""What can be patched is what AWS's table of patch operations says (spec: control-plane 5).

The table of the specification is written out here and compared with the operations' own; then
every Update operation refuses, through boto3, what it does not take, in the words of its family.
"""

import re
from types import SimpleNamespace

import pytest
from tests.control.refusals import bad, refused

from octetgate.control import operations
from octetgate.control.patching import Table
from octetgate.core import kinds

A, R, D, C = "add", "replace", "remove", "copy"
EVERY = {A, R, D}
METHOD = "/{path}/{method}"

DOCUMENTED = {
    "account": {"/cloudwatchRoleArn": {R}, "/features": {A, D}},
    "api_keys": {
        "/customerId": {R},
        "/description": {R},
        "/enabled": {R},
        "/name": {R},
        "/labels": {A, D},
        "/stages": {A, D},
    },
    "authorizers": {
        "/authorizerUri": {R},
        "/authorizerCredentials": {R},
        "/authorizerResultTtlInSeconds": {R},
        "/authType": {R},
        "/identitySource": EVERY,
        "/identityValidationExpression": {R},
        "/name": {R},
        "/providerARNs": {A, D},
        "/type": {R},
    },
    "base_path_mappings": {"/basePath": {R}, "/restapiId": {R}, "/stage": {R}},
    "client_certificates": {"/description": {R}},
    "deployments": {"/description": {R}},
    "documentation_versions": {"/description": {R}},
    "documentation_parts": {"/properties": {R}},
    "domain_names": {
        "/certificateName": EVERY,
        "/certificateArn": EVERY,
        "/regionalCertificateName": EVERY,
        "/regionalCertificateArn": EVERY,
        "/endpointConfiguration/types": {A, D},
        "/endpointConfiguration/ipAddressType": {R},
        "/endpointAccessMode": {R},
        "/managementPolicy": {R},
        "/policy": {R},
        "/mutualTlsAuthentication/truststoreUri": EVERY,
        "/mutualTlsAuthentication/truststoreVersion": EVERY,
        "/routingMode": {R},
        "/securityPolicy": {R},
        "/ownershipVerificationCertificateArn": EVERY,
    },
    "gateway_responses": {
        "/statusCode": {R},
        "/responseParameters": EVERY,
        "/responseParameters/{}": EVERY,
        "/responseTemplates": EVERY,
        "/responseTemplates/{}": EVERY,
    },
    "integrations": {
        "/cacheKeyParameters": EVERY,
        "/cacheKeyParameters/{}": EVERY,
        "/cacheNamespace": {R},
        "/connectionId": {R},
        "/connectionType": {R},
        "/contentHandling": {R},
        "/credentials": {R},
        "/httpMethod": {R},
        "/integrationTarget": {R},
        "/passthroughBehavior": {R},
        "/requestParameters/{}": EVERY,
        "/requestTemplates/{}": EVERY,
        "/responseTransferMode": {R},
        "/timeoutInMillis": {R},
        "/tlsConfig/insecureSkipVerification": {R},
        "/uri": {R},
    },
    "integrations responses": {
        "/contentHandling": {R},
        "/responseParameters/{}": EVERY,
        "/responseTemplates/{}": EVERY,
        "/selectionPattern": {R},
    },
    "methods": {
        "/authorizationScopes": {A, D},
        "/authorizationType": {R},
        "/authorizerId": {R},
        "/apiKeyRequired": {R},
        "/operationName": {R},
        "/requestParameters/{}": EVERY,
        "/requestModels/{}": EVERY,
        "/requestValidatorId": {R},
    },
    "methods responses": {"/responseModels/{}": EVERY, "/responseParameters/{}": EVERY},
    "models": {"/description": {R}, "/schema": {R}},
    "request_validators": {
        "/name": {R},
        "/validateRequestBody": {R},
        "/validateRequestParameters": {R},
    },
    "resources": {"/parentId": {R}, "/pathPart": {R}},
    "rest_apis": {
        "/apiKeySource": {R},
        "/binaryMediaTypes/{}": EVERY,
        "/description": EVERY,
        "/disableExecuteApiEndpoint": {R},
        "/endpointConfiguration/types/{}": {R},
        "/endpointConfiguration/vpcEndpointIds": {A, D},
        "/endpointConfiguration/ipAddressType": {R},
        "/endpointAccessMode": {R},
        "/minimumCompressionSize": {R},
        "/name": {R},
        "/policy": {R},
        "/securityPolicy": {R},
    },
    "stages": {
        "/accessLogSettings": {D},
        "/accessLogSettings/{}": EVERY,
        "/cacheClusterEnabled": {R},
        "/cacheClusterSize": {R},
        "/canarySettings": {D},
        "/canarySettings/deploymentId": {R},
        "/canarySettings/percentTraffic": {R},
        "/canarySettings/useStageCache": {R},
        "/canarySettings/stageVariableOverrides": {R},
        "/canarySettings/stageVariableOverrides/{}": {R},
        "/clientCertificateId": {R},
        "/deploymentId": {R, C},
        "/description": {R},
        "/documentationVersion": {R},
        "/variables": {C, R, D},
        "/variables/{}": {R, D},
        "/tracingEnabled": {R},
        "/{}/{}/metrics/enabled": {R},
        "/{}/{}/logging/dataTrace": {R},
        "/{}/{}/logging/loglevel": {R},
        "/{}/{}/throttling/burstLimit": {R},
        "/{}/{}/throttling/rateLimit": {R},
        "/{}/{}/caching/enabled": {R},
        "/{}/{}/caching/dataEncrypted": {R},
        "/{}/{}/caching/ttlInSeconds": {R},
        "/{}/{}/caching/requireAuthorizationForCacheControl": {R},
        "/{}/{}/caching/unauthorizedCacheControlHeaderStrategy": {R},
        "/{}/{}": {D},
    },
    "usage": {"/remaining": {R}},
    "usage_plans": {
        "/apiStages": {A, D},
        "/apiStages/{}/throttle": EVERY,
        "/apiStages/{}/throttle/{}/{}": {D},
        "/apiStages/{}/throttle/{}/{}/rateLimit": {A, R},
        "/apiStages/{}/throttle/{}/{}/burstLimit": {A, R},
        "/description": {R},
        "/name": {R},
        "/productCode": EVERY,
        "/quota": {D},
        "/quota/limit": {A, R},
        "/quota/offset": {A, R},
        "/quota/period": {A, R},
        "/throttle": {D},
        "/throttle/burstLimit": {A, R},
        "/throttle/rateLimit": {A, R},
    },
    "vpc_links": {"/name": {R}, "/description": {R}},
}

REFUSED = {
    # AWS's table lets whole maps and lists be set, and does not say with what.
    ("gateway_responses", "/responseParameters", A),
    ("gateway_responses", "/responseParameters", R),
    ("gateway_responses", "/responseTemplates", A),
    ("gateway_responses", "/responseTemplates", R),
    ("integrations", "/cacheKeyParameters", A),
    ("integrations", "/cacheKeyParameters", R),
    ("integrations", "/cacheKeyParameters", D),
    ("stages", "/variables", R),
}
TAKEN = {
    # Both spellings arrive in practice.
    ("base_path_mappings", "/basepath", R),
    ("base_path_mappings", "/restApiId", R),
    # What can be set can be unset.
    ("stages", "/canarySettings/stageVariableOverrides", D),
    ("stages", "/canarySettings/stageVariableOverrides/{}", D),
    # Taken to be refused in words of their own.
    *(("rest_apis", "/endpointConfiguration/types/{}", op) for op in (A, D, C, "move", "test")),
}


def tables():
    """Return the operations' tables: name → (path, op)."""
    package = operations.__name__
    for module in kinds.names(package):
        for name, value in vars(kinds.load(package, module)).items():
            if isinstance(value, Table):
                suffix = " responses" if "RESPONSE" in name else ""
                yield module + suffix, value


def test_every_documented_patch_is_taken_and_no_other():
    ours = {
        (name, re.sub(r"\{\w+\}", "{}", row.path), op)
        for name, table in tables()
        for row in table.rows
        for op in row.ops
    }
    theirs = {
        (name, path, op)
        for name, paths in DOCUMENTED.items()
        for path, taken in paths.items()
        for op in taken
    }
    assert theirs - ours == REFUSED
    assert ours - theirs == TAKEN


# --- What is refused, through boto3 ------------------------------------------------------------


@pytest.fixture(scope="module")
def places(gw):
    """Return something of everything that can be patched: operation → how it is called."""
    made = gw.create_rest_api(name="patched")
    api, root = made["id"], made["rootResourceId"]
    here = {"restApiId": api}
    path = gw.create_resource(**here, parentId=root, pathPart="pets")["id"]
    method = {**here, "resourceId": root, "httpMethod": "POST"}
    gw.put_method(**method, authorizationType="NONE")
    gw.put_integration(**method, type="MOCK")
    gw.put_method_response(**method, statusCode="200")
    gw.put_integration_response(**method, statusCode="200")
    deployment = gw.create_deployment(**here, stageName="s")["id"]
    gw.put_gateway_response(**here, responseType="THROTTLED")
    validator = gw.create_request_validator(**here, name="v")["id"]
    arn = "arn:aws:lambda:eu-west-1:000000000000:function:f"
    uri = f"arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/{arn}/invocations"
    source = "method.request.header.A"
    guard = gw.create_authorizer(
        **here, name="g", type="TOKEN", authorizerUri=uri, identitySource=source
    )["id"]
    part = gw.create_documentation_part(**here, location={"type": "API"}, properties="{}")["id"]
    gw.create_documentation_version(**here, documentationVersion="1")
    gw.create_domain_name(domainName="patched.example")
    gw.create_base_path_mapping(domainName="patched.example", restApiId=api, stage="s")
    plan = gw.create_usage_plan(name="p")["id"]
    key = gw.create_api_key()["id"]
    gw.create_usage_plan_key(usagePlanId=plan, keyId=key, keyType="API_KEY")
    link = gw.create_vpc_link(
        name="l", targetArns=["arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/net/l/1"]
    )["id"]
    status = {"statusCode": "200"}
    return {
        "update_account": {},
        "update_api_key": {"apiKey": key},
        "update_authorizer": {**here, "authorizerId": guard},
        "update_base_path_mapping": {"domainName": "patched.example", "basePath": "(none)"},
        "update_client_certificate": {
            "clientCertificateId": gw.generate_client_certificate()["clientCertificateId"]
        },
        "update_deployment": {**here, "deploymentId": deployment},
        "update_documentation_part": {**here, "documentationPartId": part},
        "update_documentation_version": {**here, "documentationVersion": "1"},
        "update_domain_name": {"domainName": "patched.example"},
        "update_gateway_response": {**here, "responseType": "THROTTLED"},
        "update_integration": method,
        "update_integration_response": {**method, **status},
        "update_method": method,
        "update_method_response": {**method, **status},
        "update_model": {**here, "modelName": "Empty"},
        "update_request_validator": {**here, "requestValidatorId": validator},
        "update_resource": {**here, "resourceId": path},
        "update_rest_api": here,
        "update_stage": {**here, "stageName": "s"},
        "update_usage": {"usagePlanId": plan, "keyId": key},
        "update_usage_plan": {"usagePlanId": plan},
        "update_vpc_link": {"vpcLinkId": link},
    }


TERSE = (
    "update_gateway_response",
    "update_integration",
    "update_integration_response",
    "update_method",
    "update_method_response",
    "update_rest_api",
)
LISTING = {
    "update_account": "/cloudwatchRoleArn",
    "update_api_key": "/name",
    "update_authorizer": "/name",
    "update_base_path_mapping": "/stage",
    "update_client_certificate": "/description",
    "update_deployment": "/description",
    "update_documentation_part": "/properties",
    "update_documentation_version": "/description",
    "update_domain_name": "/policy",
    "update_model": "/schema",
    "update_request_validator": "/name",
    "update_resource": "/pathPart",
    "update_usage": "/remaining",
    "update_usage_plan": "/name",
    "update_vpc_link": "/name",
}


@pytest.fixture
def patch(gw, places):
    """Return a call of an operation with one patch, on what there is of its kind."""

    def called(operation, **members):
        call = getattr(gw, operation)
        return refused(call, **places[operation], patchOperations=[members])

    return called


def test_every_update_operation_has_a_family(places):
    assert set(places) == {*TERSE, *LISTING, "update_stage"}


@pytest.mark.parametrize("operation", TERSE)
def test_an_unknown_path_is_refused_in_few_words(patch, operation):
    assert patch(operation, op="replace", path="/x", value="1") == bad("Invalid patch path /x")
    assert patch(operation, op="replace", value="1") == bad("Invalid patch path null")


@pytest.mark.parametrize("operation, path", LISTING.items())
def test_an_unknown_path_is_told_what_there_is(patch, operation, path):
    code, status, message = patch(operation, op="replace", path="/x", value="1")
    assert (code, status) == ("BadRequestException", 400)
    assert message.startswith(
        "Invalid patch path  '/x' specified for op 'replace'. Must be one of: [/"
    )
    assert path in message.partition("[")[2].removesuffix("]").split(", ")


def test_of_the_paths_those_are_told_that_take_the_operation(patch):
    # Reported of the service, but for how it spells what stands for any element.
    _, _, message = patch("update_usage_plan", op="remove", path="/apiStages/x:dev")
    assert message.startswith("Invalid patch path  '/apiStages/x:dev' specified for op 'remove'.")
    told = message.partition("[")[2].removesuffix("]").split(", ")
    assert {re.sub(r"\{\w+\}", "{}", path) for path in told} == {
        "/apiStages",
        "/quota",
        "/throttle",
        "/productCode",
        "/apiStages/{}/throttle/{}/{}",
        "/apiStages/{}/throttle",
    }


@pytest.mark.parametrize("operation, path", LISTING.items())
def test_an_operation_that_a_path_does_not_take_is_refused(patch, operation, path):
    assert patch(operation, op="move", path=path, value="1") == bad(
        f"Invalid patch path  '{path}' specified for op 'move'. Please choose supported operations"
    )


@pytest.mark.parametrize("operation", [*TERSE, *LISTING, "update_stage"])
def test_an_operation_that_is_none_is_refused_by_the_framework(patch, operation):
    name = re.sub(r"_(\w)", lambda match: match[1].upper(), operation)
    code, status, message = patch(operation, op="wrong-op", path="/x")
    assert (code, status) == ("ValidationException", 400)
    assert message.startswith(
        f"1 validation error detected: Value 'wrong-op' at '{name}Input.patchOperations.1.member."
        "op' failed to satisfy constraint: Member must satisfy enum value set: ["
    )


def test_patches_are_kept_all_or_not_at_all(gw, places):
    here = places["update_rest_api"]
    both = [
        {"op": "replace", "path": "/name", "value": "new"},
        {"op": "replace", "path": "/x", "value": "1"},
    ]
    assert refused(gw.update_rest_api, **here, patchOperations=both) == bad("Invalid patch path /x")
    assert gw.get_rest_api(**here)["name"] == "patched"


@pytest.mark.parametrize("operation", [*TERSE, *LISTING, "update_stage"])
def test_no_patch_changes_nothing(gw, places, operation):
    answers = [getattr(gw, operation)(**places[operation], patchOperations=[]) for _ in range(2)]
    for answer in answers:
        for changing in ("ResponseMetadata", "lastUpdatedDate"):
            answer.pop(changing, None)
    assert answers[0] == answers[1]


def test_scopes_are_added_and_removed_by_value(gw):
    made = gw.create_rest_api(name="scoped")
    pool = gw.create_authorizer(
        restApiId=made["id"],
        name="pool",
        type="COGNITO_USER_POOLS",
        providerARNs=["arn:aws:cognito-idp:eu-west-1:000000000000:userpool/x"],
        identitySource="method.request.header.A",
    )["id"]
    place = {"restApiId": made["id"], "resourceId": made["rootResourceId"], "httpMethod": "GET"}
    gw.put_method(**place, authorizationType="COGNITO_USER_POOLS", authorizerId=pool)

    def change(op, scope):
        operations = [{"op": op, "path": "/authorizationScopes", "value": scope}]
        return gw.update_method(**place, patchOperations=operations).get("authorizationScopes")

    assert change("add", "a/read") == ["a/read"]
    assert change("add", "a/write") == ["a/read", "a/write"]
    assert change("remove", "a/read") == ["a/write"]
    assert change("remove", "a/write") is None


# --- Stages ------------------------------------------------------------------------------------


@pytest.fixture
def stage(gw, places):
    """Return a function that patches a stage and returns a method's settings."""
    here = places["update_stage"]

    def name_role(arn):
        change = {"op": "replace", "path": "/cloudwatchRoleArn", "value": arn}
        gw.update_account(patchOperations=[change])

    # Without it nothing can be logged.
    name_role("arn:aws:iam::000000000000:role/logs")

    def changed(path, value, key):
        operations = [{"op": "replace", "path": path, "value": value}]
        return gw.update_stage(**here, patchOperations=operations)["methodSettings"][key]

    yield SimpleNamespace(change=changed)
    stage = gw.get_stage(**here)
    gone = [{"op": "remove", "path": f"/{path_of(key)}"} for key in stage["methodSettings"]]
    gw.update_stage(**here, patchOperations=gone)
    name_role("")


def path_of(key):
    """Return how a patch names a method's settings."""
    path, _, verb = key.rpartition("/")
    return f"{path.replace('/', '~1')}/{verb}"


SETTINGS = [
    ("metrics/enabled", "true", "metricsEnabled", True),
    ("logging/dataTrace", "true", "dataTraceEnabled", True),
    ("logging/loglevel", "INFO", "loggingLevel", "INFO"),
    ("throttling/burstLimit", "7", "throttlingBurstLimit", 7),
    ("throttling/rateLimit", "0.5", "throttlingRateLimit", 0.5),
    ("caching/enabled", "false", "cachingEnabled", False),
    ("caching/dataEncrypted", "true", "cacheDataEncrypted", True),
    ("caching/ttlInSeconds", "60", "cacheTtlInSeconds", 60),
    ("caching/requireAuthorizationForCacheControl", "false", "requireAuthorizationForCacheControl", False),
    ("caching/unauthorizedCacheControlHeaderStrategy", "FAIL_WITH_403", "unauthorizedCacheControlHeaderStrategy", "FAIL_WITH_403"),
]  # fmt: skip


@pytest.mark.parametrize("name, value, member, after", SETTINGS)
@pytest.mark.parametrize(
    "place, key",
    [("/*/*", "*/*"), ("/~1pets~1{id}/GET", "pets/{id}/GET"), ("/~1/POST", "/POST")],
)
def test_every_setting_of_a_method_is_set_by_its_path(
    stage, place, key, name, value, member, after
):
    assert stage.change(f"{place}/{name}", value, key)[member] == after


@pytest.mark.parametrize(
    "path, value, expected",
    [
        ("/*/*/throttling/rateLimit", "nan", "a number"),
        ("/*/*/throttling/rateLimit", "-inf", "a number"),
        ("/*/*/throttling/rateLimit", "1e999", "a number"),
        ("/*/*/throttling/rateLimit", "1_0", "a number"),
        ("/*/*/throttling/burstLimit", "2147483648", "an integer"),
        ("/*/*/throttling/burstLimit", "9" * 5000, "an integer"),
        ("/*/*/caching/ttlInSeconds", "1_0", "an integer"),
        ("/*/*/caching/ttlInSeconds", "", "an integer"),
        ("/*/*/caching/ttlInSeconds", "3601", "0 to 3600 seconds"),
        ("/*/*/caching/ttlInSeconds", "-1", "0 to 3600 seconds"),
    ],
    ids=lambda value: value[:24],
)
def test_a_number_that_cannot_be_kept_is_refused(gw, places, patch, path, value, expected):
    code, _, message = patch("update_stage", op="replace", path=path, value=value)
    assert code == "BadRequestException"
    assert message == f"Invalid patch value for {path}: expected {expected}; found {value!r}"
    assert gw.get_stage(**places["update_stage"])["methodSettings"] == {}


def test_more_calls_than_can_be_counted_are_not_given(patch):
    code, _, message = patch("update_usage", op="replace", path="/remaining", value="9" * 30)
    assert code == "BadRequestException"
    assert message.startswith("Invalid patch value for /remaining: expected an integer")
