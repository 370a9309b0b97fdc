"""Objects of S3 from a folder, where they are needed without S3."""

from pathlib import Path

from octetgate.core.ports.objects import NoObject, Objects


class FolderObjects:
    """``DIR/BUCKET/KEY`` where there is such a file, else what other objects say.

    A file has no versions: whichever is asked for, it is this one.
    """

    def __init__(self, folder: Path, others: Objects) -> None:
        self._folder = folder.resolve()
        self._others = others

    def get(self, bucket: str, key: str, *, version: str | None, region: str, limit: int) -> bytes:
        """Return the object whole; raises NoObject."""
        path = (self._folder / bucket / key).resolve()
        if not path.is_relative_to(self._folder / bucket) or not path.is_file():
            return self._others.get(bucket, key, version=version, region=region, limit=limit)
        try:
            if path.stat().st_size > limit:
                raise NoObject(
                    "EntityTooLarge",
                    f"expected at most {limit} bytes; found {path.stat().st_size}",
                )
            return path.read_bytes()
        except OSError as error:
            raise NoObject("AccessDenied", f"{path}: {error.strerror}") from error
