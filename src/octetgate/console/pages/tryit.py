"""Try it: a call of the draft or of a stage, with any file, and all that became of it."""

import base64
import time
from binascii import Error as NotBase64
from collections.abc import AsyncIterator, Mapping
from typing import Any

import msgspec
from starlette.responses import Response

from octetgate.console.operations import DRAFT, Refusal, Signer, Trial, Tried
from octetgate.console.pages import _lists as lists
from octetgate.console.pages import _trace
from octetgate.console.pages._exchange import Answer, Upload
from octetgate.console.pages._served import invoke_url, stages_of, summary
from octetgate.console.places import Page, Place, Reads
from octetgate.console.rendering import render
from octetgate.console.visits import Visit
from octetgate.core.ports.exchange import ClientGone
from octetgate.core.ports.upstream import UpstreamError

_VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
_NO_CONTENT = 204


class _Signer(msgspec.Struct):
    """The key that a visitor types, to sign one call."""

    access_key_id: str
    secret: str


class _Asked(msgspec.Struct):
    """The call that the page wants made, as the header says it."""

    method: str
    verb: str
    target: str
    headers: list[tuple[str, str]] = []
    variables: dict[str, str] = {}
    resource: str = ""
    api_key: str = ""
    signer: _Signer | None = None
    by_visitor: bool = False


async def form(visit: Visit) -> Response:
    """Show the page."""
    api = await visit.gateway("get_rest_api", restApiId=visit.path("api"))
    stages = await stages_of(visit, api["id"])
    calls: dict[str, list[Any]] = {DRAFT: await _draft(visit, api["id"])}
    for stage in stages:
        calls[stage["stageName"]] = await _deployed(visit, api["id"], stage["deploymentId"])
    names = [stage["stageName"] for stage in stages]
    urls = {name: invoke_url(visit, api["id"], name).rstrip("/") for name in names}
    return visit.page(
        "try.html",
        api=api,
        stages=names,
        keys=await lists.items(visit, "get_api_keys"),
        known={
            "api": api["id"],
            "calls": calls,
            "urls": urls,
            "binary": api.get("binaryMediaTypes", []),
            "endpoint": str(visit.request.base_url).rstrip("/"),
            "asked": dict(visit.request.query_params),
        },
    )


async def _draft(visit: Visit, api: str) -> list[dict[str, str]]:
    """Return the methods of the API as it is being edited."""
    return [
        {"resource": each["id"], "path": each["path"], "method": each["verb"], "verb": verb}
        for each, _ in await lists.methods(visit, api)
        for verb in _verbs(each["verb"])
    ]


async def _deployed(visit: Visit, api: str, deployment: str) -> list[dict[str, Any]]:
    """Return the methods that a stage serves."""
    return [
        {
            "resource": "",
            "path": path,
            "method": method,
            "verb": verb,
            "needsKey": about.get("apiKeyRequired", False),
            "isSigned": about.get("authorizationType") == "AWS_IAM",
        }
        for path, methods in sorted((await summary(visit, api, deployment)).items())
        for method, about in methods.items()
        for verb in _verbs(method)
    ]


def _verbs(method: str) -> tuple[str, ...]:
    return _VERBS if method == "ANY" else (method,)


async def foreseen(visit: Visit) -> Response:
    """Show what would become of the payloads of a call that nobody has made yet."""
    names = ("method", "path", "contentType", "accept", "sample")
    asked = {name: visit.query(name) for name in names if visit.query(name)}
    explained = await _explained(visit, asked)
    return visit.page(
        "parts/try-foreseen.html",
        explained=explained,
        accept=visit.query("accept"),
        first=visit.query("accept").partition(",")[0].strip(),
    )


async def _explained(visit: Visit, asked: Mapping[str, str]) -> Mapping[str, Any]:
    about = {"api": visit.path("api"), "stage": visit.path("where"), **asked}
    try:
        return await visit.sources.explain(about)
    except Refusal:
        # The call itself says what is wrong with it, and better.
        return {}


