"""One request to a page, with all that a page needs: the visitor's operations and its answer."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from octetgate.console.advice import advice
from octetgate.console.operations import Holder, Operations, Refusal, Sources
from octetgate.console.rendering import render

_FLASH = "octetgate-said"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A request of somebody who may be here."""

    request: Request
    sources: Sources
    operations: Operations
    holder: Holder | None
    """Whose key it is, where one is needed."""
    csrf: str
    form: FormData
    """What an unsafe request brought; empty for others."""

    async def gateway(self, operation: str, **members: Any) -> dict[str, Any]:
        """Ask API Gateway; ``operation`` is a boto3 method."""
        return await self.operations.call("apigateway", operation, **members)

    async def functions(self, operation: str, **members: Any) -> dict[str, Any]:
        """Ask Lambda; ``operation`` is a boto3 method."""
        return await self.operations.call("lambda", operation, **members)

    def path(self, name: str) -> str:
        """Return a part of the URL."""
        return str(self.request.path_params[name])

    def query(self, name: str, default: str = "") -> str:
        """Return a parameter of the URL."""
        return self.request.query_params.get(name, default)

    def field(self, name: str, default: str = "") -> str:
        """Return a field of the form, without the spaces around it."""
        value = self.form.get(name, default)
        return value.strip() if isinstance(value, str) else default

    def text(self, name: str) -> str:
        """Return a field of the form as it was typed, with one kind of line end."""
        value = self.form.get(name, "")
        return value.replace("\r\n", "\n") if isinstance(value, str) else ""

    async def file(self, name: str) -> tuple[str, bytes] | None:
        """Return name and bytes of a file that came with the form."""
        value = self.form.get(name)
        if not isinstance(value, UploadFile) or not value.filename:
            return None
        return value.filename, await value.read()

    @property
    def is_htmx(self) -> bool:
        """Whether htmx asks, which puts the answer into the page that is there."""
        return self.request.headers.get("hx-request") == "true"

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """Return a page or a part of one."""
        said = unquote(self.request.cookies.get(_FLASH, ""))
        text = render(
            template, visit=self, said=said, here=self.request.url.path, holder=self.holder,
            csrf=self.csrf, **values,
        )  # fmt: skip
        answer = HTMLResponse(text, status)
        if said and not self.is_htmx:
            answer.delete_cookie(_FLASH, httponly=True, samesite="strict")
        return answer

    def leave(self, path: str, said: str = "") -> Response:
        """Go on to another page, which says in passing what has been done."""
        answer: Response
        if self.is_htmx:
            answer = Response(status_code=204, headers={"HX-Redirect": path})
        else:
            answer = RedirectResponse(path, 303)
        if said:
            answer.set_cookie(_FLASH, quote(said), max_age=60, httponly=True, samesite="strict")
        return answer

    def part(self, template: str, said: str = "", **values: Any) -> Response:
        """Return a part of the page for htmx, and say in passing what has been done.

        A form that the browser sends itself is answered by a page with the part in it.
        """
        if self.request.method == "POST" and not self.is_htmx:
            back = urlsplit(self.request.headers.get("referer", "")).path or "/"
            return self.page("alone.html", part=template, done=said, back=back, **values)
        answer = self.page(template, **values)
        if said:
            # A header is ASCII; JSON has a way of saying everything in it.
            answer.headers["HX-Trigger"] = json.dumps({"said": {"text": said}})
        return answer


def refused(request: Request, refusal: Refusal) -> Response:
    """Return a refusal: for htmx what is put beside the form, else a page of its own."""
    partly = request.headers.get("hx-request") == "true"
    template = "parts/refusal.html" if partly else "refused.html"
    text = render(template, refusal=refusal, advice=advice(refusal))
    return HTMLResponse(text, refusal.status)
