"""What somebody does before the page's scripts are there is done when they are."""

import re

import pytest
from playwright.sync_api import expect
from tests.console.test_functions import ANSWERING, answer, create
from tests.console.trying import drop
from tests.journeys.building import build_proxy
from tests.journeys.running import backend


class Slow:
    """Holds back scripts of a page until they are released."""

    def __init__(self, page, scripts):
        self._page = page
        self._held = []
        self._is_released = False
        page.route(scripts, self._take)

    def goto(self, address):
        """Open a page as far as it comes without what is held back."""
        self._page.goto(address, wait_until="commit")
        # The last thing of every page.
        self._page.locator("#toasts").wait_for(state="attached")

    def release(self):
        """Let the scripts come, and wait until they are bound."""
        assert self._held
        self._is_released = True
        for route in self._held:
            route.continue_()
        self._page.wait_for_load_state("domcontentloaded")

    def _take(self, route):
        if self._is_released:
            route.continue_()
        else:
            self._held.append(route)


EVERYTHING = re.compile(r"/static/(?!theme|early)[\w/-]+\.js")


@pytest.fixture(params=[r"/static/vendor/htmx\.js", r"/static/console\.js", EVERYTHING.pattern])
def slow(page, request):
    """Hold back htmx, a script of ours, or all that the page can be seen without."""
    return Slow(page, re.compile(request.param))


@pytest.fixture
def late(page):
    """Hold back all that the page can be seen without."""
    return Slow(page, EVERYTHING)


def test_a_form_that_was_sent_early_is_sent_once_and_answered_in_its_page(slow, page, octetgate):
    create(octetgate, "early")
    slow.goto("/functions/early")
    sent = []
    page.on("request", lambda request: request.method == "POST" and sent.append(request.url))
    invoke = page.get_by_role("form", name="Test").get_by_role("button", name="Invoke")
    invoke.press("Enter")
    invoke.click()
    slow.release()
    expect(page.locator("#result")).to_contain_text("Succeeded")
    assert sent == [f"{octetgate.endpoint}/functions/early/test"]
    octetgate.functions.delete_function(FunctionName="early")


def test_a_dialog_that_was_asked_for_early_opens_with_what_it_asks(slow, page, octetgate):
    api = octetgate.gateway.create_rest_api(name="Asked for early")
    slow.goto("/apis")
    page.get_by_role("button", name="Delete Asked for early").click()
    slow.release()
    dialog = page.get_by_role("dialog", name="Delete API")
    dialog.get_by_role("button", name="Delete API").click()
    expect(page.get_by_role("status")).to_contain_text("Deleted the API Asked for early")
    assert api["id"] not in [
        each["id"] for each in octetgate.gateway.get_rest_apis(limit=500)["items"]
    ]


def test_what_was_chosen_and_ticked_early_counts(late, page, octetgate):
    create(octetgate, "early-choice")
    late.goto("/functions/early-choice")
    page.get_by_label("Begin with").select_option("image-processing-service: ping")
    page.get_by_label("Follow").uncheck()
    with page.expect_response(lambda heard: heard.url.endswith("/log")) as heard:
        late.release()
    assert heard.value.status == 204
    expect(page.get_by_role("form", name="Test")).to_contain_text('"ping"')


def test_code_that_was_typed_early_stays_and_typing_goes_on(late, page, octetgate):
    create(octetgate, "early-code")
    late.goto("/functions/early-code")
    field = page.get_by_role("textbox", name="index.py")
    field.fill(ANSWERING.format("typed "))
    before = "def handler(event, context):\n    print('asked', event)\n    return 'typed "
    field.evaluate("(field, place) => field.setSelectionRange(place, place)", len(before))
    late.release()
    # The module may come a moment after; what is typed goes to whatever has the focus.
    expect(page.locator("code-editor .cm-content").first).to_be_focused()
    page.keyboard.insert_text("early")
    expect(page.get_by_text("not saved")).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Saved index.py.")
    assert answer(octetgate, "early-code") == "typed early"


def test_a_call_that_was_tried_early_is_the_one_that_was_asked_for(late, page, octetgate):
    def told(handler, body):
        handler.reply(body + handler.headers["content-type"].encode(), "text/plain")

    with backend(told) as url:
        api = build_proxy(octetgate, f"{url}/", media_types=[])
        octetgate.gateway.create_stage(
            restApiId=api,
            stageName="early",
            deploymentId=octetgate.gateway.get_deployments(restApiId=api)["items"][0]["id"],
        )
        late.goto(f"/apis/{api}/try")
        page.get_by_label("Stage", exact=True).select_option("early")
        drop(page, b"dropped ", name="early.png")
        page.get_by_label("Content-Type").fill("image/x-early")
        page.get_by_role("button", name="Send", exact=True).click()
        late.release()
        expect(page.locator("#try-view")).to_contain_text("dropped image/x-early")
        expect(page.locator("#try-past")).to_contain_text("early")
        expect(page).to_have_url(f"{octetgate.endpoint}/apis/{api}/try")


def test_a_form_that_comes_later_is_bound_before_anybody_can_send_it(page, octetgate):
    octetgate.gateway.create_rest_api(name="Deleted at once")
    page.goto("/apis")
    page.evaluate(
        """() => new MutationObserver(() => document.querySelector("#delete-api form")?.requestSubmit())
             .observe(document.querySelector("#delete-api [data-content]"), { childList: true })"""
    )
    with page.expect_request(lambda request: request.method == "POST") as sent:
        page.get_by_role("button", name="Delete Deleted at once").click()
    assert sent.value.headers["hx-request"] == "true"
    expect(page.get_by_role("status")).to_contain_text("Deleted the API Deleted at once")


def test_without_scripts_a_form_is_answered_by_a_whole_page(open_page, octetgate):
    create(octetgate, "scriptless")
    page = open_page(octetgate.endpoint, java_script_enabled=False)
    page.goto("/functions/scriptless")
    page.get_by_role("button", name="Invoke").click()
    expect(page.locator("main")).to_contain_text("Succeeded")
    expect(page.get_by_role("navigation", name="Console")).to_be_visible()
    page.get_by_role("link", name="Back").click()
    page.get_by_role("textbox", name="index.py").fill(ANSWERING.format("scriptless"))
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("main")).to_contain_text("Saved index.py.")
    assert answer(octetgate, "scriptless") == "scriptless"
