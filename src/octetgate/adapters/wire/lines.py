"""The grammar of single lines, and a memory for what they say.

Clients and upstreams repeat themselves, so most lines of a head were read a moment ago.
Remembering them turns a field into one dictionary look-up; the memory is bounded, and what is
long is not kept.
"""

import re
from collections.abc import Callable, Hashable
from typing import TypeVar

from octetgate.core.http.headers import Field

_KEPT_ENTRIES = 4096
_KEPT_BYTES = 256

_TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
match_field = re.compile(rb"(%b):([\t\x20-\x7e\x80-\xff]*)" % _TOKEN).fullmatch
match_name = re.compile(_TOKEN.decode()).fullmatch
match_request = re.compile(rb"(%b) ([\x21-\x7e\x80-\xff]+) (HTTP/1\.[01])" % _TOKEN).fullmatch
match_status = re.compile(
    rb"(HTTP/1\.[01]) ([1-9][0-9]{2})(?: ([\t\x20-\x7e\x80-\xff]*))?"
).fullmatch
_AUTHORITY = r"(?:[A-Za-z0-9\-._~%!$&'()*+,;=]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]*)?"
match_host = re.compile(_AUTHORITY).fullmatch
match_absolute = re.compile(rf"(?i:https?)://({_AUTHORITY})([/?].*)?").fullmatch


class BadHead(Exception):
    """A head, or the line of a chunk, that is not HTTP/1.1; ``status`` answers it."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")


class Remembered(dict[_Key, _Value]):
    """What a pure function has said lately: ``remembered[key]`` is ``function(key)``."""

    def __init__(
        self,
        function: Callable[[_Key], _Value],
        size: Callable[[_Key], int],
        *,
        entries: int = _KEPT_ENTRIES,
        size_limit: int = _KEPT_BYTES,
    ) -> None:
        super().__init__()
        self._function = function
        self._size = size
        self._entries = entries
        self._size_limit = size_limit

    def __missing__(self, key: _Key) -> _Value:
        value = self._function(key)
        if self._size(key) <= self._size_limit:
            if len(self) >= self._entries:
                self.clear()
            self[key] = value
        return value


def read_field(line: bytes) -> Field:
    """Return the field that a line holds; BadHead if it is none."""
    match = match_field(line)
    if match is None:
        raise BadHead(f"expected 'name: value' as header field, found {line[:80]!r}")
    name = match[1].decode("ascii")
    field = (name, name.lower(), match[2].strip(b" \t").decode("latin-1"))
    if field[1] == "host" and not match_host(field[2]):
        raise BadHead(f"expected host and port in Host, found {field[2][:80]!r}")
    return field
