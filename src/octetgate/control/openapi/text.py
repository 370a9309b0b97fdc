"""The text of a definition, JSON or YAML, as plain values and back.

YAML is read as JSON would be: keys are strings, dates are the text that was written, and a
document cannot unfold into more than it is by naming its own parts again and again.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
import yaml

from octetgate.control.errors import BadRequestException

LARGEST = 6 * 1024 * 1024
"""Bytes of a definition (spec: control-plane 7.1)."""

_DEEPEST = 200
_LARGEST_UNFOLDED = 2_000_000
"""Values of a definition, those of an alias counted each time that it is named."""


class NoDefinition(Exception):
    """The text is no JSON or YAML object."""


def read(text: bytes) -> dict[str, Any]:
    """Return the document; JSON is tried first, as it is by far the quicker."""
    if len(text) > LARGEST:
        raise BadRequestException(
            f"body: expected a definition of at most {LARGEST} bytes; found {len(text)}"
        )
    try:
        found = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        found = _of_yaml(text)
    if not isinstance(found, dict):
        raise NoDefinition("expected an object")
    return found


def _of_yaml(text: bytes) -> Any:
    try:
        _check_depth(text)
        found = yaml.load(text, Loader=_Plain)  # noqa: S506  # a safe loader, of fewer types
        return _Unfolding().plain(found)
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise NoDefinition(f"expected JSON or YAML: {error}") from None


def _check_depth(text: bytes) -> None:
    """Refuse what is nested without end, before libyaml's composer meets the end of its stack."""
    depth = 0
    for event in yaml.parse(text, Loader=_Plain):
        depth += isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent))
        depth -= isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent))
        if depth > _DEEPEST:
            raise NoDefinition(f"expected at most {_DEEPEST} levels")


class _Unfolding:
    """Values with string keys; every alias becomes a copy, within reason."""

    def __init__(self) -> None:
        self._left = _LARGEST_UNFOLDED
        self._open: set[int] = set()

    def plain(self, value: Any) -> Any:
        self._left -= 1
        if self._left < 0:
            raise NoDefinition(f"expected at most {_LARGEST_UNFOLDED} values, aliases unfolded")
        if not isinstance(value, (dict, list)):
            return value
        if id(value) in self._open:
            raise NoDefinition("expected no part that contains itself")
        self._open.add(id(value))
        try:
            if isinstance(value, list):
                return [self.plain(part) for part in value]
            return {_key(key): self.plain(part) for key, part in value.items()}
        finally:
            self._open.discard(id(value))


def _key(key: Any) -> str:
    if isinstance(key, bool):
        return str(key).lower()
    return "null" if key is None else str(key)


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


_FastLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_FastDumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _Plain(_FastLoader):  # type: ignore[misc]  # one of two classes, chosen at run time
    """YAML without dates: a version of 2016-01-01 is text."""


_Plain.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
    for first, found in _FastLoader.yaml_implicit_resolvers.items()
}


class _Spelled(_FastDumper):  # type: ignore[misc]  # likewise
    """YAML that names no part twice: readers of definitions know no aliases."""

    def ignore_aliases(self, data: object) -> bool:
        del data
        return True


def _string(dumper: Any, value: str) -> Any:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style='"')


# Every string is quoted, as AWS does: none can be taken for a number, a date or a truth.
_Spelled.add_representer(str, _string)
