import pytest
from tests.journeys.gates import Gate
from tests.journeys.running import Octetgate


@pytest.fixture(scope="module")
def octetgate(tmp_path_factory):
    """One server for a whole file of journeys."""
    server = Octetgate(tmp_path_factory.mktemp("journey") / "data")
    yield server.start()
    server.end()


@pytest.fixture
def start(tmp_path):
    """Start a server of the test's own; at its end it is killed."""
    started = []

    def one(*flags, data=None):
        started.append(Octetgate(data or tmp_path / "data", *flags))
        return started[-1].start()

    yield one
    for server in started:
        server.end()


@pytest.fixture
def new_gate():
    """Make gates; shut for good at the test's end."""
    made = []

    def one():
        made.append(Gate())
        return made[-1]

    yield one
    for gate in made:
        gate.close()
