"""By which addresses the pages of functions are reached, over plain HTTP."""

import boto3
import pytest
from tests.console.test_access import LOOKING
from tests.console.test_functions import create
from tests.console.visitor import Visitor, console
from tests.control.test_access import add

from octetgate.adapters.stores import memory


class Place:
    """A console with nothing in it, as a test's ``octetgate`` is to a function that fills it."""

    def __init__(self, store, port):
        self.store = store
        self.port = port
        self.functions = boto3.client(
            "lambda",
            endpoint_url=f"http://127.0.0.1:{port}",
            region_name="us-east-1",
            aws_access_key_id="any",
            aws_secret_access_key="any",
        )


@pytest.fixture
def place():
    store = memory.open("memory://")
    with console(store) as port:
        yield Place(store, port)


def test_an_arn_or_a_qualifier_leads_to_the_functions_own_page(place):
    create(place, "pets")
    place.functions.publish_version(FunctionName="pets")
    arn = place.functions.get_function_configuration(FunctionName="pets")["FunctionArn"]
    visitor = Visitor(place.port)
    for address, leads in (
        (arn, "/functions/pets"),
        ("000000000000:function:pets", "/functions/pets"),
        (f"{arn}:1", "/functions/pets?qualifier=1"),
        ("pets:live", "/functions/pets?qualifier=live"),
    ):
        status, headers, _ = visitor.get(f"/functions/{address}")
        assert (address, status, headers["location"]) == (address, 303, leads)
    assert (
        b'name="qualifier" type="text" value="1"' in visitor.get("/functions/pets?qualifier=1")[2]
    )
    for page in ("releases", "deletion", "uses"):
        status, *_ = visitor.get(f"/functions/{arn}:1/{page}")
        assert (page, status) == (page, 200)
    csrf = visitor.csrf("/functions/pets")
    saved = {"csrf": csrf, "file": "index.py", "code": "handler = print\n"}
    assert visitor.post(f"/functions/{arn}:1/code", saved)[0] == 200
    assert b"handler = print" in visitor.get("/functions/pets")[2]
    assert visitor.post(f"/functions/{arn}/deletion", {"csrf": csrf})[0] == 303
    assert place.functions.list_functions()["Functions"] == []


@pytest.mark.parametrize("name", ["nobody", "not%20a%20name", "@nothing", "arn:aws:lambda:::x"])
def test_what_is_no_function_is_refused_as_the_service_does(place, name):
    visitor = Visitor(place.port)
    for page in ("", "/releases", "/deletion", "/uses", "/log?follow=true"):
        status, _, body = visitor.get(f"/functions/{name}{page}")
        assert status in (400, 404)
        assert b"ValidationException" in body or b"ResourceNotFoundException" in body


def test_a_function_may_have_any_name_that_pages_have(place):
    for name in ("new", "releases", "-"):
        create(place, name)
        status, _, body = Visitor(place.port).get(f"/functions/{name}")
        assert (name, status) == (name, 200)
        assert b">%s</h1>" % name.encode() in body


def test_a_file_that_the_package_does_not_have_is_not_saved(place):
    create(place, "pets")
    before = place.functions.get_function_configuration(FunctionName="pets")["CodeSha256"]
    visitor = Visitor(place.port)
    csrf = visitor.csrf("/functions/pets")
    for file in ("../outside.py", "/etc/passwd", "new.py", ""):
        said = {"csrf": csrf, "file": file, "code": "pass"}
        status, _, body = visitor.post("/functions/pets/code", said)
        assert (file, status) == (file, 400)
        assert b"expected a file of the package" in body
    assert place.functions.get_function_configuration(FunctionName="pets")["CodeSha256"] == before


def test_a_key_for_looking_sees_a_function_and_changes_nothing(place):
    create(place, "pets")
    add(place.store, LOOKING, "eve", read_only=True)
    eve = Visitor(place.port)
    eve.sign_in(LOOKING)
    assert b"def handler" in eve.get("/functions/pets")[2]
    csrf = eve.csrf("/functions/pets")
    for address in ("pets/code", "pets/test", "pets/deletion", "pets/aliases", "pets/url"):
        said = {"csrf": csrf, "file": "index.py", "code": "pass", "event": "{}"}
        said |= {"alias": "live", "version": "$LATEST", "auth": "NONE", "mode": "BUFFERED"}
        status, _, body = eve.post(f"/functions/{address}", said)
        assert (address, status) == (address, 403)
        assert b"AccessDenied" in body
