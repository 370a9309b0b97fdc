"""Keeps processes warm that functions have provisioned, following the store."""

import asyncio
import contextlib
import logging

from octetgate.adapters.runners._pools import Pools
from octetgate.core.functions.names import FunctionName
from octetgate.core.functions.versions import provisioned_versions
from octetgate.core.ports.functions import FunctionNotFound, InvokeError, Provision
from octetgate.core.ports.store import FUNCTIONS, Store

_log = logging.getLogger(__name__)

_LOOK_SECONDS = 0.25
"""How often the store's revision is looked at: a number in memory."""

_Version = tuple[str, str]
"""Function and number."""


class Provisioning:
    """What is wanted, and who sees to it."""

    def __init__(self, store: Store, pools: Pools) -> None:
        self._store = store
        self._pools = pools
        self._seen: int | None = None
        self._wanted: dict[_Version, int] = {}
        self._failed: dict[_Version, str] = {}
        self._following: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to follow the store."""
        self._following = asyncio.get_running_loop().create_task(self._follow())

    async def _follow(self) -> None:
        while True:
            revision = self._store.revision()
            if revision != self._seen:
                self._seen = revision
                await self._keep_to(await asyncio.to_thread(self._read))
            await asyncio.sleep(_LOOK_SECONDS)

    def _read(self) -> dict[_Version, int]:
        with self._store.read() as reading:
            functions = [function for _, function in reading.list(FUNCTIONS)]
        return {
            (function.name, version): count
            for function in functions
            if function.provisioned
            for version, count in provisioned_versions(function).items()
        }

    async def _keep_to(self, wanted: dict[_Version, int]) -> None:
        gone = dict.fromkeys(self._wanted.keys() - wanted.keys(), 0)
        for version, count in {**wanted, **gone}.items():
            if count != self._wanted.get(version) or version in self._failed:
                await self._provide(version, count)
        self._wanted = wanted

    async def _provide(self, version: _Version, count: int) -> None:
        self._failed.pop(version, None)
        try:
            await self._pools.provide(self._pools.find(FunctionName(*version)), count)
        except FunctionNotFound:
            pass  # deleted, and its processes with it
        except InvokeError as error:
            self._failed[version] = str(error)
        except Exception as error:  # noqa: BLE001 - a mistake of ours must not end the following
            _log.exception("provisioning %s:%s failed", *version)
            self._failed[version] = repr(error)

    def provision(self, name: FunctionName) -> Provision:
        """Return how far it is with a version, or with an alias's main one."""
        target = self._pools.find(name)
        alias = target.function.aliases.get(name.qualifier or "")
        version = (name.name, alias.function_version if alias else name.qualifier or "")
        if version in self._failed:
            return Provision(allocated=0, available=0, reason=self._failed[version])
        return self._pools.provision(*version)

    async def close(self) -> None:
        """Follow no longer."""
        if self._following is not None:
            self._following.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._following
