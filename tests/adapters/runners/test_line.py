"""Our end of a process's line, whatever is at the other end and however it is cut."""

import random
import struct
import tracemalloc

import pytest

from octetgate.adapters.runners._line import Line
from octetgate.core.functions.runtime_api import Assignment

LIMIT = 100_000


class Listening:
    """Hears what a process says, and may take its answer as it arrives."""

    def __init__(self, sink=None):
        self.heard = []
        self.sink = sink

    def ready(self):
        self.heard.append("ready")

    def began(self, content_type):
        self.heard.append(("began", content_type))
        return self.sink

    def answered(self, payload, *, failed, is_last):
        self.heard.append(("answered", payload, failed, is_last))

    def init_failed(self, payload):
        self.heard.append(("init failed", payload))

    def line_closed(self, *, is_read):
        self.heard.append("closed")


class Pieces(list):
    feed = list.append


class Wire:
    """What a line writes to."""

    def __init__(self):
        self.written = b""
        self.aborted = False

    def write(self, data):
        self.written += data

    def writelines(self, parts):
        self.written += b"".join(parts)

    def abort(self):
        self.aborted = True


def said(kind, payload=b""):
    return struct.pack(">cI", kind, len(payload)) + payload


def spoken(hearer, data, cuts=()):
    """Return the wire of a line on which the data has arrived, cut at these places."""
    wire, line = Wire(), Line(hearer, LIMIT)
    line.connection_made(wire)
    for begin, end in zip((0, *cuts), (*cuts, len(data)), strict=True):
        piece = data[begin:end]
        while piece:
            room = line.get_buffer(-1)
            taken = min(len(room), len(piece))
            room[:taken] = piece[:taken]
            room.release()
            line.buffer_updated(taken)
            piece = piece[taken:]
    return wire


@pytest.mark.parametrize("seed", range(20))
def test_what_a_process_says_is_heard_wherever_it_is_cut(seed):
    dice = random.Random(seed)
    sizes = [0, 1, 70_000, LIMIT, 300]
    answers = [dice.randbytes(size) for size in dice.sample(sizes, len(sizes))]
    data = said(b"N") + b"".join(said(b"R", answer) for answer in answers) + said(b"E", b"{}")
    cuts = sorted(dice.sample(range(len(data)), 12))
    hearer = Listening()
    spoken(hearer, data, cuts)
    told = [("answered", answer, False, False) for answer in answers]
    assert hearer.heard == ["ready", *told, ("answered", b"{}", True, False)]


def test_an_answer_that_is_too_long_is_none_and_the_next_is_heard():
    hearer = Listening()
    spoken(hearer, said(b"R", bytes(LIMIT + 1)) + said(b"R", b"1"))
    assert hearer.heard == [("answered", None, False, False), ("answered", b"1", False, False)]


def test_pieces_go_to_whoever_takes_them_and_the_end_is_empty():
    hearer = Listening(Pieces())
    spoken(hearer, said(b"B", b"text/plain") + said(b"P", b"a") + said(b"P", b"b") + said(b"R"))
    assert hearer.sink == [b"a", b"b"]
    assert hearer.heard == [("began", "text/plain"), ("answered", b"", False, False)]


@pytest.mark.parametrize("count, whole", [(2, bytes(80_000)), (3, None)])
def test_pieces_that_nobody_takes_are_one_answer_within_the_limit(count, whole):
    hearer = Listening()
    spoken(hearer, said(b"B") + said(b"P", bytes(40_000)) * count + said(b"R"))
    assert hearer.heard == [("began", ""), ("answered", whole, False, False)]


def test_an_error_behind_pieces_is_what_is_told():
    hearer = Listening()
    spoken(hearer, said(b"B") + said(b"P", b"a") + said(b"L", b'{"errorType": "E"}'))
    assert hearer.heard[-1] == ("answered", b'{"errorType": "E"}', True, True)


def test_what_means_nothing_ends_the_line():
    assert spoken(Listening(), said(b"?", b"x")).aborted


def test_a_call_is_a_head_and_its_event_as_it_is():
    line, wire = Line(Listening(), LIMIT), Wire()
    line.connection_made(wire)
    event = bytes(70_000)
    line.give(
        Assignment(request_id="r", attempt_id="a", deadline_ms=0, function_arn="f", payload=event),
        5,
        0.25,
    )
    head = b'["r",5,"f",null,null,0.25]'
    assert wire.written == struct.pack(">II", len(head), len(event)) + head + event


def test_a_line_that_has_ended_holds_no_room_for_what_nobody_says_any_more():
    tracemalloc.start()
    try:
        lines = []
        for _ in range(20):
            lines.append(Line(Listening(), LIMIT))
            lines[-1].connection_made(Wire())
            lines[-1].connection_lost(None)
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 64 * 1024
