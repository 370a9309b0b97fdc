"""The ways to backends, for the processes that have one: HTTP, AWS services, functions."""

from functools import partial

from octetgate.adapters.aws.destinations import AwsDestinations
from octetgate.adapters.aws.objects import S3Objects
from octetgate.adapters.aws.services import AwsServices, AwsSettings
from octetgate.adapters.certificates.folder_objects import FolderObjects
from octetgate.adapters.key_sets.jwks import JwksKeySets
from octetgate.adapters.runners.remote import RemoteFunctions
from octetgate.adapters.upstream.pool import Pool, PoolSettings
from octetgate.core.ports.cache import Caches
from octetgate.core.ports.certificates import KeyPair
from octetgate.core.ports.functions import Functions
from octetgate.core.ports.keys import KeyTable
from octetgate.core.ports.metrics import Tallies
from octetgate.core.ports.objects import Objects
from octetgate.core.ports.stage_logs import ExecutionLogs, StageLogs
from octetgate.core.ports.store import CLIENT_CERTIFICATES, Store
from octetgate.core.ports.traces import Tracer
from octetgate.core.ports.upstream import Upstream
from octetgate.gateway.snapshot import Ports
from octetgate.server.settings import Settings


def open_pool(settings: Settings, store: Store | None = None) -> Pool:
    """Return a pool of connections, kept as the settings say.

    The client certificates that stages name are in the store.
    """
    return Pool(
        PoolSettings(
            per_origin=settings.upstream_connections,
            idle_seconds=settings.upstream_idle_seconds,
            connect_seconds=settings.upstream_connect_seconds,
            body_seconds=settings.upstream_body_seconds,
            shown=None if store is None else partial(_key_pair, store),
        )
    )


def _key_pair(store: Store, name: str) -> KeyPair | None:
    with store.read() as view:
        found = view.get(CLIENT_CERTIFICATES, name)
    if found is None:
        return None
    return KeyPair(certificate=found.pem_encoded_certificate, private_key=found.private_key)


def aws_services(settings: Settings) -> AwsServices:
    """Return the AWS services at the endpoints and with the credentials that were chosen."""
    return AwsServices(_aws(settings))


def s3_objects(settings: Settings) -> S3Objects:
    """Return S3's objects, from the same place and with the same credentials."""
    return S3Objects(_aws(settings))


def truststores(settings: Settings) -> Objects:
    """Return S3's objects, and before these the files that stand for some."""
    found = s3_objects(settings)
    return FolderObjects(settings.certificates, found) if settings.certificates else found


def aws_destinations(settings: Settings) -> AwsDestinations:
    """Return the way of records and dead letters, to the same place and with the same keys."""
    return AwsDestinations(_aws(settings))


def _aws(settings: Settings) -> AwsSettings:
    return AwsSettings(
        endpoint_url=settings.aws_endpoint_url,
        endpoint_urls=dict(settings.aws_endpoint_urls),
        access_key_id=settings.aws_access_key_id,
        secret_access_key=settings.aws_secret_access_key,
        session_token=settings.aws_session_token,
    )


def gateway_ports(
    settings: Settings,
    upstream: Upstream,
    here: Functions,
    caches: Caches | None = None,
    tallies: Tallies | None = None,
    logs: StageLogs | None = None,
    keys: KeyTable | None = None,
    *,
    execution_logs: ExecutionLogs | None = None,
    tracer: Tracer | None = None,
) -> Ports:
    """Return the gateway's ways out: functions are here, unless Lambda has an endpoint."""
    services = aws_services(settings)
    functions: Functions = here
    if services.endpoint_url("lambda"):
        functions = RemoteFunctions(upstream, services, settings.region)
    key_sets = JwksKeySets(upstream, settings.user_pool_keys)
    return Ports(
        upstream,
        functions,
        services,
        caches,
        tallies,
        logs,
        keys,
        key_sets,
        execution_logs,
        tracer,
    )
