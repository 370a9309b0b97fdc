"""The functions' process: one supervisor for every gateway worker and for management."""

import contextlib
import os

import uvloop

from octetgate.adapters.runners import unix
from octetgate.adapters.runners.process import Supervisor, SupervisorSettings
from octetgate.server.backends import aws_destinations
from octetgate.server.build import configure_logs, open_store
from octetgate.server.master import LAST_SECONDS
from octetgate.server.place import Running
from octetgate.server.processes import Post

_PAYLOAD_LIMITS = {True: 6_291_456, False: 16 * 2**20}
"""Bytes of an event.  Without AWS's limits, what the gateway may collect (10 MiB) fits also as
Base64."""

_ANSWER_LIMITS = {True: 6_291_556, False: 16 * 2**20}
"""Bytes of a function's answer; AWS's is 100 above its limit for events."""


def main(running: Running, post: Post) -> int:
    """Run functions until told to leave, which the master says when nobody calls any more."""
    configure_logs(running.settings)
    uvloop.run(_serve(running, post))
    return 0


async def _serve(running: Running, post: Post) -> None:
    settings, cores = running.settings, os.cpu_count() or 1
    async with contextlib.AsyncExitStack() as held:
        store = open_store(running.place.store_url)
        held.callback(store.close)
        supervisor = Supervisor(
            store,
            SupervisorSettings(
                data=settings.data.absolute(),
                region=settings.region,
                account_id=settings.account_id,
                payload_limit=_PAYLOAD_LIMITS[settings.aws_limits],
                answer_limit=_ANSWER_LIMITS[settings.aws_limits],
                idle_seconds=settings.function_idle_seconds,
                node=settings.node,
                # Less than the master's patience with those who leave last.
                grace_seconds=LAST_SECONDS / 2,
                event_queue_bytes=settings.event_queue_bytes,
                event_retry_seconds=(
                    settings.event_retry_seconds,
                    2 * settings.event_retry_seconds,
                ),
                workers_per_function=settings.function_processes or 2 * cores,
                workers_total=max(settings.function_processes, 8 * cores),
            ),
            aws_destinations(settings),
        )
        await supervisor.start()
        held.push_async_callback(supervisor.close)
        server = await unix.serve(supervisor, running.place.functions_socket)
        held.push_async_callback(server.close)
        post.ready()
        await post.told_to_leave()
