"""The keys with which callers sign, following the store."""

from octetgate.core.model.management_key import ManagementKey
from octetgate.core.ports.store import MANAGEMENT_KEYS, Store


class LiveKeys:
    """Keys as the store has them now: one that was revoked is good no longer."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._seen: int | None = None
        self._keys: dict[str, ManagementKey] = {}

    def find(self, access_key: str) -> ManagementKey | None:
        """Return the key of that id, or None if there is none."""
        revision = self._store.revision()
        if revision != self._seen:
            with self._store.read() as reading:
                self._keys = dict(reading.list(MANAGEMENT_KEYS))
            self._seen = revision
        return self._keys.get(access_key)
