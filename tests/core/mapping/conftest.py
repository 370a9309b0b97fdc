from collections.abc import Iterator
from contextlib import closing

import pytest
from tests.core.mapping.oracle import Oracle


@pytest.fixture(scope="session")
def oracle() -> Iterator[Oracle]:
    """Yield the one JVM of this run, which takes a second to start."""
    with closing(Oracle()) as running:
        yield running
