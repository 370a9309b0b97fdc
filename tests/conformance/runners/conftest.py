import pytest
from tests.adapters.runners.lambdas import Lambda

from octetgate.adapters.runners import unix
from octetgate.adapters.runners.process import Supervisor, SupervisorSettings
from octetgate.adapters.stores import memory
from octetgate.core import kinds

# Behind ``remote`` is a Lambda that runs its functions elsewhere: tests/adapters/runners/test_remote.py.
HERE = [name for name in kinds.names("octetgate.adapters.runners") if name != "remote"]


@pytest.fixture(params=[*HERE, "borrowed"])
async def aws(request, tmp_path):
    """Functions as a caller reaches them: in this process, over the socket, and by borrowing."""
    store = memory.open("memory://")
    settings = SupervisorSettings(data=tmp_path, grace_seconds=0.0, workers_per_function=2)
    supervisor = Supervisor(store, settings)
    await supervisor.start()
    if request.param == "process":
        yield Lambda(store, supervisor)
    else:
        assert request.param in ("unix", "borrowed")
        path = tmp_path / "run" / "functions.sock"
        server = await unix.serve(supervisor, path)
        supervisor.lend(path)
        borrowing = unix.Borrowing(path, store.revision) if request.param == "borrowed" else None
        client = unix.UnixFunctions(path, borrowing=borrowing)
        yield Lambda(store, client)
        await client.close()
        await server.close()
    await supervisor.close()
    store.close()
