"""JSON as API Gateway's Java reads and writes it.

Integers stay integers, doubles print as ``Double.toString`` prints them, keys
keep the order of the document, and of repeated keys the last one wins.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from decimal import Decimal
from json.encoder import encode_basestring
from typing import NoReturn

_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


class BadJson(ValueError):
    """The text is not a JSON document."""


def parse(text: str) -> object:
    """Return the document in ``text`` as dicts, lists and scalars."""
    try:
        document = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise BadJson(f"expected a JSON document: {error}") from error
    if _SURROGATE_ESCAPE.search(text):
        # Half of a surrogate pair cannot be sent as UTF-8 later.
        return _without_halves(document)
    return document


def dump(value: object) -> str:
    """Return ``value`` as compact JSON text."""
    if isinstance(value, str):
        return encode_basestring(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return double_text(value)
    if isinstance(value, Mapping):
        members = (f"{encode_basestring(str(k))}:{dump(v)}" for k, v in value.items())
        return "{" + ",".join(members) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(dump, value)) + "]"
    return encode_basestring(str(value))


def double_text(number: float) -> str:
    """Return ``number`` as Java's ``Double.toString`` prints it: ``1.0``, ``1.0E10``."""
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    if number == 0 or 1e-3 <= abs(number) < 1e7:
        return repr(number)
    sign, digits, exponent = Decimal(repr(number)).normalize().as_tuple()
    first, *rest = map(str, digits)
    power = len(rest) + int(exponent)
    return f"{'-' if sign else ''}{first}.{''.join(rest) or '0'}E{power}"


def _refuse(constant: str) -> NoReturn:
    raise BadJson(f"{constant} is not a JSON number")


def _without_halves(value: object) -> object:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_without_halves(item) for item in value]
    if isinstance(value, dict):
        return {_without_halves(key): _without_halves(item) for key, item in value.items()}
    return value
