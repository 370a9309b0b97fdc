"""Try it, in a browser: real bytes out, real bytes in, and what became of them."""

import contextlib
import subprocess
import threading

import pytest
from playwright.sync_api import expect
from tests.console.trying import SIZE, downloaded, drop
from tests.journeys.building import build_proxy
from tests.journeys.images import noise, png
from tests.journeys.running import backend

PICTURE = png(noise(320, 200))

WATCH_PROGRESS = """() => {
  window.seen = [];
  const bar = document.getElementById("try-up");
  new MutationObserver(() => window.seen.push(bar.value)).observe(bar, { attributeFilter: ["value"] });
}"""

MIB = 1024 * 1024
LARGE = 200 * MIB
HALF = LARGE // 2


def echo(handler, body):
    handler.reply(body, handler.headers.get("content-type", "text/plain"))


@pytest.fixture(scope="module")
def echoing(octetgate):
    """Return an API whose POST /images answers what it is sent."""
    with backend(echo) as url:
        yield build_proxy(octetgate, f"{url}/", media_types=["image/png"])


class Sink:
    """A backend that counts what it gets and keeps nothing of it."""

    def __init__(self):
        self.received = self._look_at = 0
        self.reached, self.ended, self._go_on = (threading.Event() for _ in range(3))
        self._go_on.set()
        self._processes, self._before, self._peak = [], 0, 0

    def take(self, handler):
        left = int(handler.headers["content-length"])
        self.received, self._look_at = 0, 0
        try:
            while left:
                piece = handler.rfile.read(min(left, MIB))
                if not piece:
                    break
                left -= len(piece)
                self.received += len(piece)
                if self.received >= self._look_at:
                    self._look_at += LARGE // 10
                    self._peak = max(self._peak, self._size())
                if self.received == HALF:
                    self.reached.set()
                    self._go_on.wait(20)
            if not left:
                handler.reply(str(self.received).encode(), "text/plain")
        finally:
            self.ended.set()

    @contextlib.contextmanager
    def held(self):
        """Take the first half, and wait."""
        for event in (self.reached, self.ended, self._go_on):
            event.clear()
        yield
        self._go_on.set()

    def watch(self, processes):
        self._processes = processes
        self._before = self._peak = self._size()

    def growth(self):
        return max(self._peak, self._size()) - self._before

    def _size(self):
        return sum(each.memory_info().rss for each in self._processes)


@pytest.fixture
def sink(octetgate):
    """Return a backend that takes anything, and the API before it."""
    made = Sink()
    with backend(None, take=made.take) as url:
        made.api = build_proxy(octetgate, f"{url}/", media_types=["*/*"])
        yield made


def mocked(octetgate, body, **method):
    """Build ``GET /`` that answers JSON; return the API's id."""
    gateway = octetgate.gateway
    api = gateway.create_rest_api(name="Mocked")
    place = {"restApiId": api["id"], "resourceId": api["rootResourceId"], "httpMethod": "GET"}
    gateway.put_method(**place, authorizationType="NONE", **method)
    gateway.put_integration(
        **place, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'}
    )
    gateway.put_method_response(**place, statusCode="200")
    gateway.put_integration_response(
        **place, statusCode="200", responseTemplates={"application/json": body}
    )
    gateway.create_deployment(restApiId=api["id"], stageName="prod")
    return api["id"]


def send(page):
    page.get_by_role("button", name="Send", exact=True).click()


@pytest.mark.parametrize("where", ["Draft", "v1"])
def test_a_png_that_is_dropped_comes_back_byte_for_byte_and_is_shown(page, echoing, where):
    page.goto(f"/apis/{echoing}/try")
    page.get_by_label("Stage", exact=True).select_option(where)
    drop(page, PICTURE)
    expect(page.get_by_label("Content-Type")).to_have_value("image/png")
    expect(page.get_by_label("Accept")).to_have_value("image/png")
    send(page)
    expect(page.locator("#try-said")).to_contain_text("200:")
    image = page.get_by_role("img", name="The answer: image/png")
    expect(image).to_be_visible()
    assert image.evaluate(SIZE) == [320, 200]
    blob = image.evaluate("(each) => each.src")
    assert blob.startswith("blob:")
    told = page.locator("#try-told")
    expect(told).to_contain_text("request row 7")
    expect(told).to_contain_text("response row 13")
    page.get_by_role("tab", name="Hex").click()
    expect(page.get_by_role("tabpanel")).to_contain_text("00000000  89 50 4e 47 0d 0a 1a 0a")
    assert downloaded(page) == PICTURE


def test_200_mib_go_up_with_progress_through_processes_that_stay_small(
    page, octetgate, sink, tmp_path
):
    file = tmp_path / "large.bin"
    with file.open("wb") as empty:
        empty.truncate(LARGE)
    page.goto(f"/apis/{sink.api}/try?stage=v1")
    page.evaluate(WATCH_PROGRESS)
    page.get_by_label("File to send").set_input_files(file)
    sink.watch(octetgate.processes())
    send(page)
    expect(page.locator("#try-said")).to_contain_text("200:", timeout=60_000)
    expect(page.get_by_role("tabpanel")).to_contain_text(str(LARGE))
    seen = page.evaluate("window.seen")
    assert seen == sorted(seen)
    assert seen[-1] == LARGE
    assert len([value for value in set(seen) if 0 < value < LARGE]) >= 3
    assert sink.growth() < 64 * MIB


