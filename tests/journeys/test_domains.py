"""Custom domains in front of an API, on a real server."""

import json

import pytest
import requests
from tests.journeys.building import build_api
from tests.journeys.raw import ask

FORBIDDEN = (403, {"message": "Forbidden"})
MOCK = {"type": "MOCK", "requestTemplates": {"application/json": '{"statusCode": 200}'}}


def build_mock(server, *stages):
    """Build an API whose ``/hello`` answers 200 on each stage; return its id."""
    gateway = server.gateway
    api = build_api(server, {"hello": MOCK}, stages[0])
    (resource,) = [
        each["id"] for each in gateway.get_resources(restApiId=api)["items"] if "pathPart" in each
    ]
    method = {"restApiId": api, "resourceId": resource, "httpMethod": "ANY", "statusCode": "200"}
    gateway.put_method_response(**method)
    gateway.put_integration_response(**method)
    for stage in stages:
        gateway.create_deployment(restApiId=api, stageName=stage)
    return api


@pytest.fixture
def mapped(octetgate):
    """An API on two stages, and a domain that leads to one of them."""
    api = build_mock(octetgate, "one", "two")
    domain = f"{api}.example"
    octetgate.gateway.create_domain_name(domainName=domain)
    octetgate.gateway.create_base_path_mapping(domainName=domain, restApiId=api, stage="one")
    yield api, domain
    octetgate.gateway.delete_domain_name(domainName=domain)


def called(server, path, host=None):
    """Return the status, and the body where the gateway refuses."""
    answer = requests.get(server.url + path, headers={"Host": host} if host else {}, timeout=10)
    return (answer.status_code, answer.json()) if answer.status_code == 403 else answer.status_code


def default_endpoint(server, api, stage):
    """Return what every form of the stage's default URL answers."""
    return [
        called(server, f"/{stage}/hello", f"{api}.execute-api.us-east-1.amazonaws.com"),
        called(server, f"/{stage}/hello", f"{api}.execute-api.localhost:8080"),
        called(server, f"/restapis/{api}/{stage}/_user_request_/hello"),
        called(server, f"/_aws/execute-api/{api}/{stage}/hello"),
    ]


def hints(server, api):
    said = server.command("explain", api, "GET", "/hello", "--stage", "one", "--json")
    assert said.returncode == 0, said.stderr
    return [each["name"] for each in json.loads(said.stdout)["hints"]]


def test_a_disabled_default_endpoint_answers_403_from_the_next_change_of_a_stage_on(
    octetgate, mapped
):
    api, domain = mapped
    gateway = octetgate.gateway

    def set_to(value):
        change = {"op": "replace", "path": "/disableExecuteApiEndpoint", "value": value}
        gateway.update_rest_api(restApiId=api, patchOperations=[change])

    set_to("true")
    assert default_endpoint(octetgate, api, "one") == [200] * 4
    assert hints(octetgate, api) == ["not-deployed"]
    # A change of any stage puts it into effect, for all of them (documented).
    gateway.update_stage(
        restApiId=api,
        stageName="two",
        patchOperations=[{"op": "replace", "path": "/description", "value": "closed"}],
    )
    assert default_endpoint(octetgate, api, "one") == [FORBIDDEN] * 4
    assert default_endpoint(octetgate, api, "two") == [FORBIDDEN] * 4
    assert hints(octetgate, api) == ["default-endpoint-off"]
    assert called(octetgate, "/hello", domain) == 200
    assert called(octetgate, f"/restapis/{api}/one/_user_request_/hello", domain) == FORBIDDEN

    set_to("false")
    assert default_endpoint(octetgate, api, "one") == [FORBIDDEN] * 4
    gateway.create_deployment(restApiId=api, stageName="one")
    assert default_endpoint(octetgate, api, "one") == [200] * 4
    assert default_endpoint(octetgate, api, "two") == [200] * 4


