"""patchOperations on frozen records (spec: control-plane 5).

What a resource lets itself be changed is a table of paths; each row says which operations
it takes and what they do.  Operations are applied in order to copies, and the record is
only replaced when all of them held.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from typing import Any, Generic, NoReturn, Protocol, TypeVar

import msgspec
from msgspec.structs import replace

from octetgate.control.errors import ApiError, BadRequestException, NotFoundException

R = TypeVar("R", bound=msgspec.Struct)
V = TypeVar("V")
E = TypeVar("E", bound=StrEnum)

ADD, REMOVE, REPLACE, COPY = "add", "remove", "replace", "copy"
EVERY = (ADD, REMOVE, REPLACE)

_INTEGER = re.compile(r"[+-]?[0-9]{1,10}")
_LARGEST = 2**31 - 1
_DECIMAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")


@dataclass(frozen=True, slots=True)
class Patch:
    """One patch operation."""

    op: str | None
    path: str | None
    value: str | None = None
    source: str | None = None
    """The member ``from``."""

    @property
    def names(self) -> tuple[str, ...]:
        """The elements of the path, unescaped as JSON pointers are."""
        parts = (self.path or "").split("/")[1:]
        return tuple(part.replace("~1", "/").replace("~0", "~") for part in parts)

    @property
    def name(self) -> str:
        """The last element: the key of an entry."""
        return self.names[-1]


@dataclass(frozen=True)
class Row(Generic[R]):
    """A path, or a pattern of paths with ``{…}`` for any element."""

    path: str
    ops: tuple[str, ...]
    change: Callable[[R, Patch], R]

    def fits(self, names: tuple[str, ...]) -> bool:
        """Whether a path's elements are this row's."""
        expected = self.path.split("/")[1:]
        return len(expected) == len(names) and all(
            wanted.startswith("{") or wanted == name
            for wanted, name in zip(expected, names, strict=True)
        )


class Complaints(Protocol):
    """How a family of resources refuses patches."""

    def unknown(self, patch: Patch, paths: Sequence[str]) -> ApiError:
        """Return the refusal of a path that no row stands for."""

    def unsupported(self, patch: Patch, ops: Sequence[str]) -> ApiError:
        """Return the refusal of an operation that the path does not take."""


class Terse:
    """RestApi, Method, MethodResponse and their like (spec: control-plane 5.2)."""

    def unknown(self, patch: Patch, paths: Sequence[str]) -> ApiError:
        del paths
        return BadRequestException(f"Invalid patch path {patch.path or 'null'}")

    def unsupported(self, patch: Patch, ops: Sequence[str]) -> ApiError:
        del patch
        listed = ", ".join(ops)
        return BadRequestException(f"Invalid patch operation specified. Must be one of: [{listed}]")


class Listing:
    """Resource, Model, ApiKey and their like; the two spaces are AWS's."""

    def unknown(self, patch: Patch, paths: Sequence[str]) -> ApiError:
        asked = f"Invalid patch path  '{patch.path or 'null'}' specified for op '{patch.op}'"
        return BadRequestException(f"{asked}. Must be one of: [{', '.join(paths)}]")

    def unsupported(self, patch: Patch, ops: Sequence[str]) -> ApiError:
        del ops
        asked = f"Invalid patch path  '{patch.path}' specified for op '{patch.op}'"
        return BadRequestException(f"{asked}. Please choose supported operations")


@dataclass(frozen=True)
class Table(Generic[R]):
    """Everything about one kind of record that can be patched."""

    rows: tuple[Row[R], ...]
    complaints: Complaints

    def patched(self, record: R, operations: Iterable[Mapping[str, Any]]) -> R:
        """Return the record after all of the operations."""
        for operation in operations:
            patch = Patch(
                operation.get("op"),
                operation.get("path"),
                operation.get("value"),
                operation.get("from"),
            )
            record = self._row(patch).change(record, patch)
        return record

    def _row(self, patch: Patch) -> Row[R]:
        fitting = [row for row in self.rows if row.fits(patch.names)]
        if not fitting:
            # Told are the paths that take the operation (as users of the service report).
            taking = [row.path for row in self.rows if patch.op in row.ops]
            raise self.complaints.unknown(patch, taking or [row.path for row in self.rows])
        for row in fitting:
            if patch.op in row.ops:
                return row
        raise self.complaints.unsupported(patch, fitting[0].ops)


# --- What a row does ---------------------------------------------------------------------------


