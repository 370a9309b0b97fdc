"""The way to HTTP backends, for the processes that have one."""

from octetgate.adapters.upstream.pool import Pool, PoolSettings
from octetgate.server.settings import Settings


def open_pool(settings: Settings) -> Pool:
    """Return a pool of connections, kept as the settings say."""
    return Pool(
        PoolSettings(
            per_origin=settings.upstream_connections,
            idle_seconds=settings.upstream_idle_seconds,
            connect_seconds=settings.upstream_connect_seconds,
            body_seconds=settings.upstream_body_seconds,
        )
    )
