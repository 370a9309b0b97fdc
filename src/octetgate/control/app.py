"""The management port: one management call, start to finish.

An ASGI application that answers the management APIs of ``apigateway`` and ``lambda``, health,
and the packages that GetFunction links to.
"""

import asyncio
import hashlib
import logging
import time
import uuid
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cache, partial
from typing import Any, NoReturn

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Send

from octetgate.control import caller_identity, elsewhere, explanations, kept_logs
from octetgate.control.access import Gatekeeper, Pass
from octetgate.control.browsers import refuse_other_sites
from octetgate.control.callers import Caller, caller
from octetgate.control.calls import (
    CheckDeployment,
    ControlSettings,
    Invoke,
    Members,
    Preparing,
    Read,
    Rehearsing,
    Write,
)
from octetgate.control.dispatch import Answering, answering
from octetgate.control.errors import (
    ApiError,
    InternalFailure,
    NotImplementedException,
    Refused,
    UnknownOperationException,
    conflict,
    unusable,
)
from octetgate.control.inside import Inside
from octetgate.control.packages import package_of
from octetgate.control.requests import body_of, head_of, peer_of, query_of
from octetgate.control.wire import parse, render, service
from octetgate.control.wire.message import Answered, Asked
from octetgate.control.wire.router import Router, service_of
from octetgate.control.wire.service import Operation
from octetgate.control.wire.validate import validate
from octetgate.core.model.definition import ApiDefinition
from octetgate.core.ports.explanation import Explain
from octetgate.core.ports.functions import InvokeError, LocalFunctions
from octetgate.core.ports.logs import KeptLogs
from octetgate.core.ports.meters import Usage
from octetgate.core.ports.rehearsal import Audit, Rehearse
from octetgate.core.ports.store import (
    FUNCTION_CODE,
    LAYER_VERSIONS,
    Store,
    StoreConflict,
    StoreUnusable,
)
from octetgate.core.signing.request import Request as SignedRequest

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
_BUG = "Internal failure; the log of octetgate says more"
_PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"
_LINES = "text/plain; charset=utf-8"
_LOG = logging.getLogger(__name__)


def application(
    store: Store,
    functions: LocalFunctions,
    settings: ControlSettings,
    health: Callable[[], Mapping[str, object]],
    *,
    check_deployment: CheckDeployment | None = None,
    rehearse: Rehearse | None = None,
    audit: Audit | None = None,
    explain: Explain | None = None,
    logs: KeptLogs | None = None,
    execution_logs: KeptLogs | None = None,
    usage: Usage | None = None,
    metrics: Callable[[], bytes] | None = None,
    clock: Callable[[], float] = time.time,
) -> Starlette:
    """Return the management application.

    ``health`` reports on the whole server; what waits for it reads the status code, 200 only
    when the report's ``status`` is ``ok``.
    ``check_deployment`` says what of a definition the gateway could not serve; CreateDeployment
    refuses a definition of which it says anything.  ``rehearse`` makes TestInvokeMethod's calls,
    ``audit`` asks TestInvokeAuthorizer's functions,
    ``explain`` answers ``/_octetgate/explain``, ``logs`` what functions have printed,
    ``execution_logs`` what became of stages' calls; ``metrics`` is the text of
    ``/_octetgate/metrics``, and ``usage`` knows what API keys have used.  ``clock`` says when an
    operation is called.
    """
    management = Management(
        store,
        functions,
        settings,
        check_deployment or _servable,
        rehearse or _nowhere,
        audit or _nowhere,
        usage,
        clock,
    )

    async def healthy(request: Request) -> Response:
        del request
        report = dict(health())
        return JSONResponse(report, 200 if report["status"] == "ok" else 503)

    async def explained(request: Request) -> Response:
        await management.admit(request)
        if explain is None:
            raise NotImplementedException("expected a gateway to ask, found none")
        return JSONResponse(
            await asyncio.to_thread(explanations.explained, store, explain, request.query_params)
        )

    async def printed(request: Request) -> Response:
        await management.admit(request)
        lines = await kept_logs.of_function(
            logs, store, request.path_params["name"], request.query_params
        )
        return StreamingResponse(lines, media_type=_LINES)

    async def logged(request: Request) -> Response:
        await management.admit(request)
        place = request.path_params["api"], request.path_params["stage"]
        lines = await kept_logs.of_stage(execution_logs, store, *place, request.query_params)
        return StreamingResponse(lines, media_type=_LINES)

    async def measured(request: Request) -> Response:
        refuse_other_sites(request.headers)
        if metrics is None:
            raise NotImplementedException("expected a gateway that counts, found none")
        return Response(await asyncio.to_thread(metrics), media_type=_PROMETHEUS)

    app = Starlette(
        exception_handlers={ApiError: _told},
        routes=[
            Route("/_octetgate/explain", explained, methods=["GET"]),
            Route("/_octetgate/health", healthy, methods=["GET"]),
            Route("/_octetgate/functions/{name}/logs", printed, methods=["GET"]),
            Route("/_octetgate/apis/{api}/stages/{stage}/logs", logged, methods=["GET"]),
            Route("/_octetgate/metrics", measured, methods=["GET"]),
            Route("/_octetgate/functions/{name}/code", management.code, methods=["GET"]),
            Route("/_octetgate/layers/{name}/{version}/content", management.layer, methods=["GET"]),
            Route("/{path:path}", management.call, methods=_METHODS),
        ],
    )
    app.state.inside = management.inside
    return app