def test_cancelling_half_way_ends_the_call_at_the_backend_too(page, sink, tmp_path):
    file = tmp_path / "large.bin"
    with file.open("wb") as empty:
        empty.truncate(LARGE)
    page.goto(f"/apis/{sink.api}/try?stage=v1")
    page.get_by_label("File to send").set_input_files(file)
    with sink.held():
        send(page)
        sink.reached.wait(20)
        page.get_by_role("button", name="Cancel").click()
        expect(page.locator("#try-said")).to_contain_text("Cancelled")
        expect(page.get_by_role("button", name="Send", exact=True)).to_be_enabled()
    assert sink.ended.wait(20)
    assert 0 < sink.received < LARGE


def test_json_is_shown_as_text_and_any_bytes_as_hex(page, octetgate):
    api = mocked(octetgate, '{"name":"Rex","ok":true}')
    page.goto(f"/apis/{api}/try")
    send(page)
    body = page.get_by_role("tabpanel")
    expect(body).to_contain_text('"name": "Rex"')
    page.get_by_role("tab", name="Text").press("ArrowRight")
    expect(page.get_by_role("tab", name="Hex")).to_have_attribute("aria-selected", "true")
    expect(body).to_contain_text('00000000  7b 22 6e 61 6d 65 22 3a  22 52 65 78 22 2c 22 6f  {"name":"Rex","o'.replace("  2", " 2", 1))  # fmt: skip
    expect(page.locator("#try-told")).to_contain_text("Method completed with status: 200")


def test_path_parameters_are_asked_for_and_go_out_encoded(page, octetgate):
    gateway = octetgate.gateway
    api = mocked(octetgate, "{}")
    root = gateway.get_rest_api(restApiId=api)["rootResourceId"]
    pets = gateway.create_resource(restApiId=api, parentId=root, pathPart="pets")["id"]
    pet = gateway.create_resource(restApiId=api, parentId=pets, pathPart="{id}")["id"]
    place = {"restApiId": api, "resourceId": pet, "httpMethod": "ANY"}
    gateway.put_method(**place, authorizationType="NONE")
    gateway.put_integration(**place, type="MOCK")
    page.goto(f"/apis/{api}/try?path=/pets/%7Bid%7D&method=")
    page.get_by_label("Method", exact=True).select_option("PUT /pets/{id}")
    page.get_by_label("Path: id").fill("a b/c")
    page.get_by_label("Query string").fill("q=ä&r=%20")
    send(page)
    told = page.get_by_role("region", name="What happened")
    expect(told).to_contain_text("HTTP Method: PUT, Resource Path: /pets/{id}")
    expect(told).to_contain_text("Method request path: {id=a%20b%2Fc}")
    expect(told).to_contain_text("{q=ä, r= }")
    page.get_by_label("Path: id").fill("")
    page.get_by_role("button", name="PUT /pets/a%20b%2Fc").click()
    expect(page.get_by_label("Path: id")).to_have_value("a b/c")


def test_a_call_that_the_gateway_refuses_says_why(page, octetgate):
    api = mocked(octetgate, "{}", apiKeyRequired=True)
    page.goto(f"/apis/{api}/try?stage=prod")
    send(page)
    expect(page.locator("#try-said")).to_contain_text("403:")
    refusal = page.locator("#try-told .refusal")
    expect(refusal).to_contain_text("INVALID_API_KEY")
    expect(page.get_by_role("tabpanel")).to_contain_text("Forbidden")


def test_a_stage_that_is_gone_is_a_refusal_beside_the_form(page, octetgate):
    api = mocked(octetgate, "{}")
    page.goto(f"/apis/{api}/try?stage=prod")
    octetgate.gateway.delete_stage(restApiId=api, stageName="prod")
    send(page)
    expect(page.get_by_role("alert")).to_contain_text("Invalid stage identifier specified")
    expect(page.locator("#try-said")).to_contain_text("not made")


def test_a_page_of_a_tried_api_is_bytes_in_the_console_and_nothing_that_runs(page, octetgate):
    """What an API says of itself never becomes the console's own words."""
    evil = "<script>document.title='taken over'</script>"

    def answer(handler, body):
        handler.send_response(200)
        for name, value in {
            "content-type": "text/html",
            "content-length": str(len(evil)),
            "set-cookie": "stolen=1",
            "content-security-policy": "default-src *",
            "hx-redirect": "https://evil.example/",
        }.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(evil.encode())

    with backend(answer) as url:
        api = build_proxy(octetgate, f"{url}/")
        page.goto(f"/apis/{api}/try?stage=v1")
        with page.expect_response(lambda each: each.request.method == "POST") as caught:
            send(page)
        expect(page.locator("#try-said")).to_contain_text("200:")
    headers = caught.value.headers
    assert "set-cookie" not in headers
    assert "hx-redirect" not in headers
    assert headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert headers["content-type"] == "application/octet-stream"
    assert headers["content-disposition"].startswith("attachment")
    assert headers["x-content-type-options"] == "nosniff"
    expect(page.get_by_role("tabpanel")).to_contain_text("<script>")
    assert "taken over" not in page.title()
    assert "stolen" not in {cookie["name"] for cookie in page.context.cookies()}


