"""Take the pictures of the console that the documentation shows: ``make screenshots``.

A server of its own is filled as a user would fill it, each page is visited in a real browser,
and what it looks like is written into ``docs/console/``.  A page joins with a line in ``SHOTS``.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright
from tests.console.test_authorizers import GUARD
from tests.control.packages import create, package
from tests.journeys.building import build_thumbnail
from tests.journeys.images import png, smooth
from tests.journeys.running import Octetgate

FOLDER = Path(__file__).parents[2] / "docs/console"
SIZE = {"width": 1100, "height": 700}
SCHEMA = """{
  "$schema": "http://json-schema.org/draft-04/schema#",
  "type": "object",
  "required": ["name"],
  "properties": {
    "name": {"type": "string"},
    "width": {"type": "integer", "minimum": 1},
    "height": {"type": "integer", "minimum": 1}
  }
}"""


def filled(octetgate):
    """Make what the pictures show; return the parts of their addresses."""
    octetgate.gateway.create_rest_api(name="Pets", description="Cats and dogs")
    api = build_thumbnail(octetgate)
    root = octetgate.gateway.get_rest_api(restApiId=api)["rootResourceId"]
    octetgate.gateway.create_resource(restApiId=api, parentId=root, pathPart="pictures")
    _logged(octetgate, api)
    return {"api": api, "root": root, **_guarded(octetgate, api), **_sold(octetgate, api)}


def _logged(octetgate, api):
    """Have the stage write down what becomes of its calls."""
    role = "arn:aws:iam::000000000000:role/logs"
    octetgate.gateway.update_account(
        patchOperations=[{"op": "replace", "path": "/cloudwatchRoleArn", "value": role}]
    )
    level = {"op": "replace", "path": "/*/*/logging/loglevel", "value": "INFO"}
    octetgate.gateway.update_stage(restApiId=api, stageName="prod", patchOperations=[level])


def _guarded(octetgate, api):
    """Make an authorizer, a model, a validator, and an answer of the API's own."""
    gateway = octetgate.gateway
    create(octetgate.functions, "doorman", Code={"ZipFile": package(GUARD)})
    arn = octetgate.functions.get_function(FunctionName="doorman")["Configuration"]["FunctionArn"]
    authorizer = gateway.create_authorizer(
        restApiId=api,
        name="doorman",
        type="TOKEN",
        identitySource="method.request.header.Authorization",
        authorizerUri=(
            f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations"
        ),
    )
    octetgate.functions.add_permission(
        FunctionName="doorman",
        StatementId="apigw",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:us-east-1:000000000000:{api}/authorizers/{authorizer['id']}",
    )
    gateway.create_model(
        restApiId=api,
        name="Picture",
        contentType="application/json",
        description="What is known of a picture",
        schema=SCHEMA,
    )
    gateway.create_request_validator(restApiId=api, name="bodies", validateRequestBody=True)
    for kind in ("DEFAULT_4XX", "DEFAULT_5XX"):
        gateway.put_gateway_response(
            restApiId=api,
            responseType=kind,
            responseParameters={"gatewayresponse.header.Access-Control-Allow-Origin": "'*'"},
        )
    return {"authorizer": authorizer["id"]}


def _sold(octetgate, api):
    """Make a usage plan with a key, and a domain name."""
    gateway = octetgate.gateway
    key = gateway.create_api_key(name="Rex and friends", enabled=True)
    plan = gateway.create_usage_plan(
        name="Gold",
        apiStages=[{"apiId": api, "stage": "prod"}],
        throttle={"rateLimit": 100, "burstLimit": 200},
        quota={"limit": 10000, "period": "MONTH"},
    )["id"]
    gateway.create_usage_plan_key(usagePlanId=plan, keyId=key["id"], keyType="API_KEY")
    gateway.create_domain_name(domainName="pictures.example.com")
    gateway.create_base_path_mapping(
        domainName="pictures.example.com", restApiId=api, stage="prod", basePath="v1"
    )
    return {"plan": plan}


def doubted(page):
    """Ask the authorizer about a token, and look at what it says."""
    page.get_by_label("Token", exact=True).fill("let me in")
    page.get_by_role("button", name="Test").click()
    page.get_by_label("Policy").wait_for()
    page.get_by_label("More headers").evaluate("field => field.scrollIntoView()")


def _to_its_usage(page):
    page.get_by_role("region", name="Calls of the last days").evaluate("it => it.scrollIntoView()")


def _to_templates(page):
    page.get_by_role("heading", name="Integration Request").last.evaluate(
        "heading => heading.scrollIntoView()"
    )


def called(page):
    """Let the charts draw for a while, over calls that are made meanwhile."""
    gateway = page.request.get("/_octetgate/health").json()["gateway"]
    thumbnail = page.get_by_label("Calls of").locator("option", has_text="Thumbnail")
    url = f"{gateway}/restapis/{thumbnail.get_attribute('value')}/prod/_user_request_/"
    image = png(smooth(640, 480))
    for _ in range(70):  # about a minute, the least that the charts show
        for _ in range(8):
            page.request.post(url, data=image, headers={"Content-Type": "image/png"})
        page.request.get(f"{url}nothing")
        page.wait_for_timeout(500)


