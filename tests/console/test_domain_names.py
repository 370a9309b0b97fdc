"""Custom domain names in the console, as callers have them afterwards."""

import requests
from playwright.sync_api import expect
from tests.console.test_stages import mocked


def test_a_domain_is_made_and_its_base_path_leads_to_a_stage(page, octetgate, axe):
    api, _ = mocked(octetgate.gateway, "Named")
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 360, "height": 640})
    page.goto("/domain-names")
    axe(page)
    form = page.get_by_role("form", name="Create domain name")
    if not form.is_visible():  # another test has made names before
        page.get_by_text("Create domain name").first.click()
    form.get_by_label("Domain name").fill("pets.example.com")
    form.get_by_role("button", name="Create domain name").click()
    expect(page.get_by_role("heading", name="pets.example.com")).to_be_visible()
    form = page.get_by_role("form", name="Add a mapping")
    form.get_by_label("Base path").fill("v1")
    form.get_by_label("API").fill("nosuchapi")
    form.get_by_role("button", name="Add mapping").click()
    expect(page.get_by_role("alert")).to_contain_text("Invalid REST API identifier specified")
    form.get_by_label("API").fill(api)
    form.get_by_label("Stage").fill("prod")
    form.get_by_role("button", name="Add mapping").click()
    expect(page.get_by_role("link", name="Named: prod")).to_be_visible()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    url, host = f"{octetgate.url}/v1", {"Host": "pets.example.com"}
    assert requests.get(url, headers=host, timeout=10).text == "first"
    page.get_by_role("button", name="Remove v1").click()
    expect(page.get_by_text("the name leads nowhere")).to_be_visible()
    assert requests.get(url, headers=host, timeout=10).status_code == 403
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Delete domain name").click()
    expect(page.get_by_role("status")).to_contain_text("Deleted pets.example.com.")
    left = [each["domainName"] for each in octetgate.gateway.get_domain_names()["items"]]
    assert "pets.example.com" not in left
