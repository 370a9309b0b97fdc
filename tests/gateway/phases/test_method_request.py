"""What a method asks of its requests, and what it shows of them (spec: lifecycle 7, mapping 8)."""

import json
import re

import pytest
from tests.gateway.builders import (
    API,
    World,
    aws,
    aws_proxy,
    http_proxy,
    mock,
    resource,
    responses,
)

from octetgate.core.model.api import Method, RequestValidator
from octetgate.core.model.schema import Model
from octetgate.core.ports.functions import Outcome
from octetgate.gateway.phases.method_request import required_parameters


def validators(**flags):
    return {"v": RequestValidator(id="v", name="all", **flags)}


PARAMETERS = validators(validate_request_parameters=True)


def serving(required, integration=None, path="/x/{id}", given=PARAMETERS, **method) -> World:
    world = World()
    parameters = {f"method.request.{key}": True for key in required}
    members = {"request_validator_id": "v", "request_parameters": parameters, **method}
    world.deploy(
        resource(path, integration or mock(), **members),
        request_validators=given,
    )
    return world


@pytest.mark.parametrize(
    "target, headers, missing",
    [
        pytest.param("/x/7?q=1", {"X_Tag": "a"}, None, id="all-there"),
        pytest.param("/x/7?q=1", {}, "X-Tag", id="no-header"),
        pytest.param("/x/7?q=1", {"x_tag": "a"}, "X-Tag", id="header-in-another-case"),
        pytest.param("/x/7?q=1", {"X_Tag": "  "}, "X-Tag", id="blank-header"),
        pytest.param("/x/7", {"X_Tag": "a"}, "q", id="no-query"),
        pytest.param("/x/7?Q=1", {"X_Tag": "a"}, "q", id="query-in-another-case"),
        pytest.param("/x/7?q=", {"X_Tag": "a"}, "q", id="empty-query"),
        pytest.param("/x/7?q=%20+", {"X_Tag": "a"}, "q", id="blank-query"),
        pytest.param("/x/7?q=&q=1", {"X_Tag": "a"}, None, id="one-value-is-enough"),
        pytest.param("/x/7", {}, "X-Tag, q", id="several-in-one-message"),
    ],
)
async def test_a_call_without_what_its_method_requires_is_refused(target, headers, missing):
    world = serving(["querystring.q", "header.X-Tag", "path.id"])
    answer = await world.call("POST", target, **headers)
    if missing is None:
        assert answer.status == 200
        return
    message = f"Missing required request parameters: [{missing}]"
    assert (answer.status, answer.message) == (400, {"message": message})
    assert answer.headers.get("x-amzn-ErrorType") == "BadRequestException"
    assert answer.line["responseType"] == "BAD_REQUEST_PARAMETERS"


async def test_missing_names_are_listed_as_recorded():
    # By the whole key: headers, then paths, then the query.
    world = serving(["querystring.qs1", "path.issuer", "header.x-header-param"])
    answer = await world.call("GET", "/x/7")
    listed = "[x-header-param, issuer, qs1]"
    assert answer.message == {"message": f"Missing required request parameters: {listed}"}


async def test_a_path_parameter_that_the_path_has_not_is_always_missing():
    answer = await serving(["path.other"], path="/x").call("GET", "/x?other=1", other="1")
    assert answer.message == {"message": "Missing required request parameters: [other]"}


async def test_a_header_that_is_removed_on_entry_is_always_missing():
    answer = await serving(["header.TE"]).call("GET", "/x/7", TE="trailers")
    assert answer.message == {"message": "Missing required request parameters: [TE]"}


@pytest.mark.parametrize("integration", [http_proxy(), aws_proxy()], ids=["http", "lambda"])
async def test_proxies_are_validated_too_and_their_backends_not_asked(integration):
    world = serving(["querystring.q"], integration)
    assert (await world.call("POST", "/x/7")).status == 400
    assert (world.upstream.asked, world.functions.invoked) == ([], [])


async def test_a_dot_in_a_name_belongs_to_the_name():
    world = serving(["querystring.a.b"])
    assert (await world.call("GET", "/x/7?a.b=1")).status == 200
    answer = await world.call("GET", "/x/7?b=1")
    assert answer.message == {"message": "Missing required request parameters: [a.b]"}


async def test_a_method_that_is_closed_says_so_first():
    world = serving(["querystring.q"], api_key_required=True)
    assert (await world.call("GET", "/x/7")).status == 403


