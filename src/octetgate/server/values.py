"""What a setting's value may be, and how it is read from a file, a variable or a flag.

A file has types, variables and flags are text; a kind takes either and gives one value.
"""

import ipaddress
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from octetgate.adapters.telemetry.sinks import EXPECTED, is_socket
from octetgate.core.http.forwarded import Network


@dataclass(frozen=True, slots=True)
class Kind:
    """One sort of value.  ``read`` raises ValueError for anything else than ``expected``."""

    metavar: str
    expected: str
    read: Callable[[Any], Any]


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError
    return value.strip()


def _optional_path(value: Any) -> Path:
    return Path(_text(value)).expanduser()


_SWITCH = {"true": True, "yes": True, "on": True, "1": True}
_SWITCH |= {"false": False, "no": False, "off": False, "0": False}


def _switch(value: Any) -> bool:
    if str(value).lower() not in _SWITCH:
        raise ValueError
    return _SWITCH[str(value).lower()]


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError
    return int(value)


def _matching(pattern: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        text = _text(value)
        if not re.fullmatch(pattern, text):
            raise ValueError
        return text

    return read


def whole(least: int, most: int, *, what: str = "a whole number") -> Kind:
    """Return the kind of whole numbers between two bounds."""

    def read(value: Any) -> int:
        number = _whole(value)
        if not least <= number <= most:
            raise ValueError
        return number

    return Kind("NUMBER", f"{what} from {least} to {most}", read)


def choice(*words: str) -> Kind:
    """Return the kind that is one of a few words."""

    def read(value: Any) -> str:
        word = _text(value).lower()
        if word not in words:
            raise ValueError
        return word

    return Kind("|".join(words), f"one of {', '.join(words)}", read)


def _seconds(value: Any) -> float:
    if isinstance(value, bool):
        raise ValueError  # True is a number to Python.
    seconds = float(value)
    if not math.isfinite(seconds) or seconds < 0:
        raise ValueError
    return seconds


_UNITS = {"": 1, "kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30}


def _size(value: Any) -> int:
    if isinstance(value, bool):
        raise ValueError  # True is a number to Python.
    found = re.fullmatch(r"(\d+)\s*([kmg]ib)?", str(value).strip(), re.IGNORECASE)
    if not found:
        raise ValueError
    return int(found[1]) * _UNITS[(found[2] or "").lower()]


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach what listens there."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


TEXT = Kind("TEXT", "some text", _text)
HOST = Kind("HOST", "an address or host name", _matching(r"[0-9A-Za-z.:_%-]+"))
PORT = whole(0, 65535, what="a port number")
PATH = Kind("PATH", "a path", _optional_path)
SWITCH = Kind("", "true or false", _switch)
SECONDS = Kind("SECONDS", "seconds, 0 or more", _seconds)
SIZE = Kind("BYTES", "bytes, as 1048576 or 1MiB", _size)
ACCOUNT = Kind("DIGITS", "twelve digits, in quotes", _matching(r"[0-9]{12}"))
REGION = Kind("REGION", "a region such as us-east-1", _matching(r"[a-z]{2,}(-[a-z]+)+-[0-9]+"))
URL = Kind("URL", "a URL such as http://127.0.0.1:8081", _matching(r"https?://[^\s/]+/?"))
STORE = Kind(
    "URL", "a URL such as sqlite:////var/lib/octetgate.db or memory://", _matching(r"[a-z]+://\S*")
)


def _networks(value: Any) -> tuple[Network, ...]:
    """Return networks from a list, or from text with commas; an address is a network of one."""
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, Sequence):
        raise ValueError
    return tuple(ipaddress.ip_network(_text(part)) for part in parts)


NETWORKS = Kind("NETWORK,…", "addresses or networks, as 127.0.0.1,10.0.0.0/8", _networks)


def user_numbers(text: str) -> range | None:
    """Return the numbers from ``60706-61183``, or None for ``off``; raises ValueError."""
    if text.lower() == "off":
        return None
    first, last = map(int, _matching(r"[0-9]{1,10}-[0-9]{1,10}")(text).split("-"))
    if not 0 < first <= last < 2**32 - 1:
        raise ValueError  # Root is nobody's own user, and the last number is no user.
    return range(first, last + 1)


def _users(value: Any) -> str:
    text = _text(value)
    user_numbers(text)
    return text


USERS = Kind("FIRST-LAST", "numbers of users as 60706-61183, or off", _users)


_PLACES = ("auto", "file", "stdout", "both", "off")


def _log_place(value: Any) -> str:
    text = _text(value)
    if is_socket(text):
        return text
    if text.lower() not in _PLACES:
        raise ValueError
    return text.lower()


LOG_PLACE = Kind(f"{'|'.join(_PLACES)}|URL", f"{', '.join(_PLACES)}, {EXPECTED}", _log_place)


def _urls(value: Any) -> tuple[tuple[str, str], ...]:
    """Return (service, URL) pairs from a table, or from ``s3=URL,sqs=URL``."""
    if isinstance(value, str):
        value = dict(part.split("=", 1) for part in value.split(",") if part.strip())
    if not isinstance(value, Mapping):
        raise ValueError
    return tuple((_text(name), URL.read(url)) for name, url in value.items())


URLS = Kind("SERVICE=URL,…", "a URL for each service, as s3=http://127.0.0.1:9000", _urls)
