"""API keys and usage plans in the console, as callers and boto3 have them afterwards."""

import pytest
import requests
from playwright.sync_api import expect
from tests.console.test_tryit import mocked


@pytest.fixture
def api(octetgate):
    """Return a deployed API whose GET / requires an API key."""
    return mocked(octetgate, "{}", apiKeyRequired=True)


def test_a_key_that_is_made_here_opens_a_stage_that_its_plan_leads_to(page, octetgate, api, axe):
    value = "a-value-of-twenty-characters"
    page.goto("/api-keys")
    form = page.get_by_role("form", name="Create API key")
    if not form.is_visible():  # another test has made keys before
        page.get_by_text("Create API key").first.click()
    form.get_by_label("Name").fill("walker")
    form.get_by_label("Value").fill(value)
    form.get_by_role("button", name="Create API key").click()
    expect(page.get_by_role("rowheader", name="walker")).to_be_visible()
    axe(page)

    plan = octetgate.gateway.create_usage_plan(name="Walkers")["id"]
    page.goto(f"/usage-plans/{plan}")
    page.get_by_label("API", exact=True).fill(api)
    page.get_by_label("Stage", exact=True).fill("prod")
    page.get_by_role("button", name="Add stage").click()
    expect(page.get_by_role("link", name="Mocked: prod")).to_be_visible()
    page.get_by_label("API key").select_option("walker")
    page.get_by_role("button", name="Add key").click()
    expect(page.get_by_role("button", name="Remove walker")).to_be_visible()
    page.get_by_label("Quota").fill("5")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    assert octetgate.gateway.get_usage_plan(usagePlanId=plan)["quota"] == {
        "limit": 5,
        "offset": 0,
        "period": "DAY",
    }

    url = octetgate.invoke_url(api, "prod")
    answers = [requests.get(url, headers=sent, timeout=10) for sent in ({}, {"x-api-key": value})]
    assert [each.status_code for each in answers] == [403, 200]
    page.reload()
    row = page.get_by_role("region", name="Calls of the last days").get_by_role("row").last
    *used, left = (int(cell) for cell in row.get_by_role("cell").all_inner_texts())
    # Who calls just before midnight called yesterday, and has all of today's quota.
    assert (sum(used), left) == (1, 5 - used[-1])
    axe(page)


def test_a_plan_with_a_stage_is_not_deleted_and_says_why(page, octetgate, api, axe):
    gateway = octetgate.gateway
    plan = gateway.create_usage_plan(
        name="Kept",
        apiStages=[{"apiId": api, "stage": "prod"}],
        throttle={"rateLimit": 1, "burstLimit": 2},
    )["id"]
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 360, "height": 640})
    for address in ("/api-keys", "/usage-plans", f"/usage-plans/{plan}"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, address
        axe(page)
    page.get_by_label("Rate").fill("")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    assert "throttle" not in gateway.get_usage_plan(usagePlanId=plan)
    page.get_by_role("button", name="Delete", exact=True).click()
    deleting = page.get_by_role("dialog").get_by_role("button", name="Delete plan")
    deleting.click()
    expect(page.get_by_role("alert")).to_contain_text("there are API Stages associated with it")
    page.get_by_role("button", name="Close").click()
    page.get_by_role("button", name=f"Remove {api}:prod").click()
    expect(page.get_by_text("its keys lead nowhere")).to_be_visible()
    page.get_by_role("button", name="Delete", exact=True).click()
    deleting.click()
    expect(page.get_by_role("status")).to_contain_text("Deleted the plan.")


def test_a_key_is_disabled_and_its_value_is_shown_to_who_asks(page, octetgate):
    key = octetgate.gateway.create_api_key(name="secretive", enabled=True)
    page.goto("/api-keys")
    assert key["value"] not in page.content()
    page.get_by_role("button", name="Value of secretive").click()
    expect(page.get_by_role("dialog")).to_contain_text(key["value"])
    page.get_by_role("button", name="Close", exact=True).first.click()
    page.get_by_role("button", name="Disable secretive").click()
    expect(page.get_by_role("button", name="Enable secretive")).to_be_visible()
    assert octetgate.gateway.get_api_key(apiKey=key["id"])["enabled"] is False
