"""A real server, a real browser, and pages that fail their test when anything is wrong."""

import shutil

import pytest
from playwright.sync_api import expect, sync_playwright
from tests.console.browser import Watch
from tests.console.browser import axe as look
from tests.journeys.running import Octetgate

expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def octetgate(tmp_path_factory):
    """Return one server for all pages' tests; each makes APIs and functions of its own."""
    server = Octetgate(tmp_path_factory.mktemp("console") / "data")
    yield server.start()
    server.end()


@pytest.fixture(scope="module")
def browser():
    """Return Debian's Chromium; as root it runs without its sandbox.

    One for each file: Playwright holds the thread's event loop for as long as it is there, and
    files of asynchronous tests may come next.
    """
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        yield opened
        opened.close()


@pytest.fixture
def open_page(browser):
    """Open pages of a server, each in a window without a past; the test's end looks at all."""
    opened = []

    def one(base_url, **options):
        context = browser.new_context(
            base_url=base_url,
            permissions=["clipboard-read", "clipboard-write"],
            reduced_motion="reduce",
            **options,
        )
        context.set_default_timeout(30_000)
        page = context.new_page()
        opened.append((context, Watch(page)))
        return page

    yield one
    wrong = [each for _, watch in opened for each in watch.wrong]
    for context, _ in opened:
        context.close()
    assert wrong == []


@pytest.fixture
def page(octetgate, open_page):
    """Return a page of the console, before it has gone anywhere."""
    return open_page(octetgate.endpoint)


@pytest.fixture
def axe():
    """Return ``axe(page)``, which fails on what axe-core finds serious or critical."""

    def clean(page):
        assert look(page) == []

    return clean
