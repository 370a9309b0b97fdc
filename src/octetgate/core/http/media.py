"""Which media types count as binary: an API's ``binaryMediaTypes`` against a header's value.

The header alone decides, never the bytes; and of the header only its first element without
parameters (spec: payload-encodings 2).  ``q`` does not rank: position decides.
"""

from collections.abc import Iterable

DEFAULT_CONTENT_TYPE = "application/json"
"""What a body without Content-Type counts as."""

_EVERYTHING = "*/*"
_MEMO_ENTRIES = 1024
_MEMO_VALUE_LENGTH = 256


class MediaTypes:
    """A list of binary media types, compiled once per deployment; does not change."""

    __slots__ = ("_everything", "_exact", "_families", "_memo", "entries")

    def __init__(self, entries: Iterable[str] = ()) -> None:
        self.entries = tuple(entries)
        """As configured; AWS keeps any text, even what can never match."""
        self._exact: dict[str, str] = {}
        self._families: dict[str, str] = {}
        self._everything: str | None = None
        for entry in self.entries:
            self._admit(entry)
        # Clients send few distinct values; those who send many, or long ones, gain nothing.
        self._memo: dict[str, str | None] = {}

    def _admit(self, entry: str) -> None:
        known = first(entry)
        family, _, subtype = known.partition("/")
        if known == _EVERYTHING:
            self._everything = entry
        elif known.count("/") != 1 or family == "*":
            # AWS never matches "*/test", not even against itself (recorded).
            return
        elif subtype == "*":
            self._families[family] = entry
        else:
            self._exact[known] = entry

    def matches(self, header_value: str | None, *, absent: str | None = None) -> bool:
        """Say whether the header's value names a binary type.

        An absent or empty header counts as ``absent``; without that, only ``*/*`` covers it.
        """
        return self.covering(header_value, absent=absent) is not None

    def covering(self, header_value: str | None, *, absent: str | None = None) -> str | None:
        """Return the entry that makes the header's value binary, as configured, or None."""
        value = header_value or absent
        if not value:
            return self._everything
        try:
            return self._memo[value]
        except KeyError:
            return self._remember(value, self._find(first(value)))

    def _find(self, media_type: str) -> str | None:
        family, slash, subtype = media_type.partition("/")
        if not slash or "/" in subtype:
            return None
        if self._everything is not None:
            return self._everything
        return self._exact.get(media_type) or self._families.get(family)

    def _remember(self, value: str, entry: str | None) -> str | None:
        if len(value) <= _MEMO_VALUE_LENGTH:
            if len(self._memo) >= _MEMO_ENTRIES:
                self._memo.clear()
            self._memo[value] = entry
        return entry

    def __bool__(self) -> bool:
        return bool(self.entries)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, MediaTypes) and self.entries == other.entries

    def __hash__(self) -> int:
        return hash(self.entries)

    def __repr__(self) -> str:
        return f"MediaTypes({list(self.entries)!r})"


def first(value: str) -> str:
    """Return the first element of a header's value: no parameters, no spaces, lower case."""
    return value.partition(",")[0].partition(";")[0].strip(" \t").lower()


def essence(content_type: str | None) -> str:
    """Return the media type that a body counts as, ``application/json`` when none is said."""
    return first(content_type or "") or DEFAULT_CONTENT_TYPE


def request_is_binary(media_types: MediaTypes, content_type: str | None) -> bool:
    """Say whether a body of this Content-Type is binary, whichever direction it goes."""
    return media_types.matches(content_type, absent=DEFAULT_CONTENT_TYPE)


def accept_is_binary(media_types: MediaTypes, accept: str | None) -> bool:
    """Say whether the client asks for a binary type first."""
    return media_types.matches(accept)
