"""Where each kind of store can be tried out."""

from collections.abc import Callable, Mapping
from pathlib import Path

STORES = "octetgate.adapters.stores"

PLACES: Mapping[str, Callable[[Path], str]] = {
    "memory": lambda _: "memory://",
    "sqlite": lambda folder: f"sqlite:///{folder}/store.db",
}
"""By kind: from an empty folder to a URL."""

SHARED = ("sqlite",)
"""The kinds that several openers, in one process or many, can have open at once."""
