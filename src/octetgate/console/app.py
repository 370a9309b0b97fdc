"""The console: one request to a page, start to finish.

Who may come, whether they are signed in, whether an unsafe request comes from a page of ours:
all of it is decided here, before a page runs, so that no page can forget it.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from octetgate.console import signing_in
from octetgate.console.operations import Holder, Refusal, Sources
from octetgate.console.places import Page, Reads, all_pages, places
from octetgate.console.rendering import STATIC, environment, render
from octetgate.console.sessions import Sessions
from octetgate.console.visits import Visit, refused

_LARGEST_FORM = 70 * 1024 * 1024
"""Bytes of a form with its files, as for a call of management."""
_LARGEST_FIELD = 8 * 1024 * 1024
"""Bytes of one field: a definition of 6 MB, typed in."""
_MOST_FILES = 10_000
"""Files of one form: a folder that becomes a function, with what it depends on."""

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_FOR_GOOD = {"Cache-Control": "public, max-age=31536000, immutable"}
_LOG = logging.getLogger(__name__)

_NOT_OURS = Refusal(
    "ForbiddenException",
    "The page that this came from is out of date: octetgate was started anew, or you signed in or "
    "out in another window. Reload the page and try again.",
    403,
)

_BUG = Refusal("InternalFailure", "Internal failure; the log of octetgate says more", 500)


def application(sources: Sources) -> Starlette:
    """Return the console, for the paths of :mod:`octetgate.console.urls`."""
    environment().globals["places"] = places
    desk = _Desk(sources, Sessions())
    routes = [
        *(
            Route(page.path, desk.answering(page), methods=[page.method], name=page.path)
            for page in all_pages()
        ),
        Route("/sign-in", desk.sign_in, methods=["GET", "POST"]),
        Route("/sign-out", desk.sign_out, methods=["POST"]),
        Route("/static/{name:path}", desk.file, methods=["GET"]),
        Route("/favicon.ico", desk.icon, methods=["GET"]),
        Route("/{path:path}", desk.nowhere, methods=["GET", "POST"]),
    ]
    return Starlette(routes=routes, exception_handlers={HTTPException: desk.misled})


class _Desk:
    """Lets visitors in, and hands them to the page that they asked for."""

    def __init__(self, sources: Sources, sessions: Sessions) -> None:
        self._sources = sources
        self._entry = sources.entry
        self._sessions = sessions

    def answering(self, page: Page) -> Callable[[Request], Awaitable[Response]]:
        """Return the page as Starlette calls it."""

        async def answer(request: Request) -> Response:
            return await self._guarded(request, lambda: self._visited(request, page))

        return answer

    async def sign_in(self, request: Request) -> Response:
        """Show the form that asks for a key, or take what it brought."""
        return await self._guarded(request, lambda: self._sign_in(request))

    async def sign_out(self, request: Request) -> Response:
        """End the session."""
        return await self._guarded(request, lambda: self._sign_out(request))

    async def file(self, request: Request) -> Response:
        """Send a script, a style or a picture."""
        return await self._guarded(
            request, lambda: self._file(request, request.path_params["name"])
        )

    async def icon(self, request: Request) -> Response:
        """Send the icon that browsers ask for by this name."""
        return await self._guarded(request, lambda: self._file(request, "icon.svg"))

    async def nowhere(self, request: Request) -> Response:
        """Say that there is no such page."""
        return await self._guarded(request, lambda: self._nowhere(request))

    async def misled(self, request: Request, error: Exception) -> Response:
        """Say what is wrong with a request that no page can make sense of."""
        status, detail = 500, str(error)
        if isinstance(error, HTTPException):
            status, detail = error.status_code, str(error.detail)
        return _with_policy(refused(request, Refusal("BadRequestException", detail, status)))

    async def _nowhere(self, request: Request) -> Response:
        await self._needs_key(request)
        raise Refusal("NotFoundException", f"{request.url.path}: no such page", 404)

    async def _guarded(
        self, request: Request, answering: Callable[[], Awaitable[Response]]
    ) -> Response:
        """Answer; whatever the answer, it carries the policy."""
        try:
            if _is_followed_link(request):
                answer: Response = HTMLResponse(render("arrived.html", url=_own_address(request)))
            else:
                answer = await answering()
        except Refusal as refusal:
            answer = refused(request, refusal)
        except HTTPException as error:
            return await self.misled(request, error)
        except Exception:  # noqa: BLE001  # the console answers, whatever the bug
            _LOG.exception("%s %s failed", request.method, request.url.path)
            answer = refused(request, _BUG)
        return _with_policy(answer)

    async def _visited(self, request: Request, page: Page) -> Response:
        holder: Holder | None = None
        token = request.cookies.get(_cookie(request), "")
        if await self._needs_key(request):
            holder = await self._holder(token)
            if holder is None:
                return _to_sign_in(request)
        form = await self._form(request, page, token)
        try:
            url = str(request.base_url).rstrip("/")
            fresh = token or self._sessions.new_token()
            visit = Visit(
                request=request,
                sources=self._sources,
                operations=self._entry.operations(holder, url),
                holder=holder,
                csrf=self._sessions.csrf(fresh),
                form=form,
            )
            answer = await page.answer(visit)
        finally:
            await form.close()
        if not token:
            _set_cookie(request, answer, fresh)
        return answer

    async def _needs_key(self, request: Request) -> bool:
        peer = request.client.host if request.client else None
        return await self._entry.needs_key(request.headers, peer)

    async def _holder(self, token: str) -> Holder | None:
        access_key_id = self._sessions.holder(token)
        if access_key_id is None:
            return None
        try:
            return await self._entry.holder(access_key_id)
        except Refusal:
            self._sessions.end(token)
            return None

    async def _form(self, request: Request, page: Page, token: str) -> FormData:
        """Return what an unsafe request brought, having seen that it comes from our own page."""
        if page.method == "GET":
            return FormData()
        if page.reads is Reads.STREAM:
            self._refuse_forged(token, request.headers.get("x-csrf-token", ""))
            return FormData()
        return await self._own_form(request, token)

    async def _own_form(self, request: Request, token: str) -> FormData:
        header = request.headers.get("x-csrf-token")
        if header is not None:
            self._refuse_forged(token, header)
        if int(request.headers.get("content-length", "0")) > _LARGEST_FORM:
            raise Refusal(
                "RequestEntityTooLargeException",
                f"Request must be smaller than {_LARGEST_FORM} bytes",
                413,
            )
        form = await request.form(max_files=_MOST_FILES, max_part_size=_LARGEST_FIELD)
        if header is None:
            self._refuse_forged(token, str(form.get("csrf", "")))
        return form

    def _refuse_forged(self, token: str, said: str) -> None:
        if not token or not self._sessions.is_csrf(token, said):
            raise _NOT_OURS

    async def _sign_in(self, request: Request) -> Response:
        if not await self._needs_key(request):
            return RedirectResponse("/", 303)
        token = request.cookies.get(_cookie(request), "")
        if request.method == "GET":
            fresh = token or self._sessions.new_token()
            answer = _sign_in_page(self._sessions.csrf(fresh), request.query_params.get("next", ""))
            if not token:
                _set_cookie(request, answer, fresh)
            return answer
        form = await self._own_form(request, token)
        asked = signing_in.Asked.of(form)
        try:
            holder = await self._entry.sign_in(asked.access_key_id, asked.secret)
        except Refusal as refusal:
            return _sign_in_page(self._sessions.csrf(token), asked.then, refusal)
        answer = RedirectResponse(asked.then, 303)
        # A new token: whoever planted the old one must not be signed in with it.
        _set_cookie(request, answer, self._sessions.begin(holder.access_key_id))
        return answer

    async def _sign_out(self, request: Request) -> Response:
        await self._needs_key(request)
        token = request.cookies.get(_cookie(request), "")
        await self._own_form(request, token)
        self._sessions.end(token)
        answer = RedirectResponse("/sign-in", 303)
        answer.delete_cookie(_cookie(request), httponly=True, samesite="strict")
        return answer

    async def _file(self, request: Request, name: str) -> Response:
        await self._needs_key(request)  # Files are no secret, but no other site's business.
        file = (STATIC / name).resolve()
        if not file.is_relative_to(STATIC) or not file.is_file():
            raise Refusal("NotFoundException", f"{name}: no such file", 404)
        # Modules import each other by plain names, which stay the same when the files change.
        kept = _FOR_GOOD if "v" in request.query_params else {"Cache-Control": "no-cache"}
        return FileResponse(file, headers=kept)


def _with_policy(answer: Response) -> Response:
    for name, value in _HEADERS.items():
        answer.headers.setdefault(name, value)
    return answer


def _is_followed_link(request: Request) -> bool:
    """Whether a link on another site led here.

    Nothing is shown then but a page that goes on by itself: the browser has held back the
    cookie, and a page without it would take the visitor for somebody else.
    """
    headers = request.headers
    return (
        request.method == "GET"
        and headers.get("sec-fetch-site") in {"cross-site", "same-site"}
        and headers.get("sec-fetch-mode") == "navigate"
        and headers.get("sec-fetch-dest") == "document"
        and "origin" not in headers
    )


def _own_address(request: Request) -> str:
    """Return path and query as they lead here: two slashes at the start lead to another site."""
    query = request.url.query
    return "/" + request.url.path.lstrip("/\\") + (f"?{query}" if query else "")


def _to_sign_in(request: Request) -> Response:
    if request.headers.get("hx-request") == "true":
        return Response(status_code=204, headers={"HX-Redirect": "/sign-in"})
    if request.method != "GET":
        return RedirectResponse("/sign-in", 303)
    return RedirectResponse(f"/sign-in?next={quote(request.url.path)}", 303)


def _sign_in_page(csrf: str, then: str, refusal: Refusal | None = None) -> Response:
    status = refusal.status if refusal else 200
    values: dict[str, Any] = {"csrf": csrf, "then": then, "refusal": refusal, "advice": ""}
    return HTMLResponse(render("sign-in.html", **values), status)


def _cookie(request: Request) -> str:
    """Return the cookie's name; browsers keep cookies by host, whatever the port."""
    return f"octetgate-{request.url.port or request.url.scheme}"


def _set_cookie(request: Request, answer: Response, token: str) -> None:
    answer.set_cookie(
        _cookie(request),
        token,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
