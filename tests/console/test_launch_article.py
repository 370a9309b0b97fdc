"""The launch article's walk, click by click, from nothing to the thumbnail.

Each step is a function, in the order and in the words of the article.
"""

import base64
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.journeys import images
from tests.journeys.building import TEMPLATE
from tests.journeys.running import Octetgate, curl

PICTURE = images.png(images.noise(320, 200))
SIZE = "async (each) => { await each.decode(); return [each.naturalWidth, each.naturalHeight]; }"
DROPPED = """([data, name]) => {
    const bytes = Uint8Array.from(atob(data), (each) => each.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], name, { type: "image/png" }));
    return transfer;
}"""


@pytest.fixture(scope="module")
def octetgate(tmp_path_factory):
    """Return a server with nothing on it, as the article's reader has one."""
    server = Octetgate(tmp_path_factory.mktemp("article") / "data")
    yield server.start()
    server.end()


def create_the_function(page):
    """Choose Create, type 'image' into the filter, choose the blueprint, name the function."""
    page.goto("/functions")
    page.get_by_role("link", name="Create").first.click()
    page.get_by_label("Filter").press_sequentially("image")
    page.get_by_role("radio", name="image-processing-service").check()
    form = page.get_by_role("form", name="From a blueprint")
    form.get_by_label("Function name").fill("thumbnail")
    form.get_by_role("button", name="Create function").click()
    expect(page.get_by_role("status")).to_contain_text("Created the function thumbnail.")


def create_the_api(page):
    """Choose Create API, enter the name, add a description; return the API's id."""
    page.goto("/apis")
    page.get_by_role("button", name="Create API").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("API name").fill("Thumbnail")
    dialog.get_by_label("Description").fill("Thumbnails of pictures")
    dialog.get_by_role("button", name="Create API").click()
    expect(page.get_by_role("status")).to_contain_text("Created the API Thumbnail")
    return page.url.rpartition("/")[2]


def create_the_method(page):
    """Choose Create Method, POST, Lambda Function, 'thumbnail', Save; then OK in the dialog."""
    page.get_by_role("button", name="Create method").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Method type").select_option("POST")
    dialog.get_by_label("Integration type").select_option("Lambda function")
    dialog.get_by_label("Lambda function", exact=True).fill("thumbnail")
    dialog.get_by_role("button", name="Save").click()
    dialog = page.get_by_role("dialog", name="Add Permission to Lambda Function")
    expect(dialog).to_contain_text("function:thumbnail")
    dialog.get_by_role("button", name="OK").click()
    expect(page.get_by_role("status")).to_contain_text("may now invoke thumbnail")
    expect(page.get_by_text("may not invoke")).to_have_count(0)


def set_up_the_integration(page):
    """Open Integration Request: the passthrough, and a template for image/png."""
    page.get_by_role("link", name="Integration Request").click()
    page.get_by_label("Request body passthrough").select_option(
        "When there are no templates defined (recommended)"
    )
    page.get_by_role("button", name="Save payload").click()
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    page.get_by_text("Add mapping template").click()
    form = page.get_by_role("form", name="Add mapping template")
    form.get_by_label("Content-Type").fill("image/png")
    form.get_by_role("textbox", name="Template").click()
    page.keyboard.insert_text(TEMPLATE)
    form.get_by_role("button", name="Add template").click()
    expect(page.get_by_role("status")).to_contain_text("Saved image/png.")


def specify_the_media_type(page):
    """Choose Binary Support, specify image/png, save."""
    page.get_by_role("link", name="Binary support").click()
    page.get_by_role("textbox", name="Media type").fill("image/png")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Remove image/png")).to_be_visible()


def deploy_the_api(page, api):
    """Choose Deploy API, [New Stage], a name, Deploy; return the Invoke URL."""
    page.goto(f"/apis/{api}/deploy")
    page.get_by_role("button", name="Deploy", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name of the new stage").fill("prod")
    dialog.get_by_role("button", name="Deploy").click()
    url = dialog.get_by_text("/restapis/").first
    expect(url).to_be_visible()
    return url.text_content().strip()


def try_it(page, api):
    """Drop the picture on the stage's call; return the answer's bytes and the size shown."""
    page.goto(f"/apis/{api}/try?stage=prod&path=/&method=POST")
    data = base64.b64encode(PICTURE).decode()
    transfer = page.evaluate_handle(DROPPED, [data, "apigateway.png"])
    page.dispatch_event("[data-drop]", "drop", {"dataTransfer": transfer})
    expect(page.get_by_label("Content-Type")).to_have_value("image/png")
    expect(page.get_by_label("Accept")).to_have_value("image/png")
    page.get_by_role("button", name="Send", exact=True).click()
    shown = page.get_by_role("img", name="The answer: image/png")
    expect(shown).to_be_visible()
    told = page.get_by_role("region", name="What happened")
    expect(told).to_contain_text("the mapping template for image/png")
    expect(told).to_contain_text("Base64-encoded")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    return Path(download.value.path()).read_bytes(), shown.evaluate(SIZE)


def test_the_walk_leads_from_nothing_to_the_thumbnail(page, tmp_path):
    create_the_function(page)
    api = create_the_api(page)
    create_the_method(page)
    set_up_the_integration(page)
    specify_the_media_type(page)
    url = deploy_the_api(page, api)
    answer, shown = try_it(page, api)
    small = images.opened(answer)
    assert small.format == "PNG"
    assert list(small.size) == shown == [100, 62]
    picture = tmp_path / "apigateway.png"
    picture.write_bytes(PICTURE)
    assert answer == curl(
        *("--request", "POST", "-H", "Accept: image/png", "-H", "Content-Type: image/png"),
        *("--data-binary", f"@{picture}", url),
    )
