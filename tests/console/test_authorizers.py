"""Authorizers in the console: made, asked, changed and deleted, as boto3 has them afterwards."""

import pytest
from playwright.sync_api import expect
from tests.control.packages import create, package

GUARD = """
def handler(event, context):
    if event["authorizationToken"] == "wrong":
        raise Exception("Unauthorized")
    statement = {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": event["methodArn"]}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    return {"principalId": "rex", "policyDocument": policy}
"""
POOL = "arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_abc"


@pytest.fixture(scope="module")
def guard(octetgate):
    """Return the name of a function that lets every token in but one."""
    create(octetgate.functions, "guard", Code={"ZipFile": package(GUARD)})
    return "guard"


@pytest.fixture
def api(octetgate):
    return octetgate.gateway.create_rest_api(name="Guarded")["id"]


def test_an_authorizer_is_created_gets_its_permission_and_says_what_it_thinks(
    page, octetgate, guard, api, axe
):
    page.goto(f"/apis/{api}/authorizers")
    form = page.get_by_role("form", name="Create authorizer")
    form.get_by_label("Name").fill("by token")
    form.get_by_label("Lambda function").fill(guard)
    form.get_by_label("Header with the token").fill("X-Token")
    form.get_by_role("button", name="Create authorizer").click()
    expect(page.get_by_role("heading", name="by token")).to_be_visible()
    made = octetgate.gateway.get_authorizers(restApiId=api)["items"][0]
    assert (made["type"], made["identitySource"], made["authorizerResultTtlInSeconds"]) == (
        "TOKEN",
        "method.request.header.X-Token",
        300,
    )

    page.get_by_role("button", name="Add permission").click()
    expect(page.get_by_role("button", name="Add permission")).to_have_count(0)
    assert (
        f"/authorizers/{made['id']}" in octetgate.functions.get_policy(FunctionName=guard)["Policy"]
    )

    test = page.get_by_role("form", name="Test")
    test.get_by_label("Token").fill("right")
    test.get_by_role("button", name="Test").click()
    expect(page.get_by_label("Policy")).to_contain_text('"Effect": "Allow"')
    expect(page.get_by_text("rex", exact=True)).to_be_visible()
    axe(page)
    test.get_by_label("Token").fill("wrong")
    test.get_by_role("button", name="Test").click()
    expect(page.get_by_text("401 Unauthorized")).to_be_visible()
    expect(page.get_by_label("Policy")).to_have_count(0)


def test_an_authorizers_pools_and_time_are_changed_and_a_method_keeps_it_from_going(
    page, octetgate, api, axe
):
    made = octetgate.gateway.create_authorizer(
        restApiId=api,
        name="mine",
        type="COGNITO_USER_POOLS",
        providerARNs=[POOL],
        identitySource="method.request.header.X-Token",
    )
    root = octetgate.gateway.get_rest_api(restApiId=api)["rootResourceId"]
    octetgate.gateway.put_method(
        restApiId=api,
        resourceId=root,
        httpMethod="GET",
        authorizationType="COGNITO_USER_POOLS",
        authorizerId=made["id"],
    )
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 360, "height": 640})
    page.goto(f"/apis/{api}/authorizers")
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("link", name="mine").click()
    expect(page.get_by_label("Lambda function")).to_be_hidden()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_label("User pools").fill(f"{POOL}d\n{POOL}e")
    page.get_by_label("Remember the answer").fill("0")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    found = octetgate.gateway.get_authorizer(restApiId=api, authorizerId=made["id"])
    assert set(found["providerARNs"]) == {f"{POOL}d", f"{POOL}e"}
    assert found["authorizerResultTtlInSeconds"] == 0
    expect(page.get_by_role("link", name="GET /")).to_be_visible()
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete authorizer").click()
    expect(page.get_by_role("alert")).to_contain_text("ConflictException")
    octetgate.gateway.delete_method(restApiId=api, resourceId=root, httpMethod="GET")
    page.get_by_role("dialog").get_by_role("button", name="Delete authorizer").click()
    expect(page.get_by_role("status")).to_contain_text("Deleted the authorizer mine.")
    assert octetgate.gateway.get_authorizers(restApiId=api)["items"] == []


def test_what_the_service_refuses_of_an_authorizer_stands_beside_the_form(page, guard, api):
    page.goto(f"/apis/{api}/authorizers")
    page.get_by_label("Type").select_option("Lambda function, by the request (REQUEST)")
    expect(page.get_by_label("Header with the token")).to_be_hidden()
    page.get_by_label("Name").fill("by request")
    page.get_by_label("Lambda function").fill(guard)
    page.get_by_label("Identity sources").fill("method.request.cookie.X")
    page.get_by_role("button", name="Create authorizer").click()
    expect(page.get_by_role("alert")).to_contain_text("method.request.cookie.X")


def test_an_issuer_of_tokens_is_named_and_the_header_they_come_in_is_changed(
    page, octetgate, api, axe
):
    page.goto(f"/apis/{api}/authorizers")
    form = page.get_by_role("form", name="Create authorizer")
    expect(form.get_by_label("Issuer")).to_be_hidden()
    form.get_by_label("Type").select_option("Tokens of another issuer (JWT)")
    for of_others in ("Lambda function", "User pools", "Remember the answer"):
        expect(form.get_by_label(of_others)).to_be_hidden()
    form.get_by_label("Name").fill("by issuer")
    form.get_by_label("Issuer").fill("https://idp.example/realm")
    form.get_by_role("button", name="Create authorizer").click()
    expect(page.get_by_role("alert")).to_contain_text("expected audiences of https://idp.example")
    form.get_by_label("Audiences").fill("app, other")
    form.get_by_label("Key set").fill("https://idp.example/keys")
    axe(page)
    form.get_by_role("button", name="Create authorizer").click()
    expect(page.get_by_role("heading", name="by issuer")).to_be_visible()
    expect(page.get_by_text("https://idp.example/keys")).to_be_visible()
    made = octetgate.gateway.get_authorizers(restApiId=api)["items"][0]
    issuer = {"issuer": "https://idp.example/realm", "audiences": ["app", "other"]}
    assert made["jwtConfiguration"] == {
        "issuers": [{**issuer, "jwksUri": "https://idp.example/keys"}],
        "defaultAlgorithms": ["RS256"],
    }
    axe(page)
    page.get_by_label("Header with the token").fill("X-Token")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    found = octetgate.gateway.get_authorizer(restApiId=api, authorizerId=made["id"])
    assert found["identitySource"] == "method.request.header.X-Token"
    assert found["jwtConfiguration"] == made["jwtConfiguration"]
    page.goto(f"/apis/{api}/authorizers")
    expect(page.get_by_role("cell", name="https://idp.example/realm")).to_be_visible()
