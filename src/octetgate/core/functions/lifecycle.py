"""The life of one function process, as a table.

A process asks for work over the Runtime API (spec: lambda 7), is given one call at a time and
may end at any moment.  What happens next is decided here; doing it is the business of
:mod:`octetgate.adapters.runners`.
"""

from collections.abc import Mapping
from enum import Enum


class State(Enum):
    """Where a process is in its life."""

    STARTING = "starting"  # imports the handler, has not asked for work yet
    IDLE = "idle"  # has asked, waits for a call
    BUSY = "busy"  # works on a call
    STREAMING = "streaming"  # works on a call, and part of its answer is here
    RESTING = "resting"  # has answered, has not asked again yet
    LENT = "lent"  # has asked, and somebody else gives it calls until it is given back
    LEAVING = "leaving"  # told to end, or about to end by itself
    GONE = "gone"  # ended

    # Looked up three times a call; the name's hash, an Enum's own, takes longer than the rest.
    __hash__ = object.__hash__


class Event(Enum):
    """What a process did, or what was done to it."""

    ASKED = "asked"  # GET …/invocation/next
    HUNG_UP = "hung up"  # closed the connection on which it waited for a call, or streamed
    GIVEN = "given"  # there is a call for it
    LENT = "lent"  # there is somebody who has calls for it
    RETURNED = "returned"  # has no call, and is ours again
    UNREAD = "unread"  # closed its line before it had read the call
    BEGAN = "began"  # POST …/response that streams: its head is here
    ANSWERED = "answered"  # POST …/response, to its end
    FAILED = "failed"  # POST …/error, or a stream whose trailers tell of an error
    INIT_FAILED = "init failed"  # POST …/init/error
    TIMED_OUT = "timed out"  # has been in its state for longer than it may
    RETIRED = "retired"  # too old or too idle, or the supervisor closes
    EXITED = "exited"

    __hash__ = object.__hash__


class Order(Enum):
    """What to do about it."""

    NOTHING = "nothing"
    OFFER = "offer"  # it can take a call
    WITHDRAW = "withdraw"  # it cannot any more
    SEND = "send"  # hand it the call
    GIVE_AGAIN = "give again"  # give the call to another process
    DELIVER = "deliver"  # hand its answer to the caller
    FAIL_INIT = "fail init"  # tell a waiting caller that there is no process for it
    FAIL_CALL = "fail call"  # tell the caller that the process ended
    FAIL_CALL_AND_KILL = "fail call and kill"  # tell the caller that the time is up
    FAIL_INIT_AND_KILL = "fail init and kill"
    KILL = "kill"


class OutOfTurn(Exception):
    """A process may not do this in its state; the Runtime API answers 403."""


_MOVES: Mapping[tuple[State, Event], tuple[State, Order]] = {
    (State.STARTING, Event.ASKED): (State.IDLE, Order.OFFER),
    (State.STARTING, Event.INIT_FAILED): (State.LEAVING, Order.FAIL_INIT),
    (State.STARTING, Event.TIMED_OUT): (State.LEAVING, Order.FAIL_INIT_AND_KILL),
    (State.STARTING, Event.RETIRED): (State.LEAVING, Order.KILL),
    (State.STARTING, Event.EXITED): (State.GONE, Order.FAIL_INIT),
    (State.IDLE, Event.GIVEN): (State.BUSY, Order.SEND),
    (State.IDLE, Event.HUNG_UP): (State.RESTING, Order.WITHDRAW),
    # For an idle process, too long is as long as it is kept warm.
    (State.IDLE, Event.TIMED_OUT): (State.LEAVING, Order.KILL),
    (State.IDLE, Event.RETIRED): (State.LEAVING, Order.KILL),
    (State.IDLE, Event.EXITED): (State.GONE, Order.WITHDRAW),
    (State.IDLE, Event.LENT): (State.LENT, Order.NOTHING),
    (State.LENT, Event.RETURNED): (State.IDLE, Order.OFFER),
    # Whoever has it looks at the time, and tells its caller.
    (State.LENT, Event.TIMED_OUT): (State.LEAVING, Order.KILL),
    (State.LENT, Event.RETIRED): (State.LEAVING, Order.KILL),
    (State.LENT, Event.EXITED): (State.GONE, Order.WITHDRAW),
    (State.BUSY, Event.ANSWERED): (State.RESTING, Order.DELIVER),
    (State.BUSY, Event.FAILED): (State.RESTING, Order.DELIVER),
    (State.BUSY, Event.TIMED_OUT): (State.LEAVING, Order.FAIL_CALL_AND_KILL),
    (State.BUSY, Event.RETIRED): (State.LEAVING, Order.FAIL_CALL_AND_KILL),
    (State.BUSY, Event.EXITED): (State.GONE, Order.FAIL_CALL),
    (State.BUSY, Event.UNREAD): (State.RESTING, Order.GIVE_AGAIN),
    (State.BUSY, Event.BEGAN): (State.STREAMING, Order.NOTHING),
    (State.STREAMING, Event.ANSWERED): (State.RESTING, Order.DELIVER),
    (State.STREAMING, Event.FAILED): (State.RESTING, Order.DELIVER),
    # It may have closed the connection for reasons of its own, and asks again.
    (State.STREAMING, Event.HUNG_UP): (State.RESTING, Order.FAIL_CALL),
    (State.STREAMING, Event.TIMED_OUT): (State.LEAVING, Order.FAIL_CALL_AND_KILL),
    (State.STREAMING, Event.RETIRED): (State.LEAVING, Order.FAIL_CALL_AND_KILL),
    (State.STREAMING, Event.EXITED): (State.GONE, Order.FAIL_CALL),
    (State.RESTING, Event.ASKED): (State.IDLE, Order.OFFER),
    (State.RESTING, Event.TIMED_OUT): (State.LEAVING, Order.KILL),
    (State.RESTING, Event.RETIRED): (State.LEAVING, Order.KILL),
    (State.RESTING, Event.EXITED): (State.GONE, Order.NOTHING),
    # A process that reported a failed init ends by itself, or is helped to.
    (State.LEAVING, Event.TIMED_OUT): (State.LEAVING, Order.KILL),
    (State.LEAVING, Event.RETIRED): (State.LEAVING, Order.KILL),
    (State.LEAVING, Event.EXITED): (State.GONE, Order.NOTHING),
}


def step(state: State, event: Event) -> tuple[State, Order]:
    """Return the next state and what must be done about it; raises OutOfTurn."""
    try:
        return _MOVES[state, event]
    except KeyError:
        raise OutOfTurn(f"{event.value} while {state.value}") from None
