import os
import time

from octetgate.server import board as board_module
from octetgate.server.board import Board, State


def test_what_a_child_writes_the_parent_reads():
    board = Board(["a", "b"])
    pid = os.fork()
    if not pid:
        board.write("b", State.READY, os.getpid(), 3)
        os._exit(0)
    os.waitpid(pid, 0)
    entry = board.read("b")
    assert (entry.state, entry.pid, entry.restarts) == (State.READY, pid, 3)
    assert board.read("a").state is State.WAITING


def test_a_beat_changes_nothing_but_the_time():
    board = Board(["a"])
    board.write("a", State.LEAVING, 17, 2)
    board.beat("a")
    entry = board.read("a")
    assert (entry.state, entry.pid, entry.restarts) == (State.LEAVING, 17, 2)


def test_a_process_that_says_nothing_is_not_well(monkeypatch):
    board = Board(["a"])
    board.write("a", State.READY, 17, 0)
    assert board.read("a").is_well
    later = time.monotonic() + board_module.STALE_SECONDS + 1
    monkeypatch.setattr(board_module.time, "monotonic", lambda: later)
    assert not board.read("a").is_well
    board.beat("a")
    assert board.read("a").is_well
