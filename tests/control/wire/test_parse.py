import json

import pytest

from octetgate.control.errors import SerializationException
from octetgate.control.wire.message import Asked
from octetgate.control.wire.parse import members
from octetgate.control.wire.router import Match
from octetgate.control.wire.service import load


def parsed(name, *, labels=None, query=None, headers=None, body=b"", service="apigateway"):
    asked = Asked(
        method="POST",
        path="/",
        query=query or {},
        headers=headers or {},
        body=body if isinstance(body, bytes) else json.dumps(body).encode(),
    )
    return members(Match(load(service).operations[name], labels or {}), asked)


PLACE = {"restapi_id": "a", "resource_id": "r", "http_method": "POST"}


def test_labels_and_body_members_come_out_under_their_model_names():
    found = parsed(
        "PutIntegration", labels=PLACE, body={"type": "HTTP", "httpMethod": "PUT", "uri": None}
    )
    assert found == {
        "restApiId": "a",
        "resourceId": "r",
        "httpMethod": "POST",
        "type": "HTTP",
        "integrationHttpMethod": "PUT",
    }


def test_query_parameters_are_read_as_their_types_say():
    query = {"limit": ["7"], "embed": ["methods", "x"]}
    found = parsed("GetResources", labels={"restapi_id": "a"}, query=query)
    assert found == {"restApiId": "a", "limit": 7, "embed": ["methods", "x"]}


def test_a_map_in_the_query_takes_the_parameters_that_have_no_name():
    query = {"mode": ["import"], "failonwarnings": ["true"], "basepath": ["split"]}
    found = parsed("ImportRestApi", query=query, body=b"{}")
    assert found["failOnWarnings"] is True
    assert found["parameters"]["basepath"] == "split"
    assert found["body"] == b"{}"


def test_headers_and_a_payload_that_is_the_body():
    found = parsed(
        "Invoke",
        service="lambda",
        labels={"FunctionName": "f"},
        headers={"x-amz-invocation-type": "Event"},
        body=b"\x00raw",
    )
    assert found == {"FunctionName": "f", "InvocationType": "Event", "Payload": b"\x00raw"}


def test_blobs_are_base64():
    found = parsed(
        "UpdateFunctionCode",
        service="lambda",
        labels={"FunctionName": "f"},
        body={"ZipFile": "aGk="},
    )
    assert found["ZipFile"] == b"hi"


def test_unknown_members_are_ignored_as_aws_does():
    assert parsed("CreateRestApi", body={"name": "n", "colour": "red"}) == {"name": "n"}


@pytest.mark.parametrize(
    "body, message",
    [
        pytest.param(
            {"name": True},
            "class java.lang.Boolean can not be converted to an String",
            id="boolean-for-string",
        ),
        pytest.param(
            {"name": 5},
            "class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to an String",
            id="number-for-string",
        ),
        pytest.param(
            {"minimumCompressionSize": "5"},
            "class java.lang.String can not be converted to an Integer",
            id="string-for-integer",
        ),
        pytest.param(
            {"disableExecuteApiEndpoint": "true"},
            "class java.lang.String can not be converted to an Boolean",
            id="string-for-boolean",
        ),
        pytest.param(
            {"minimumCompressionSize": True},
            "class java.lang.Boolean can not be converted to an Integer",
            id="boolean-for-integer",
        ),
        pytest.param(
            {"name": {}},
            "Start of structure or map found where not expected.",
            id="object-for-string",
        ),
        pytest.param({"name": []}, "Start of list found where not expected.", id="list-for-string"),
        pytest.param(
            {"tags": "x"}, "tags: expected an object; found a string", id="string-for-map"
        ),
        pytest.param(
            {"binaryMediaTypes": {}},
            "binaryMediaTypes: expected a list; found an object",
            id="object-for-list",
        ),
        pytest.param(
            {"endpointConfiguration": 5},
            "endpointConfiguration: expected an object; found a number",
            id="number-for-structure",
        ),
        pytest.param(
            {"minimumCompressionSize": 1.5},
            "minimumCompressionSize: expected a whole number; found 1.5",
            id="fraction",
        ),
        pytest.param([], "expected a JSON object; found a list", id="list-for-body"),
    ],
)
def test_a_wrong_json_type_is_refused_in_the_frameworks_words(body, message):
    with pytest.raises(SerializationException) as refused:
        parsed("CreateRestApi", body=body)
    assert str(refused.value) == message


@pytest.mark.parametrize("body", [b"{", b'{"name": "\xff"}', b"nul", b'{"name":' * 5000])
def test_a_body_that_is_not_json_is_refused(body):
    with pytest.raises(SerializationException, match="expected JSON"):
        parsed("CreateRestApi", body=body)


def test_a_blob_that_is_not_base64_is_refused():
    with pytest.raises(SerializationException, match="ZipFile: expected Base64"):
        parsed(
            "UpdateFunctionCode",
            service="lambda",
            labels={"FunctionName": "f"},
            body={"ZipFile": "a*b"},
        )


def test_a_number_in_the_query_has_to_be_one():
    with pytest.raises(SerializationException, match="limit: expected Integer; found 'many'"):
        parsed("GetRestApis", query={"limit": ["many"]})
