"""The management process: the AWS management APIs, health and metrics, on the admin port."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import uvicorn
import uvloop

from octetgate.adapters.certificates import self_signed
from octetgate.adapters.meters.usage import KeptUsage
from octetgate.adapters.runners.unix import UnixFunctions
from octetgate.adapters.telemetry.call_log import CallLogFile
from octetgate.adapters.telemetry.log_files import LogFiles
from octetgate.adapters.telemetry.stage_logs import EXECUTION
from octetgate.adapters.telemetry.totals import totals
from octetgate.control.app import application
from octetgate.control.calls import ControlSettings
from octetgate.gateway.audition import Auditions
from octetgate.gateway.compile import check
from octetgate.gateway.explanation import explain
from octetgate.gateway.previews import Previews
from octetgate.gateway.rehearsal import Rehearsals
from octetgate.server.backends import gateway_ports, open_pool, s3_objects, truststores
from octetgate.server.board import Board, State
from octetgate.server.build import access_log_file, configure_logs, open_store
from octetgate.server.console import Port, with_console
from octetgate.server.health import Health
from octetgate.server.place import Running
from octetgate.server.processes import Post
from octetgate.server.trying import Stages

_LOOK_SECONDS = 0.1
"""How often to look whether all processes have started, until they have."""
_DATE_SECONDS = 1.0


def main(
    running: Running, services: tuple[str, ...], sockets: Sequence[socket.socket], post: Post
) -> int:
    """Answer management calls until told to leave."""
    configure_logs(running.settings)
    uvloop.run(_serve(running, services, sockets, post))
    return 0


async def _serve(
    running: Running, services: tuple[str, ...], sockets: Sequence[socket.socket], post: Post
) -> None:
    settings = running.settings
    async with contextlib.AsyncExitStack() as held:
        store = open_store(running.place.store_url)
        held.callback(store.close)
        functions = UnixFunctions(running.place.functions_socket)
        held.push_async_callback(functions.close)
        upstream = open_pool(settings, store)
        held.push_async_callback(upstream.close)
        usage = KeptUsage(running.place.usage)
        held.callback(usage.close)
        ports = gateway_ports(settings, upstream, functions)
        health = Health(
            post.board,
            services,
            store,
            running.place.functions_socket,
            running.gateway_url,
            running.secure_url,
        )
        logs = LogFiles(running.place.logs / "functions")
        execution_logs = LogFiles(running.place.logs / EXECUTION)
        calls = CallLogFile(access_log_file(running))
        metrics = partial(_metrics, running.place.metrics)
        management = application(
            store,
            functions,
            ControlSettings(
                account_id=settings.account_id,
                default_region=settings.region,
                gateway_url=running.gateway_url,
                objects=s3_objects(settings),
                truststores=truststores(settings),
                has_tls=settings.has_tls,
                issue_certificate=self_signed.issue,
                hot_reload=settings.may_hot_reload,
            ),
            health.report,
            check_deployment=partial(check, ports=ports),
            explain=explain,
            logs=logs,
            execution_logs=execution_logs,
            usage=usage,
            metrics=metrics,
            audit=Auditions(ports).play,
            rehearse=Rehearsals(ports, aws_limits=settings.aws_limits).play,
        )
        app = with_console(
            management,
            store,
            explain=explain,
            preview=Previews(ports, aws_limits=settings.aws_limits).play,
            gateway_url=running.gateway_url,
            health=health.report,
            metrics=metrics,
            logs=logs,
            totals=partial(totals, running.place.metrics),
            calls=calls,
            stages=Stages(upstream, running.gateway_url, calls, settings.region, execution_logs),
        )
        server = _Server(
            uvicorn.Config(
                app,
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                lifespan="off",
                timeout_graceful_shutdown=int(settings.grace_seconds),
            ),
            post,
        )
        async with asyncio.TaskGroup() as group:
            serving = group.create_task(server.serve(list(sockets)))
            warming = group.create_task(_warmed(app, server, post.board))
            await post.told_to_leave()
            execution_logs.close()
            logs.close()  # those who follow one would never leave
            warming.cancel()
            server.leave()
            await serving


async def _warmed(app: Port, server: "_Server", board: Board) -> None:
    """Load the console once everything has started, which takes no longer because of it."""
    await server.is_up.wait()
    # Other processes write on the board, and wake nobody.
    while any(board.read(name).state < State.READY for name in board.names):  # noqa: ASYNC110
        await asyncio.sleep(_LOOK_SECONDS)
    await app.warm()


def _metrics(folder: Path) -> bytes:
    """Return all processes' metrics; what makes them is loaded when somebody first asks."""
    from octetgate.adapters.telemetry.exposition import exposition

    return exposition(folder)


class _Server(uvicorn.Server):
    """uvicorn, as one process among ours: it says when it is ready, and leaves signals alone."""

    def __init__(self, config: uvicorn.Config, post: Post) -> None:
        super().__init__(config)
        self._post = post
        self.is_up = asyncio.Event()
        self._is_leaving = asyncio.Event()

    def leave(self) -> None:
        """Take no more calls, finish those under way, and end."""
        self.should_exit = True
        self._is_leaving.set()

    async def main_loop(self) -> None:
        """Keep the Date field right until told to leave; uvicorn's own looks ten times a second."""
        while not await self.on_tick(0):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_DATE_SECONDS):
                    await self._is_leaving.wait()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._post.ready()
        self.is_up.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
