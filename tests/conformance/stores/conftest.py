"""Every store that the folder holds, each in a place of its own."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from tests.conformance.stores.places import PLACES, STORES

from octetgate.core import kinds
from octetgate.core.ports.store import Store


@pytest.fixture(params=kinds.names(STORES))
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return a URL of each adapter, with nothing kept there yet."""
    return PLACES[request.param](tmp_path)


@pytest.fixture
def opened() -> Iterator[Callable[[str], Store]]:
    """Return what opens a URL; everything opened is closed at the end."""
    with ExitStack() as stack:

        def open_(url: str) -> Store:
            module = kinds.load(STORES, url.partition(":")[0])
            return stack.enter_context(closing(module.open(url)))

        yield open_


@pytest.fixture
def store(url: str, opened: Callable[[str], Store]) -> Store:
    """Return each adapter's store, empty."""
    return opened(url)
