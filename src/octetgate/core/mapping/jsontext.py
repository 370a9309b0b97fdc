"""JSON as API Gateway's Java reads and writes it.

Integers stay integers, doubles print as ``Double.toString`` prints them, keys
keep the order of the document, and of repeated keys the last one wins.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Collection
from decimal import Decimal
from json.encoder import encode_basestring
from typing import NoReturn

import msgspec

_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


class BadJson(ValueError):
    """The text is not a JSON document."""


def _refuse(constant: str) -> NoReturn:
    raise BadJson(f"{constant} is not a JSON number")


_ENCODER = msgspec.json.Encoder()
_FAST = msgspec.json.Decoder()
_DECODER = json.JSONDecoder(parse_constant=_refuse)


def parse(text: str) -> object:
    """Return the document in ``text`` as dicts, lists and scalars."""
    try:
        return _FAST.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        # What it accepts it reads as the standard library does, only faster.  It does not know
        # half a surrogate pair and numbers beyond a double, and says less about what is wrong.
        return _parse_slowly(text)


def _parse_slowly(text: str) -> object:
    try:
        document: object = _DECODER.decode(text)
        if _SURROGATE_ESCAPE.search(text):
            # Half of a surrogate pair cannot be sent as UTF-8 later.
            document = _without_halves(document)
    except (ValueError, RecursionError) as error:
        raise BadJson(f"expected a JSON document: {error}") from error
    return document


def dump(value: object, text_of: Callable[[object], str] = str) -> str:
    """Return ``value`` as compact JSON text; ``text_of`` puts into words what JSON cannot say.

    A value that contains itself raises ``RecursionError``.
    """
    try:
        text = _ENCODER.encode(value).decode()
    except (TypeError, UnicodeEncodeError):
        # Something that JSON cannot say, or half a surrogate pair.
        return _dump_slowly(value, text_of)
    return _dump_slowly(value, text_of) if _is_special(value) else text


def _is_special(value: object) -> bool:
    """Say whether there is a value in ``value`` that is not to be printed as it usually is."""
    waiting: list[Collection[object]] = [(value,)]
    while waiting:
        one = waiting.pop()
        for inside in one.values() if isinstance(one, dict) else one:
            kind = type(inside)
            if kind is str or kind is int or inside is None or kind is bool:
                continue
            if isinstance(inside, (dict, list, tuple)):
                waiting.append(inside)
            elif not (isinstance(inside, float) and _is_plain(inside)):
                return True
    return False


def _dump_slowly(value: object, text_of: Callable[[object], str]) -> str:
    match value:
        case str():
            return encode_basestring(value)
        case float():
            return double_text(value)
        case dict():
            members = (
                f"{encode_basestring(str(key))}:{_dump_slowly(item, text_of)}"
                for key, item in value.items()
            )
            return "{" + ",".join(members) + "}"
        case list() | tuple():
            return "[" + ",".join(_dump_slowly(item, text_of) for item in value) + "]"
        case _:
            return json.dumps(value, ensure_ascii=False, default=text_of)


def _is_plain(number: float) -> bool:
    """Say whether Java prints ``number`` without an exponent, as Python then does too."""
    return number == 0 or 1e-3 <= abs(number) < 1e7


def double_text(number: float) -> str:
    """Return ``number`` as Java's ``Double.toString`` prints it: ``1.0``, ``1.0E10``."""
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    if _is_plain(number):
        return repr(number)
    sign, digits, exponent = Decimal(repr(number)).normalize().as_tuple()
    first, *rest = map(str, digits)
    power = len(rest) + int(exponent)
    return f"{'-' if sign else ''}{first}.{''.join(rest) or '0'}E{power}"


def _without_halves(value: object) -> object:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_without_halves(item) for item in value]
    if isinstance(value, dict):
        return {_without_halves(key): _without_halves(item) for key, item in value.items()}
    return value
