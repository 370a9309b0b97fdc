"""The code of functions and layers: checked, kept under its hash, forgotten when unused."""

import base64
import hashlib
import io
import zipfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import Any

from octetgate.control.calls import Members, Write
from octetgate.control.errors import InvalidParameterValueException
from octetgate.core.ports.store import (
    FUNCTION_CODE,
    FUNCTION_VERSIONS,
    FUNCTIONS,
    LAYER_VERSIONS,
    Reading,
    Store,
)

HOT_RELOAD = "hot-reload"
"""A bucket by convention: its keys are folders of this machine."""
LARGEST_UNZIPPED = 250 * 1024 * 1024
_BAD_ZIP = "Could not unzip uploaded file. Please check your file, then try to upload again."
_ENCRYPTED = 0x1
_COMPRESSIONS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
"""What Lambda unpacks."""
_LONGEST_NAME, _LONGEST_PATH = 255, 2048
"""In bytes; the system takes 4096 for a path, and the package lies in a folder of its own."""
_EPOCH = (1980, 1, 1, 0, 0, 0)


def package_of(store: Store, name: str) -> bytes | None:
    """Return the zip of a function, or of a version as ``name:version``; None for a folder."""
    name, _, version = name.partition(":")
    with store.read() as view:
        function = (
            view.get(FUNCTION_VERSIONS, f"{name}/{version}")
            if version
            else view.get(FUNCTIONS, name)
        )
        return view.get(FUNCTION_CODE, function.code_key) if function else None


def code(call: Write, asked: Members, *, keep: bool = True) -> dict[str, Any]:
    """Return what a record says of the code that is given, which is kept under its hash."""
    if asked.get("S3Bucket") == HOT_RELOAD:
        return _folder(call, asked)
    return {"folder": "", **kept_zip(call, asked, keep=keep)}


def kept_zip(call: Write, asked: Members, *, keep: bool = True) -> dict[str, Any]:
    """Return what a record says of the zip that is given, which is kept under its hash."""
    package: bytes | None = asked.get("ZipFile")
    if package is None:
        given = [name for name in ("S3Bucket", "S3Key", "ImageUri") if asked.get(name)]
        found = ", ".join(given) or "none"
        raise InvalidParameterValueException(f"Code: expected a ZipFile; found {found}")
    check_package(package)
    digest = hashlib.sha256(package)
    if keep:
        call.store.put(FUNCTION_CODE, digest.hexdigest(), package)
    return {
        "code_key": digest.hexdigest(),
        "code_sha256": base64.b64encode(digest.digest()).decode(),
        "code_size": len(package),
    }


def _folder(call: Write, asked: Members) -> dict[str, Any]:
    """Return what a function says of a folder that it is to run from as it is."""
    if not call.settings.hot_reload:
        raise InvalidParameterValueException(
            f"S3Bucket: {HOT_RELOAD} runs any folder of this machine, so it is for management "
            "that listens on loopback, or where the setting hot_reload is on"
        )
    folder = asked.get("S3Key") or ""
    if not (folder.startswith("/") and Path(folder).is_dir()):
        raise InvalidParameterValueException(
            f"S3Key: expected the absolute path of a folder with {HOT_RELOAD}; found {folder!r}"
        )
    # The contents may change at any time; what stays is the place.
    digest = hashlib.sha256(folder.encode()).digest()
    return {
        "folder": folder,
        "code_key": "",
        "code_sha256": base64.b64encode(digest).decode(),
        "code_size": 0,
    }


def forget_unused(call: Write, *keys: str) -> None:
    """Delete the code of those keys that nothing runs any more."""
    used = used_keys(call.store)
    for key in set(keys) - used:
        call.store.delete(FUNCTION_CODE, key)


def used_keys(store: Reading) -> set[str]:
    """Return the keys of all code that a function, a version or a layer has."""
    used = {layer.code_key for _, layer in store.list(LAYER_VERSIONS)}
    for collection in (FUNCTIONS, FUNCTION_VERSIONS):
        for _, function in store.list(collection):
            used |= {function.code_key, *(layer.code_key for layer in function.layers)}
    return used


def check_package(package: bytes) -> None:
    """Refuse a zip that cannot be unpacked, or would leave its folder."""
    try:
        entries = zipfile.ZipFile(io.BytesIO(package)).infolist()
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError):
        raise InvalidParameterValueException(_BAD_ZIP) from None
    if not entries:
        raise InvalidParameterValueException("Uploaded file must be a non-empty zip")
    for entry in entries:
        path = PurePosixPath(entry.filename)
        if path.is_absolute() or ".." in path.parts or "\\" in entry.filename:
            raise InvalidParameterValueException(
                f"ZipFile: expected entries inside the package; found {entry.filename!r}"
            )
        if entry.flag_bits & _ENCRYPTED or entry.compress_type not in _COMPRESSIONS:
            raise InvalidParameterValueException(_BAD_ZIP)
    _check_tree(entries)
    size = sum(entry.file_size for entry in entries)
    if size > LARGEST_UNZIPPED:
        raise InvalidParameterValueException(
            f"Unzipped size must be smaller than {LARGEST_UNZIPPED} bytes"
        )


def _check_tree(entries: list[zipfile.ZipInfo]) -> None:
    """Refuse names that no disk takes, and files that others would have to lie in."""
    paths = sorted((PurePosixPath(entry.filename).parts, entry.is_dir()) for entry in entries)
    for parts, _ in paths:
        sizes = [len(part.encode()) for part in parts]
        if max(sizes, default=0) > _LONGEST_NAME or sum(sizes) + len(sizes) > _LONGEST_PATH:
            raise InvalidParameterValueException(
                f"ZipFile: expected names of at most {_LONGEST_NAME} bytes and paths of at most "
                f"{_LONGEST_PATH}; found {'/'.join(parts)[:60]!r}..."
            )
    # What lies in a file would come right after it.
    for (parts, is_folder), (following, also_folder) in pairwise(paths):
        inside = following[: len(parts)] == parts and (len(following) > len(parts) or also_folder)
        if inside and not is_folder:
            raise InvalidParameterValueException(
                f"ZipFile: expected {'/'.join(parts)!r} to be a file or a folder; found both"
            )


def zipped(folder: Path) -> bytes:
    """Return the folder as a package: the same files give the same bytes."""
    files = list(_files(folder))
    size = sum(file.stat().st_size for file in files)
    if size > LARGEST_UNZIPPED:
        raise InvalidParameterValueException(
            f"Unzipped size must be smaller than {LARGEST_UNZIPPED} bytes"
        )
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            entry = zipfile.ZipInfo(str(file.relative_to(folder)), _EPOCH)
            entry.external_attr = file.stat().st_mode << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, file.read_bytes())
    return kept.getvalue()


def _files(folder: Path) -> Iterator[Path]:
    for file in sorted(folder.rglob("*")):
        if file.is_file() and not {"__pycache__", ".git"} & set(file.relative_to(folder).parts):
            yield file