def test_what_will_probably_go_wrong_is_said_before_it_does(page, echoing):
    page.goto(f"/apis/{echoing}/try")
    drop(page, PICTURE)
    page.get_by_label("Accept").fill("text/html, image/png")
    said = page.locator("#try-foreseen")
    expect(said).to_contain_text("Only the first entry of Accept counts: text/html")
    expect(said).to_contain_text("image/png comes too late")


def test_the_same_call_from_a_terminal_and_again_from_the_page(page, octetgate, echoing, tmp_path):
    (tmp_path / "cat.png").write_bytes(PICTURE)
    page.goto(f"/apis/{echoing}/try?stage=v1")
    page.get_by_label("File to send").set_input_files(tmp_path / "cat.png")
    page.get_by_text("The same from a terminal").click()
    page.get_by_role("button", name="Copy the line").click()
    line = page.evaluate("navigator.clipboard.readText()")
    done = subprocess.run(line, shell=True, cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / "answer").read_bytes() == PICTURE, done.stderr
    page.get_by_label("Query string").fill("width=10")
    send(page)
    expect(page.locator("#try-said")).to_contain_text("200:")
    page.get_by_label("Query string").fill("")
    page.get_by_role("button", name="POST /images?width=10").click()
    expect(page.get_by_label("Query string")).to_have_value("width=10")


def test_the_page_is_accessible_before_and_after_a_call_and_fits_narrow_windows(
    page, octetgate, axe
):
    page.set_viewport_size({"width": 360, "height": 640})
    page.goto(f"/apis/{mocked(octetgate, '{}')}/try")
    page.get_by_text("More headers, stage variables").click()
    page.get_by_role("button", name="Add header").click()
    page.get_by_role("button", name="Add stage variable").click()
    send(page)
    expect(page.locator("#try-said")).to_contain_text("200:")
    page.get_by_text("The same from a terminal").click()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_call_is_signed_and_carries_an_api_key_and_its_execution_log_is_shown(page, octetgate):
    gateway = octetgate.gateway
    api = mocked(octetgate, "{}", apiKeyRequired=True)
    role = {
        "op": "replace",
        "path": "/cloudwatchRoleArn",
        "value": "arn:aws:iam::000000000000:role/log",
    }
    gateway.update_account(patchOperations=[role])
    logging = {"op": "replace", "path": "/*/*/logging/loglevel", "value": "INFO"}
    gateway.update_stage(restApiId=api, stageName="prod", patchOperations=[logging])
    key = gateway.create_api_key(name="tried", enabled=True)["id"]
    plan = gateway.create_usage_plan(name="tried", apiStages=[{"apiId": api, "stage": "prod"}])
    gateway.create_usage_plan_key(usagePlanId=plan["id"], keyId=key, keyType="API_KEY")
    page.goto(f"/apis/{api}/try?stage=prod")
    page.get_by_label("API key").select_option("tried")
    send(page)
    expect(page.locator("#try-said")).to_contain_text("200:")
    told = page.locator("#try-told")
    expect(told).to_contain_text("Method completed with status: 200")
    expect(told).to_contain_text("API Key")
    page.get_by_label("API key").select_option("None")
    send(page)
    expect(page.locator("#try-said")).to_contain_text("403:")


def test_who_signs_is_asked_where_the_method_wants_a_signature(page, octetgate, axe):
    gateway = octetgate.gateway
    api = mocked(octetgate, "{}")
    root = gateway.get_rest_api(restApiId=api)["rootResourceId"]
    signed = {"op": "replace", "path": "/authorizationType", "value": "AWS_IAM"}
    gateway.update_method(
        restApiId=api, resourceId=root, httpMethod="GET", patchOperations=[signed]
    )
    gateway.create_deployment(restApiId=api, stageName="prod")
    page.goto(f"/apis/{api}/try?stage=prod")
    page.get_by_label("Signed by").select_option("A key that I type")
    page.get_by_label("Access key id").fill("OCTGNOBODY")
    page.get_by_label("Secret access key").fill("of nobody")
    axe(page)
    send(page)
    expect(page.locator("#try-said")).to_contain_text("403:")
    expect(page.get_by_role("tabpanel")).to_contain_text(
        "The security token included in the request is invalid."
    )
    page.get_by_label("Stage", exact=True).select_option("Draft")
    expect(page.get_by_label("Signed by")).to_be_hidden()
