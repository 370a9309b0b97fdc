"""Custom domain names in the console, as callers have them afterwards."""

import time

import pytest
import requests
from playwright.sync_api import expect
from tests.console.test_stages import mocked
from tests.core.signing.issued import certified
from tests.journeys.running import Octetgate


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


def save(page, button):
    """Save a form of a domain's page, and wait for the page that it then is."""
    with page.expect_navigation():
        page.get_by_role("button", name=button).click()


@pytest.fixture
def trusting(tmp_path):
    """Return a server whose trust stores are in a folder: ``s3://trusted/root.pem`` is one."""
    bucket = tmp_path / "pem/trusted"
    bucket.mkdir(parents=True)
    root = certified(common="root", authority=True, now=int(time.time()))
    (bucket / "root.pem").write_text(root.body)
    flags = ("--tls-port", "0", "--certificates", str(bucket.parent))
    server = Octetgate(tmp_path / "data", *flags)
    yield server.start()
    server.end()


def test_clients_are_asked_for_certificates_and_are_no_longer(open_page, trusting, axe):
    name, gateway = "mutual.example.com", trusting.gateway
    gateway.create_domain_name(domainName=name, endpointConfiguration={"types": ["REGIONAL"]})
    page = open_page(trusting.endpoint)
    page.goto(f"/domain-names/{name}")
    page.get_by_label("Trust store").fill("root.pem")
    page.get_by_role("button", name="Save trust store").click()
    expect(page.get_by_role("alert")).to_contain_text("s3://")
    page.get_by_label("Trust store").fill("s3://trusted/root.pem")
    axe(page)
    save(page, "Save trust store")
    mutual = gateway.get_domain_name(domainName=name)["mutualTlsAuthentication"]
    assert mutual["truststoreUri"] == "s3://trusted/root.pem"
    expect(page.get_by_label("Trust store")).to_have_value("s3://trusted/root.pem")
    page.get_by_label("Trust store").fill("")
    save(page, "Save trust store")
    assert "mutualTlsAuthentication" not in gateway.get_domain_name(domainName=name)


def test_a_private_domain_has_policies(page, octetgate, axe):
    name, gateway = "private.example.com", octetgate.gateway
    page.goto("/domain-names")
    form = page.get_by_role("form", name="Create domain name")
    if not form.is_visible():  # another test has made names before
        page.get_by_text("Create domain name").first.click()
    form.get_by_label("Domain name").fill(name)
    form.get_by_label("Endpoint type").select_option("Private")
    form.get_by_role("button", name="Create domain name").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    made = gateway.get_domain_name(domainName=name)
    expect(page.get_by_text(made["domainNameId"], exact=True)).to_be_visible()
    expect(page.get_by_label("Trust store")).to_have_count(0)
    page.get_by_role("textbox", name="Who may call").fill('{"Statement": []}')
    axe(page)
    save(page, "Save policies")
    assert gateway.get_domain_name(domainName=name)["policy"] == '{"Statement": []}'
    page.goto("/domain-names")
    page.get_by_role("link", name=name).click()
    expect(page.get_by_role("textbox", name="Who may call")).to_contain_text("Statement")
