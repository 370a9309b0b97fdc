"""How a document is written down, the same in every store.

``bytes`` are kept as they are, records as JSON.  On reading, members that this version does not
know are left out and members that the document lacks get their defaults, so a document of a
version before or after ours can be read as long as its members kept their types.
"""

from collections.abc import Hashable
from functools import cache
from typing import Any, TypeVar, cast

import msgspec

from octetgate.core.ports.store import Collection, StoreUnusable

T = TypeVar("T")

_encode = msgspec.json.Encoder().encode


@cache
def _decoder(kind: Hashable) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(cast("type[Any]", kind))


def written(collection: Collection[T], document: T) -> bytes:
    """Return the document as the bytes to be kept."""
    if not isinstance(document, collection.type):
        expected, found = collection.type.__name__, type(document).__name__
        raise TypeError(f"{collection.name}: expected {expected}, found {found}")
    return bytes(document) if isinstance(document, bytes) else _encode(document)


def understood(collection: Collection[T], key: str, kept: bytes) -> T:
    """Return the document that the kept bytes say."""
    if collection.type is bytes:
        return cast("T", kept)
    try:
        return cast("T", _decoder(cast("Hashable", collection.type)).decode(kept))
    except msgspec.DecodeError as error:
        name = collection.type.__name__
        raise StoreUnusable(f"{collection.name} {key!r}: expected {name}, found {error}") from error
