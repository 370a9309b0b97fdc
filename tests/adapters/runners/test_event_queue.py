import pytest

from octetgate.adapters.runners._event_queue import Event, EventQueue, QueueFull
from octetgate.core.functions.events import Delivery

DELIVERY = Delivery(target="t", function_arn="f", text="{}", attributes={"A": "b"})


@pytest.fixture
def opened(tmp_path):
    """Open queues on the same file; each is closed at the end."""
    queues = []

    def one(*, most=100, most_bytes=1000):
        queue = EventQueue(tmp_path / "functions" / "events.db", most=most, most_bytes=most_bytes)
        queues.append((queue, queue.open()))
        return queues[-1]

    yield one
    for queue, _ in queues:
        queue.close()


def event(**changes):
    bare = {
        "function": "f",
        "qualifier": None,
        "request_id": "r",
        "trace_id": None,
        "client_context": None,
        "came": 1.0,
        "due": 2.0,
        "payload": b"{}",
    }
    return Event(**(bare | changes))


def test_what_is_put_is_there_in_the_next_life(opened):
    queue, found = opened()
    assert found == []
    kept = event(qualifier="live", trace_id="t", client_context="{}", payload=b"\x00\xff")
    key = queue.put(kept)
    queue.close()
    again, found = opened()
    assert found == [(key, "f", 2.0)]
    assert again.get(key) == kept


def test_how_far_a_call_has_come_is_kept(opened):
    queue, _ = opened()
    key = queue.put(event())
    come = event(due=9.0, attempts=2, throttles=1, deliveries=[DELIVERY])
    queue.keep(key, come)
    assert queue.get(key) == come


def test_there_is_room_for_so_many_calls(opened):
    queue, _ = opened(most=2)
    first = queue.put(event())
    queue.put(event())
    with pytest.raises(QueueFull, match="expected fewer than 2 asynchronous calls"):
        queue.put(event())
    queue.delete(first, event())
    queue.put(event())


def test_there_is_room_for_so_many_bytes_in_the_next_life_too(opened):
    queue, _ = opened(most_bytes=10)
    queue.put(event(payload=b"12345678"))
    queue.close()
    again, [(key, *_)] = opened(most_bytes=10)
    with pytest.raises(QueueFull, match="found 1 with 8"):
        again.put(event(payload=b"123"))
    again.delete(key, event(payload=b"12345678"))
    again.put(event(payload=b"123"))


def test_nobody_else_may_read_it(opened, tmp_path):
    opened()
    assert (tmp_path / "functions" / "events.db").stat().st_mode & 0o777 == 0o600
