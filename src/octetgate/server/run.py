"""Runs octetgate: who is started, with what, and what is said about it.

The master binds the ports, brings the store to the present schema and forks the rest: the
gateway workers, management, and the supervisor of the functions.  It imports nothing that
only one of them needs.
"""

import contextlib
import gc
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from octetgate.adapters.meters.throttles import SharedThrottles
from octetgate.server.build import configure_logs, open_store
from octetgate.server.master import Master
from octetgate.server.place import Running, occupy
from octetgate.server.processes import Post, Role
from octetgate.server.settings import Settings
from octetgate.server.sockets import Listeners, Share, listen

_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


Guests = Callable[[Running], Sequence[Role]]
"""More processes that run beside ours, once all is ready."""


def run(
    settings: Settings,
    *,
    announce: Callable[[Running], None],
    warn: Callable[[str], None],
    guests: Guests | None = None,
) -> int:
    """Serve until a signal says stop; return the exit status.

    ``announce`` is called when every process is ready, ``warn`` with what the user should
    know before.  Raises CannotListen, PlaceTaken or StoreUnusable.
    """
    configure_logs(settings)
    if settings.admin_host not in _LOOPBACK:
        warn(
            f"management listens on {settings.admin_host}, port {settings.admin_port}, in plain "
            "HTTP: who has a key can change every API and run code in functions; without keys "
            "only this machine is answered (octetgate keys create)"
        )
    gateway, secure, management = _listen(settings)
    bound = replace(
        settings,
        port=gateway.port,
        admin_port=management.port,
        tls_port=None if secure is None else secure.port,
    )
    with occupy(bound) as place:
        open_store(place.store_url).close()
        running = Running(bound, place)
        throttles = SharedThrottles()
        shares = _shares(gateway, secure, only_tls=bound.has_only_tls)
        roles = [
            *_services(running, shares, management, throttles),
            *(guests(running) if guests else ()),
        ]
        master = Master(
            roles,
            listening=(*(each for share in shares for each in share.all), *management.all),
            grace_seconds=bound.grace_seconds,
        )
        # What is loaded by now is shared with the children as long as nobody touches it.
        gc.freeze()
        return master.run(lambda: announce(running))


def _listen(settings: Settings) -> tuple[Listeners, Listeners | None, Listeners]:
    """Open the ports: the gateway's, its second one where there is one, and management's."""
    with contextlib.ExitStack() as failed:
        workers = settings.worker_count
        gateway = listen(settings.host, settings.port, setting="port", shares=workers)
        failed.callback(gateway.close)
        secure = None
        if settings.tls_port is not None:
            secure = listen(settings.host, settings.tls_port, setting="tls_port", shares=workers)
            failed.callback(secure.close)
        management = listen(settings.admin_host, settings.admin_port, setting="admin_port")
        failed.pop_all()
    return gateway, secure, management


def _shares(gateway: Listeners, secure: Listeners | None, *, only_tls: bool) -> list[Share]:
    """Return what each worker accepts on."""
    if secure is not None:
        return [Share(*pair) for pair in zip(gateway.shares, secure.shares, strict=True)]
    return [Share((), share) if only_tls else Share(share, ()) for share in gateway.shares]


def _services(
    running: Running, shares: Sequence[Share], management: Listeners, throttles: SharedThrottles
) -> list[Role]:
    workers = [
        Role(f"worker {number}", partial(_gateway, running, throttles, share), keeps=share.all)
        for number, share in enumerate(shares, 1)
    ]
    names = ("functions", "management", *(role.name for role in workers))
    return [
        Role("functions", partial(_functions, running), leaves_last=True),
        Role(
            "management",
            partial(_management, running, names, management),
            keeps=management.all,
        ),
        *workers,
    ]


# Each process loads its own modules, side by side with the others, after the fork.


def _gateway(running: Running, throttles: SharedThrottles, share: Share, post: Post) -> int:
    from octetgate.server import worker

    return worker.main(running, throttles, share, post)


def _management(
    running: Running, services: tuple[str, ...], listeners: Listeners, post: Post
) -> int:
    from octetgate.server import management

    return management.main(running, services, listeners.all, post)


def _functions(running: Running, post: Post) -> int:
    from octetgate.server import functions

    return functions.main(running, post)
