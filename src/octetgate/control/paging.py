"""Collections in pages: ``limit`` and ``position`` (spec: control-plane 1)."""

import binascii
import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import pybase64

from octetgate.control.calls import Members
from octetgate.control.errors import BadRequestException

T = TypeVar("T")

_DEFAULT, _LARGEST = 25, 500


def page(found: Sequence[tuple[str, T]], asked: Members) -> tuple[list[T], str | None]:
    """Return the page of (key, item) pairs that was asked for, and the position of the next.

    A position is the key of the next item, so that deleting a page's items while walking
    the pages skips nothing, and of the one before it, for when the next is deleted.
    """
    limit = min(asked.get("limit", _DEFAULT), _LARGEST)
    if limit < 1:
        raise BadRequestException(f"limit: expected 1 to {_LARGEST}; found {limit}")
    start = _start(found, asked.get("position"))
    end = start + limit
    following = _position(found[end][0], found[end - 1][0]) if end < len(found) else None
    return [item for _, item in found[start:end]], following


def paged(found: Sequence[tuple[str, Any]], asked: Members) -> Mapping[str, Any]:
    """Return a page as API Gateway's collections show it."""
    items, position = page(found, asked)
    return {"items": items, "position": position}


def _position(key: str, before: str) -> str:
    return pybase64.urlsafe_b64encode(f"{key}\n{before}".encode()).decode()


def _start(found: Sequence[tuple[str, object]], position: str | None) -> int:
    if position is None:
        return 0
    try:
        # In the alphabet of URLs; "+" and "/" would be passed over, with a warning.
        plain = re.sub("[+/]", "?", position)
        following, before = pybase64.b64decode(plain, b"-_", validate=True).decode().split("\n")
    except (binascii.Error, ValueError):
        raise BadRequestException("Invalid position specified") from None
    at = {key: index for index, (key, _) in enumerate(found)}
    # Without both, what is left is told from its beginning: twice is better than never.
    return at[following] if following in at else at.get(before, -1) + 1
