import pytest

from octetgate.core.model import cors

ERRORS = {kind: {"responseType": kind, "defaultResponse": True} for kind in cors.ERRORS}
SHAPED = {
    "httpMethod": "GET",
    "methodResponses": {"200": {}},
    "methodIntegration": {"type": "HTTP", "integrationResponses": {"200": {}, "404": {}}},
}
PROXIED = {"httpMethod": "POST", "methodIntegration": {"type": "HTTP_PROXY"}}


def planned(errors=ERRORS, **methods):
    return cors.plan("api", {"id": "root", "resourceMethods": methods}, errors)


@pytest.mark.parametrize(
    "methods, allowed",
    [
        pytest.param({}, "OPTIONS", id="none"),
        pytest.param({"POST": PROXIED, "GET": SHAPED}, "GET,OPTIONS,POST", id="some"),
        pytest.param({"ANY": PROXIED}, "DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT", id="any"),
    ],
)
def test_a_preflight_allows_the_methods_that_there_are(methods, allowed):
    assert planned(**methods).allowed["Methods"] == allowed


def test_a_preflight_method_that_exists_is_made_anew():
    names = [name for name, _ in planned(OPTIONS={"httpMethod": "OPTIONS"}).operations]
    assert names[:2] == ["delete_method", "put_method"]
    assert "delete_method" not in [name for name, _ in planned().operations]


def test_the_gateway_sends_the_origin_with_statuses_that_both_sides_know_and_leaves_proxies():
    plan = planned(GET=SHAPED, POST=PROXIED, PUT={"httpMethod": "PUT"})
    assert (plan.shaped, plan.proxies) == (("GET",), ("POST", "PUT"))
    changed = [(name, m["statusCode"]) for name, m in plan.operations if name.startswith("update")]
    assert changed == [("update_method_response", "200"), ("update_integration_response", "200")]


def test_errors_keep_what_they_say_already():
    own = {
        "statusCode": "418",
        "defaultResponse": False,
        "responseParameters": {"gatewayresponse.header.X-Own": "'1'"},
        "responseTemplates": {"application/json": "{}"},
    }
    plan = planned({"DEFAULT_4XX": own})
    name, members = plan.operations[-1]
    assert name == "put_gateway_response"
    assert (members["statusCode"], members["responseTemplates"]) == (
        "418",
        {"application/json": "{}"},
    )
    assert members["responseParameters"] == {
        "gatewayresponse.header.X-Own": "'1'",
        "gatewayresponse.header.Access-Control-Allow-Origin": "'*'",
    }
