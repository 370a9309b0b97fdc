"""The keys with which callers sign."""

from typing import Protocol

from octetgate.core.model.management_key import ManagementKey


class KeyTable(Protocol):
    """The keys that are good now."""

    def find(self, access_key: str) -> ManagementKey | None:
        """Return the key of that id, or None if there is none."""
