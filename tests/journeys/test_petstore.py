"""AWS's PetStore definition, from the file to answers, against a backend of our own."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import SimpleNamespace

import pytest
import requests
from tests.control.openapi.described import described

DEMO = "http://petstore.execute-api.us-west-2.amazonaws.com"


class Store(BaseHTTPRequestHandler):
    """What the demo does, as far as the definition leads to it."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path, _, query = self.path.partition("?")
        if path == "/petstore/pets":
            self.reply([{"id": 1, "type": "dog", "price": 249.99, "query": query}])
        else:
            self.reply({"id": int(path.rpartition("/")[2]), "type": "cat", "price": 124.99})

    def do_POST(self):
        pet = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.reply({"pet": {"id": 4, **pet}, "message": "success"})

    def reply(self, value):
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def store():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Store)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def pets(octetgate, project, store, tmp_path_factory):
    """The definition, imported and deployed with one command."""
    file = tmp_path_factory.mktemp("petstore") / "petstore.json"
    text = (project / "examples/definitions/petstore.json").read_text()
    file.write_text(text.replace(DEMO, store))
    done = octetgate.command("import", str(file), "--stage", "test", "--json")
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    assert (made["warnings"], made["methods"]) == ([], 6)
    return SimpleNamespace(id=made["id"], url=made["url"])


def test_the_page_is_the_mocks_html(pets):
    answer = requests.get(pets.url, timeout=30)
    assert answer.headers["Content-Type"] == "text/html"
    assert "Welcome to your Pet Store API" in answer.text


def test_pets_are_listed_with_the_query_that_the_definition_maps(pets):
    answer = requests.get(f"{pets.url}pets?type=dog&page=2&other=x", timeout=30)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    (pet,) = answer.json()
    assert sorted(pet["query"].split("&")) == ["page=2", "type=dog"]


def test_a_pet_is_found_by_its_id_and_another_is_added(pets):
    assert requests.get(f"{pets.url}pets/7", timeout=30).json()["id"] == 7
    added = requests.post(f"{pets.url}pets", json={"type": "cat", "price": 5}, timeout=30)
    assert added.json()["pet"] == {"id": 4, "type": "cat", "price": 5}


def test_browsers_may_ask_from_elsewhere(pets):
    answer = requests.options(f"{pets.url}pets", timeout=30)
    assert answer.headers["Access-Control-Allow-Methods"] == "POST,GET,OPTIONS"


@pytest.mark.parametrize("form", ["swagger", "oas30"])
@pytest.mark.parametrize("spelling", ["--yaml", "--json"])
def test_what_is_exported_and_imported_again_is_the_same_api(
    octetgate, pets, tmp_path, form, spelling
):
    gateway = octetgate.gateway
    # The version that the definition's own documentation has.
    named = [{"op": "replace", "path": "/documentationVersion", "value": "v2.1"}]
    gateway.update_stage(restApiId=pets.id, stageName="test", patchOperations=named)
    file = tmp_path / "exported"
    words = ["--yaml"] if spelling == "--yaml" else []
    extensions = "apigateway,documentation"
    done = octetgate.command(
        *("export", pets.id, "--format", form, "--output", str(file)),
        *("--extensions", extensions, *words),
    )
    assert done.returncode == 0, done.stderr
    done = octetgate.command("import", str(file), "--new", "--json")
    assert done.returncode == 0, done.stderr
    again = json.loads(done.stdout)
    assert again["warnings"] == []
    found = described(gateway, again["id"])
    # Without a version of its own an API is exported with the moment of its deployment.
    del found["api"]["version"]
    assert found == described(gateway, pets.id)