def tried(page):
    """Send a picture, and wait for the small one."""
    picture = {"name": "cat.png", "mimeType": "image/png", "buffer": png(smooth(640, 480))}
    page.get_by_label("File to send").set_input_files([picture])
    page.get_by_role("button", name="Send", exact=True).click()
    page.get_by_role("img", name="The answer").wait_for()
    page.locator("#try-told").wait_for()
    page.evaluate("scrollTo(0, 0)")


def _to_what_happened(page):
    tried(page)
    page.locator("#try-told").evaluate("part => part.scrollIntoView()")


def _to_its_log(page):
    tried(page)
    page.get_by_text("Execution log", exact=True).evaluate("it => it.scrollIntoView()")


def paired(page):
    """Look at a pair of which a mistake is told."""
    page.get_by_role("button", name="Content-Type none, Accept image/png:").click()
    page.locator("#binary-answer").get_by_text("no-template").wait_for()
    page.get_by_role("heading", name="What becomes").evaluate("it => it.scrollIntoView()")


def edited(page):
    """Change what is binary, and come back to what is not deployed because of it."""
    address = page.url
    page.goto(address.replace("/deploy", "/binary"))
    page.get_by_role("button", name="Add image/jpeg").click()
    page.get_by_role("button", name="Remove image/jpeg").wait_for()
    page.goto(address)


def deployed(page):
    """Deploy that to the stage."""
    page.get_by_role("button", name="Deploy", exact=True).click()
    page.get_by_label("Description").fill("JPEG is binary as well")
    page.get_by_role("dialog").get_by_role("button", name="Deploy").click()
    page.get_by_role("button", name="Done").wait_for()


def going_back(page):
    """Look at what a roll-back would change."""
    page.get_by_role("button", name="Roll back").last.click()
    page.get_by_text("Callers of").wait_for()


def invoked(page):
    """Try the function out, and let the log come."""
    page.get_by_label("Begin with").select_option("image-processing-service: ping")
    page.get_by_role("textbox", name="Event").get_by_text('"ping"').wait_for()
    page.get_by_role("button", name="Invoke").click()
    page.get_by_label("Log of this call").wait_for()


# Name of the picture, address, and what to do there first.
SHOTS = [
    ("overview", "/", called),
    ("apis", "/apis", None),
    ("import", "/apis/import", None),
    ("resources", "/apis/{api}", None),
    ("method", "/apis/{api}/resources/{root}/POST", None),
    ("method-editor", "/apis/{api}/resources/{root}/POST?box=integration-request", _to_templates),
    ("authorizers", "/apis/{api}/authorizers", None),
    ("authorizer", "/apis/{api}/authorizers/{authorizer}", doubted),
    ("models", "/apis/{api}/models", None),
    ("model", "/apis/{api}/models/Picture", None),
    ("validators", "/apis/{api}/validators", None),
    ("gateway-responses", "/apis/{api}/gateway-responses", None),
    ("gateway-response", "/apis/{api}/gateway-responses/DEFAULT_4XX", None),
    ("binary", "/apis/{api}/binary", paired),
    ("deploy", "/apis/{api}/deploy", edited),
    ("deployed", "/apis/{api}/deploy", deployed),
    ("stage", "/apis/{api}/stages/prod", None),
    ("history", "/apis/{api}/history", going_back),
    ("try", "/apis/{api}/try?stage=prod", tried),
    ("try-steps", "/apis/{api}/try?stage=prod", _to_what_happened),
    ("try-log", "/apis/{api}/try?stage=prod", _to_its_log),
    ("functions", "/functions", None),
    ("function-new", "/functions/@new", None),
    ("function", "/functions/thumbnail", invoked),
    ("function-releases", "/functions/thumbnail/releases", None),
    ("api-keys", "/api-keys", None),
    ("usage-plans", "/usage-plans", None),
    ("usage-plan", "/usage-plans/{plan}", _to_its_usage),
    ("domain-names", "/domain-names", None),
    ("domain-name", "/domain-names/pictures.example.com", None),
]


def main():
    FOLDER.mkdir(exist_ok=True)
    wanted = set(sys.argv[1:])
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        octetgate = Octetgate(Path(folder) / "data").start()
        try:
            parts = filled(octetgate)
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox"]
            )
            page = browser.new_page(
                base_url=octetgate.endpoint, viewport=SIZE, reduced_motion="reduce"
            )
            for name, address, prepare in SHOTS:
                if wanted and name not in wanted:
                    continue
                page.goto(address.format(**parts))
                if prepare is not None:
                    prepare(page)
                page.screenshot(path=FOLDER / f"{name}.png")
                print(f"docs/console/{name}.png")
            browser.close()
        finally:
            octetgate.end()


if __name__ == "__main__":
    main()