@pytest.mark.parametrize(
    "given, validator",
    [
        pytest.param(PARAMETERS, None, id="no-validator"),
        pytest.param(validators(), "v", id="both-flags-false"),
        pytest.param(validators(validate_request_body=True), "v", id="body-alone"),
    ],
)
async def test_without_a_validator_for_parameters_nothing_is_checked(given, validator):
    required = {"method.request.querystring.q": True}
    method = Method(http_method="GET", request_validator_id=validator, request_parameters=required)
    assert required_parameters(given, method) == ()
    world = serving(["querystring.q"], given=given, request_validator_id=validator)
    assert (await world.call("GET", "/x/7")).status == 200


def test_what_may_be_missing_is_not_required():
    parameters = {"method.request.querystring.q": False, "method.request.path.p": True}
    method = Method(http_method="GET", request_validator_id="v", request_parameters=parameters)
    assert required_parameters(PARAMETERS, method) == (("path", "p"),)


# --- $context ----------------------------------------------------------------------------------

UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
EMPTY = ""


async def printed(variable, *, target="/x/7?q=1", domain=None, **method):
    """Return what a template of a MOCK integration prints for a variable, and the answer."""
    world = World()
    template = {"application/json": f"<{variable}>"}
    integration = mock(integration_responses=responses(response_templates=template))
    world.deploy(resource("/x/{id}", integration, **method), deployment="d7")
    headers = {"Host": "api.example.com:8443", "User_Agent": "agent/1"}
    if domain is None:
        answer = await world.call("GET", target, **headers)
    else:
        world.map_domain("api.example.com", domain)
        answer = await world.request("GET", target, **headers)
    text = answer.data.decode()
    assert (text[0], text[-1]) == ("<", ">")
    return text[1:-1], answer


@pytest.mark.parametrize(
    "variable, pattern",
    [
        ("accountId", "000000000000"),
        ("apiId", API),
        ("authorizer.principalId", EMPTY),
        ("authorizer.anything", EMPTY),
        ("authorizer.claims.sub", EMPTY),
        ("awsEndpointRequestId", EMPTY),
        ("deploymentId", "d7"),
        ("domainName", r"api\.example\.com"),
        ("domainPrefix", "api"),
        ("error.message", EMPTY),
        ("error.messageString", EMPTY),
        ("error.responseType", EMPTY),
        ("error.validationErrorString", EMPTY),
        ("extendedRequestId", r"[A-Za-z0-9+/]{15}="),
        ("httpMethod", "GET"),
        ("identity.accessKey", EMPTY),
        ("identity.accountId", EMPTY),
        ("identity.apiKey", EMPTY),
        ("identity.apiKeyId", EMPTY),
        ("identity.caller", EMPTY),
        ("identity.clientCert.subjectDN", EMPTY),
        ("identity.clientCert.validity.notBefore", EMPTY),
        ("identity.cognitoAuthenticationProvider", EMPTY),
        ("identity.cognitoAuthenticationType", EMPTY),
        ("identity.cognitoIdentityId", EMPTY),
        ("identity.cognitoIdentityPoolId", EMPTY),
        ("identity.principalOrgId", EMPTY),
        ("identity.sourceIp", r"203\.0\.113\.9"),
        ("identity.user", EMPTY),
        ("identity.userAgent", "agent/1"),
        ("identity.userArn", EMPTY),
        ("identity.vpcId", EMPTY),
        ("identity.vpceId", EMPTY),
        ("isCanaryRequest", EMPTY),
        ("operationName", EMPTY),
        ("path", "/s/x/7"),
        ("protocol", r"HTTP/1\.1"),
        ("requestId", UUID),
        ("requestTime", r"\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d \+0000"),
        ("requestTimeEpoch", r"1\d{12}"),
        ("resourceId", r"x/\{id\}"),
        ("resourcePath", r"/x/\{id\}"),
        ("stage", "s"),
        ("wafResponseCode", EMPTY),
        ("webaclArn", EMPTY),
        # A map of the gateway prints nothing (recorded), and neither does what nobody knows.
        ("identity", EMPTY),
        ("requestOverride", EMPTY),
        ("responseOverride", EMPTY),
        ("unknown", EMPTY),
        ("authorizer.keySet()", r"\[\]"),
    ],
)
async def test_a_template_sees_the_context(variable, pattern):
    text, _ = await printed(f"$context.{variable}")
    assert re.fullmatch(pattern, text)


async def test_the_ids_of_the_context_are_those_of_the_answer():
    text, answer = await printed("$context.requestId $context.extendedRequestId")
    sent = [answer.headers.get(name) for name in ("x-amzn-RequestId", "x-amz-apigw-id")]
    assert text.split() == sent


async def test_an_operations_name_is_its_methods():
    assert (await printed("$context.operationName", operation_name="list"))[0] == "list"


