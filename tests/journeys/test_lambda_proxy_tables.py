"""The tables of lambda.md 1 and 2, row by row: a real gateway, a real function, raw requests.

What a Python function cannot return (a payload that is no JSON) and what no HTTP client sends
is in tests/core/functions/test_proxy_event.py; bodies and ``isBase64Encoded`` are in
tests/gateway/test_payload_events.py.
"""

import http.client
import json

import pytest
from tests.adapters.runners.lambdas import zipped
from tests.journeys.building import build_api, build_function, lambda_uri

STAGE = "stage"
FUNCTION = """
import json, os, time

def handler(event, context):
    if event["body"] is None:
        return {"body": json.dumps(event)}
    order = json.loads(event["body"])
    if "raise" in order:
        raise ValueError(order["raise"])
    if "exit" in order:
        os._exit(1)
    if "sleep" in order:
        time.sleep(order["sleep"])
    return order.get("return")
"""
FAILURES = {
    "closed": "no-permission",
    "gone": "no-such-function",
    "throttled": "throttled",
}
BAD_GATEWAY = (502, {"message": "Internal server error"})
FAILED = (500, {"message": "Internal server error"})


@pytest.fixture(scope="module")
def api(octetgate):
    """One API in front of one function, and of others that cannot be invoked."""
    echo = build_function(octetgate, "echo", zipped({"handler.py": FUNCTION}), Timeout=1)
    patient = build_function(octetgate, "patient", zipped({"handler.py": FUNCTION}), Timeout=30)
    bad = {
        name: build_function(octetgate, name, zipped({"handler.py": FUNCTION})) for name in FAILURES
    }
    routes = {
        name: {"type": "AWS_PROXY", "uri": lambda_uri(arn)}
        for name, arn in [("{proxy+}", echo), ("hardcoded", echo), *bad.items()]
    }
    routes["slow"] = {"type": "AWS_PROXY", "uri": lambda_uri(patient), "timeoutInMillis": 100}
    routes["got"] = {"type": "AWS_PROXY", "uri": lambda_uri(echo)}
    made = build_api(octetgate, routes, STAGE, variables={"bucket": "demo"})
    gateway, functions = octetgate.gateway, octetgate.functions
    resources = gateway.get_resources(restApiId=made)["items"]
    got = next(each["id"] for each in resources if each["path"] == "/got")
    gateway.update_integration(
        restApiId=made,
        resourceId=got,
        httpMethod="ANY",
        patchOperations=[{"op": "replace", "path": "/httpMethod", "value": "GET"}],
    )
    gateway.create_deployment(restApiId=made, stageName=STAGE)
    functions.remove_permission(FunctionName="closed", StatementId="apigw")
    functions.delete_function(FunctionName="gone")
    functions.put_function_concurrency(FunctionName="throttled", ReservedConcurrentExecutions=0)
    return made


@pytest.fixture
def ask(octetgate, api):
    """Send a request exactly as written; return its status, headers and body."""

    def sent(target, order=None, method="POST", **headers):
        connection = http.client.HTTPConnection("127.0.0.1", octetgate.port, timeout=30)
        body = None if order is None else json.dumps(order)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        host = {"Host": f"{api}.execute-api.localhost:{octetgate.port}"}
        connection.request(method, target, body, host | named)
        response = connection.getresponse()
        data = response.read()
        connection.close()
        return response.status, response.getheaders(), data

    return sent


def returned(ask, output):
    status, headers, data = ask(f"/{STAGE}/x", {"return": output})
    return status, headers, data


# --- 1: the event


@pytest.mark.parametrize(
    "requested, path, proxy, context_path",
    [
        pytest.param("/stage/proxy-value", "/proxy-value", "proxy-value", "/stage/proxy-value", id="plain"),
        pytest.param("/stage/proxy-value/", "/proxy-value/", "proxy-value", "/stage/proxy-value/", id="trailing-slash"),
        pytest.param("/stage/proxy-value//double-slash", "/proxy-value//double-slash", "proxy-value//double-slash", "/stage/proxy-value//double-slash", id="double-slash-inside"),
        pytest.param("//stage/proxy-value", "/proxy-value", "proxy-value", "/stage/proxy-value", id="slash-before-the-stage"),
        pytest.param("/stage//proxy-value", "/proxy-value", "proxy-value", "/stage//proxy-value", id="slash-behind-the-stage"),
        pytest.param("/stage//hardcoded", "/hardcoded", None, "/stage//hardcoded", id="static-resource"),
        pytest.param("/stage/test%2Balias@x.com/plus/test+alias@x.com", "/test%2Balias@x.com/plus/test+alias@x.com", "test%2Balias@x.com/plus/test+alias@x.com", "/stage/test%2Balias@x.com/plus/test+alias@x.com", id="undecoded"),
    ],
)  # fmt: skip
def test_1_4_a_url_is_told_as_recorded(ask, requested, path, proxy, context_path):
    status, _, data = ask(requested, method="GET")
    event = json.loads(data)
    assert status == 200
    assert event["path"] == path
    assert event["pathParameters"] == (None if proxy is None else {"proxy": proxy})
    assert event["requestContext"]["path"] == context_path


