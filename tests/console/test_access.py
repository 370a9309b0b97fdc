"""Who may come to the console, over plain HTTP: with keys, without, and from other sites."""

import re

import botocore.session
import pytest
from botocore.credentials import Credentials
from tests.console.visitor import Visitor, console
from tests.control.test_access import add

from octetgate.adapters.stores import memory
from octetgate.console.places import all_pages
from octetgate.console.urls import PLACES
from octetgate.core.ports.store import APIS, MANAGEMENT_KEYS

FULL = Credentials("OCTGFULL", "full secret")
LOOKING = Credentials("OCTGLOOK", "looking secret")
CREATE = {"name": "pets", "description": ""}


@pytest.fixture(scope="module")
def open_console():
    """Return the port of a console without keys, and its store."""
    store = memory.open("memory://")
    with console(store) as port:
        yield port, store


@pytest.fixture(scope="module")
def guarded():
    """Return the port of a console with two keys, and its store."""
    store = memory.open("memory://")
    add(store, FULL, "ada")
    add(store, LOOKING, "eve", read_only=True)
    with console(store) as port:
        yield port, store


@pytest.fixture
def visitor(open_console):
    return Visitor(open_console[0])


@pytest.fixture
def stranger(guarded):
    return Visitor(guarded[0])


def apis(store):
    with store.read() as view:
        return len(list(view.list(APIS)))


def test_every_answer_has_the_policy(visitor, stranger):
    for answer in (
        visitor.get("/apis"),
        visitor.get("/static/console.css"),
        visitor.get("/static/nothing.js"),
        visitor.get("/apis/nowhere/deletion"),
        visitor.get("/apis/nowhere/no-such-page"),
        visitor.post("/apis", CREATE),
        visitor.post("/apis/import/deletion/more", CREATE),
        visitor.post("/", CREATE),
        visitor.get("/apis", sec_fetch_site="cross-site"),
        stranger.get("/sign-in"),
        stranger.get("/apis"),
    ):
        headers = answer[1]
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"


def test_no_page_has_a_path_of_the_management_apis():
    session = botocore.session.get_session()
    taken = {"_octetgate"} | {
        session.get_service_model(service).operation_model(name).http["requestUri"].split("/")[1]
        for service in ("apigateway", "lambda")
        for name in session.get_service_model(service).operation_names
    }
    assert {page.path.split("/")[1] for page in all_pages()} <= PLACES
    assert PLACES & taken == set()


def test_management_answers_beside_the_console(visitor):
    assert visitor.get("/restapis")[2] == {"item": []}
    assert visitor.get("/_octetgate/health")[2] == {"status": "ok"}


def test_a_file_outside_the_static_folder_is_not_sent(visitor):
    assert visitor.get("/static/%2e%2e/app.py")[0] == 404
    assert visitor.get("/static/../app.py")[0] == 404


@pytest.mark.parametrize("header", [True, False], ids=["header", "field"])
def test_an_unsafe_request_needs_the_token_of_its_own_visitor(open_console, header):
    port, store = open_console
    visitor, other = Visitor(port), Visitor(port)
    mine, theirs = visitor.csrf("/apis"), other.csrf("/apis")
    before = apis(store)
    for wrong in ("", theirs, mine.upper()):
        said = {"x_csrf_token": wrong} if header else {}
        assert visitor.post("/apis", {**CREATE, "csrf": wrong}, **said)[0] == 403
    assert apis(store) == before
    said = {"x_csrf_token": mine} if header else {}
    assert visitor.post("/apis", {**CREATE, "csrf": mine}, **said)[0] == 303
    assert apis(store) == before + 1


def test_a_token_without_its_cookie_is_worth_nothing(visitor, open_console):
    token = visitor.csrf("/apis")
    assert Visitor(open_console[0]).post("/apis", {**CREATE, "csrf": token})[0] == 403


