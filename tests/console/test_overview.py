"""The overview, in a browser, over calls that were really made."""

import re
import time

import pytest
import requests
from playwright.sync_api import expect
from tests.journeys.building import build_thumbnail


@pytest.fixture(scope="module")
def api(octetgate):
    """Return an API with a stage ``prod`` whose GET /hello answers, and nothing else does."""
    gateway = octetgate.gateway
    api = gateway.create_rest_api(name="Overseen")
    resource = gateway.create_resource(
        restApiId=api["id"], parentId=api["rootResourceId"], pathPart="hello"
    )
    place = {"restApiId": api["id"], "resourceId": resource["id"], "httpMethod": "GET"}
    gateway.put_method(**place, authorizationType="NONE")
    gateway.put_method_response(**place, statusCode="200")
    gateway.put_integration(
        **place, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'}
    )
    gateway.put_integration_response(**place, statusCode="200")
    gateway.create_deployment(restApiId=api["id"], stageName="prod")
    return api["id"]


def _call(octetgate, api, path):
    url = f"{octetgate.url}/restapis/{api}/prod/_user_request_{path}"
    return requests.get(url, timeout=10)


def test_the_charts_draw_the_calls_that_are_made_while_they_are_looked_at(page, octetgate, api):
    page.goto("/")
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    page.get_by_label("Calls of").select_option(api)
    # Looking has begun with the first numbers.
    expect(page.locator("[data-charts][data-steps]")).to_be_visible()
    for _ in range(3):
        assert _call(octetgate, api, "/hello").status_code == 200
        assert _call(octetgate, api, "/nothing").status_code == 403
    chart = page.locator("[data-chart=calls]")
    refused = re.compile(r"4XX (?!0\.0)")
    expect(chart.locator("[data-legend]")).to_contain_text(refused, timeout=15_000)
    assert chart.locator("canvas").count() == 1
    expect(page.locator("[data-chart=latency] [data-legend]")).to_contain_text("95 % within")


def test_the_numbers_are_of_the_api_that_was_chosen(octetgate, api):
    numbers = f"{octetgate.endpoint}/overview/numbers"
    began = time.time()
    requests.get(numbers, timeout=10)
    for _ in range(4):
        _call(octetgate, api, "/hello")
    deadline = time.monotonic() + 15
    while True:
        found = requests.get(numbers, {"api": f"{api}/prod", "since": began}, timeout=10).json()
        if any(step["good"] for step in found) or time.monotonic() > deadline:
            break
        time.sleep(0.2)
    other = requests.get(numbers, {"api": f"{api}/other", "since": began}, timeout=10).json()
    assert sum(step["good"] > 0 for step in found) >= 1
    assert all(step["good"] == 0 for step in other)


def test_recent_calls_say_what_became_of_them_and_are_found_by_words(page, octetgate, api):
    _call(octetgate, api, "/hello?marker=one")
    _call(octetgate, api, "/lost?marker=two")
    page.goto("/")
    calls = page.get_by_role("region", name="Recent calls, newest first")
    expect(calls.get_by_role("row").filter(has_text="marker=one")).to_contain_text("200")
    page.get_by_label("Find").fill("MARKER=two")
    expect(calls.get_by_role("row").filter(has_text="marker=one")).to_have_count(0)
    expect(calls.get_by_role("row").filter(has_text="marker=two")).to_contain_text("403")
    page.get_by_label("Status", exact=True).select_option("5XX")
    expect(page.locator("#calls")).to_contain_text("No call")


def test_a_converted_payload_is_told_in_the_list_of_calls(page, octetgate, tmp_path):
    api = build_thumbnail(octetgate)
    url = f"{octetgate.url}/restapis/{api}/prod/_user_request_/"
    requests.post(url, b"no picture", headers={"Content-Type": "image/png"}, timeout=30)
    page.goto("/")
    page.get_by_label("Find").fill(api)
    expect(page.locator("#calls")).to_contain_text("Request to Base64 text")


def test_health_names_every_process(page, octetgate):
    page.goto("/")
    page.get_by_text("All is well").click()
    for process in octetgate.health().json()["processes"]:
        expect(page.locator("#health")).to_contain_text(process["name"])


def test_the_overview_is_accessible_in_dark_and_light_and_narrow(page, octetgate, api, axe):
    _call(octetgate, api, "/hello")
    page.goto("/")
    expect(page.get_by_role("region", name="Recent calls, newest first")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Switch between dark and light").click()
    axe(page)
    page.set_viewport_size({"width": 360, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
