import pytest
from tests.control.refusals import absent, bad, refused

FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:f"
LAMBDA = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{FUNCTION}/invocations"
STREAMING = f"arn:aws:apigateway:us-east-1:lambda:path/2021-11-15/functions/{FUNCTION}/response-streaming-invocations"
FIREHOSE = "arn:aws:apigateway:us-east-1:firehose:action/PutRecord"
AWS_PROXY = {"type": "AWS_PROXY", "integrationHttpMethod": "POST"}
ONLY_LAMBDA = (
    "Integrations of type 'AWS_PROXY' currently only supports Lambda function and "
    "Firehose stream invocations."
)
NO_METHOD = "Enumeration value for HttpMethod must be non-empty"
HTTP = {"type": "HTTP", "integrationHttpMethod": "POST", "uri": "http://backend/x"}


def shown(response):
    return {key: value for key, value in response.items() if key != "ResponseMetadata"}


def patched(gw, place, op, path, value=None):
    change = {"op": op, "path": path, "value": value}
    change = {name: part for name, part in change.items() if part is not None}
    return gw.update_integration(**place, patchOperations=[change])


def test_a_new_integration_has_the_recorded_defaults(gw, post):
    made = gw.put_integration(**post, **HTTP)
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert shown(made) == {
        "type": "HTTP",
        "httpMethod": "POST",
        "uri": "http://backend/x",
        "connectionType": "INTERNET",
        "passthroughBehavior": "WHEN_NO_MATCH",
        "timeoutInMillis": 29000,
        "cacheNamespace": post["resourceId"],
        "cacheKeyParameters": [],
    }
    assert shown(gw.get_integration(**post)) == shown(made)


@pytest.mark.parametrize("kind", ["AWS", "AWS_PROXY"])
def test_a_connection_type_is_only_shown_for_http(gw, post, kind):
    made = gw.put_integration(**post, type=kind, integrationHttpMethod="POST", uri=LAMBDA)
    assert "connectionType" not in made


def test_what_is_given_comes_back(gw, post):
    given = {
        "requestParameters": {"integration.request.header.X": "'static'"},
        "requestTemplates": {"application/json": "", "image/png": "$input.body"},
        "passthroughBehavior": "NEVER",
        "contentHandling": "CONVERT_TO_TEXT",
        "timeoutInMillis": 50,
        "tlsConfig": {"insecureSkipVerification": True},
        "cacheKeyParameters": ["method.request.header.X"],
        "cacheNamespace": "n",
        "credentials": "arn:aws:iam::000000000000:role/r",
    }
    gw.put_integration(**post, **HTTP, **given)
    found = gw.get_integration(**post)
    assert {**found, **given} == found


def test_passthrough_is_a_third_content_handling(gw, post):
    made = gw.put_integration(**post, **HTTP, contentHandling="PASSTHROUGH")
    assert made["contentHandling"] == "PASSTHROUGH"
    response = gw.put_integration_response(**post, statusCode="200", contentHandling="PASSTHROUGH")
    assert response["contentHandling"] == "PASSTHROUGH"


def test_another_content_handling_is_refused_by_aws_own_list(gw, post):
    code, _, message = refused(gw.put_integration, **post, **HTTP, contentHandling="KEEP")
    assert code == "ValidationException"
    assert message.endswith(
        "Value 'KEEP' at 'putIntegrationInput.contentHandling' failed to satisfy constraint: "
        "Member must satisfy enum value set: [CONVERT_TO_BINARY, CONVERT_TO_TEXT]"
    )


