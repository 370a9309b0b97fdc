"""The functions' process: one supervisor for every gateway worker and for management."""

import contextlib
import logging
import os

import uvloop

from octetgate.adapters.runners import unix
from octetgate.adapters.runners.process import (
    Found,
    NoIsolation,
    Supervisor,
    SupervisorSettings,
    describe,
    probe,
)
from octetgate.adapters.telemetry.function_metrics import SharedFunctionTallies
from octetgate.server.backends import aws_destinations
from octetgate.server.build import configure_logs, open_store
from octetgate.server.master import LAST_SECONDS
from octetgate.server.place import Running
from octetgate.server.processes import Post
from octetgate.server.settings import Settings

_log = logging.getLogger("octetgate.server")

_PAYLOAD_LIMITS = {True: 6_291_456, False: 16 * 2**20}
"""Bytes of an event.  Without AWS's limits, what the gateway may collect (10 MiB) fits also as
Base64."""

_ANSWER_LIMITS = {True: 6_291_556, False: 16 * 2**20}
"""Bytes of a function's answer; AWS's is 100 above its limit for events."""


def main(running: Running, post: Post) -> int:
    """Run functions until told to leave, which the master says when nobody calls any more."""
    configure_logs(running.settings)
    try:
        found = isolation(running.settings)
    except NoIsolation as error:
        _log.error("%s", error)
        return 1
    for shortfall in found.shortfalls:
        _log.warning("functions are isolated less than they could be: %s", shortfall)
    _log.info("functions get %s", describe(found.isolation))
    uvloop.run(_serve(running, post, found))
    return 0


def isolation(settings: Settings) -> Found:
    """Return what functions' processes are kept from here; raises NoIsolation."""
    return probe(settings.isolation, settings.function_user_numbers, settings.data.absolute())


def _workers_total(settings: Settings, found: Found) -> int:
    total = max(settings.function_processes, 8 * (os.cpu_count() or 1))
    users = found.isolation.users
    return min(total, len(users.numbers)) if users else total


def shared_variables(settings: Settings) -> dict[str, str]:
    """Return what the SDKs in functions find services by, as integrations find them.

    On AWS a function's role gives it credentials; here somebody has to say that it may have ours.
    """
    if not settings.function_credentials:
        return {}
    named = {
        "AWS_ACCESS_KEY_ID": settings.aws_access_key_id,
        "AWS_SECRET_ACCESS_KEY": settings.aws_secret_access_key,
        "AWS_SESSION_TOKEN": settings.aws_session_token,
        "AWS_ENDPOINT_URL": settings.aws_endpoint_url,
    }
    for service, url in settings.aws_endpoint_urls:
        named[f"AWS_ENDPOINT_URL_{service.upper().replace('-', '_')}"] = url
    return {name: value for name, value in named.items() if value}


async def _serve(running: Running, post: Post, found: Found) -> None:
    settings, cores = running.settings, os.cpu_count() or 1
    async with contextlib.AsyncExitStack() as held:
        store = open_store(running.place.store_url)
        held.callback(store.close)
        destinations = aws_destinations(settings)
        held.callback(destinations.close)
        supervisor = Supervisor(
            store,
            SupervisorSettings(
                data=settings.data.absolute(),
                environment=shared_variables(settings),
                region=settings.region,
                account_id=settings.account_id,
                payload_limit=_PAYLOAD_LIMITS[settings.aws_limits],
                answer_limit=_ANSWER_LIMITS[settings.aws_limits],
                idle_seconds=settings.function_idle_seconds,
                node=settings.node,
                isolation=found.isolation,
                adopts_orphans=True,
                # Less than the master's patience with those who leave last.
                grace_seconds=LAST_SECONDS / 2,
                event_queue_bytes=settings.event_queue_bytes,
                event_retry_seconds=(
                    settings.event_retry_seconds,
                    2 * settings.event_retry_seconds,
                ),
                workers_per_function=settings.function_processes or 2 * cores,
                workers_total=_workers_total(settings, found),
            ),
            destinations,
            SharedFunctionTallies(running.place.metrics, post.name),
        )
        await supervisor.start()
        held.push_async_callback(supervisor.close)
        server = await unix.serve(supervisor, running.place.functions_socket)
        held.push_async_callback(server.close)
        supervisor.lend(running.place.functions_socket)
        post.ready()
        await post.told_to_leave()
