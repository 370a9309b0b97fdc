"""The console wired to this process: its operations are management's own, called from inside."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from octetgate.console.history import History
from octetgate.console.operations import (
    DRAFT,
    Holder,
    Operations,
    Refusal,
    Signer,
    Sources,
    Trial,
    Tried,
)
from octetgate.console.urls import PLACES
from octetgate.control.differences import compared
from octetgate.control.dispatch import table as operations_table
from octetgate.control.errors import ApiError, BadRequestException, NotImplementedException
from octetgate.control.explanations import explained
from octetgate.control.function_uses import function_uses
from octetgate.control.inside import Inside
from octetgate.control.packages import package_of
from octetgate.control.previews import previewed
from octetgate.core.model.management_key import ManagementKey
from octetgate.core.ports.explanation import Explain
from octetgate.core.ports.logs import CallLog, KeptLogs
from octetgate.core.ports.metrics import Totals
from octetgate.core.ports.rehearsal import Preview, Previewed, Sketch
from octetgate.core.ports.store import Store
from octetgate.server.trying import Stages, client_verb, draft_call, held, rehearsed

_LOG = logging.getLogger(__name__)


def with_console(
    management: Starlette,
    store: Store,
    *,
    explain: Explain,
    preview: Preview,
    gateway_url: str,
    health: Callable[[], Mapping[str, Any]],
    metrics: Callable[[], bytes],
    logs: KeptLogs,
    totals: Callable[[], Totals],
    calls: CallLog,
    stages: Stages | None = None,
) -> "Port":
    """Return the application of the whole port: the console's pages beside management's APIs."""

    async def explaining(asked: Mapping[str, str]) -> Mapping[str, Any]:
        with _in_the_consoles_words():
            return await asyncio.to_thread(explained, store, explain, asked)

    async def comparing(asked: Mapping[str, str]) -> Mapping[str, Any]:
        with _in_the_consoles_words():
            return await asyncio.to_thread(compared, store, asked)

    async def using(name: str) -> list[dict[str, str]]:
        return await asyncio.to_thread(function_uses, store, name)

    async def previewing(sketch: Sketch) -> Previewed:
        with _in_the_consoles_words():
            return await previewed(store, preview, sketch)

    async def packaged(name: str) -> bytes | None:
        return await asyncio.to_thread(package_of, store, name)

    sources = Sources(
        entry=_Entry(management.state.inside, stages),
        gateway_url=gateway_url,
        health=health,
        metrics=metrics,
        logs=logs,
        explain=explaining,
        compare=comparing,
        uses=using,
        preview=previewing,
        history=History(totals),
        calls=calls,
        code=packaged,
    )
    return Port(management, sources)


class Port:
    """Management, and the console as soon as it is loaded.

    Templates and forms take longer to load than management itself; whoever only calls
    operations, in CI for instance, does not wait for them.
    """

    def __init__(self, management: ASGIApp, sources: Sources) -> None:
        self._management = management
        self._sources = sources
        self._console: ASGIApp | None = None
        self._loading = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _is_a_page(scope):
            await self._management(scope, receive, send)
            return
        console = self._console or await self._loaded()
        await console(scope, receive, send)

    async def warm(self) -> None:
        """Load the console, its templates and the operations, for its first visitor not to wait.

        Step by step: who comes meanwhile waits for a step, and not for the rest.
        """
        try:
            await self._loaded()
            from octetgate.console.rendering import templates

            steps: tuple[Callable[[], object], ...] = (operations_table, *templates())
            for loading in steps:
                await run_in_threadpool(loading)
        except Exception:  # noqa: BLE001  # a visitor is told as well, and management goes on
            _LOG.exception("the console could not be loaded")

    async def _loaded(self) -> ASGIApp:
        async with self._loading:
            if self._console is None:
                self._console = await asyncio.to_thread(self._load)
            return self._console

    def _load(self) -> ASGIApp:
        from octetgate.console.app import application

        return application(self._sources)


def _is_a_page(scope: Scope) -> bool:
    """Whether the console is asked; what is signed is for management, wherever it is sent to."""
    if scope["path"].split("/")[1] not in PLACES:
        return False
    return not any(
        name == b"authorization" and v.startswith(b"AWS4-") for name, v in scope["headers"]
    )


@dataclass(frozen=True, slots=True)
class _Entry:
    """Who may come in, by management's keys."""

    inside: Inside
    stages: Stages | None

    async def needs_key(self, headers: Mapping[str, str], peer: str | None) -> bool:
        with _in_the_consoles_words():
            return await self.inside.needs_key(headers, peer)

    async def sign_in(self, access_key_id: str, secret: str) -> Holder:
        with _in_the_consoles_words():
            return _holder(await self.inside.prove(access_key_id, secret))

    async def holder(self, access_key_id: str) -> Holder:
        with _in_the_consoles_words():
            return _holder(await self.inside.holder(access_key_id))

    def operations(self, holder: Holder | None, url: str) -> Operations:
        return _Operations(self.inside, self.stages, holder, url)


@dataclass(frozen=True, slots=True)
class _Operations:
    """The operations of one visitor, whose key is looked at again for each."""

    inside: Inside
    stages: Stages | None
    holder: Holder | None
    url: str

    async def call(self, service: str, operation: str, **members: Any) -> dict[str, Any]:
        with _in_the_consoles_words():
            return await self.inside.call(await self._key(), self.url, service, operation, members)

    async def try_out(self, trial: Trial) -> Tried:
        with _in_the_consoles_words():
            if trial.stage == DRAFT:
                asked = draft_call(trial)
                body = await held(trial)
                played = await self.inside.rehearse(
                    await self._key(), self.url, asked, verb=client_verb(trial.verb), body=body
                )
                return rehearsed(played)
            self.inside.admit_call(await self._key(), "execute-api:Invoke")
            # The stage has to be there: what is asked for leads to no other place of the port.
            stage = await self.call(
                "apigateway", "get_stage", restApiId=trial.api, stageName=trial.stage
            )
            if self.stages is None:
                raise NotImplementedException("expected a gateway to call, found none")
            return await self.stages.call(await self._proven(trial), logs=_logs(stage))

    async def _proven(self, trial: Trial) -> Trial:
        """Return the call with the API key that it names, and with who signs it."""
        if trial.api_key:
            key = await self.call(
                "apigateway", "get_api_key", apiKey=trial.api_key, includeValue=True
            )
            trial = replace(trial, headers=(*trial.headers, ("x-api-key", key["value"])))
        if trial.by_visitor:
            own = await self._key()
            if own is None:
                raise BadRequestException(
                    "signer: expected a visitor with a key; found one without"
                )
            signer = Signer(own.access_key_id, own.secret_access_key)
            trial = replace(trial, signer=signer)
        return trial

    async def _key(self) -> ManagementKey | None:
        if self.holder is None:
            return None
        return await self.inside.holder(self.holder.access_key_id)


def _logs(stage: Mapping[str, Any]) -> bool:
    """Whether the stage has any method of which every call is told in its execution log."""
    settings = stage.get("methodSettings", {}).values()
    return any(each.get("loggingLevel") == "INFO" for each in settings)


def _holder(key: ManagementKey) -> Holder:
    return Holder(key.access_key_id, key.name, key.read_only)


@contextmanager
def _in_the_consoles_words() -> Iterator[None]:
    try:
        yield
    except ApiError as error:
        raise Refusal(error.code, str(error), error.status) from error
