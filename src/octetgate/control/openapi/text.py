"""The text of a definition, JSON or YAML, as plain values and back."""

from collections.abc import Mapping
from typing import Any

import msgspec
import yaml

from octetgate.control import documents
from octetgate.control.errors import BadRequestException

LARGEST = 6 * 1024 * 1024
"""Bytes of a definition (spec: control-plane 7.1)."""


class NoDefinition(Exception):
    """The text is no JSON or YAML object."""


def read(text: bytes) -> dict[str, Any]:
    """Return the document, which has to be an object."""
    if len(text) > LARGEST:
        raise BadRequestException(
            f"body: expected a definition of at most {LARGEST} bytes; found {len(text)}"
        )
    try:
        found = documents.read(text)
    except documents.BadDocument as error:
        raise NoDefinition(str(error)) from error
    if not isinstance(found, dict):
        raise NoDefinition("expected an object")
    return found


def to_json(document: Mapping[str, Any]) -> bytes:
    """Return the document as JSON for people."""
    return msgspec.json.format(msgspec.json.encode(document), indent=2)


def to_yaml(document: Mapping[str, Any]) -> bytes:
    """Return the document as YAML, its keys in the order in which they were put."""
    text = yaml.dump(
        document,
        Dumper=_Spelled,
        explicit_start=True,
        sort_keys=False,
        allow_unicode=True,
        width=10**6,
    )
    return text.encode()


_FastDumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _Spelled(_FastDumper):  # type: ignore[misc]  # one of two classes, chosen at run time
    """YAML that names no part twice: readers of definitions know no aliases."""

    def ignore_aliases(self, data: object) -> bool:
        del data
        return True


def _string(dumper: Any, value: str) -> Any:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style='"')


# Every string is quoted, as AWS does: none can be taken for a number, a date or a truth.
_Spelled.add_representer(str, _string)
