"""Deploying from the console: what would change, a click, the address, and back again."""

import re
import shlex

import pytest
from playwright.sync_api import expect
from tests.journeys.running import backend, curl

PNG = bytes.fromhex("89504e470d0a1a0a") + bytes(range(256))


def proxied(gateway, name, url):
    """Make an API that hands POST /images to a backend; return it and the method's place."""
    api = gateway.create_rest_api(name=name)
    resource = gateway.create_resource(
        restApiId=api["id"], parentId=api["rootResourceId"], pathPart="images"
    )
    place = {"restApiId": api["id"], "resourceId": resource["id"], "httpMethod": "POST"}
    gateway.put_method(**place, authorizationType="NONE")
    gateway.put_integration(
        **place, type="HTTP_PROXY", integrationHttpMethod="POST", uri=f"{url}/images"
    )
    return api, place


@pytest.fixture(scope="module")
def echo():
    """Return the URL of a backend that answers with what it is sent."""

    def answer(handler, body):
        handler.send_response(200)
        handler.send_header("content-type", handler.headers["content-type"] or "text/plain")
        handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    with backend(answer) as url:
        yield url


def test_a_change_is_told_deployed_with_a_click_and_the_curl_line_works(
    page, octetgate, echo, axe, tmp_path, monkeypatch
):
    gateway = octetgate.gateway
    api, place = proxied(gateway, "Deployed", echo)
    page.goto(f"/apis/{api['id']}/deploy")
    expect(page.get_by_text("No stage serves this API yet")).to_be_visible()
    page.get_by_role("button", name="Deploy", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name of the new stage").fill("prod")
    dialog.get_by_role("button", name="Deploy").click()
    expect(dialog).to_contain_text(octetgate.invoke_url(api["id"], "prod"))
    dialog.get_by_role("button", name="Done").click()
    expect(page.get_by_text("Everything is deployed")).to_be_visible()
    first = gateway.get_stage(restApiId=api["id"], stageName="prod")["deploymentId"]

    gateway.update_rest_api(
        restApiId=api["id"],
        patchOperations=[{"op": "add", "path": "/binaryMediaTypes/image~1png"}],
    )
    gateway.update_integration(
        **place, patchOperations=[{"op": "replace", "path": "/timeoutInMillis", "value": "5000"}]
    )
    page.reload()
    change = page.get_by_role("listitem").filter(has_text="POST /images")
    expect(page.get_by_role("region", name="What would change")).to_contain_text(
        re.compile(r"2 changes since the deployment \w+ of .* UTC, which prod serves")
    )
    expect(page.get_by_text("Binary media type image/png added")).to_be_visible()
    expect(change.first).to_contain_text("Integration Request")
    expect(change.first).to_contain_text("timeoutInMillis")
    expect(change.first).to_contain_text("is now 5000, was 29000")
    axe(page)

    page.get_by_role("button", name="Deploy", exact=True).press("Enter")
    dialog.get_by_label("Description").fill("Pictures <b>whole</b>")
    axe(page)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Deployed to prod.")
    dialog.get_by_role("button", name="Copy curl").click()
    line = shlex.split(page.evaluate("navigator.clipboard.readText()"))
    assert "Content-Type: image/png" in line
    assert "Accept: image/png" in line
    (tmp_path / "file.png").write_bytes(PNG)
    monkeypatch.chdir(tmp_path)
    curl(*line[1:])
    assert (tmp_path / "answer.png").read_bytes() == PNG
    second = gateway.get_stage(restApiId=api["id"], stageName="prod")["deploymentId"]
    assert first != second
    made = gateway.get_deployment(restApiId=api["id"], deploymentId=second)
    assert made["description"] == "Pictures <b>whole</b>"
