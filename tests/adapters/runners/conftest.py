import pytest
from tests.adapters.runners.lambdas import Lambda

from octetgate.adapters.runners.process import Supervisor, SupervisorSettings
from octetgate.adapters.stores import memory


@pytest.fixture
async def functions(tmp_path):
    """Make supervisors with other settings; each is closed at the end."""
    opened = []

    async def make(**changes):
        store = memory.open("memory://")
        settings = SupervisorSettings(data=tmp_path, **({"grace_seconds": 0.0} | changes))
        supervisor = Supervisor(store, settings)
        await supervisor.start()
        opened.append((store, supervisor))
        return Lambda(store, supervisor)

    yield make
    for store, supervisor in opened:
        await supervisor.close()
        store.close()


@pytest.fixture
async def aws(functions):
    """One supervisor with the default settings."""
    return await functions()
