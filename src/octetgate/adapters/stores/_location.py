"""The URL that names a store, taken apart."""

from dataclasses import dataclass
from urllib.parse import parse_qsl

from octetgate.core.ports.store import StoreUnusable


@dataclass(frozen=True, slots=True)
class Location:
    """``scheme://path?wait=seconds``."""

    path: str
    """What stands between ``scheme://`` and ``?``."""
    wait: float
    """How many seconds a writer waits for another before it gives up."""


def located(url: str, *, wait: float = 5.0) -> Location:
    """Return the URL's parts; ``wait`` is the default of its only option."""
    path, _, query = url.partition("://")[2].partition("?")
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name != "wait":
            raise StoreUnusable(f"store {url}: expected no option but wait, found {name!r}")
        wait = _seconds(url, value)
    return Location(path, wait)


def _seconds(url: str, value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 3600:
        raise StoreUnusable(f"store {url}: expected wait from 0 to 3600 seconds, found {value!r}")
    return seconds
