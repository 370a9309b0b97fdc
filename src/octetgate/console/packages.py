"""Deployment packages as files that can be looked at, and with one of them changed."""

import io
import zipfile
import zlib
from copy import copy
from dataclasses import dataclass
from pathlib import PurePosixPath

_LARGEST_TEXT = 256 * 1024
"""Bytes of a file that is edited in a page."""
_LARGEST_UNZIPPED = 250 * 1024 * 1024
"""As much as Lambda takes; more is not unzipped to be looked at either."""
_EPOCH = (1980, 1, 1, 0, 0, 0)

_UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError)
"""A RuntimeError is a password, or a compression that is not known."""

_LANGUAGES = {
    ".py": "python",
    ".js": "javascript",
    ".mjs": "javascript",
    ".cjs": "javascript",
    ".json": "json",
}


class BadPackage(ValueError):
    """It is no zip, or does not hold what is asked for."""


@dataclass(frozen=True, slots=True)
class File:
    """One file of a package."""

    name: str
    size: int
    """Bytes, unzipped."""
    is_small: bool
    """Whether it is short enough to be edited in a page."""

    @property
    def language(self) -> str:
        """How the editor highlights it."""
        return _LANGUAGES.get(PurePosixPath(self.name).suffix, "text")


def files(package: bytes) -> list[File]:
    """Return the files by name; no folders."""
    with _opened(package) as archive:
        found = [entry for entry in archive.infolist() if not entry.is_dir()]
    return sorted(
        (File(each.filename, each.file_size, each.file_size <= _LARGEST_TEXT) for each in found),
        key=lambda file: file.name,
    )


def text(package: bytes, name: str) -> str | None:
    """Return a file's text; None for one that is no text, too long to be edited, or locked."""
    with _opened(package) as archive:
        entry = _entry(archive, name)
        if entry.file_size > _LARGEST_TEXT:
            return None
        try:
            return _read(archive, entry).decode("utf-8")
        except (UnicodeDecodeError, BadPackage):
            return None


def with_text(package: bytes, name: str, changed: str) -> bytes:
    """Return the package with one of its files changed; all others as they were, modes too.

    Pages know one kind of line end; a file that had the other gets it back.
    """
    packed = io.BytesIO()
    with _opened(package) as archive, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        if sum(entry.file_size for entry in archive.infolist()) > _LARGEST_UNZIPPED:
            raise BadPackage(f"expected at most {_LARGEST_UNZIPPED} bytes unzipped, found more")
        edited = _entry(archive, name)
        for entry in archive.infolist():
            data = _read(archive, entry)
            if entry.filename == edited.filename:
                data = _with_ends_of(data, changed)
            # A record of its own: writing changes it, and the archive still reads by it.
            made.writestr(copy(entry), data)
    return packed.getvalue()


def _with_ends_of(before: bytes, changed: str) -> bytes:
    is_windows = b"\r\n" in before and before.count(b"\n") == before.count(b"\r\n")
    return (changed.replace("\n", "\r\n") if is_windows else changed).encode()


def zipped(contents: dict[str, bytes]) -> bytes:
    """Return a package of these files by name, the same bytes for the same files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in sorted(contents.items()):
            made.writestr(_new(name, executable=data.startswith((b"#!", b"\x7fELF"))), data)
    return packed.getvalue()


def _new(name: str, *, executable: bool = False) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = (0o755 if executable else 0o644) << 16
    return entry


def _opened(package: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(package))
    except zipfile.BadZipFile as error:
        raise BadPackage(f"expected a zip: {error}") from error


def _entry(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    try:
        return archive.getinfo(name)
    except KeyError as error:
        raise BadPackage(f"expected a file of the package, found {name!r}") from error


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    try:
        return archive.read(entry)
    except _UNREADABLE as error:
        raise BadPackage(f"{entry.filename}: cannot be unzipped: {error}") from error
