"""Objects of S3: where functions' and layers' packages may come from."""

from typing import Protocol


class NoObject(Exception):
    """The object could not be had; ``code`` and the message are S3's."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Objects(Protocol):
    """Blocking; for a thread."""

    def get(self, bucket: str, key: str, *, version: str | None, region: str, limit: int) -> bytes:
        """Return the object whole; raises NoObject, also if it has more than ``limit`` bytes."""