@pytest.mark.parametrize(
    "query, single, multi",
    [
        pytest.param("", None, None, id="none"),
        pytest.param("?category=electronics&category=books", {"category": "books"}, {"category": ["electronics", "books"]}, id="the-last-wins"),
        pytest.param("?plus=test+alias@x&email=test%2Balias@x", {"plus": "test alias@x", "email": "test+alias@x"}, {"plus": ["test alias@x"], "email": ["test+alias@x"]}, id="decoded-once"),
    ],
)  # fmt: skip
def test_1_4_a_query_is_told_as_recorded(ask, query, single, multi):
    _, _, data = ask(f"/stage/x{query}", method="GET")
    event = json.loads(data)
    assert event["queryStringParameters"] == single
    assert event["multiValueQueryStringParameters"] == multi


def test_1_1_every_field_is_there_and_headers_keep_their_casing(ask, octetgate, api):
    _, _, data = ask("/stage/x", method="GET", tEsT_HEADeR="v", Connection="close", TE="trailers")
    event = json.loads(data)
    host = f"{api}.execute-api.localhost:{octetgate.port}"
    assert set(event) == {
        "resource", "path", "httpMethod", "headers", "multiValueHeaders", "queryStringParameters",
        "multiValueQueryStringParameters", "pathParameters", "stageVariables", "requestContext",
        "body", "isBase64Encoded",
    }  # fmt: skip
    assert (event["resource"], event["httpMethod"]) == ("/{proxy+}", "GET")
    assert (event["body"], event["isBase64Encoded"]) == (None, False)
    assert event["stageVariables"] == {"bucket": "demo"}
    trace = event["headers"].pop("X-Amzn-Trace-Id")
    assert trace.startswith("Root=1-")
    assert event["headers"] == {
        "Host": host,
        "Accept-Encoding": "identity",
        "tEsT-HEADeR": "v",
        "X-Forwarded-For": "127.0.0.1",
        "X-Forwarded-Port": str(octetgate.port),
        "X-Forwarded-Proto": "http",
    }
    assert event["multiValueHeaders"]["tEsT-HEADeR"] == ["v"]


def test_1_2_the_context_has_the_recorded_keys(ask, api):
    status, headers, data = ask("/stage/x", method="GET", User_Agent="probe")
    context = json.loads(data)["requestContext"]
    identity = context.pop("identity")
    assert status == 200
    assert set(context) == {
        "accountId", "apiId", "deploymentId", "domainName", "domainPrefix", "extendedRequestId",
        "httpMethod", "path", "protocol", "requestId", "requestTime", "requestTimeEpoch",
        "resourceId", "resourcePath", "stage",
    }  # fmt: skip
    assert (context["apiId"], context["domainPrefix"], context["stage"]) == (api, api, STAGE)
    assert context["requestId"] == dict(headers)["x-amzn-RequestId"]
    assert context["extendedRequestId"] == dict(headers)["x-amz-apigw-id"]
    assert type(context["requestTimeEpoch"]) is int
    assert {key: value for key, value in identity.items() if value is not None} == {
        "sourceIp": "127.0.0.1",
        "userAgent": "probe",
    }
    assert set(identity) == {
        "accessKey", "accountId", "caller", "cognitoAuthenticationProvider",
        "cognitoAuthenticationType", "cognitoIdentityId", "cognitoIdentityPoolId",
        "principalOrgId", "sourceIp", "user", "userAgent", "userArn",
    }  # fmt: skip


# --- 2: the answer


