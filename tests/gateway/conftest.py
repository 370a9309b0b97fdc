"""What every gateway test may ask for."""

from collections.abc import AsyncIterator

import pytest
from tests.gateway.front import Front, running


@pytest.fixture
async def front() -> AsyncIterator[Front]:
    """Return a running gateway, all of its own."""
    async with running() as started:
        yield started
