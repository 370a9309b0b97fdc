"""An API that words its errors and requires parameters, built with boto3 and called over HTTP."""

import requests

CORS = {"gatewayresponse.header.Access-Control-Allow-Origin": "method.request.header.Origin"}
ORIGIN = {"Origin": "https://a.example"}
MISSING = "MISSING_AUTHENTICATION_TOKEN"


def build(gateway):
    """Return the ids of an API with one MOCK method that requires a parameter."""
    api = gateway.create_rest_api(name="Worded")["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    validator = gateway.create_request_validator(
        restApiId=api, name="parameters", validateRequestParameters=True
    )["id"]
    method = {"restApiId": api, "resourceId": root, "httpMethod": "GET"}
    gateway.put_method(
        **method,
        authorizationType="NONE",
        requestValidatorId=validator,
        requestParameters={"method.request.querystring.q": True},
    )
    templates = {"application/json": '{"statusCode": 200}'}
    gateway.put_integration(**method, type="MOCK", requestTemplates=templates)
    gateway.put_method_response(**method, statusCode="200")
    gateway.put_integration_response(**method, statusCode="200")
    return api


def test_an_api_answers_errors_in_the_words_it_was_deployed_with(start):
    server = start()
    gateway = server.gateway
    api = build(gateway)
    gateway.put_gateway_response(restApiId=api, responseType="DEFAULT_4XX", responseParameters=CORS)
    gateway.put_gateway_response(
        restApiId=api,
        responseType=MISSING,
        statusCode="404",
        responseTemplates={"text/html": "<p>no $context.path</p>"},
    )
    gateway.create_deployment(restApiId=api, stageName="v1")
    url = server.invoke_url(api, "v1").rstrip("/")

    assert requests.get(url, params={"q": "1"}, headers=ORIGIN, timeout=30).status_code == 200

    refused = requests.get(url, headers=ORIGIN, timeout=30)
    expected = {"message": "Missing required request parameters: [q]"}
    assert (refused.status_code, refused.json()) == (400, expected)
    assert refused.headers["Access-Control-Allow-Origin"] == "https://a.example"

    lost = requests.get(f"{url}/nowhere", headers={**ORIGIN, "Accept": "text/html"}, timeout=30)
    assert (lost.status_code, lost.text) == (404, "<p>no /v1/nowhere</p>")
    assert lost.headers["Content-Type"] == "text/html"
    assert "Access-Control-Allow-Origin" not in lost.headers

    # Words are a deployment's: what changes now is served with the next one.
    change = [{"op": "replace", "path": "/statusCode", "value": "204"}]
    gateway.update_gateway_response(restApiId=api, responseType=MISSING, patchOperations=change)
    assert requests.get(f"{url}/nowhere", timeout=30).status_code == 404
    gateway.create_deployment(restApiId=api, stageName="v1")
    empty = requests.get(f"{url}/nowhere", timeout=30)
    assert (empty.status_code, empty.content) == (204, b"")

    gateway.delete_gateway_response(restApiId=api, responseType=MISSING)
    gateway.create_deployment(restApiId=api, stageName="v1")
    again = requests.get(f"{url}/nowhere", headers=ORIGIN, timeout=30)
    expected = {"message": "Missing Authentication Token"}
    assert (again.status_code, again.json()) == (403, expected)
    assert again.headers["Access-Control-Allow-Origin"] == "https://a.example"
