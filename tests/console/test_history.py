"""The numbers behind the overview's charts."""

import asyncio

import pytest

from octetgate.console.history import History, quantile
from octetgate.core.ports.metrics import LATENCIES, CallTotals, Subject, Totals

SUBJECT = Subject("api", "prod")


def counted(answered):
    nothing = (0.0,) * (len(LATENCIES) + 1)
    return Totals(
        {SUBJECT: CallTotals((0, 0, answered, 0, 0, 0), 0, 10 * answered, 0, 0, nothing, nothing)},
        {},
    )


class World:
    """A clock and counts that a test moves."""

    def __init__(self):
        self.now, self.answered = 1000.0, 5
        self.history = History(lambda: counted(self.answered), lambda: self.now)

    def steps(self, since=0.0):
        return asyncio.run(self.history.steps(since))


def test_a_step_holds_what_was_added_since_the_look_before():
    world = World()
    assert world.steps() == []
    world.now, world.answered = 1004.0, 9
    (step,) = world.steps()
    assert (step.ended, step.seconds) == (1004.0, 4.0)
    assert step.added.calls[SUBJECT].answers[2] == 4
    assert step.added.calls[SUBJECT].sent == 40


def test_what_was_not_called_takes_no_room():
    world = World()
    world.steps()
    world.now = 1004.0
    (step,) = world.steps()
    assert step.added.calls == {}


def test_many_who_look_at_once_make_no_more_looks():
    world = World()
    world.steps()
    world.now = 1004.0
    world.steps()
    world.now, world.answered = 1004.5, 100
    assert len(world.steps()) == 1


def test_old_steps_go_and_a_long_absence_is_no_step():
    world = World()
    world.steps()
    world.now = 1004.0
    assert len(world.steps()) == 1
    world.now, world.answered = 2000.0, 50
    assert world.steps() == []
    world.now, world.answered = 2004.0, 60
    (step,) = world.steps()
    assert step.added.calls[SUBJECT].answers[2] == 10


@pytest.mark.parametrize(
    "counts, share, expected",
    [
        ((0, 0, 0), 0.5, None),
        ((10, 0, 0), 0.5, 0.5),
        ((10, 10, 0), 0.5, 1.0),
        ((10, 10, 0), 0.75, 1.5),
        ((0, 0, 3), 0.95, 2.0),
        ((0, 4, 0), 0.0, 1.0),
    ],
)
def test_a_quantile_lies_inside_the_bucket_that_it_falls_into(counts, share, expected):
    assert quantile(counts, (1.0, 2.0), share) == expected
