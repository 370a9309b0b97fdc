"""Clients that GetSdk makes, run as their users would, against a running gateway."""

import io
import json
import shutil
import subprocess
import sys
import zipfile

import pytest
from tests.journeys.running import backend

IMAGE = bytes(range(256)) * 40

PYTHON = """
import json, sys
from client import Client

client = Client(api_key="k" * 20)
with open(sys.argv[1], "rb") as file:
    image = file.read()
answer = client.images_name_post({"name": "a b/ö", "size": "x&y"}, image)
told = client.images_name_post({"name": "n"}, {"ö": 1}, query={"more": [1, 2]})
print(json.dumps({
    "status": answer.status,
    "same": answer.body == image,
    "type": answer.headers["content-type"],
    "asked": json.loads(answer.headers["x-asked"]),
    "json": told.json(),
    "json asked": json.loads(told.headers["x-asked"]),
}))
"""

JAVASCRIPT = """
import { readFile } from "node:fs/promises";
import { apigClientFactory } from "./apigClient.js";

const client = apigClientFactory.newClient({ apiKey: "k".repeat(20) });
const image = await readFile(process.argv[2]);
const answer = await client.imagesNamePost({ name: "a b/ö", size: "x&y" }, image);
const told = await client.imagesNamePost({ name: "n" }, { "ö": 1 }, { queryParams: { more: [1, 2] } });
console.log(JSON.stringify({
  status: answer.status,
  same: Buffer.from(answer.body).equals(image),
  type: answer.headers["content-type"],
  asked: JSON.parse(answer.headers["x-asked"]),
  json: told.json(),
  "json asked": JSON.parse(told.headers["x-asked"]),
}));
"""


def echo(handler, body):
    """Send back what came, and say in a header how it was asked for."""
    asked = {
        "path": handler.path,
        "type": handler.headers["content-type"],
        "key": handler.headers["x-api-key"],
    }
    handler.send_response(200)
    handler.send_header("Content-Type", handler.headers["content-type"])
    handler.send_header("X-Asked", json.dumps(asked))
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


@pytest.fixture(scope="module")
def stage(octetgate):
    """Return the place of a stage whose one method sends images on, as keyword arguments."""
    with backend(echo) as url:
        document = {
            "openapi": "3.0.1",
            "info": {"title": "Images", "version": "1"},
            "paths": {
                "/images/{name}": {
                    "post": {
                        "parameters": [
                            {"name": "name", "in": "path", "required": True},
                            {"name": "size", "in": "query"},
                        ],
                        "requestBody": {"content": {"image/png": {"schema": {"type": "string"}}}},
                        "responses": {"200": {"description": "x"}},
                        "x-amazon-apigateway-integration": {
                            "type": "http_proxy",
                            "httpMethod": "POST",
                            "uri": f"{url}/images/{{name}}",
                            "requestParameters": {
                                "integration.request.path.name": "method.request.path.name"
                            },
                        },
                    }
                }
            },
            "x-amazon-apigateway-binary-media-types": ["*/*"],
        }
        made = octetgate.gateway.import_rest_api(body=json.dumps(document).encode())
        octetgate.gateway.create_deployment(restApiId=made["id"], stageName="live")
        yield {"restApiId": made["id"], "stageName": "live"}


@pytest.fixture
def unpacked(octetgate, stage, tmp_path):
    """Return the folder of a client, with an image beside it."""

    def made(kind):
        answer = octetgate.gateway.get_sdk(**stage, sdkType=kind)
        with zipfile.ZipFile(io.BytesIO(answer["body"].read())) as archive:
            archive.extractall(tmp_path)
        (tmp_path / "image.png").write_bytes(IMAGE)
        return tmp_path / "apiGateway-client"

    return made


def said(folder, program, text, *, name):
    """Run a program of the client's user in its folder; return what it says."""
    (folder / name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        [program, name, "../image.png"], cwd=folder, capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def check(found):
    key = "k" * 20
    assert (found["status"], found["same"], found["type"]) == (200, True, "image/png")
    assert found["asked"]["type"] == "image/png"
    assert found["asked"]["path"].endswith("?size=x%26y")
    assert found["asked"]["key"] == key
    assert found["json"] == {"ö": 1}
    assert found["json asked"] == {
        "path": "/images/n?more=1&more=2",
        "type": "application/json",
        "key": key,
    }


def test_an_image_goes_both_ways_through_the_python_client(unpacked):
    check(said(unpacked("python"), sys.executable, PYTHON, name="use.py"))


@pytest.mark.skipif(shutil.which("node") is None, reason="no Node.js to run the client in")
def test_an_image_goes_both_ways_through_the_javascript_client(unpacked):
    check(said(unpacked("javascript"), "node", JAVASCRIPT, name="use.mjs"))
