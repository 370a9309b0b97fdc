import os
import socket

import pytest

from octetgate.adapters.stores import memory
from octetgate.core.ports.store import StoreUnusable
from octetgate.server.board import Board, State
from octetgate.server.health import Health


@pytest.fixture
def board():
    board = Board(["functions", "worker 1", "guest"])
    for name in ("functions", "worker 1"):
        board.write(name, State.READY, os.getpid(), 0)
    return board


@pytest.fixture
def supervisor(tmp_path):
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "f.sock"))
        listening.listen()
        yield tmp_path / "f.sock"


class Unreadable:
    def read(self):
        raise StoreUnusable("the disk is gone")


def health(board, supervisor, store=None):
    services = ("functions", "worker 1")
    store = store or memory.open("memory://")
    return Health(board, services, store, supervisor, "http://here").report()


def test_all_is_well_when_every_part_answers(board, supervisor):
    report = health(board, supervisor)
    assert report["status"] == "ok"
    assert report["gateway"] == "http://here"
    assert [each["state"] for each in report["processes"]] == ["ready", "ready"]


def test_a_guest_is_not_waited_for(board, supervisor):
    assert board.read("guest").state is State.WAITING
    assert health(board, supervisor)["status"] == "ok"


@pytest.mark.parametrize("state", set(State) - {State.READY})
def test_a_process_that_is_not_ready_makes_it_unwell(board, supervisor, state):
    board.write("worker 1", state, 1, 0)
    report = health(board, supervisor)
    assert report["status"] == "unwell"
    assert report["processes"][1]["state"] == state.name.lower()


def test_a_process_that_is_stuck_makes_it_unwell(board, supervisor, monkeypatch):
    monkeypatch.setattr("octetgate.server.board.STALE_SECONDS", -1.0)
    report = health(board, supervisor)
    assert report["status"] == "unwell"
    assert report["processes"][1]["state"] == "silent"


def test_functions_that_nobody_answers_for_make_it_unwell(board, tmp_path):
    report = health(board, tmp_path / "nobody.sock")
    assert report["status"] == "unwell"
    assert report["functions"] == "No such file or directory"


def test_a_store_that_cannot_be_read_makes_it_unwell(board, supervisor):
    report = health(board, supervisor, Unreadable())
    assert report["status"] == "unwell"
    assert report["store"] == "the disk is gone"