@pytest.mark.parametrize(
    "output, status, data",
    [
        pytest.param({"statusCode": 200}, 200, b"", id="status-only"),
        pytest.param({}, 200, b"", id="empty-object"),
        pytest.param({"headers": {"h": "v"}}, 200, b"", id="headers-only"),
        pytest.param({"statusCode": "201"}, 201, b"", id="numeric-string"),
        pytest.param({"statusCode": 200, "headers": None}, 200, b"", id="headers-null"),
        pytest.param({"body": None}, 200, b"", id="body-null"),
        pytest.param({"body": "text"}, 200, b"text", id="body-text"),
    ],
)
def test_2_1_what_is_accepted(ask, output, status, data):
    got, headers, body = returned(ask, output)
    assert (got, body) == (status, data)
    assert dict(headers)["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    "value, sent",
    [
        pytest.param("v", "v", id="string"),
        pytest.param(True, "true", id="boolean"),
        pytest.param(7, "7", id="number"),
    ],
)
def test_2_1_a_header_value_becomes_text(ask, value, sent):
    _, headers, _ = returned(ask, {"headers": {"h": value}})
    assert dict(headers)["h"] == sent


@pytest.mark.parametrize(
    "output",
    [
        pytest.param({"statusCode": "test"}, id="status-word"),
        pytest.param({"statusCode": 200, "wrongValue": "x"}, id="stray-key"),
        pytest.param({"multiValueHeaders": {"h": "v"}}, id="multi-value-is-no-list"),
        pytest.param("justAString", id="string"),
        pytest.param([], id="array"),
        pytest.param(7, id="number"),
        pytest.param(None, id="null"),
        pytest.param({"errorMessage": "m", "errorType": "E"}, id="error-object"),
        pytest.param({"statusCode": 200, "cookies": ["a=1"]}, id="cookies"),
        pytest.param({"body": {"a": 1}}, id="body-object"),
    ],
)
def test_2_1_what_is_a_502(ask, output):
    status, headers, body = returned(ask, output)
    assert (status, json.loads(body)) == BAD_GATEWAY
    assert dict(headers)["x-amzn-ErrorType"] == "InternalServerErrorException"


@pytest.mark.parametrize(
    "order",
    [
        pytest.param({"raise": "no"}, id="raised"),
        pytest.param({"exit": 1}, id="exited"),
        pytest.param({"sleep": 3}, id="timed-out"),
    ],
)
def test_2_1_a_function_that_fails_is_a_502_and_the_next_call_works(ask, order):
    status, _, body = ask("/stage/x", order)
    assert (status, json.loads(body)) == BAD_GATEWAY
    assert returned(ask, {"body": "again"})[2] == b"again"


@pytest.mark.parametrize(
    "single, multi, merged",
    [
        pytest.param({"a": "solo"}, {"a": ["multi"]}, [("a", "multi"), ("a", "solo")], id="multi-first"),
        pytest.param({"test-multi": "value-solo"}, {"tesT-Multi": ["value-multi"]}, [("tesT-Multi", "value-multi"), ("tesT-Multi", "value-solo")], id="casing-of-multi"),
        pytest.param({"a": "same"}, {"a": ["same", "other"]}, [("a", "same"), ("a", "other")], id="identical-pair-once"),
        pytest.param({}, {"Set-Cookie": ["a=1", "b=2"]}, [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")], id="cookies-stay-separate"),
        pytest.param({"content-TYPE": "text/csv"}, {}, [("content-TYPE", "text/csv")], id="own-content-type"),
        pytest.param({"WWW-Authenticate": "x"}, {}, [("x-amzn-Remapped-WWW-Authenticate", "x")], id="remapped"),
    ],
)  # fmt: skip
def test_2_2_headers_are_merged(ask, single, multi, merged):
    _, headers, _ = returned(ask, {"headers": single, "multiValueHeaders": multi})
    names = {name for name, _ in merged}
    assert [(name, value) for name, value in headers if name in names] == merged
    assert sum(name.lower() == "content-type" for name, _ in headers) == 1


@pytest.mark.parametrize(
    "path, expected",
    [
        pytest.param("got", FAILED, id="method-is-not-post"),
        *(pytest.param(path, FAILED, id=why) for path, why in FAILURES.items()),
    ],
)
def test_2_3_what_cannot_be_invoked_is_a_500(ask, path, expected):
    status, _, body = ask(f"/stage/{path}", {"return": {"statusCode": 200}})
    assert (status, json.loads(body)) == expected


def test_2_3_an_integration_that_takes_too_long_is_a_504(ask):
    status, _, body = ask("/stage/slow", {"sleep": 2})
    assert (status, json.loads(body)) == (504, {"message": "Endpoint request timed out"})


def test_2_3_an_invocation_type_of_the_client_plays_no_role(ask):
    status, _, body = ask(
        "/stage/x", {"return": {"body": "waited for"}}, X_Amz_Invocation_Type="Event"
    )
    assert (status, body) == (200, b"waited for")
