"""What is being served: the one table of snapshots, following the store.

Nothing is pushed to it.  Every call compares the store's revision with the one seen last, a
read of one number, so a call that follows a deployment is answered by that deployment.
Stages are compiled when they are first asked for; calls in flight keep the snapshot they
began with.
"""

from collections.abc import Mapping
from typing import TypeVar

from octetgate.core.model.domain import DomainName
from octetgate.core.ports.store import (
    API_KEYS,
    BASE_PATH_MAPPINGS,
    DEPLOYMENTS,
    DOMAIN_NAMES,
    STAGES,
    TRUSTSTORES,
    USAGE_PLAN_KEYS,
    USAGE_PLANS,
    Change,
    Reading,
    Store,
)
from octetgate.core.routing.hosts import wildcard
from octetgate.gateway.call import DomainGuard, Route
from octetgate.gateway.compile import compile_stage, load_integrations
from octetgate.gateway.grants import Grant, read_grants
from octetgate.gateway.snapshot import Ports, RouteKey, ServedDomain, StageSnapshot

T = TypeVar("T")

_ROUTES = 4096
_ROUTE_LENGTH = 512
_OF_KEYS = {API_KEYS.name, USAGE_PLANS.name, USAGE_PLAN_KEYS.name}
_OF_DOMAINS = {DOMAIN_NAMES.name, BASE_PATH_MAPPINGS.name, TRUSTSTORES.name}
_STRICT = "STRICT"
_MISSES = 10_000  # names that do not exist, remembered so that guessing costs no query


class Live:
    """Stages and domain names as the store has them now."""

    def __init__(self, store: Store, ports: Ports, *, aws_limits: bool = False) -> None:
        load_integrations()
        self._store = store
        self._ports = ports
        self._aws_limits = aws_limits
        self._seen = store.revision()
        self._stages: dict[str, StageSnapshot | None] = {}
        self._domains: dict[str, ServedDomain | None] = {}
        """By host."""
        self._grants: dict[str, dict[str, Grant]] = {}
        self.routes: dict[RouteKey, Route] = {}
        self.generation = object()

    def remember(self, key: RouteKey, route: Route) -> None:
        """Keep a route for the next call that says the same."""
        if len(self.routes) >= _ROUTES:
            self.routes.clear()
        if len(key[1]) <= _ROUTE_LENGTH:
            self.routes[key] = route

    def catch_up(self) -> None:
        """Forget what has changed in the store since the last call."""
        revision = self._store.revision()
        if revision == self._seen:
            return
        changes = self._store.changes(self._seen)
        self.routes.clear()
        self.generation = object()
        self._seen = revision
        if changes is None:
            self._stages.clear()
            self._domains.clear()
            self._grants.clear()
            return
        for change in changes:
            self._forget(change)

    def stage(self, api_id: str, stage_name: str) -> StageSnapshot | None:
        """Return the stage as it is served, or None if there is none."""
        key = f"{api_id}/{stage_name}"
        try:
            return self._stages[key]
        except KeyError:
            found = self._load(api_id, key)
            _remember(self._stages, key, found)
            return found

    def grants(self, api_id: str, stage_name: str) -> Mapping[str, Grant]:
        """Return what API keys may do at a stage, by the keys' values."""
        key = f"{api_id}/{stage_name}"
        grants = self._grants.get(key)
        if grants is None:
            with self._store.read() as reading:
                grants = self._grants[key] = read_grants(reading, api_id, stage_name)
        return grants

    def domain(self, host: str) -> ServedDomain | None:
        """Return the domain name that a host is, or a wildcard for it; None for none of ours."""
        try:
            return self._domains[host]
        except KeyError:
            found = self._load_domain(host)
            _remember(self._domains, host, found)
            return found

    def _forget(self, change: Change) -> None:
        if change.collection == STAGES.name:
            self._stages.pop(change.key, None)
        elif change.collection in _OF_DOMAINS:
            # A wildcard stands for hosts that nobody has counted.
            self._domains.clear()
        elif change.collection in _OF_KEYS:
            self._grants.clear()

    def _load(self, api_id: str, key: str) -> StageSnapshot | None:
        with self._store.read() as reading:
            stage = reading.get(STAGES, key)
            if stage is None:
                return None
            record = reading.get(DEPLOYMENTS, f"{api_id}/{stage.deployment_id}")
            settings = stage.canary_settings
            canary = None
            if settings is not None:
                canary = reading.get(DEPLOYMENTS, f"{api_id}/{settings.deployment_id}")
        if record is None:
            return None
        return compile_stage(record, stage, self._ports, aws_limits=self._aws_limits, canary=canary)

    def _load_domain(self, host: str) -> ServedDomain | None:
        with self._store.read() as reading:
            for name in (host, wildcard(host)):
                domain = reading.get(DOMAIN_NAMES, name)
                if domain is not None:
                    mappings = tuple(m for _, m in reading.list(BASE_PATH_MAPPINGS, f"{name}/"))
                    return ServedDomain(name, mappings, _guard(domain, reading))
        return None


def _guard(domain: DomainName, reading: Reading) -> DomainGuard | None:
    """Return what the domain's calls have to come through."""
    mutual = domain.mutual_tls_authentication is not None
    if not mutual and domain.endpoint_access_mode != _STRICT:
        return None
    truststore = reading.get(TRUSTSTORES, domain.domain_name) if mutual else None
    return DomainGuard(domain.domain_name, mutual, truststore.id if truststore else None)


def _remember(table: dict[str, T | None], key: str, found: T | None) -> None:
    if found is None and len(table) >= _MISSES:
        for name in [name for name, value in table.items() if value is None]:
            del table[name]
    table[key] = found