def test_an_api_that_is_made_without_a_default_endpoint_has_none(octetgate, mapped):
    made = octetgate.gateway.create_rest_api(name="shut", disableExecuteApiEndpoint=True)["id"]
    root = octetgate.gateway.get_resources(restApiId=made)["items"][0]["id"]
    method = {"restApiId": made, "resourceId": root, "httpMethod": "ANY"}
    octetgate.gateway.put_method(**method, authorizationType="NONE")
    octetgate.gateway.put_integration(**method, type="MOCK")
    octetgate.gateway.create_deployment(restApiId=made, stageName="one")
    assert default_endpoint(octetgate, made, "one") == [FORBIDDEN] * 4


# --- Base paths --------------------------------------------------------------------------------

CONTEXT = "|".join(
    f"$context.{name}" for name in ("domainName", "domainPrefix", "stage", "path", "resourcePath")
)


@pytest.fixture(scope="module")
def telling(octetgate):
    """An API on two stages that says what it knows of a call."""
    gateway = octetgate.gateway
    api = build_api(octetgate, {"{proxy+}": MOCK}, "one")
    (resource,) = [
        each["id"] for each in gateway.get_resources(restApiId=api)["items"] if "pathPart" in each
    ]
    method = {"restApiId": api, "resourceId": resource, "httpMethod": "ANY", "statusCode": "200"}
    gateway.put_method_response(**method)
    gateway.put_integration_response(**method, responseTemplates={"application/json": CONTEXT})
    for stage in ("one", "two"):
        gateway.create_deployment(restApiId=api, stageName=stage)
    return api


@pytest.fixture(scope="module")
def based(octetgate, telling):
    """A domain with base paths of every kind, and a wildcard beside it."""
    gateway = octetgate.gateway
    for domain in ("api.based.example", "*.based.example"):
        gateway.create_domain_name(domainName=domain, endpointConfiguration={"types": ["REGIONAL"]})
    mappings = [
        ("api.based.example", "shop", "one"),
        ("api.based.example", "shop/v2", "two"),
        ("api.based.example", "any", "(none)"),
        ("*.based.example", "(none)", "one"),
    ]
    for domain, base, stage in mappings:
        gateway.create_base_path_mapping(
            domainName=domain, restApiId=telling, basePath=base, stage=stage
        )


@pytest.mark.parametrize(
    "host, path, told",
    [
        ("api.based.example", "/shop/x/y", "one|/shop/x/y|/{proxy+}"),
        ("api.based.example:8080", "/shop/v2/x", "two|/shop/v2/x|/{proxy+}"),
        ("api.based.example", "/shop/v2x", "one|/shop/v2x|/{proxy+}"),
        ("API.Based.Example", "/any/two/x", "two|/any/two/x|/{proxy+}"),
        ("other.based.example", "/shop/v2/x", "one|/shop/v2/x|/{proxy+}"),
    ],
)
def test_a_base_path_leads_to_its_stage_and_stays_in_the_path(octetgate, based, host, path, told):
    answer = requests.get(octetgate.url + path, headers={"Host": host}, timeout=10)
    name = host.removesuffix(":8080")
    assert answer.text == f"{name}|{name.partition('.')[0]}|{told}"


@pytest.mark.parametrize(
    "host, path",
    [
        ("api.based.example", "/shopping/x"),
        ("api.based.example", "/"),
        ("api.based.example", "/any/three/x"),
        ("a.b.based.example", "/x"),
        ("based.example", "/x"),
    ],
)
def test_where_no_mapping_leads_is_forbidden(octetgate, based, host, path):
    assert called(octetgate, path, host) == FORBIDDEN


@pytest.mark.parametrize("target", ["/ping", "/sping", "/ping?deep=1"])
def test_the_service_answers_health_checks_itself(octetgate, mapped, target):
    api, domain = mapped
    for host in domain, f"{api}.execute-api.us-east-1.amazonaws.com", "127.0.0.1":
        for method in "GET", "POST":
            answer = ask(octetgate.url, method, target, host=host, body=b"{}")
            assert (answer.status, answer.body) == (200, b"healthy"), (host, method)


def test_no_other_path_is_a_health_check(octetgate, mapped):
    _, domain = mapped
    for target in "/ping/", "//ping", "/Ping", "/hello/ping", "/%70ing":
        answer = ask(octetgate.url, target=target, host=domain)
        assert answer.refusal == (
            403,
            "MissingAuthenticationTokenException",
            "Missing Authentication Token",
        )