def verbatim(field: str) -> Callable[[R, Patch], R]:
    """Set a text to the value as it is; removing unsets it."""
    return _setting(field, lambda patch: patch.value)


def option(field: str) -> Callable[[R, Patch], R]:
    """Set a text that is unset by an empty value."""
    return _setting(field, lambda patch: patch.value or None)


def flag(field: str) -> Callable[[R, Patch], R]:
    """Set a boolean."""
    return _setting(field, truth)


def whole(field: str) -> Callable[[R, Patch], R]:
    """Set an integer."""
    return _setting(field, number)


def choice(field: str, kind: type[E]) -> Callable[[R, Patch], R]:
    """Set one of an enum's values; an empty value unsets it."""

    def read(patch: Patch) -> E | None:
        try:
            return kind(patch.value) if patch.value else None
        except ValueError:
            _expected(patch, f"one of {', '.join(kind)}")

    return _setting(field, read)


def required(field: str) -> Callable[[R, Patch], R]:
    """Set a text that cannot be empty."""
    return _setting(field, lambda patch: patch.value or _expected(patch, "a value"))


def _setting(field: str, read: Callable[[Patch], object]) -> Callable[[R, Patch], R]:
    def change(record: R, patch: Patch) -> R:
        return replace(record, **{field: None if patch.op == REMOVE else read(patch)})

    return change


def entry(
    field: str,
    read: Callable[[Patch], V],
    *,
    missing: str = "",
    strict: bool = False,
) -> Callable[[R, Patch], R]:
    """Set or remove an entry of a map.

    ``missing`` is what is said when an entry to remove is not there; ``strict`` says it of
    an entry to replace as well.
    """

    def change(record: R, patch: Patch) -> R:
        entries: dict[str, V] = dict(getattr(record, field) or {})
        absent = patch.name not in entries
        if absent and (patch.op == REMOVE or (strict and patch.op == REPLACE)):
            raise NotFoundException(missing)
        if patch.op == REMOVE:
            del entries[patch.name]
        else:
            entries[patch.name] = read(patch)
        return replace(record, **{field: entries or None})

    return change


def listed(field: str, *, empty: tuple[str, ...] | None = None) -> Callable[[R, Patch], R]:
    """Add, replace or remove an element of a list whose elements behave like keys.

    ``add`` takes the path's element and ignores the value; ``replace`` puts the value at the
    end (spec: control-plane 5.1).
    """

    def change(record: R, patch: Patch) -> R:
        kept = [part for part in getattr(record, field) or () if part != patch.name]
        if patch.op == ADD and patch.name in (getattr(record, field) or ()):
            return record
        if patch.op == ADD:
            kept.append(patch.name)
        elif patch.op == REPLACE and patch.value and patch.value not in kept:
            kept.append(patch.value)
        return replace(record, **{field: tuple(kept) or empty})

    return change


def valued(field: str) -> Callable[[R, Patch], R]:
    """Add the value to a list, or take it out; the path names the list alone."""

    def change(record: R, patch: Patch) -> R:
        kept = tuple(part for part in getattr(record, field) or () if part != patch.value)
        if patch.op == ADD and patch.value:
            kept = (*kept, patch.value)
        return replace(record, **{field: kept or None})

    return change


# --- How a value is read -----------------------------------------------------------------------


def text(patch: Patch) -> str:
    """Return the value, which has to be there."""
    if patch.value is None:
        raise BadRequestException(f"Invalid null or empty value in {patch.names[0]}")
    return patch.value


def truth(patch: Patch) -> bool:
    """Return the boolean that the value spells."""
    spelled = (patch.value or "").lower()
    return spelled == "true" if spelled in {"true", "false"} else _expected(patch, "true or false")


def number(patch: Patch) -> int:
    """Return the integer that the value spells; the service has 32 bits for one."""
    if not _INTEGER.fullmatch(patch.value or "") or abs(int(patch.value or "")) > _LARGEST:
        _expected(patch, "an integer")
    return int(patch.value or "")


def decimal(patch: Patch) -> float:
    """Return the number that the value spells.

    Neither infinity nor what is no number can be written down and read again.
    """
    if not _DECIMAL.fullmatch(patch.value or "") or not isfinite(float(patch.value or "")):
        _expected(patch, "a number")
    return float(patch.value or "")


def _expected(patch: Patch, wanted: str) -> NoReturn:
    found = "nothing" if patch.value is None else repr(patch.value)
    raise BadRequestException(
        f"Invalid patch value for {patch.path}: expected {wanted}; found {found}"
    )
