import pytest
from tests.adapters.runners.lambdas import Lambda

from octetgate.adapters.runners.process import Supervisor, SupervisorSettings
from octetgate.adapters.stores import memory


@pytest.fixture
async def aws(tmp_path):
    """A supervisor for blueprints."""
    store = memory.open("memory://")
    supervisor = Supervisor(store, SupervisorSettings(data=tmp_path, grace_seconds=0.0))
    await supervisor.start()
    yield Lambda(store, supervisor)
    await supervisor.close()
    store.close()
