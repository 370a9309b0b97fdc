from itertools import product

import pytest

from octetgate.core.functions.lifecycle import _MOVES, Event, Order, OutOfTurn, State, step

STREAMS = [Event.ASKED, Event.GIVEN, Event.BEGAN]


def walked(*events):
    state = State.STARTING
    for event in events:
        state, order = step(state, event)
    return state, order


@pytest.mark.parametrize(
    "events, state, order",
    [
        pytest.param([Event.ASKED], State.IDLE, Order.OFFER, id="starts"),
        pytest.param([Event.ASKED, Event.GIVEN], State.BUSY, Order.SEND, id="is-given-a-call"),
        pytest.param([Event.ASKED, Event.GIVEN, Event.ANSWERED], State.RESTING, Order.DELIVER, id="answers"),
        pytest.param([Event.ASKED, Event.GIVEN, Event.FAILED, Event.ASKED], State.IDLE, Order.OFFER, id="raises-and-asks-again"),
        pytest.param([Event.ASKED, Event.GIVEN, Event.EXITED], State.GONE, Order.FAIL_CALL, id="crashes"),
        pytest.param([Event.ASKED, Event.GIVEN, Event.TIMED_OUT], State.LEAVING, Order.FAIL_CALL_AND_KILL, id="is-too-slow"),
        pytest.param([Event.ASKED, Event.GIVEN, Event.UNREAD], State.RESTING, Order.GIVE_AGAIN, id="ends-before-it-knows"),
        pytest.param([Event.INIT_FAILED, Event.EXITED], State.GONE, Order.NOTHING, id="cannot-import-its-handler"),
        pytest.param([Event.EXITED], State.GONE, Order.FAIL_INIT, id="dies-while-starting"),
        pytest.param([Event.TIMED_OUT], State.LEAVING, Order.FAIL_INIT_AND_KILL, id="starts-too-slowly"),
        pytest.param([Event.ASKED, Event.HUNG_UP], State.RESTING, Order.WITHDRAW, id="stops-waiting"),
        pytest.param([Event.ASKED, Event.RETIRED], State.LEAVING, Order.KILL, id="is-retired"),
        pytest.param([*STREAMS, Event.ANSWERED], State.RESTING, Order.DELIVER, id="streams-to-the-end"),
        pytest.param([*STREAMS, Event.FAILED], State.RESTING, Order.DELIVER, id="tells-of-an-error-in-its-trailers"),
        pytest.param([*STREAMS, Event.HUNG_UP], State.RESTING, Order.FAIL_CALL, id="breaks-its-stream-off"),
        pytest.param([*STREAMS, Event.TIMED_OUT], State.LEAVING, Order.FAIL_CALL_AND_KILL, id="streams-for-too-long"),
    ],
)  # fmt: skip
def test_a_process_that(events, state, order):
    assert walked(*events) == (state, order)


@pytest.mark.parametrize(
    "events",
    [
        pytest.param([Event.ANSWERED], id="an-answer-without-a-call"),
        pytest.param([Event.ASKED, Event.GIVEN, Event.ASKED], id="asking-twice"),
        pytest.param([Event.ASKED, Event.INIT_FAILED], id="a-late-init-error"),
        pytest.param([Event.ASKED, Event.GIVEN, Event.ANSWERED, Event.ANSWERED], id="answering-twice"),
        pytest.param([Event.ASKED, Event.GIVEN, Event.GIVEN], id="two-calls-at-once"),
        pytest.param([Event.RETIRED, Event.ASKED], id="asking-while-leaving"),
        pytest.param([*STREAMS, Event.BEGAN], id="two-streams-at-once"),
        pytest.param([*STREAMS, Event.ASKED], id="asking-while-streaming"),
    ],
)  # fmt: skip
def test_out_of_turn_is(events):
    with pytest.raises(OutOfTurn, match=" while "):
        walked(*events)


@pytest.mark.parametrize("state", [state for state in State if state is not State.GONE])
@pytest.mark.parametrize("event", [Event.EXITED, Event.RETIRED])
def test_a_process_can_always_end_and_be_told_to(state, event):
    assert step(state, event)[0] in {State.GONE, State.LEAVING}


@pytest.mark.parametrize("event", Event)
def test_nothing_happens_to_a_process_that_is_gone(event):
    with pytest.raises(OutOfTurn):
        step(State.GONE, event)


@pytest.mark.parametrize("state, event", list(product(State, Event)))
def test_a_caller_hears_once_and_only_when_there_is_one_unless_another_process_does(state, event):
    to, order = _MOVES.get((state, event), (state, Order.NOTHING))
    tells = order in {Order.DELIVER, Order.FAIL_CALL, Order.FAIL_CALL_AND_KILL, Order.GIVE_AGAIN}
    at_work = {State.BUSY, State.STREAMING}
    assert tells == (state in at_work and to not in at_work)
