import asyncio
import random

import pytest
from tests.adapters.runners.waiting import until

from octetgate.adapters.runners import _frames
from octetgate.adapters.runners._frames import Cancel, Piece, Taken
from octetgate.adapters.runners._wire import FrameWire

FRAMES = [
    (Cancel(id=1), b""),
    (Piece(id=2), b"payload"),
    (Taken(id=3, size=4), b""),
    (Piece(id=4), bytes(range(256)) * 1000),
    (Piece(id=5), b"x" * (64 * 1024)),
    (Cancel(id=6), b""),
]
SENT = b"".join(_frames.encoded(head, len(payload)) + payload for head, payload in FRAMES)


class Hearer:
    def __init__(self):
        self.frames = []

    def hear(self, head, payload):
        self.frames.append((head, payload))

    def lost(self, error):
        raise AssertionError(error)


def received(wire, data):
    """Give the wire what a socket brings, as much at a time as it has room for."""
    while data:
        room = wire.get_buffer(-1)
        taken = min(len(room), len(data))
        room[:taken] = data[:taken]
        room.release()
        data = data[taken:]
        wire.buffer_updated(taken)


async def test_frames_that_come_at_once_are_all_heard():
    hearer = Hearer()
    received(FrameWire(hearer), SENT)
    assert hearer.frames == FRAMES


@pytest.mark.parametrize("seed", range(20))
async def test_frames_are_heard_wherever_they_are_cut(seed):
    dice, hearer = random.Random(seed), Hearer()
    wire, at = FrameWire(hearer), 0
    while at < len(SENT):
        size = dice.choice([1, 7, 9, 100, 65_536, 300_000])
        received(wire, SENT[at : at + size])
        at += size
    assert hearer.frames == FRAMES


async def test_a_head_longer_than_the_buffer_is_heard_whole():
    hearer = Hearer()
    head = _frames.Refusal(id=1, code="c", status=500, message="m" * 200_000)
    wire = FrameWire(hearer)
    received(wire, _frames.encoded(head, 3) + b"end" + SENT)
    assert hearer.frames == [(head, b"end"), *FRAMES]


async def test_writing_waits_for_a_reader_that_is_slow_and_ends_with_it(tmp_path):
    wire, sent = FrameWire(Silent()), []
    loop = asyncio.get_running_loop()
    server = await loop.create_unix_server(lambda: wire, tmp_path / "s")
    _, writer = await asyncio.open_unix_connection(tmp_path / "s", limit=1024)

    async def send():
        while True:
            await wire.send(Piece(id=1), bytes(100_000))
            sent.append(1)

    await until(lambda: hasattr(wire, "_transport"))
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        sending = group.create_task(settled(send()))
        before = -1
        while before != len(sent):
            before = len(sent)
            await asyncio.sleep(0.05)
        assert before < 100
        writer.transport.abort()
    assert isinstance(sending.result(), ConnectionResetError)
    server.close()


class Silent:
    def hear(self, head, payload):
        raise AssertionError

    def lost(self, error):
        pass


async def settled(coroutine):
    """Return what the coroutine raises."""
    try:
        await coroutine
    except ConnectionError as error:
        return error
