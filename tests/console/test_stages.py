"""Stages in the console: their settings, their canary, their history and the way back."""

import pytest
import requests
from playwright.sync_api import expect


def mocked(gateway, name, **stage):
    """Make an API whose GET / answers 200 by itself, served as ``prod``; return its id."""
    api = gateway.create_rest_api(name=name)
    place = {"restApiId": api["id"], "resourceId": api["rootResourceId"], "httpMethod": "GET"}
    gateway.put_method(**place, authorizationType="NONE")
    gateway.put_integration(
        **place, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'}
    )
    gateway.put_method_response(**place, statusCode="200")
    gateway.put_integration_response(
        **place, statusCode="200", responseTemplates={"application/json": "first"}
    )
    gateway.create_deployment(restApiId=api["id"], stageName="prod", description="the first")
    return api["id"], place


def answer(octetgate, api):
    return requests.get(octetgate.invoke_url(api, "prod"), timeout=10).text


def redeployed(gateway, place, text):
    """Have the API answer otherwise, and deploy it."""
    patch = {"op": "replace", "path": "/responseTemplates/application~1json", "value": text}
    gateway.update_integration_response(**place, statusCode="200", patchOperations=[patch])
    gateway.create_deployment(
        restApiId=place["restApiId"], stageName="prod", description=f"the {text}"
    )


def test_rolling_back_says_what_changes_and_changes_it_for_callers_at_once(page, octetgate, axe):
    api, place = mocked(octetgate.gateway, "Rolled back")
    first = octetgate.gateway.get_stage(restApiId=api, stageName="prod")["deploymentId"]
    redeployed(octetgate.gateway, place, "second")
    assert answer(octetgate, api) == "second"
    page.goto(f"/apis/{api}/history")
    expect(page.get_by_role("row").nth(1)).to_contain_text("the second")
    compare = page.get_by_role("form", name="Compare two deployments")
    compare.get_by_role("button", name="Compare").click()
    expect(compare).to_contain_text(f"1 change from {first} to what is being edited")
    expect(compare.get_by_role("listitem").first).to_contain_text("Integration Response 200")
    compare.get_by_label("To").select_option(first)
    compare.get_by_role("button", name="Compare").click()
    expect(compare).to_contain_text("No difference.")
    page.get_by_role("button", name=f"Roll back to {first}").press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Callers of prod get 1 change")
    expect(dialog).to_contain_text("is now first, was second")
    axe(page)
    dialog.get_by_role("button", name=f"Serve {first}").click()
    expect(page.get_by_role("status")).to_contain_text(f"prod serves {first} now.")
    assert answer(octetgate, api) == "first"
    # What is live is older than what is edited, and the page says so again.
    expect(page.get_by_role("region", name="Not deployed")).to_contain_text("prod")
    row = page.get_by_role("row").filter(has_text="the first")
    expect(row.get_by_role("link", name="prod")).to_be_visible()


@pytest.fixture(scope="module")
def settled(octetgate):
    """Return an API with a stage of settings that tests change."""
    return mocked(octetgate.gateway, "Settled")


def save(page, form, button="Save"):
    """Send a form, and wait until the page has heard of it."""
    with page.expect_response(lambda answer: answer.request.method == "POST") as answer:
        page.get_by_role("form", name=form).get_by_role("button", name=button).click()
    return answer.value.status