@pytest.mark.parametrize(
    "given, message",
    [
        pytest.param({"type": "HTTP", "uri": "http://b"}, NO_METHOD, id="http-without-method"),
        pytest.param(
            {"type": "HTTP_PROXY", "uri": "http://b"}, NO_METHOD, id="http-proxy-without-method"
        ),
        pytest.param({"type": "AWS", "uri": LAMBDA}, NO_METHOD, id="aws-without-method"),
        pytest.param(
            {**HTTP, "uri": "backend/x"}, "Invalid HTTP endpoint specified for URI", id="no-scheme"
        ),
        pytest.param(
            {**HTTP, "uri": "ftp://b"},
            "Invalid HTTP endpoint specified for URI",
            id="another-scheme",
        ),
        pytest.param(
            {"type": "HTTP", "integrationHttpMethod": "GET"},
            "Invalid HTTP endpoint specified for URI",
            id="no-uri",
        ),
        pytest.param(
            {"type": "AWS", "integrationHttpMethod": "POST", "uri": "http://b"},
            "Invalid ARN specified in the request",
            id="no-arn",
        ),
        pytest.param(
            {"type": "AWS", "integrationHttpMethod": "POST", "uri": FUNCTION},
            "Invalid ARN specified in the request",
            id="function-arn",
        ),
        pytest.param(
            {
                "type": "AWS",
                "integrationHttpMethod": "POST",
                "uri": "arn:aws:apigateway:us-east-1:s3:bucket",
            },
            "AWS ARN for integration must contain path or action",
            id="no-action",
        ),
        pytest.param(
            {"type": "AWS_PROXY", "uri": "arn:aws:apigateway:us-east-1:s3:path/b/k"},
            ONLY_LAMBDA,
            id="proxy-to-s3",
        ),
        pytest.param(
            {
                "type": "AWS_PROXY",
                "uri": "arn:aws:apigateway:us-east-1:firehose:action/ListStreams",
            },
            ONLY_LAMBDA,
            id="proxy-to-another-action",
        ),
        pytest.param(
            {"type": "AWS_PROXY", "uri": LAMBDA.replace(FUNCTION, "f")},
            ONLY_LAMBDA,
            id="proxy-to-malformed-arn",
        ),
        pytest.param(
            {**HTTP, "timeoutInMillis": 49},
            "Timeout should be between 50 ms and 29000 ms",
            id="too-short",
        ),
        pytest.param(
            {**HTTP, "timeoutInMillis": 29001},
            "Timeout should be between 50 ms and 29000 ms",
            id="too-long",
        ),
        pytest.param(
            {**HTTP, "passthroughBehavior": "MAYBE"},
            "passthroughBehavior: expected one of WHEN_NO_MATCH, WHEN_NO_TEMPLATES, NEVER; found 'MAYBE'",
            id="passthrough",
        ),
        pytest.param(
            {**HTTP, "connectionType": "VPC_LINK"},
            "connectionId: expected the id of a VPC link, or a stage variable; found none",
            id="vpc-link",
        ),
        pytest.param(
            {**HTTP, "responseTransferMode": "STREAM"},
            "responseTransferMode: expected BUFFERED, as only HTTP_PROXY and AWS_PROXY stream; found STREAM",
            id="stream",
        ),
        pytest.param(
            {**AWS_PROXY, "type": "AWS", "uri": STREAMING, "responseTransferMode": "STREAM"},
            "responseTransferMode: expected BUFFERED, as only HTTP_PROXY and AWS_PROXY stream; found STREAM",
            id="stream-of-a-custom-lambda-integration",
        ),
        pytest.param(
            {**AWS_PROXY, "uri": LAMBDA, "responseTransferMode": "STREAM"},
            f"uri: expected 2021-11-15/functions/{{function ARN}}/response-streaming-invocations, as responseTransferMode is STREAM; found {LAMBDA}",
            id="stream-through-invoke",
        ),
        pytest.param(
            {**AWS_PROXY, "uri": STREAMING, "responseTransferMode": "BUFFERED"},
            f"uri: expected 2015-03-31/functions/{{function ARN}}/invocations, as responseTransferMode is BUFFERED; found {STREAMING}",
            id="buffered-through-invoke-with-response-stream",
        ),
        pytest.param(
            {**AWS_PROXY, "uri": STREAMING},
            f"uri: expected 2015-03-31/functions/{{function ARN}}/invocations, as responseTransferMode is BUFFERED; found {STREAMING}",
            id="default-mode-through-invoke-with-response-stream",
        ),
        pytest.param(
            {**AWS_PROXY, "uri": FIREHOSE, "responseTransferMode": "STREAM"},
            f"uri: expected 2021-11-15/functions/{{function ARN}}/response-streaming-invocations, as responseTransferMode is STREAM; found {FIREHOSE}",
            id="stream-of-firehose",
        ),
        pytest.param(
            {**HTTP, "requestTemplates": {"123": "x"}},
            "Validation Result: warnings : [], errors : [Invalid content type specified: 123]",
            id="no-media-type",
        ),
        pytest.param(
            {**HTTP, "requestTemplates": {"a/b": "x" * 307201}},
            "requestTemplates.a/b: expected at most 307200 bytes; found 307201",
            id="large-template",
        ),
        pytest.param(
            {**HTTP, "requestParameters": {"integration.request.header.X": "true"}},
            "Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression specified: true]",
            id="no-expression",
        ),
        pytest.param(
            {**HTTP, "requestParameters": {"header.X": "'a'"}},
            "Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression specified: header.X]",
            id="no-target",
        ),
    ],
)
def test_an_integration_that_cannot_be_is_refused(gw, post, given, message):
    assert refused(gw.put_integration, **post, **given) == bad(message)


