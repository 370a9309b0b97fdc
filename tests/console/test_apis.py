"""The list of APIs, in a browser."""

from playwright.sync_api import expect


def test_an_api_is_created_from_the_page_and_boto3_sees_it(page, octetgate):
    page.goto("/apis")
    page.get_by_role("button", name="Create API").first.click()
    page.get_by_label("API name").fill("Thumbnail <1>")
    page.get_by_label("Description").fill("Makes pictures small")
    page.get_by_role("dialog").get_by_role("button", name="Create API").click()
    expect(page.get_by_role("status")).to_contain_text("Created the API Thumbnail <1>")
    found = octetgate.gateway.get_rest_apis(limit=500)["items"]
    made = next(api for api in found if api["name"] == "Thumbnail <1>")
    assert made["description"] == "Makes pictures small"
    expect(page).to_have_url(f"{octetgate.endpoint}/apis/{made['id']}")


def test_a_refusal_stands_beside_the_form_in_the_services_words(page, octetgate):
    page.goto("/apis")
    page.get_by_role("button", name="Create API").first.click()
    # The browser asks for a name; what only the service knows, the service says.
    page.get_by_label("API name").fill("   ")
    page.get_by_role("dialog").get_by_role("button", name="Create API").click()
    refusal = page.get_by_role("dialog").get_by_role("alert")
    expect(refusal).to_contain_text("BadRequestException")
    expect(refusal).to_contain_text("name")


def test_deleting_an_api_names_what_depends_on_it(page, octetgate):
    gateway = octetgate.gateway
    api = gateway.create_rest_api(name="To be deleted")
    place = {
        "restApiId": api["id"],
        "resourceId": api["rootResourceId"],
        "httpMethod": "GET",
    }
    gateway.put_method(**place, authorizationType="NONE")
    gateway.put_integration(**place, type="MOCK")
    gateway.create_deployment(restApiId=api["id"], stageName="prod")
    gateway.create_domain_name(domainName="deleted.localhost")
    gateway.create_base_path_mapping(
        domainName="deleted.localhost", basePath="pictures", restApiId=api["id"], stage="prod"
    )
    gateway.create_usage_plan(name="gold", apiStages=[{"apiId": api["id"], "stage": "prod"}])
    page.goto("/apis")
    page.get_by_role("button", name="Delete To be deleted").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("prod")
    expect(dialog).to_contain_text("gold")
    expect(dialog).to_contain_text("deleted.localhost/pictures")
    dialog.get_by_role("button", name="Delete API").click()
    expect(dialog.get_by_role("alert")).to_contain_text("BadRequestException")
    gateway.delete_base_path_mapping(domainName="deleted.localhost", basePath="pictures")
    dialog.get_by_role("button", name="Delete API").click()
    expect(page.get_by_role("status")).to_contain_text("Deleted the API To be deleted")
    expect(page.get_by_role("row").filter(has_text=api["id"])).to_have_count(0)


def test_the_list_is_accessible_in_dark_and_light_and_narrow(page, octetgate, axe):
    octetgate.gateway.create_rest_api(name="Seen", binaryMediaTypes=["image/png"])
    page.goto("/apis")
    axe(page)
    page.get_by_role("button", name="Switch between dark and light").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.get_by_role("button", name="Create API").first.click()
    axe(page)
    page.set_viewport_size({"width": 360, "height": 640})
    page.goto("/apis")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 360