def test_a_stages_settings_are_saved_from_its_page(page, octetgate, settled, axe):
    api, _ = settled
    stage = {"restApiId": api, "stageName": "prod"}
    without_role = [{"op": "replace", "path": "/cloudwatchRoleArn", "value": ""}]
    octetgate.gateway.update_account(patchOperations=without_role)  # whoever has set it before
    page.goto(f"/apis/{api}/stages/prod")
    axe(page)
    general = page.get_by_role("form", name="General")
    general.get_by_label("Description").fill("What everybody calls")
    general.get_by_label("X-Ray tracing").select_option("On")
    save(page, "General")
    variables = page.get_by_role("form", name="Stage variables")
    variables.get_by_label("Variables").fill("backend=example.com:80\nno variable")
    save(page, "Stage variables")
    expect(variables.get_by_role("alert")).to_contain_text("line 2: expected name=value")
    variables.get_by_label("Variables").fill("backend=example.com:80\nsize=1")
    save(page, "Stage variables")
    log = page.get_by_role("form", name="Access log")
    log.get_by_label("Destination").fill("stdout")
    log.get_by_label("Format").fill("$context.requestId")
    save(page, "Access log")
    page.get_by_role("form", name="Tags").get_by_label("Tags").fill("team=pictures")
    save(page, "Tags")
    assert save(page, "Flush the cache", "Flush the stage's cache") == 200
    assert save(page, "Flush the authorizers' cache", "Flush the authorizers' cache") == 200
    expect(page.get_by_role("status")).to_contain_text("Flushed.")
    every = page.get_by_role("form", name="Settings of all methods")
    every.get_by_label("Rate").fill("12.5")
    every.get_by_label("Execution log").select_option("Errors")
    assert save(page, "Settings of all methods") == 400
    expect(every.get_by_role("alert")).to_contain_text("CloudWatch Logs role ARN must be set")
    save(page, "Role for logging", "Set the role")
    expect(page.get_by_role("form", name="Role for logging")).to_have_count(0)
    every.get_by_label("Rate").fill("12.5")
    every.get_by_label("Execution log").select_option("Errors")
    assert save(page, "Settings of all methods") == 204
    found = octetgate.gateway.get_stage(**stage)
    assert found["description"] == "What everybody calls"
    assert found["tracingEnabled"] is True
    assert found["variables"] == {"backend": "example.com:80", "size": "1"}
    assert found["accessLogSettings"] == {
        "destinationArn": "stdout",
        "format": "$context.requestId",
    }
    setting = found["methodSettings"]["*/*"]
    assert (setting["throttlingRateLimit"], setting["loggingLevel"]) == (12.5, "ERROR")
    assert setting["cachingEnabled"] is False
    assert found["tags"] == {"team": "pictures"}


def test_a_method_gets_settings_of_its_own_and_loses_them(page, octetgate, settled):
    api, _ = settled
    page.goto(f"/apis/{api}/stages/prod")
    page.get_by_role("button", name="Set for a method").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Burst").fill("3")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Edit /GET")).to_be_visible()
    stage = octetgate.gateway.get_stage(restApiId=api, stageName="prod")
    assert stage["methodSettings"]["/GET"]["throttlingBurstLimit"] == 3
    page.get_by_role("button", name="Remove the settings of /GET").click()
    expect(page.get_by_role("button", name="Edit /GET")).to_have_count(0)
    stage = octetgate.gateway.get_stage(restApiId=api, stageName="prod")
    assert "/GET" not in stage["methodSettings"]


def test_a_canary_is_begun_deployed_to_and_promoted(page, octetgate):
    api, place = mocked(octetgate.gateway, "With a canary")
    stage = {"restApiId": api, "stageName": "prod"}
    page.goto(f"/apis/{api}/stages/prod")
    canary = page.get_by_role("form", name="Canary", exact=True)
    canary.get_by_label("Share of the calls").fill("0")
    canary.get_by_label("Variables of its own").fill("size=2")
    canary.get_by_role("button", name="Begin a canary").click()
    expect(page.get_by_role("button", name="Promote canary")).to_be_visible()
    patch = {"op": "replace", "path": "/responseTemplates/application~1json", "value": "bird"}
    octetgate.gateway.update_integration_response(
        **place, statusCode="200", patchOperations=[patch]
    )
    page.reload()
    page.get_by_role("region", name="Not deployed").get_by_role("button", name="Deploy").click()
    page.get_by_role("dialog").get_by_role("button", name="Deploy").click()
    expect(page.get_by_role("dialog")).to_contain_text("The canary of prod serves the deployment")
    found = octetgate.gateway.get_stage(**stage)
    assert found["canarySettings"]["deploymentId"] != found["deploymentId"]
    assert found["canarySettings"]["stageVariableOverrides"] == {"size": "2"}
    assert answer(octetgate, api) == "first"
    page.reload()
    page.get_by_role("button", name="Promote canary").click()
    expect(page.get_by_role("status")).to_contain_text("Promoted the canary")
    found = octetgate.gateway.get_stage(**stage)
    assert ("canarySettings" in found, found["variables"]) == (False, {"size": "2"})
    assert answer(octetgate, api) == "bird"


def test_a_stage_is_created_of_an_old_deployment_and_deleted(page, octetgate, settled, axe):
    api, _ = settled
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 360, "height": 640})
    page.goto(f"/apis/{api}/stages")
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("button", name="Create stage").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Stage name").fill("night")
    dialog.get_by_role("button", name="Create stage").click()
    expect(page.get_by_role("heading", name="night")).to_be_visible()
    page.get_by_role("button", name="Delete stage").click()
    axe(page)
    page.get_by_role("dialog").get_by_role("button", name="Delete stage").click()
    expect(page.get_by_role("status")).to_contain_text("Deleted the stage night.")
    names = [each["stageName"] for each in octetgate.gateway.get_stages(restApiId=api)["item"]]
    assert names == ["prod"]
