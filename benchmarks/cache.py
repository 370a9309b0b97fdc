"""How fast is a hit of a stage's cache, beside the same answer passed through?

One worker on one core, nginx as the backend and the load on the other; both paths take turns,
round by round, and the median of the rounds counts.  Results are written to README.md beside
this file.
"""

import argparse
import statistics
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import boto3
import machine
import page
import passthrough
import programs
from passthrough import Case
from programs import Place

HEADING = "## A stage's cache"
PASSED, REMEMBERED = "passed through", "remembered"
CASES = [Case("GET, 56 bytes", "/hello"), Case("GET, 64 KiB", "/64k")]


def remember(url: str, admin_port: int) -> str:
    """Deploy the API once more, to a stage that remembers; return that stage's URL."""
    client = boto3.client(
        "apigateway",
        endpoint_url=f"http://127.0.0.1:{admin_port}",
        region_name="us-east-1",
        aws_access_key_id="any",
        aws_secret_access_key="any",
    )
    api = client.get_rest_apis()["items"][0]["id"]
    resource = next(
        each["id"]
        for each in client.get_resources(restApiId=api)["items"]
        if each["path"] == "/{proxy+}"
    )
    client.update_integration(
        restApiId=api,
        resourceId=resource,
        httpMethod="ANY",
        patchOperations=[{"op": "add", "path": "/cacheKeyParameters/method.request.path.proxy"}],
    )
    client.create_deployment(restApiId=api, stageName="remembers")
    changes = {
        "/cacheClusterEnabled": "true",
        "/cacheClusterSize": "0.5",
        "/~1{proxy+}/ANY/caching/enabled": "true",
    }
    client.update_stage(
        restApiId=api,
        stageName="remembers",
        patchOperations=[
            {"op": "replace", "path": path, "value": value} for path, value in changes.items()
        ],
    )
    return url.replace("/s/", "/remembers/")


def main() -> None:
    """Measure, print, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4)
    how = parser.parse_args()
    with ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)  # nginx's worker is another user when started by root
        place = Place(folder, Path(".venv-bench"))
        upstream = held.enter_context(programs.backend(place, passthrough.SIZES))
        url, admin_port = held.enter_context(passthrough.managed(place, upstream))
        urls = {PASSED: url, REMEMBERED: remember(url, admin_port)}
        rates: dict[tuple[Case, str], list[float]] = {}
        for _ in range(how.rounds):
            for case in CASES:
                for name, each in urls.items():
                    rate = passthrough.rate(each, case, how.seconds, folder)
                    rates.setdefault((case, name), []).append(rate)
    lines = ["| Call | passed through | remembered | ratio |", "| --- | ---: | ---: | ---: |"]
    for case in CASES:
        one, other = (statistics.median(rates[case, name]) for name in (PASSED, REMEMBERED))
        lines.append(f"| {case.label} | {one:,.0f}/s | {other:,.0f}/s | **{other / one:.2f}** |")
    about = (
        "How fast is a hit of a stage's cache, beside the same answer passed through to nginx?\n"
        "One worker on one core; both take turns.  0.8 on the small body is the goal."
    )
    made = "\n".join([HEADING, "", about, "", *lines, "", f"{machine.other_work()}.", ""])
    print(made)
    page.README.write_text(page.replaced(page.README.read_text(), HEADING, made))


if __name__ == "__main__":
    sys.exit(main())
