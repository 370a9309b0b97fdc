"""A page in a real browser that tells of everything a page of ours must not do."""

import json
from pathlib import Path
from urllib.parse import urlsplit

AXE = (Path(__file__).parent / "vendor/axe.js").read_text()

# Refusals come with a status that says so, and the browser writes each into its console.
_REFUSED = "Failed to load resource: the server responded with a status of 4"

_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`CSP: ${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""


class Watch:
    """What went wrong on a page, as the browser tells it."""

    def __init__(self, page):
        self.wrong = []
        page.add_init_script(_VIOLATIONS)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.wrong.append(f"page error: {error}"))
        page.on("request", self._request)
        page.on("response", self._response)

    def _console(self, message):
        if message.type == "error" and not message.text.startswith(_REFUSED):
            self.wrong.append(f"console: {message.text}")

    def _request(self, request):
        url = urlsplit(request.url)
        if url.scheme not in {"blob", "data"} and url.hostname not in {"127.0.0.1", "localhost"}:
            self.wrong.append(f"leaves the machine: {request.url}")

    def _response(self, response):
        if response.status >= 500:
            self.wrong.append(f"{response.status}: {response.request.method} {response.url}")


def axe(page):
    """Return what axe-core finds serious or critical: rule, and where."""
    # Playwright runs it outside the page's own policy, which has no exception for tests.
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{each['id']}: {json.dumps(each['nodes'][0]['target'])} {each['nodes'][0]['failureSummary']}"
        for each in found["violations"]
        if each["impact"] in {"serious", "critical"}
    ]