@pytest.mark.parametrize(
    "uri",
    [
        LAMBDA,
        LAMBDA.replace("path/2015", "path//2015"),
        LAMBDA.replace(":function:f", ":function:${stageVariables.fn}"),
        FIREHOSE,
    ],
)
def test_a_proxy_to_lambda_or_firehose_is_taken(gw, post, uri):
    made = gw.put_integration(**post, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
    assert made["uri"] == uri


def test_a_proxy_to_lambda_may_stream(gw, post):
    made = gw.put_integration(
        **post, **AWS_PROXY, uri=STREAMING, responseTransferMode="STREAM", timeoutInMillis=900_000
    )
    assert (made["uri"], made["responseTransferMode"]) == (STREAMING, "STREAM")


def test_a_stream_has_five_minutes_unless_told_otherwise(gw, post):
    made = gw.put_integration(**post, **AWS_PROXY, uri=STREAMING, responseTransferMode="STREAM")
    assert made["timeoutInMillis"] == 300_000


@pytest.mark.parametrize(
    "mode, given, patches, timeout",
    [
        pytest.param("BUFFERED", 5000, [("/responseTransferMode", "STREAM")], 300_000, id="a-custom-timeout-is-removed"),
        pytest.param("BUFFERED", 5000, [("/responseTransferMode", "STREAM"), ("/timeoutInMillis", "900000")], 900_000, id="unless-given-with-the-switch"),
        pytest.param("BUFFERED", 5000, [("/timeoutInMillis", "7000"), ("/responseTransferMode", "STREAM")], 7000, id="in-whatever-order"),
        pytest.param("BUFFERED", 5000, [("/responseTransferMode", "BUFFERED")], 5000, id="no-switch"),
        pytest.param("STREAM", 600_000, [("/responseTransferMode", "STREAM")], 600_000, id="still-a-stream"),
        pytest.param("STREAM", 600_000, [("/responseTransferMode", "BUFFERED")], 29_000, id="back"),
    ],
)  # fmt: skip
def test_switching_the_transfer_mode(gw, post, mode, given, patches, timeout):
    proxy = {**HTTP, "type": "HTTP_PROXY", "responseTransferMode": mode}
    gw.put_integration(**post, **proxy, timeoutInMillis=given)
    operations = [{"op": "replace", "path": path, "value": value} for path, value in patches]
    assert gw.update_integration(**post, patchOperations=operations)["timeoutInMillis"] == timeout


def test_a_lambda_proxy_is_switched_together_with_its_uri(gw, post):
    gw.put_integration(**post, **AWS_PROXY, uri=LAMBDA)
    mode = {"op": "replace", "path": "/responseTransferMode", "value": "STREAM"}
    code, _, message = refused(gw.update_integration, **post, patchOperations=[mode])
    assert (code, message.partition(":")[0]) == ("BadRequestException", "uri")
    uri = {"op": "replace", "path": "/uri", "value": STREAMING}
    made = gw.update_integration(**post, patchOperations=[mode, uri])
    assert (made["uri"], made["responseTransferMode"]) == (STREAMING, "STREAM")


def test_a_stream_may_take_a_quarter_of_an_hour(gw, post):
    given = {**HTTP, "type": "HTTP_PROXY", "responseTransferMode": "STREAM"}
    made = gw.put_integration(**post, **given, timeoutInMillis=900_000)
    assert (made["responseTransferMode"], made["timeoutInMillis"]) == ("STREAM", 900_000)
    found = refused(gw.put_integration, **post, **given, timeoutInMillis=900_001)
    assert found == bad("Timeout should be between 50 ms and 900000 ms")


def test_a_mapping_expression_is_a_string(gw, post):
    parameters = {"integration.request.header.X": True}
    found = refused(gw.put_integration, **post, **HTTP, requestParameters=parameters)
    message = "class java.lang.Boolean can not be converted to an String"
    assert found == ("SerializationException", 400, message)


def test_putting_again_forgets_what_stood_there(gw, post):
    gw.put_integration(**post, **HTTP)
    gw.put_integration_response(**post, statusCode="200")
    gw.put_integration(**post, type="MOCK")
    found = gw.get_integration(**post)
    assert found["type"] == "MOCK"
    assert "integrationResponses" not in found


def test_what_is_not_there_is_not_found(gw, post):
    expected = absent("Invalid Integration identifier specified")
    assert refused(gw.get_integration, **post) == expected
    assert refused(gw.delete_integration, **post) == expected
    assert refused(gw.put_integration_response, **post, statusCode="200") == expected
    gw.put_integration(**post, type="MOCK")
    expected = absent("Invalid Response status code specified")
    assert refused(gw.get_integration_response, **post, statusCode="200") == expected
    assert refused(gw.delete_integration_response, **post, statusCode="200") == expected


def test_deleting_an_integration(gw, mocked):
    gone = gw.delete_integration(**mocked)
    assert gone["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert "methodIntegration" not in gw.get_method(**mocked)


@pytest.mark.parametrize(
    "op, path, value, member, after",
    [
        ("replace", "/uri", "https://other", "uri", "https://other"),
        ("replace", "/httpMethod", "PUT", "httpMethod", "PUT"),
        ("replace", "/timeoutInMillis", "100", "timeoutInMillis", 100),
        ("replace", "/contentHandling", "PASSTHROUGH", "contentHandling", "PASSTHROUGH"),
        ("replace", "/contentHandling", "", "contentHandling", None),
        ("replace", "/passthroughBehavior", "NEVER", "passthroughBehavior", "NEVER"),
        (
            "add",
            "/requestTemplates/image~1png",
            "$input.body",
            "requestTemplates",
            {"image/png": "$input.body"},
        ),
        (
            "add",
            "/requestParameters/integration.request.header.X",
            "'a'",
            "requestParameters",
            {"integration.request.header.X": "'a'"},
        ),
        (
            "add",
            "/cacheKeyParameters/method.request.header.X",
            None,
            "cacheKeyParameters",
            ["method.request.header.X"],
        ),
        (
            "replace",
            "/tlsConfig/insecureSkipVerification",
            "true",
            "tlsConfig",
            {"insecureSkipVerification": True},
        ),
        ("replace", "/responseTransferMode", "BUFFERED", "responseTransferMode", "BUFFERED"),
        ("replace", "/credentials", "arn:x", "credentials", "arn:x"),
    ],
)
def test_patching_an_integration(gw, post, op, path, value, member, after):
    gw.put_integration(**post, **HTTP)
    assert patched(gw, post, op, path, value).get(member) == after
    assert gw.get_integration(**post).get(member) == after


@pytest.mark.parametrize(
    "op, path, value, message",
    [
        ("replace", "/type", "MOCK", "Invalid patch path /type"),
        ("replace", "/uri", "x", "Invalid HTTP endpoint specified for URI"),
        ("replace", "/httpMethod", "", NO_METHOD),
        (
            "replace",
            "/timeoutInMillis",
            "soon",
            "Invalid patch value for /timeoutInMillis: expected an integer; found 'soon'",
        ),
        (
            "replace",
            "/contentHandling",
            "KEEP",
            "Invalid patch value for /contentHandling: expected one of CONVERT_TO_BINARY, CONVERT_TO_TEXT, PASSTHROUGH; found 'KEEP'",
        ),
        (
            "replace",
            "/connectionType",
            "VPC_LINK",
            "connectionId: expected the id of a VPC link, or a stage variable; found none",
        ),
        (
            "replace",
            "/connectionId",
            "x",
            "connectionId: expected none without a VPC link; found 'x'",
        ),
        (
            "replace",
            "/responseTransferMode",
            "X",
            "Invalid patch value for /responseTransferMode: expected BUFFERED or STREAM; found 'X'",
        ),
        (
            "add",
            "/requestTemplates/123",
            "x",
            "Validation Result: warnings : [], errors : [Invalid content type specified: 123]",
        ),
        ("add", "/requestTemplates/a~1b", None, "Invalid null or empty value in requestTemplates"),
    ],
)
def test_a_patch_that_leads_nowhere_is_refused(gw, post, op, path, value, message):
    gw.put_integration(**post, **HTTP)
    before = shown(gw.get_integration(**post))
    assert refused(lambda: patched(gw, post, op, path, value)) == bad(message)
    assert shown(gw.get_integration(**post)) == before


@pytest.mark.parametrize("path", ["/uri", "/httpMethod"])
def test_a_mock_has_no_backend_to_patch(gw, mocked, path):
    found = refused(lambda: patched(gw, mocked, "replace", path, "POST"))
    assert found == bad(f"Invalid patch path {path}")


# --- Integration responses ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"selectionPattern": ""},
        {"responseTemplates": {}},
        {
            "selectionPattern": "5..",
            "responseTemplates": {"application/json": "x"},
            "responseParameters": {"method.response.header.X": "integration.response.header.Y"},
            "contentHandling": "CONVERT_TO_BINARY",
        },
    ],
)
def test_an_integration_response_comes_back_as_it_was_put(gw, mocked, given):
    promised = dict.fromkeys(given.get("responseParameters", ()), False)
    gw.put_method_response(**mocked, statusCode="200", responseParameters=promised)
    made = gw.put_integration_response(**mocked, statusCode="200", **given)
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    expected = {"statusCode": "200", **given}
    found = shown(gw.get_integration_response(**mocked, statusCode="200"))
    assert shown(made) == found == expected
    assert gw.get_integration(**mocked)["integrationResponses"] == {"200": expected}


