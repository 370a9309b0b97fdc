"""A header list that keeps what was sent and still finds what is asked for.

API Gateway hands header names to mappings and Lambda events in the client's own casing
(spec: request-lifecycle 3), while framing and filtering compare them without case.  So each
field is kept as a triple: the name as sent, the name in lower case, the value.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from octetgate.core.http.target import octets

Field = tuple[str, str, str]

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]+")


class Headers:
    """Ordered, multi-valued header fields; values are Latin-1 text, one character a byte."""

    __slots__ = ("fields", "kept")

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self.fields: list[Field] = [(name, name.lower(), value) for name, value in pairs]
        self.kept: dict[str, Any] | None = None
        """A place for what follows from these headers alone, when they are shared.

        Heads that repeat are read once and stand for each other: such headers never change,
        and whoever works something out from them may keep it here for the next time.
        """

    @classmethod
    def of_fields(cls, fields: list[Field]) -> "Headers":
        """Return headers over a ready list of (name, lower-case name, value), not copied."""
        headers = cls.__new__(cls)
        headers.fields = fields
        headers.kept = None
        return headers

    def share(self) -> "Headers":
        """Let these headers stand for every head that says the same; returns them."""
        self.kept = {}
        return self

    def get(self, name: str) -> str | None:
        """Return the first value of the name, whatever its case."""
        key = name.lower()
        for _, known, value in self.fields:
            if known == key:
                return value
        return None

    def all(self, name: str) -> list[str]:
        """Return every value of the name, whatever its case, in order."""
        key = name.lower()
        return [value for _, known, value in self.fields if known == key]

    def exact(self, name: str) -> list[str]:
        """Return every value sent under exactly this casing, in order."""
        return [value for sent, _, value in self.fields if sent == name]

    def add(self, name: str, value: str) -> None:
        """Append a field."""
        self._refuse_if_shared()
        self.fields.append((name, name.lower(), value))

    def set(self, name: str, value: str) -> None:
        """Make this the only field of its name; it goes to the end."""
        self.discard(name)
        self.add(name, value)

    def discard(self, *names: str) -> None:
        """Remove every field of these names, whatever their case."""
        self._refuse_if_shared()
        keys = {name.lower() for name in names}
        self.fields = [field for field in self.fields if field[1] not in keys]

    def _refuse_if_shared(self) -> None:
        if self.kept is not None:
            raise RuntimeError("expected headers of one message, found shared ones: copy() first")

    def copy(self) -> "Headers":
        """Return headers that can change without changing these."""
        return Headers.of_fields(self.fields.copy())

    def items(self) -> Iterator[tuple[str, str]]:
        """Yield (name as sent, value) in order."""
        return ((name, value) for name, _, value in self.fields)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.get(name) is not None

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return self.items()

    def __len__(self) -> int:
        return len(self.fields)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Headers) and self.fields == other.fields

    __hash__ = None  # type: ignore[assignment]  # it changes

    def __repr__(self) -> str:
        return f"Headers({list(self.items())!r})"


def is_field_name(name: str) -> bool:
    """Whether a field may have this name."""
    return _TOKEN.fullmatch(name) is not None


def field_value(text: str) -> str:
    """Return text as a field's value: UTF-8, one character a byte, all of it on one line.

    Whatever could end the line becomes a space, so that no value brings fields of its own.
    """
    return _CONTROLS.sub(" ", octets(text).decode("latin-1")).strip()
