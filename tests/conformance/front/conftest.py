import asyncio

import uvloop
from tests.adapters.certificates import certificate

__all__ = ["certificate"]


def pytest_asyncio_loop_factories(config, item):
    """Run each test on both loops: people develop on one and serve on the other."""
    return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}
