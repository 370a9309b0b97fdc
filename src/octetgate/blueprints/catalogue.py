"""The blueprints that there are: one folder each, with a ``blueprint.toml`` and its files."""

import io
import tomllib
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent
_NOT_PACKAGED = ("blueprint.toml", "README.md")
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip can tell."""


class NoSuchBlueprint(LookupError):
    """No folder has a blueprint of this name; says which there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blueprint:
    """What a function made from it is configured with."""

    name: str
    description: str
    runtime: str
    handler: str
    timeout: int
    """Seconds."""
    memory_size: int
    """MiB."""
    keywords: tuple[str, ...]


def names() -> list[str]:
    """Return the names of all blueprints, in alphabetical order."""
    return sorted(_folders())


def describe(name: str) -> Blueprint:
    """Return what the blueprint's ``blueprint.toml`` says; raises NoSuchBlueprint."""
    told = _told(_folder(name))
    return Blueprint(**{**told, "keywords": tuple(told["keywords"])})


def members(name: str) -> dict[str, Any]:
    """Return what CreateFunction takes for a blueprint, but for name and role."""
    about = describe(name)
    return {
        "Runtime": about.runtime,
        "Handler": about.handler,
        "Timeout": about.timeout,
        "MemorySize": about.memory_size,
        "Description": about.description,
        "Code": {"ZipFile": package(name)},
    }


def package(name: str) -> bytes:
    """Return the blueprint as a deployment package, the same bytes every time."""
    folder = _folder(name)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.name not in _NOT_PACKAGED and path.suffix != ".pyc":
                entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _EPOCH)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, path.read_bytes())
    return packed.getvalue()


def _folder(name: str) -> Path:
    folders = _folders()
    if name not in folders:
        raise NoSuchBlueprint(
            f"blueprint: expected one of {', '.join(sorted(folders))}; found {name!r}"
        )
    return folders[name]


def _folders() -> dict[str, Path]:
    return {_told(about.parent)["name"]: about.parent for about in _FOLDER.glob("*/blueprint.toml")}


def _told(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "blueprint.toml").read_text(encoding="utf-8"))
