"""What calls are added to in this process."""

from msgspec.structs import replace
from tests.gateway.builders import API, World, http_proxy, mock, resource

from octetgate.core.model.stage import MethodSetting
from octetgate.core.ports.metrics import Subject
from octetgate.core.ports.store import STAGES
from octetgate.core.ports.upstream import UpstreamTimeout

STAGE = Subject(API, "s")
PETS = Subject(API, "s", "/pets", "POST")


class FakeTallies:
    """Remembers every call of every subject."""

    def __init__(self) -> None:
        self.calls: dict[Subject, list[tuple]] = {}

    def of(self, subject: Subject) -> "FakeTallies.Tally":
        return self.Tally(self.calls.setdefault(subject, []))

    class Tally:
        def __init__(self, calls: list[tuple]) -> None:
            self.calls = calls

        def add(self, *call: object) -> None:
            self.calls.append(call)


def world(**settings: MethodSetting) -> tuple[World, FakeTallies]:
    tallies = FakeTallies()
    made = World(tallies=tallies)
    made.deploy(resource("/pets", http_proxy(), "POST"), resource("/m", mock()))
    with made.store.write() as writing:
        stage = writing.get(STAGES, f"{API}/s")
        writing.put(STAGES, f"{API}/s", replace(stage, method_settings=settings))
    return made, tallies


async def test_a_call_is_added_to_its_stage_with_what_it_came_to():
    asked, tallies = world()
    await asked.call("POST", "/pets", b"abc")
    ((status, seconds, integration_seconds, received, sent, cache),) = tallies.calls[STAGE]
    assert (status, received, sent, cache) == (200, 3, len(b"ok"), "")
    assert 0 < integration_seconds <= seconds
    assert set(tallies.calls) == {Subject(), STAGE}


async def test_refusals_of_a_stage_count_with_their_status():
    asked, tallies = world()
    asked.upstream.answer = UpstreamTimeout("late")
    await asked.call("POST", "/pets")
    await asked.call("GET", "/nowhere")
    assert [call[0] for call in tallies.calls[STAGE]] == [504, 403]


async def test_methods_with_detailed_metrics_have_numbers_of_their_own():
    asked, tallies = world(**{"pets/POST": MethodSetting(metrics_enabled=True)})
    await asked.call("POST", "/pets")
    await asked.call("GET", "/m")
    assert [len(tallies.calls[each]) for each in (STAGE, PETS)] == [2, 1]
    assert set(tallies.calls) == {Subject(), STAGE, PETS}


async def test_a_client_that_left_is_counted_as_not_answered_unless_the_head_was_out():
    asked, tallies = world()
    await asked.call("POST", "/pets", leaves=True)
    assert [call[0] for call in tallies.calls[STAGE]] == [200]


async def test_what_leads_to_no_stage_is_added_up_elsewhere():
    asked, tallies = world()
    await asked.request("GET", "/", Host="nobody.example")
    assert [call[0] for call in tallies.calls[Subject()]] == [403]