@pytest.mark.parametrize(
    "given, message",
    [
        (
            {"responseTemplates": {"123": "x"}},
            "Validation Result: warnings : [], errors : [Invalid content type specified: 123]",
        ),
        (
            {"responseParameters": {"method.response.header.X": "true"}},
            "Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression specified: true]",
        ),
        (
            {"responseParameters": {"integration.response.header.X": "'a'"}},
            "Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression specified: integration.response.header.X]",
        ),
    ],
)
def test_an_integration_response_that_cannot_be_is_refused(gw, mocked, given, message):
    found = refused(gw.put_integration_response, **mocked, statusCode="200", **given)
    assert found == bad(message)


def unpromised(error):
    return bad(
        "Invalid mapping expression specified: Validation Result: warnings : [], "
        f"errors : [{error}]"
    )


def test_a_header_is_mapped_only_where_the_method_response_promises_it(gw, mocked):
    given = {"responseParameters": {"method.response.header.X": "'v'"}, "statusCode": "200"}
    found = refused(gw.put_integration_response, **mocked, **given)
    assert found == unpromised("No method response exists for method.")
    gw.put_method_response(
        **mocked, statusCode="200", responseParameters={"method.response.header.Y": False}
    )
    wanted = unpromised("Invalid mapping expression parameter specified: method.response.header.X")
    assert refused(gw.put_integration_response, **mocked, **given) == wanted
    gw.put_integration_response(**mocked, statusCode="200")
    change = {"op": "add", "path": "/responseParameters/method.response.header.X", "value": "'v'"}
    found = refused(
        gw.update_integration_response, **mocked, statusCode="200", patchOperations=[change]
    )
    assert found == wanted


def test_patching_and_deleting_an_integration_response(gw, mocked):
    promised = {"method.response.header.X": False}
    gw.put_method_response(**mocked, statusCode="200", responseParameters=promised)
    gw.put_integration_response(**mocked, statusCode="200")
    changes = [
        {"op": "replace", "path": "/selectionPattern", "value": ""},
        {"op": "replace", "path": "/contentHandling", "value": "CONVERT_TO_TEXT"},
        {"op": "add", "path": "/responseTemplates/a~1b", "value": "t"},
        {"op": "add", "path": "/responseParameters/method.response.header.X", "value": "'v'"},
    ]
    found = gw.update_integration_response(**mocked, statusCode="200", patchOperations=changes)
    assert shown(found) == {
        "statusCode": "200",
        "selectionPattern": "",
        "contentHandling": "CONVERT_TO_TEXT",
        "responseTemplates": {"a/b": "t"},
        "responseParameters": {"method.response.header.X": "'v'"},
    }
    gone = gw.delete_integration_response(**mocked, statusCode="200")
    assert gone["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert "integrationResponses" not in gw.get_integration(**mocked)