async def tried(visit: Visit) -> Response:
    """Make the call; its answer comes as it is, and what is told about it behind it."""
    asked = _asked(visit)
    upload = Upload(visit.request)
    trial = Trial(
        api=visit.path("api"),
        stage=visit.path("where"),
        resource=asked.resource,
        method=asked.method,
        verb=asked.verb,
        target=asked.target,
        headers=tuple(asked.headers),
        variables=asked.variables,
        body=upload.body(),
        api_key=asked.api_key,
        signer=Signer(asked.signer.access_key_id, asked.signer.secret) if asked.signer else None,
        by_visitor=asked.by_visitor,
    )
    began = time.perf_counter()
    try:
        answer = await upload.while_here(visit.operations.try_out(trial))
    except ClientGone:
        return Response(status_code=_NO_CONTENT)
    result = _Result(visit, trial, upload, answer, began)
    head = {
        "status": answer.status,
        "headers": [(_text(name), _text(value)) for name, value in answer.headers],
        "milliseconds": _milliseconds(began, time.perf_counter()),
    }
    return Answer(upload, head, result.pieces, result.told)


def _milliseconds(began: float, ended: float) -> float:
    return round((ended - began) * 1000, 1)


def _asked(visit: Visit) -> _Asked:
    try:
        said = base64.b64decode(visit.request.headers.get("x-octetgate-call", ""), validate=True)
        return msgspec.json.decode(said, type=_Asked)
    except (NotBase64, msgspec.DecodeError) as error:
        message = f"x-octetgate-call: expected a call as JSON in Base64; {error}"
        raise Refusal("BadRequestException", message, 400) from error


def _text(octets: str) -> str:
    """Return a field as people read it; on the wire a character is a byte."""
    return octets.encode("latin-1", "replace").decode("utf-8", "replace")


class _Result:
    """The answer to a trial while it is sent, and what there is to tell at its end."""

    def __init__(
        self, visit: Visit, trial: Trial, upload: Upload, answer: Tried, began: float
    ) -> None:
        self._visit = visit
        self._trial = trial
        self._upload = upload
        self._answer = answer
        self._began = began
        self._sent = 0
        self._broken = ""

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield the body; one that breaks off ends, and the break is told about."""
        body = self._answer.body
        try:
            while piece := await body.read():
                self._sent += len(piece)
                yield piece
        except UpstreamError as error:
            self._broken = str(error)
        finally:
            body.close()

    async def told(self) -> str:
        """Return what became of the call, as a part of the page."""
        ended = time.perf_counter()
        told = await self._answer.told()
        known = _trace.Known(
            line=told.line,
            explained=await self._explained(told.line),
            received=self._upload.received,
            sent=self._sent,
            status=self._answer.status,
        )
        return render(
            "parts/tried.html",
            steps=_trace.steps(known),
            refusal=_trace.refusal(known),
            seen=_trace.seen(known),
            likely=_trace.likely(known),
            milliseconds=_milliseconds(self._began, ended),
            line=told.line,
            log=told.log,
            broken=self._broken,
            draft=self._trial.stage == DRAFT,
        )

    async def _explained(self, line: Mapping[str, Any]) -> Mapping[str, Any]:
        first: dict[str, str] = {}
        for name, value in self._trial.headers:
            first.setdefault(name.lower(), value)
        payload = line.get("responsePayload", {})
        known = payload.get("mediaTypeFrom") == "header"
        asked = {
            "method": self._trial.verb,
            "path": self._trial.target or "/",
            "contentType": first.get("content-type", ""),
            "accept": first.get("accept", ""),
            "acceptEncoding": first.get("accept-encoding", ""),
            "contentEncoding": first.get("content-encoding", ""),
            "answerType": payload["mediaType"] if known else "",
            "sample": base64.b64encode(self._upload.sample).decode(),
        }
        return await _explained(self._visit, {name: said for name, said in asked.items() if said})


NAVIGATION = (Place(70, "Try it", "/apis/{api}/try"),)
PAGES = (
    Page("/apis/{api}/try", form),
    Page("/apis/{api}/try/{where}", tried, "POST", Reads.STREAM),
    Page("/apis/{api}/try/{where}/foreseen", foreseen),
)