@pytest.mark.parametrize("path", ["/apis", "/static/console.css", "/sign-in", "/favicon.ico"])
@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"host": "evil.example:8081"}, id="dns-rebinding"),
        pytest.param({"host": "127.0.0.1.evil.example"}, id="a-name-like-an-address"),
        pytest.param({"sec_fetch_site": "cross-site"}, id="an-image-of-another-site"),
        pytest.param({"sec_fetch_site": "same-site"}, id="a-page-of-another-port"),
        pytest.param({"origin": "https://evil.example"}, id="a-fetch-of-another-site"),
        pytest.param({"origin": "null"}, id="a-sandboxed-page"),
    ],
)
def test_without_keys_pages_of_other_sites_are_refused(visitor, path, headers):
    status, _, body = visitor.get(path, **headers)
    assert status == 403
    assert b"AccessDeniedException" in body
    assert b'name="csrf"' not in body


def test_a_form_of_another_site_is_refused_whatever_it_knows(visitor, open_console):
    token = visitor.csrf("/apis")
    before = apis(open_console[1])
    form = {**CREATE, "csrf": token}
    for headers in ({"origin": "https://evil.example"}, {"sec_fetch_site": "cross-site"}):
        assert visitor.post("/apis", form, **headers)[0] == 403
    assert apis(open_console[1]) == before


def test_a_link_on_another_site_leads_here_without_taking_the_cookie_away(visitor):
    followed = {
        "sec_fetch_site": "cross-site",
        "sec_fetch_mode": "navigate",
        "sec_fetch_dest": "document",
    }
    status, headers, body = visitor.get("/apis?box=one", **followed)
    assert status == 200
    assert b"url=/apis?box=one" in body
    assert "set-cookie" not in headers
    # Neither does a link that looks like ours lead on to a third.
    assert b"url=/evil.example/" in visitor.get("//evil.example/", **followed)[2]


def test_the_cookie_is_for_the_server_alone(visitor, stranger):
    for answer in (visitor.get("/apis"), stranger.get("/sign-in"), stranger.sign_in(FULL)):
        cookie = answer[1]["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie


def test_with_keys_every_page_asks_for_one(guarded):
    for page in all_pages():
        path = re.sub(r"\{\w+(:\w+)?\}", "x", page.path)
        stranger = Visitor(guarded[0])
        answer = stranger.get(path) if page.method == "GET" else stranger.post(path, {})
        assert (page.path, answer[0]) == (page.path, 303)
        assert answer[1]["location"].startswith("/sign-in")


def test_a_wrong_secret_is_refused_and_no_secret_at_all_is_not_one(stranger):
    for access_key, secret in ((FULL.access_key, "wrong"), ("OCTGNOBODY", ""), ("", "")):
        assert stranger.sign_in(Credentials(access_key, secret))[0] == 403
        assert stranger.get("/apis")[0] == 303


def test_who_signed_in_may_do_what_the_key_may(guarded):
    port, store = guarded
    ada = Visitor(port)
    ada.get("/sign-in")
    planted = dict(ada.cookies)
    assert ada.sign_in(FULL, then="/apis")[1]["location"] == "/apis"
    assert ada.cookies != planted
    assert ada.post("/apis", {**CREATE, "csrf": ada.csrf("/apis")})[0] == 303
    assert apis(store) == 1


def test_a_key_for_looking_looks(guarded):
    port, store = guarded
    eve = Visitor(port)
    eve.sign_in(LOOKING)
    before = apis(store)
    assert eve.get("/apis")[0] == 200
    status, _, body = eve.post("/apis", {**CREATE, "csrf": eve.csrf("/apis")})
    assert status == 403
    assert b"the key OCTGLOOK is read-only" in body
    assert apis(store) == before


@pytest.mark.parametrize("then", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_signing_in_leads_to_no_other_site(stranger, then):
    assert stranger.sign_in(FULL, then=then)[1]["location"] == "/"


def test_signing_out_ends_the_session_itself(guarded):
    ada = Visitor(guarded[0])
    ada.sign_in(FULL)
    held = dict(ada.cookies)
    ada.post("/sign-out", {"csrf": ada.csrf("/apis")})
    ada.cookies = held
    assert ada.get("/apis")[0] == 303


def test_a_revoked_key_is_signed_out_at_once(guarded):
    port, store = guarded
    passing = Credentials("OCTGPASSING", "passing secret")
    add(store, passing, "bob")
    bob = Visitor(port)
    bob.sign_in(passing)
    assert bob.get("/apis")[0] == 200
    with store.write() as draft:
        draft.delete(MANAGEMENT_KEYS, passing.access_key)
    assert bob.get("/apis")[0] == 303
