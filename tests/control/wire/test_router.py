import re

import pytest

from octetgate.control.wire.router import Router, service_of
from octetgate.control.wire.service import SERVICES, load

ROUTERS = {service: Router(load(service).operations.values()) for service in SERVICES}


@pytest.mark.parametrize(
    "service, name", [(service, name) for service in SERVICES for name in load(service).operations]
)
def test_every_operation_is_found_where_the_model_puts_it(service, name):
    operation = load(service).operations[name]
    path, _, query = re.sub(r"\{(\w+)\}", "x", operation.uri).partition("?")
    constants = dict(pair.split("=") for pair in query.split("&") if pair)
    match = ROUTERS[service].find(operation.method, path, {k: [v] for k, v in constants.items()})
    assert match is not None
    assert match.operation.name == name
    assert service_of(path) == service


@pytest.mark.parametrize(
    "method, path, query, name, labels",
    [
        pytest.param("POST", "/restapis", {}, "CreateRestApi", {}, id="plain"),
        pytest.param(
            "POST", "/restapis", {"mode": ["import"]}, "ImportRestApi", {}, id="query-constant"
        ),
        pytest.param(
            "GET", "/restapis/a1/", {}, "GetRestApi", {"restapi_id": "a1"}, id="trailing-slash"
        ),
        pytest.param(
            "GET",
            "/tags/arn%3Aaws%3Aapigateway%3Aeu%3A%3A%2Frestapis%2Fa1",
            {},
            "GetTags",
            {"resource_arn": "arn:aws:apigateway:eu::/restapis/a1"},
            id="escaped-slashes",
        ),
        pytest.param(
            "GET",
            "/domainnames/d/basepathmappings/(none)",
            {},
            "GetBasePathMapping",
            {"domain_name": "d", "base_path": "(none)"},
            id="parentheses",
        ),
        pytest.param(
            "GET",
            "/domainnames/d/basepathmappings/%28none%29",
            {},
            "GetBasePathMapping",
            {"domain_name": "d", "base_path": "(none)"},
            id="escaped-parentheses",
        ),
        pytest.param("GET", "/restapis//resources", {}, None, {}, id="empty-label"),
        pytest.param("GET", "/nowhere", {}, None, {}, id="unknown"),
        pytest.param("PATCH", "/restapis", {}, None, {}, id="wrong-method"),
    ],
)
def test_a_path_of_api_gateway_names_one_operation(method, path, query, name, labels):
    match = ROUTERS["apigateway"].find(method, path, query)
    assert (match and match.operation.name) == name
    assert match is None or match.labels == labels


@pytest.mark.parametrize(
    "method, path, name, label",
    [
        ("GET", "/2015-03-31/functions/", "ListFunctions", None),
        ("POST", "/2015-03-31/functions/", "CreateFunction", None),
        (
            "GET",
            "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A000000000000%3Afunction%3Af",
            "GetFunction",
            "arn:aws:lambda:eu-west-1:000000000000:function:f",
        ),
        (
            "GET",
            "/2015-03-31/functions/arn:aws:lambda:eu-west-1:000000000000:function:f",
            "GetFunction",
            "arn:aws:lambda:eu-west-1:000000000000:function:f",
        ),
        ("POST", "/2015-03-31/functions/f/invocations", "Invoke", "f"),
    ],
)
def test_a_path_of_lambda_names_one_operation(method, path, name, label):
    match = ROUTERS["lambda"].find(method, path, {})
    assert match.operation.name == name
    assert match.labels.get("FunctionName") == label
