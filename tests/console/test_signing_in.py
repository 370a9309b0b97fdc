"""Signing in with a key and out again, in a browser."""

import pytest
from botocore.credentials import Credentials
from playwright.sync_api import expect
from tests.console.visitor import console
from tests.control.test_access import add

from octetgate.adapters.stores import memory

KEY = Credentials("OCTGLOOK", "looking secret")


@pytest.fixture(scope="module")
def url():
    """Return the address of a console that asks for a key."""
    store = memory.open("memory://")
    add(store, KEY, "eve", read_only=True)
    with console(store) as port:
        yield f"http://127.0.0.1:{port}"


def sign_in(page, secret):
    page.get_by_label("Access key id").fill(KEY.access_key)
    page.get_by_label("Secret access key").fill(secret)
    page.get_by_role("button", name="Sign in").click()


def test_a_visitor_signs_in_looks_and_signs_out(open_page, url, axe):
    page = open_page(url)
    page.goto("/apis/import")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    sign_in(page, "a wrong secret")
    expect(page.get_by_role("alert")).to_contain_text("expected an access key id and its secret")
    axe(page)
    sign_in(page, KEY.secret_key)
    expect(page).to_have_url(f"{url}/apis/import")
    expect(page.get_by_role("banner")).to_contain_text("eve read only")
    page.goto("/apis")
    page.get_by_role("button", name="Create API").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("API name").fill("pets")
    dialog.get_by_role("button", name="Create API").click()
    expect(dialog.get_by_role("alert")).to_contain_text("the key OCTGLOOK is read-only")
    expect(dialog.get_by_role("alert")).to_contain_text("Sign in with a key that may change things")
    dialog.get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(f"{url}/sign-in")
    page.goto("/apis")
    expect(page).to_have_url(f"{url}/sign-in?next=/apis")