async def _told(request: Request, error: Exception) -> Response:
    """Say why one of octetgate's own pages is refused."""
    del request
    status = error.status if isinstance(error, ApiError) else 500
    return JSONResponse({"message": str(error)}, status)


def _servable(definition: ApiDefinition) -> list[str]:
    """Return no complaint: without a gateway there is nobody to ask."""
    del definition
    return []


async def _nowhere(asked: object) -> NoReturn:
    del asked
    raise NotImplementedException("expected a gateway to rehearse in, found none")


class Management:
    """Answers the operations of the service models."""

    def __init__(
        self,
        store: Store,
        functions: LocalFunctions,
        settings: ControlSettings,
        check_deployment: CheckDeployment,
        rehearse: Rehearse,
        audit: Audit,
        usage: Usage | None,
        clock: Callable[[], float],
    ) -> None:
        self._store = store
        self._functions = functions
        self._settings = settings
        self._rehearse = rehearse
        self._audit = audit
        self._clock = clock
        self._gate = Gatekeeper(store)
        self._world = {
            "settings": settings,
            "check_deployment": check_deployment,
            "usage": usage,
        }
        self.inside = Inside(self._gate, settings, self._world, self._run, clock)

    async def call(self, request: Request) -> Response:
        """Answer one operation, or refuse it in the words of its service."""
        request.state.request_id = str(uuid.uuid4())
        credential = request.query_params.get("X-Amz-Credential")
        who = caller(request.headers.get("authorization"), self._settings, credential)
        path = request.scope["raw_path"].decode("latin-1")
        name = who.service if who.service in service.SERVICES else service_of(path)
        try:
            not_ours = await self._elsewhere(request, path, who)
            answered = not_ours or await self._answered(request, path, name, who)
        except ApiError as error:
            answered = await asyncio.to_thread(_refused, name, error)
        except StoreConflict:
            answered = await asyncio.to_thread(_refused, name, conflict(name))
        except StoreUnusable as error:
            _LOG.error("%s %s failed: %s", request.method, path, error)
            answered = await asyncio.to_thread(_refused, name, unusable(name, error))
        except InvokeError as error:
            answered = await asyncio.to_thread(_refused, name, Refused(error))
        except Exception:  # noqa: BLE001  # the port answers, whatever the bug
            _LOG.exception("%s %s failed", request.method, path)
            answered = await asyncio.to_thread(_refused, name, InternalFailure(_BUG))
        headers = {"x-amzn-RequestId": request.state.request_id, **answered.headers}
        if answered.pieces is not None:
            return _Streamed(answered.pieces, answered.status, headers)
        return Response(answered.body, answered.status, headers)

    async def code(self, request: Request) -> Response:
        """Send a function's deployment package."""
        return await self._send(
            request, partial(package_of, self._store), request.path_params["name"]
        )

    async def layer(self, request: Request) -> Response:
        """Send the zip of a layer's version."""
        key = "{name}/{version}".format(**request.path_params)
        return await self._send(request, self._layer, key)

    async def admit(self, request: Request) -> None:
        """Refuse one of octetgate's own pages to whoever may not ask for operations."""
        refuse_other_sites(request.headers)
        head = head_of(request)
        held = await asyncio.to_thread(self._gate.recognise, head, peer_of(request))
        self._gate.prove(held, head)

    async def _send(
        self, request: Request, find: Callable[[str], bytes | None], name: str
    ) -> Response:
        await self.admit(request)
        package = await asyncio.to_thread(find, name)
        if package is None:
            return JSONResponse({"message": f"{name}: no code of that name"}, 404)
        return Response(package, media_type="application/zip")

    async def _elsewhere(self, request: Request, path: str, who: Caller) -> Answered | None:
        """Answer a call that was signed for another service; None if it was for one of ours."""
        error = elsewhere.refused(who.service, path)
        if error is None:
            return None
        try:
            if who.service == caller_identity.SERVICE:
                held, body = await self._admitted(request)
                if caller_identity.is_asked(body):
                    key = held.key if held else None
                    return caller_identity.answer(who, key, request.state.request_id)
        except ApiError as refusal:
            error = refusal
        return elsewhere.told(error, who.service or "", request.headers, request.state.request_id)

    async def _admitted(self, request: Request) -> tuple[Pass | None, bytes]:
        """Return whose request it is, and its body; refuse whoever may not ask."""
        refuse_other_sites(request.headers)
        head = head_of(request)
        held = await asyncio.to_thread(self._gate.recognise, head, peer_of(request))
        body = await body_of(request)
        # Hashing fifty megabytes of Base64 is no work for the loop.
        await asyncio.to_thread(self._prove, held, head, body)
        return held, body

    async def _answered(self, request: Request, path: str, name: str, who: Caller) -> Answered:
        held, body = await self._admitted(request)
        asked = Asked(
            method=request.method,
            path=path,
            query=query_of(head_of(request)),
            headers=dict(request.headers),
            body=body,
        )
        # Nor is reading a model.
        operation, answer, members = await asyncio.to_thread(_understood, name, asked)
        action = asked.method if name == "apigateway" else operation.name
        key = held.key if held else None
        self._gate.refuse_change(key, asked.method, account=who.account, action=f"{name}:{action}")
        result = await self._run(answer, self._about(request, who, held), members)
        return render.answer(operation, result)

    def _prove(self, held: Pass | None, head: SignedRequest, body: bytes) -> None:
        if held is not None:
            body_hash = hashlib.sha256(body).hexdigest()
            self._gate.prove(held, replace(head, body_hash=body_hash))

    def _about(self, request: Request, who: Caller, held: Pass | None) -> dict[str, Any]:
        return {
            "signed": held.link if held else str,
            "account": who.account,
            "region": who.region,
            "now": self._clock(),
            "url": str(request.base_url).rstrip("/"),
            **self._world,
            "request_id": request.state.request_id,
        }

    async def _run(self, answer: Answering, about: dict[str, Any], members: Members) -> Any:
        look = partial(self._look, about)
        if answer.needs is Invoke:
            invoke = Invoke(functions=self._functions, look=look, **about)
            return await answer.function(invoke, members)
        if answer.needs is Rehearsing:
            call = Rehearsing(look=look, rehearse=self._rehearse, audit=self._audit, **about)
            return await answer.function(call, members)
        return await asyncio.to_thread(self._transact, answer, about, members)

    @contextmanager
    def _look(self, about: dict[str, Any]) -> Iterator[Read]:
        with self._store.read() as view:
            yield Read(store=view, **about)

    def _transact(self, answer: Answering, about: dict[str, Any], members: Members) -> Any:
        """Run a plain operation in the transaction that it asks for, prepared before it begins."""
        if answer.prepare is not None:
            members = answer.prepare(Preparing(look=partial(self._look, about), **about), members)
        if answer.needs is Read:
            with self._look(about) as call:
                return answer.function(call, members)
        with self._store.write() as draft:
            return answer.function(Write(store=draft, **about), members)

    def _layer(self, key: str) -> bytes | None:
        with self._store.read() as view:
            found = view.get(LAYER_VERSIONS, key)
            return view.get(FUNCTION_CODE, found.code_key) if found else None


class _Streamed(StreamingResponse):
    """An answer that is sent as it comes into being; whoever makes it hears when it is over."""

    def __init__(
        self, pieces: AsyncGenerator[bytes, None], status: int, headers: Mapping[str, str]
    ) -> None:
        super().__init__(pieces, status, headers)
        self._pieces = pieces

    async def stream_response(self, send: Send) -> None:
        try:
            await super().stream_response(send)
        finally:
            await self._pieces.aclose()


@cache
def _router(name: str) -> Router:
    return Router(service.load(name).operations.values())


def _understood(name: str, asked: Asked) -> tuple[Operation, Answering, Members]:
    """Return the operation that is asked for, what answers it, and its members."""
    match = _router(name).find(asked.method, asked.path, asked.query)
    if match is None:
        raise UnknownOperationException(f"{name}: no operation at {asked.method} {asked.path}")
    answer = answering(name, match.operation)
    members = parse.members(match, asked)
    validate(name, match.operation, members)
    return match.operation, answer, members


def _refused(name: str, error: ApiError) -> Answered:
    return render.failure(service.load(name), error)
