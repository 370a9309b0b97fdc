"""Deployment packages, unpacked: one folder per content, made once and never changed."""

import asyncio
import hashlib
import os
import shutil
import tempfile
import zipfile
import zlib
from io import BytesIO
from pathlib import Path, PurePosixPath

from octetgate.core.model.function import Function
from octetgate.core.ports.functions import InvalidPackage
from octetgate.core.ports.store import FUNCTION_CODE, FUNCTION_VERSIONS, FUNCTIONS, Store

UNPACKED_LIMIT = 250 * 2**20
"""Lambda's own limit."""

_UNFINISHED = "unfinished-"


class Packages:
    """The unpacked deployment packages below one folder."""

    def __init__(self, store: Store, root: Path) -> None:
        self._store = store
        self._root = root
        self._ready: set[str] = set()
        self._unpacking: dict[str, asyncio.Future[None]] = {}

    def start(self) -> None:
        """Make the folder; remove what is unfinished or belongs to no function any more."""
        self._root.mkdir(parents=True, exist_ok=True)
        with self._store.read() as reading:
            used = {
                name
                for functions in (FUNCTIONS, FUNCTION_VERSIONS)
                for _, function in reading.list(functions)
                for name in (function.code_key, _merged(_layer_keys(function)))
            }
        for folder in self._root.iterdir():
            if folder.name not in used:
                shutil.rmtree(folder, ignore_errors=True)

    async def folder(self, code_key: str) -> Path:
        """Return the folder of the package with this SHA-256; raises InvalidPackage."""
        return await self._unpacked(code_key, (code_key,))

    async def layers(self, function: Function) -> Path | None:
        """Return the folder of the function's layers, the later over the earlier ones."""
        keys = _layer_keys(function)
        return await self._unpacked(_merged(keys), keys) if keys else None

    async def _unpacked(self, name: str, keys: tuple[str, ...]) -> Path:
        if name not in self._ready:
            await asyncio.shield(self._unpacking.get(name) or self._begin(name, keys))
        return self._root / name

    def _begin(self, name: str, keys: tuple[str, ...]) -> "asyncio.Future[None]":
        """Unpack in a thread, once for all calls that need the packages now."""
        loop = asyncio.get_running_loop()
        unpacking = loop.run_in_executor(None, self._unpack, keys, self._root / name)
        self._unpacking[name] = unpacking

        def ended(unpacked: "asyncio.Future[None]") -> None:
            del self._unpacking[name]
            if not unpacked.cancelled() and unpacked.exception() is None:
                self._ready.add(name)

        unpacking.add_done_callback(ended)
        return unpacking

    def _unpack(self, keys: tuple[str, ...], folder: Path) -> None:
        if folder.is_dir():
            return
        unfinished = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=self._root))
        try:
            for key in keys:
                unpack(self._package(key), unfinished)
            unfinished.chmod(0o755)
            _settle(unfinished, folder)
        except (FileExistsError, IsADirectoryError, NotADirectoryError) as error:
            # Where the package lies is nobody's business who only calls.
            at = Path(error.filename).relative_to(unfinished)
            raise InvalidPackage(
                f"package: expected files where there are files; found a folder at {at}"
            ) from error
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)

    def _package(self, code_key: str) -> bytes:
        with self._store.read() as reading:
            package = reading.get(FUNCTION_CODE, code_key)
        if package is None:
            raise InvalidPackage(f"code {code_key}: expected a package in the store; found none")
        return package


def _layer_keys(function: Function) -> tuple[str, ...]:
    return tuple(layer.code_key for layer in function.layers)


def _merged(keys: tuple[str, ...]) -> str:
    """Return the name of the folder in which those packages lie over each other."""
    return "layers-" + hashlib.sha256("\n".join(keys).encode()).hexdigest()


def _settle(unfinished: Path, folder: Path) -> None:
    """Give the finished folder its name, unless another call was faster."""
    try:
        unfinished.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise


def unpack(package: bytes, folder: Path) -> None:
    """Write the zip's files below the folder; raises InvalidPackage."""
    try:
        with zipfile.ZipFile(BytesIO(package)) as archive:
            entries = archive.infolist()
            _weigh(entries)
            for entry in entries:
                _write(archive, entry, folder)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        # RuntimeError is an encrypted entry, NotImplementedError an unknown compression.
        raise InvalidPackage(f"package: expected a zip file; {error}") from error


def _weigh(entries: list[zipfile.ZipInfo]) -> None:
    # zipfile never reads more of an entry than it declares, so the sum bounds what is written.
    size = sum(entry.file_size for entry in entries)
    if size > UNPACKED_LIMIT:
        raise InvalidPackage(
            f"package: expected at most {UNPACKED_LIMIT} bytes unzipped; found {size}"
        )


def _write(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path) -> None:
    path = folder / _inside(entry.filename)
    if entry.is_dir():
        path.mkdir(parents=True, exist_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(entry) as source, path.open("wb") as target:
        shutil.copyfileobj(source, target)
        # Only whether it may be run: a package made under a strict umask still has to be read.
        executable = entry.external_attr >> 16 & 0o111
        os.fchmod(target.fileno(), 0o755 if executable else 0o644)


def _inside(name: str) -> PurePosixPath:
    """Return the entry's path; raises InvalidPackage if it leads out of the folder."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name:
        raise InvalidPackage(f"package: expected paths inside the package; found {name!r}")
    return path
