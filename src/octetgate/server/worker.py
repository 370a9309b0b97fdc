"""A gateway worker: one event loop that answers API calls on its share of the port."""

import asyncio
import contextlib
import gc
from functools import partial
from typing import TYPE_CHECKING

import uvloop

from octetgate.adapters.aws.services import load
from octetgate.adapters.caches.disk import DiskCaches
from octetgate.adapters.certificates.files import CertificateFolder, PairOfFiles
from octetgate.adapters.front import h1
from octetgate.adapters.front.tls import Contexts
from octetgate.adapters.meters.throttles import SharedThrottles
from octetgate.adapters.meters.usage import KeptUsage
from octetgate.adapters.runners.unix import Borrowing, UnixFunctions
from octetgate.adapters.telemetry.function_metrics import SharedFunctionTallies
from octetgate.adapters.telemetry.metrics import CallTallies
from octetgate.adapters.telemetry.stage_logs import StageLogFiles
from octetgate.core.ports.meters import Meters
from octetgate.core.ports.metrics import Subject
from octetgate.core.ports.store import Store
from octetgate.gateway.entrance import entrance
from octetgate.gateway.function_urls import FunctionUrls
from octetgate.gateway.live import Live
from octetgate.gateway.live_domains import LiveDomains
from octetgate.gateway.live_keys import LiveKeys
from octetgate.gateway.live_urls import LiveUrls
from octetgate.gateway.phases.access_log import refused_at_the_door
from octetgate.gateway.pipeline import Gateway
from octetgate.server.backends import gateway_ports, open_pool
from octetgate.server.build import access_lines, configure_logs, open_store
from octetgate.server.place import Running
from octetgate.server.processes import Post
from octetgate.server.settings import Settings
from octetgate.server.sockets import Share
from octetgate.server.warming import names_services

if TYPE_CHECKING:
    from octetgate.adapters.telemetry.traces import OtlpTracer

_COLLECTOR = (50_000, 20, 20)
"""Calls leave no circles behind, failed ones neither (tests/gateway/test_circles.py), so the
collector finds next to nothing; with the default of 700 it would look for it every few calls."""


def main(running: Running, throttles: SharedThrottles, share: Share, post: Post) -> int:
    """Answer calls until told to leave."""
    configure_logs(running.settings)
    uvloop.run(_serve(running, throttles, share, post))
    return 0


async def _serve(running: Running, throttles: SharedThrottles, share: Share, post: Post) -> None:
    settings = running.settings
    async with contextlib.AsyncExitStack() as held:
        store = open_store(running.place.store_url)
        held.callback(store.close)
        upstream = open_pool(settings, store)
        held.push_async_callback(upstream.close)
        functions = UnixFunctions(
            running.place.functions_socket,
            borrowing=Borrowing(
                running.place.functions_socket,
                store.revision,
                SharedFunctionTallies(running.place.metrics, post.name),
            ),
        )
        held.push_async_callback(functions.close)
        caches = DiskCaches(running.place.caches, settings.cache_bytes)
        held.callback(caches.close)
        call_soon = asyncio.get_running_loop().call_soon
        tallies = CallTallies(running.place.metrics, post.name, later=call_soon)
        if await asyncio.to_thread(names_services, store):
            await asyncio.to_thread(load)
        stage_logs = StageLogFiles(running.place.logs)
        held.callback(stage_logs.close)
        tracer = None
        if settings.traces == "otlp":
            tracer = await asyncio.to_thread(_open_tracer, post.name)
            # Sending what is left takes as long as the collector does.
            held.push_async_callback(asyncio.to_thread, tracer.close)
        keys = LiveKeys(store)
        ports = gateway_ports(
            settings,
            upstream,
            functions,
            caches,
            tallies,
            stage_logs,
            keys,
            execution_logs=stage_logs,
            tracer=tracer,
        )
        live = Live(store, ports, aws_limits=settings.aws_limits)
        lines = held.enter_context(access_lines(running))
        usage = KeptUsage(running.place.usage)
        held.callback(usage.close)
        elsewhere = (tallies.of(Subject()),)
        gateway = Gateway(live, Meters(throttles, usage), lines.write, elsewhere)
        urls = FunctionUrls(LiveUrls(store), keys, functions, lines.write, tracer)
        door = await h1.serve(
            entrance(gateway.handle, urls.handle),
            share.plain,
            _door(settings),
            _secure(settings, share, store),
            partial(refused_at_the_door, lines.write, elsewhere),
        )
        # What start-up made stays to the end: the collector need not look at it again and again.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*_COLLECTOR)
        post.ready()

        def reopen() -> None:
            lines.reopen()
            stage_logs.reopen()

        await post.told_to_leave(reopen=reopen)
        await door.close(settings.grace_seconds)


def _open_tracer(instance: str) -> "OtlpTracer":
    """Return what sends traces; the SDK is loaded where they are wanted, and nowhere else."""
    from octetgate.adapters.telemetry.traces import OtlpTracer

    return OtlpTracer(instance)


def _door(settings: Settings) -> h1.DoorSettings:
    return h1.DoorSettings(
        idle_seconds=settings.idle_seconds,
        head_seconds=settings.head_seconds,
        body_seconds=settings.body_seconds,
        write_seconds=settings.write_seconds,
        max_connections=settings.max_connections,
        trusted_proxies=settings.trusted_proxies,
    )


def _secure(settings: Settings, share: Share, store: Store) -> h1.SecurePort | None:
    if not share.secure:
        return None
    cert, key, folder = settings.tls_cert, settings.tls_key, settings.certificates
    domains = LiveDomains(store, CertificateFolder(folder) if folder else None)
    own = PairOfFiles(cert, key).now if cert and key else None
    return h1.SecurePort(
        sockets=share.secure,
        contexts=Contexts(domains.terms, own or (lambda: None)),
        settings=h1.HandshakeSettings(seconds=settings.handshake_seconds),
    )