@pytest.mark.parametrize(
    "base, target, path",
    [
        ("(none)", "/x/7?q=1", "/x/7"),
        ("shop", "/shop/x/7", "/shop/x/7"),
        ("shop/v1", "/shop/v1/x/7/", "/shop/v1/x/7/"),
    ],
)
async def test_under_a_domain_the_path_has_the_base_path_and_not_the_stage(base, target, path):
    text, _ = await printed("$context.path $context.stage", target=target, domain=base)
    assert text == f"{path} s"


async def test_the_functions_request_id_is_known_once_it_has_answered():
    world = World()
    world.functions.answer = Outcome(status=200, payload=b"1", request_id="lambda-7")
    template = {"application/json": "<$context.awsEndpointRequestId>"}
    integration = aws(
        request_templates=template, integration_responses=responses(response_templates=template)
    )
    world.deploy(resource("/x", integration))
    answer = await world.call("POST", "/x", b"{}", Content_Type="application/json")
    assert (world.functions.invoked[0].payload, answer.data) == (b"<>", b"<lambda-7>")


async def test_a_proxy_event_names_the_operation_only_if_there_is_one():
    named, unnamed = World(), World()
    named.deploy(resource("/x", aws_proxy(), operation_name="list"))
    unnamed.deploy(resource("/x", aws_proxy()))
    contexts = []
    for world in (named, unnamed):
        await world.call("GET", "/x")
        contexts.append(json.loads(world.functions.invoked[0].payload)["requestContext"])
    assert contexts[0].keys() - contexts[1].keys() == {"operationName"}
    assert contexts[0]["operationName"] == "list"
    assert "awsEndpointRequestId" not in contexts[0]


# -- models ----------------------------------------------------------------------------------

PET = '{"type": "object", "required": ["price"], "properties": {"price": {"type": "number"}}}'


def modelled(models: dict[str, str], *, checks: bool = True, text: str = PET) -> World:
    """Return a gateway whose method has models for bodies, and a validator."""
    made = World()
    validator = RequestValidator(id="v", name="v", validate_request_body=checks)
    pet = Model(id="m", name="Pet", content_type="application/json", schema=text)
    made.deploy(
        resource("/m", http_proxy(), request_validator_id="v", request_models=models),
        request_validators={"v": validator},
        models={"Pet": pet},
    )
    return made


JSON = {"Content_Type": "application/json; charset=utf-8"}


@pytest.mark.parametrize(
    "models, body, headers, status",
    [
        pytest.param({"application/json": "Pet"}, b'{"price": 1}', JSON, 200, id="fits"),
        pytest.param({"application/json": "Pet"}, b'{"price": "1"}', JSON, 400, id="does-not-fit"),
        pytest.param({"application/json": "Pet"}, b"", JSON, 400, id="empty-is-an-object"),
        pytest.param({"application/json": "Pet"}, b"{", JSON, 400, id="no-json"),
        pytest.param({"application/json": "Pet"}, b"{}", {}, 400, id="no-type-is-json"),
        pytest.param(
            {"application/json": "Pet"}, b"{}", {"Content_Type": "text/plain"}, 200, id="no-model"
        ),
        pytest.param(
            {"$default": "Pet"}, b"{}", {"Content_Type": "text/plain"}, 400, id="default-model"
        ),
    ],
)
async def test_a_body_must_be_what_the_model_for_its_type_says(models, body, headers, status):
    answer = await modelled(models).call("POST", "/m", body, **headers)
    assert answer.status == status
    if status == 400:
        assert answer.message == {"message": "Invalid request body"}
        assert answer.headers.get("x-amzn-errortype") == "BadRequestException"


async def test_a_validator_that_does_not_ask_for_bodies_checks_none():
    answer = await modelled({"application/json": "Pet"}, checks=False).call("POST", "/m", b"no")
    assert answer.status == 200


async def test_a_checked_body_reaches_the_backend_as_it_came():
    world = modelled({"application/json": "Pet"})
    await world.call("POST", "/m", b' { "price" : 1.00 } ', **JSON)
    assert await world.upstream.asked[0].body.collect(100) == b' { "price" : 1.00 } '


async def test_what_is_wrong_with_a_body_is_told_to_gateway_responses_and_the_log():
    world = modelled({"application/json": "Pet"})
    answer = await world.call("POST", "/m", b"{}", **JSON)
    told = '[object has missing required properties (["price"])]'
    assert answer.line["error"] == f"request body: {told}"


async def test_a_model_that_cannot_be_checked_closes_its_method_and_says_so():
    world = modelled({"application/json": "Pet"}, text='{"$ref": "https://nowhere.example/x"}')
    answer = await world.call("POST", "/m", b"{}", **JSON)
    assert answer.status == 500
    assert "requestModels: model Pet: " in answer.line["error"]
