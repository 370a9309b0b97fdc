"""What of a function is for others, in a browser: versions, aliases, limits, a URL, permissions."""

import json

import pytest
import requests
from playwright.sync_api import expect
from tests.console.test_functions import create


@pytest.fixture
def released(page, octetgate, request):
    """Open the page of a function of the test's own; return its name."""
    name = request.node.name.replace("test_", "")[:60]
    create(octetgate, name)
    page.goto(f"/functions/{name}/releases")
    return name


@pytest.fixture
def send(page):
    """Fill a form by its labels and send it; return what the page says then."""

    def sent(form, button, said, **fields):
        found = page.get_by_role("form", name=form, exact=True)
        for label, value in fields.items():
            field = found.get_by_label(label.replace("_", " "))
            if field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        with page.expect_navigation():
            found.get_by_role("button", name=button).click()
        expect(page.get_by_role("status")).to_contain_text(said)

    return sent


def test_a_version_is_published_and_an_alias_leads_to_it_and_goes(
    page, octetgate, released, send, axe
):
    functions = octetgate.functions
    send("Publish a version", "Publish", "Published version 1.", Description="the first")
    functions.update_function_configuration(FunctionName=released, Timeout=9)
    send("Publish a version", "Publish", "Published version 2.")
    send("Save an alias", "Save alias", "live leads to version 1.", Alias="live", Version="1")
    send(
        "Save an alias",
        "Save alias",
        "live leads to version 1.",
        Alias="live",
        Version="1",
        Some_calls_to="2",
        Share_of_these="12.5",
    )
    alias = functions.get_alias(FunctionName=released, Name="live")
    assert alias["FunctionVersion"] == "1"
    assert alias["RoutingConfig"] == {"AdditionalVersionWeights": {"2": 0.125}}
    row = page.get_by_role("row").filter(has_text="live")
    expect(row).to_contain_text("version 1, 12.5 % to version 2")
    axe(page)
    with page.expect_navigation():
        page.get_by_role("button", name="Delete live").press("Enter")
    assert functions.list_aliases(FunctionName=released)["Aliases"] == []


def test_concurrency_is_reserved_and_given_back(page, octetgate, released, send):
    form, button = "Reserved concurrency", "Save reserved concurrency"

    def reserved():
        found = octetgate.functions.get_function_concurrency(FunctionName=released)
        return found.get("ReservedConcurrentExecutions")

    send(form, button, "At most 3 calls run at once.", Reserved="3")
    assert reserved() == 3
    expect(page.get_by_label("Reserved: at most")).to_have_value("3")
    send(form, button, "At most 0 calls run at once.", Reserved="0")
    assert reserved() == 0
    expect(page.get_by_label("Reserved: at most")).to_have_value("0")
    send(form, button, "As many calls run at once as there is room for.", Reserved="")
    assert reserved() is None


def test_processes_of_a_version_are_kept_ready_and_no_longer(page, octetgate, released, send):
    expect(page.get_by_text("there is none yet")).to_be_visible()
    octetgate.functions.publish_version(FunctionName=released)
    page.reload()
    form, button = "Provisioned concurrency", "Save provisioned concurrency"
    send(form, button, "1 processes of 1 are kept ready.", Version="1", Processes="1")
    found = octetgate.functions.get_provisioned_concurrency_config(
        FunctionName=released, Qualifier="1"
    )
    assert found["RequestedProvisionedConcurrentExecutions"] == 1
    expect(page.get_by_text("1: 1 processes ready")).to_be_visible()
    send(form, button, "No processes of 1 are kept ready.", Version="1", Processes="0")
    left = octetgate.functions.list_provisioned_concurrency_configs(FunctionName=released)
    assert left["ProvisionedConcurrencyConfigs"] == []


def test_a_url_for_everybody_answers_everybody_until_it_is_deleted(
    page, octetgate, released, send, axe
):
    # Twice: the permission that comes with it is there still when it comes again.
    for _ in range(2):
        send("Create a URL", "Create a URL", "It answers at", Who_may_call="NONE")
        made = octetgate.functions.get_function_url_config(FunctionName=released)
        expect(page.get_by_text(made["FunctionUrl"], exact=True)).to_be_visible()
        assert requests.get(made["FunctionUrl"], timeout=10).json() == "first"
        axe(page)
        send("Delete the URL", "Delete the URL", "Deleted the URL.")
    with pytest.raises(octetgate.functions.exceptions.ResourceNotFoundException):
        octetgate.functions.get_function_url_config(FunctionName=released)


def test_a_permission_is_added_and_removed(page, octetgate, released, send, axe):
    expect(page.get_by_text("Nobody but who has a management key.")).to_be_visible()
    source = "arn:aws:execute-api:us-east-1:000000000000:abc/*/POST/"
    send(
        "Add a permission",
        "Add permission",
        "Added the statement of-the-api.",
        Statement_id="of-the-api",
        Source_ARN=source,
    )
    policy = json.loads(octetgate.functions.get_policy(FunctionName=released)["Policy"])
    [statement] = policy["Statement"]
    assert statement["Principal"] == {"Service": "apigateway.amazonaws.com"}
    assert statement["Condition"] == {"ArnLike": {"AWS:SourceArn": source}}
    page.get_by_text("of-the-api", exact=True).click()
    axe(page)
    send("Remove of-the-api", "Remove of-the-api", "Removed the statement of-the-api.")
    with pytest.raises(octetgate.functions.exceptions.ResourceNotFoundException):
        octetgate.functions.get_policy(FunctionName=released)
