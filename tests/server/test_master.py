"""The master with real processes.  Each test runs it in a process of its own: it forks, and it
takes over the signals."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from itertools import pairwise
from pathlib import Path

import pytest

SCRIPT = """
import asyncio, json, os, signal, sys, time
from octetgate.server import master as master_module
from octetgate.server.master import Master
from octetgate.server.processes import Ending, Role

def say(*words):
    os.write(1, (json.dumps(words) + "\\n").encode())

def server(post):
    say(post.name, "ready", os.getpid())
    post.ready()
    post.wait_to_leave()
    say(post.name, "left")

def run(*roles, grace=5.0, listening=()):
    master = Master(roles, listening=listening, grace_seconds=grace)
    sys.exit(master.run(lambda: say("announced")))

"""


class Running:
    def __init__(self, script):
        self.process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT + textwrap.dedent(script)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def hear(self, *wanted):
        """Read what the processes say up to the words; return that line."""
        while line := self.process.stdout.readline():
            said = json.loads(line)
            if said[: len(wanted)] == list(wanted):
                return said
        raise AssertionError(f"never said: {wanted}; {self.process.stderr.read().decode()}")

    def signal(self, number, *, group=False):
        if group:
            os.killpg(self.process.pid, number)
        else:
            self.process.send_signal(number)

    def rest(self):
        out, err = self.process.communicate(timeout=20)
        return [json.loads(line) for line in out.splitlines()], err.decode()

    @property
    def status(self):
        return self.process.wait(20)


@pytest.fixture
def start():
    started = []

    def one(script):
        started.append(Running(script))
        return started[-1]

    yield one
    for each in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(each.process.pid, signal.SIGKILL)
        each.process.wait()
        each.process.stdout.close()
        each.process.stderr.close()


def alive(pid):
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("ascii")
        return stat.rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_for(condition, seconds=10):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_it_announces_once_when_all_are_ready_and_stops_with_status_0(start):
    running = start("run(Role('a', server), Role('b', server))")
    running.hear("announced")
    running.signal(signal.SIGTERM)
    said, _ = running.rest()
    assert sorted(said) == [["a", "left"], ["b", "left"]]
    assert running.status == 0


@pytest.mark.parametrize("group", [False, True], ids=["master-alone", "whole-group"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_who_others_need_leaves_last_whoever_gets_the_signal(start, number, group):
    running = start(
        """
        def slow(post):
            post.ready()
            post.wait_to_leave()
            time.sleep(0.3)
            say("slow", "left")
        run(Role("needed", server, leaves_last=True), Role("slow", slow))
        """
    )
    running.hear("announced")
    running.signal(number, group=group)
    said, _ = running.rest()
    assert said == [["slow", "left"], ["needed", "left"]]
    assert running.status == 0


def test_a_process_that_ends_is_started_again(start):
    running = start("run(Role('a', server))")
    first = running.hear("a", "ready")[2]
    running.hear("announced")
    os.kill(first, signal.SIGKILL)
    second = running.hear("a", "ready")[2]
    assert second != first
    running.signal(signal.SIGTERM)
    _, log = running.rest()
    assert "killed by SIGKILL" in log
    assert running.status == 0


def test_what_a_killed_process_has_left_behind_is_ended(start):
    running = start("""
        def leaves_something(post):
            told, tell = os.pipe()
            if post.board.read(post.name).restarts == 0:
                if not os.fork():
                    os.setsid()
                    if os.fork():
                        os._exit(0)
                    os.setsid()
                    os.write(tell, b"%d" % os.getpid())
                    time.sleep(600)
                say("left behind", int(os.read(told, 20)))
            server(post)
        run(Role('a', leaves_something))
    """)
    _, stray = running.hear("left behind")
    _, _, pid = running.hear("a", "ready")
    running.hear("announced")  # else it was killed before it could start
    os.kill(pid, signal.SIGKILL)
    running.hear("a", "ready")
    wait_for(lambda: not alive(stray))


def test_a_process_that_cannot_start_stops_all(start):
    running = start(
        """
        def broken(post):
            raise RuntimeError("no luck")
        run(Role("a", server), Role("broken", broken))
        """
    )
    said, log = running.rest()
    assert ["announced"] not in said
    assert "no luck" in log
    assert "broken could not start" in log
    assert running.status == 1


def test_a_second_signal_cuts_off_who_has_not_finished(start):
    running = start(
        """
        def stubborn(post):
            post.ready()
            post.wait_to_leave()
            say("hears")
            time.sleep(60)
        run(Role("stubborn", stubborn), grace=60)
        """
    )
    running.hear("announced")
    running.signal(signal.SIGTERM)
    running.hear("hears")

    def again():
        # One signal may reach the master twice, so only a later one means impatience.
        running.signal(signal.SIGTERM)
        return running.process.poll() is not None

    wait_for(again)
    assert running.status == 1


def test_grace_ends_who_does_not(start):
    running = start(
        """
        def stubborn(post):
            post.ready()
            time.sleep(60)
        run(Role("stubborn", stubborn), grace=0.2)
        """
    )
    running.hear("announced")
    running.signal(signal.SIGTERM)
    assert running.status == 1


def test_a_killed_master_takes_its_processes_with_it(start):
    running = start(
        """
        async def loop(post):
            post.ready()
            say("loop", os.getpid())
            await post.told_to_leave()
        run(Role("a", server), Role("b", lambda post: asyncio.run(loop(post))))
        """
    )
    pids = {running.process.pid: True}
    for _ in range(2):
        pids[json.loads(running.process.stdout.readline())[-1]] = True
    running.signal(signal.SIGKILL)
    wait_for(lambda: not any(map(alive, pids)))


@pytest.mark.parametrize("status", [0, 3])
def test_a_guest_starts_after_the_announcement_and_may_end_it_all(start, status):
    running = start(
        f"""
        def guest(post):
            say("guest")
            return {status}
        run(Role("guest", guest, is_guest=True, ending=Ending.STOP_ALL), Role("a", server))
        """
    )
    running.hear("announced")
    running.hear("guest")
    running.hear("a", "left")
    assert running.status == status


def test_a_guest_that_is_done_is_not_missed(start):
    running = start(
        """
        run(
            Role("a", server),
            Role("guest", lambda post: 1, is_guest=True, ending=Ending.DONE),
        )
        """
    )
    running.hear("announced")
    master_sees_it_gone = time.monotonic() + 0.3
    wait_for(lambda: time.monotonic() > master_sees_it_gone)
    running.signal(signal.SIGTERM)
    said, _ = running.rest()
    assert said == [["a", "left"]]
    assert running.status == 0


def test_a_port_is_refused_as_soon_as_its_owner_has_left(start):
    running = start(
        """
        from octetgate.server.sockets import listen
        import socket
        listeners = listen("127.0.0.1", 0, setting="port")
        def owner(post):
            post.ready()
            post.wait_to_leave()
            for each in listeners.all:
                each.close()
            try:
                socket.create_connection(("127.0.0.1", listeners.port))
            except ConnectionRefusedError:
                say("refused")
        run(
            Role("owner", owner, keeps=listeners.all),
            Role("other", server),
            listening=listeners.all,
        )
        """
    )
    running.hear("announced")
    running.signal(signal.SIGTERM)
    running.hear("refused")
    assert running.status == 0


def test_the_order_to_open_logs_anew_reaches_every_process(start):
    running = start(
        """
        async def worker(post):
            post.ready()
            await post.told_to_leave(reopen=lambda: say(post.name, "reopens"))
        main = lambda post: asyncio.run(worker(post))
        run(Role("a", main), Role("b", main), Role("deaf", server))
        """
    )
    running.hear("announced")
    running.signal(signal.SIGUSR1, group=True)
    assert {running.hear()[0], running.hear()[0]} == {"a", "b"}
    running.signal(signal.SIGHUP)
    assert running.status == 0


def test_pauses_between_starts_grow(start):
    running = start(
        """
        def short(post):
            post.ready()
            say("short", time.monotonic())
            time.sleep(0.02)
        run(Role("short", short))
        """
    )
    times = [running.hear("short")[1] for _ in range(4)]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert gaps[0] >= 0.1
    assert gaps[1] >= 0.2
    assert gaps[2] >= 0.4
