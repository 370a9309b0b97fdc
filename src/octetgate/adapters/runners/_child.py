"""One child process: started, weighed, killed with all it started, and what it leaves removed."""

import asyncio
import contextlib
import os
import secrets
import shutil
import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import cast
from uuid import uuid4

from octetgate.adapters.runners import _tree
from octetgate.adapters.runners._call import Plan
from octetgate.adapters.runners._entrypoint import entrypoint
from octetgate.adapters.runners._isolation import View
from octetgate.adapters.runners._layout import RUNTIMES
from octetgate.adapters.runners._line import Line
from octetgate.adapters.runners._output import Output
from octetgate.adapters.runners._start import Inside, Start, inside, start
from octetgate.core.functions.environment import environment

_MIB = 2**20
_SO_SNDBUFFORCE = 32
"""Beyond what the machine allows everybody; for root only, and otherwise not needed."""
_LINE_BYTES = 2 * _MIB
_LOOK_SECONDS = 0.5
_LOOKED_AT = 8
"""Processes whose memory is looked at after calls; the watch looks at all."""

_BUBBLEWRAPS = 2
_DEAD = 200
"""Ended processes that may be kept; with a thousand, nothing more can be started."""


class Child(asyncio.SubprocessProtocol):
    """The process of a function, the user it runs as, its private folder and its output."""

    def __init__(self, plan: Plan, exited: Callable[[int], None]) -> None:
        """``exited`` is told how the process ended: its status, or a signal as a negative one."""
        self._plan = plan
        self._told = exited
        self._transport: asyncio.SubprocessTransport | None = None
        self._pid: int | None = None
        self._killed = False
        self.has_exited = False
        """Whether it has ended."""
        self._most_bytes = 0
        self._looked_at = -_LOOK_SECONDS
        self._user: int | None = None
        self._folder = plan.scratch / secrets.token_hex(8)
        self.is_many = False
        """Whether it has started so much that looking at it takes long."""
        self.is_cluttered = False
        """Whether much of it has ended and was not waited for: it counts until the process ends."""
        self.output = Output(plan.log, plan.rounds)

    @property
    def pid(self) -> int | None:
        """The process, once it runs."""
        return self._pid

    @property
    def user(self) -> int | None:
        """The user that the process runs as, if it has one of its own."""
        return self._user

    # --- Starting ---

    async def start(self, port: int, line: Line) -> None:
        """Start the process, whose Runtime API is at the port.

        Our own runtimes get calls over the line instead.  Raises NoEntrypoint, OSError or
        ValueError.
        """
        if self._plan.isolation.users is not None:
            self._user = self._plan.isolation.users.take()
        if self.has_folder:
            self._folder.mkdir(mode=0o700)
            if self._user is not None:
                os.chown(self._folder, self._user, self._user)
        loop = asyncio.get_running_loop()
        ours, theirs = _pair() if not self._plan.function.brings_runtime else (None, None)
        lent = () if theirs is None else (theirs.fileno(),)
        how = self._start(port, *lent)
        writing = self.output.open()
        try:
            if ours is not None:
                await loop.create_unix_connection(lambda: line, sock=ours)
            await loop.subprocess_exec(
                lambda: self,
                *how.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=writing,
                stderr=writing,
                cwd="/",
                env=how.environment,
                start_new_session=True,
                close_fds=True,
                pass_fds=lent,
            )
        finally:
            os.close(writing)
            if theirs is not None:
                theirs.close()

    def _start(self, port: int, line: int | None = None) -> Start:
        plan = self._plan
        task_root = plan.task_root.resolve()
        seen = inside(plan.isolation, task_root, plan.layers, self._folder)
        return start(
            plan.isolation,
            plan.function,
            _seen(entrypoint(plan), plan, seen),
            self._environment(port, seen),
            task_root=task_root,
            layers=plan.layers,
            user=self._user,
            line=line,
        )

    def _environment(self, port: int, seen: Inside) -> dict[str, str]:
        now = datetime.now(UTC)
        return environment(
            self._plan.function,
            task_root=seen.task_root,
            runtime_dir=str(RUNTIMES),
            runtime_api=f"127.0.0.1:{port}",
            log_stream=f"{now:%Y/%m/%d}/[{self._plan.function.version}]{uuid4().hex}",
            temporary=seen.temporary,
            layers=seen.layers,
            shared=self._plan.shared,
            initialization=self._plan.initialization,
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take notice that the process runs (asyncio calls this)."""
        self._transport = cast("asyncio.SubprocessTransport", transport)
        self._pid = self._transport.get_pid()
        if self._killed:
            self.kill()

    # --- Weighing ---

    def excess(self) -> str | None:
        """Return what the process and all that it started have too much of, if they have."""
        if self._pid is None or self.has_exited:
            return None
        allowed = self._plan.function.memory_size
        pids = _tree.tree(self._pid)
        self.is_many = len(pids) > _LOOKED_AT
        self.is_cluttered = self.is_many and _tree.dead(pids) > _DEAD
        held = _tree.held_bytes(pids)
        if held > allowed * _MIB:
            held = _tree.own_bytes(pids)
        self._most_bytes = max(self._most_bytes, held)
        if held > allowed * _MIB:
            return f"memory: expected at most {allowed} MB; found {_mib(held)} MB"
        return None

    @property
    def has_folder(self) -> bool:
        """Whether it has a private folder that nothing else bounds."""
        return not self._plan.isolation.has_own_temporary

    def folder_excess(self) -> str | None:
        """Return whether there is too much in the private folder; slow, if there is."""
        allowed = self._plan.function.ephemeral_storage
        if (found := _size(self._folder)) <= allowed * _MIB:
            return None
        return f"temporary files: expected at most {allowed} MB; found {_mib(found)} MB"

    def peak_memory(self, *, is_exact: bool) -> int:
        """Return the most memory that was held, in MiB; unless exact, as of a moment ago.

        To look takes as long as a short call.
        """
        now = time.monotonic()
        is_due = is_exact or now - self._looked_at > _LOOK_SECONDS
        if is_due and self._pid is not None and not self.has_exited:
            self._looked_at = now
            peaks = [
                _tree.peak_bytes(pid) for pid in _tree.tree(self._pid, _LOOKED_AT)[:_LOOKED_AT]
            ]
            self._most_bytes = max(self._most_bytes, *peaks, 0)
        return _mib(self._most_bytes)

    # --- The end ---

    @property
    def is_ending(self) -> bool:
        """Whether it has ended, or is about to be heard of as ended."""
        if self._pid is None or self.has_exited:
            return self.has_exited
        if self._plan.isolation.view is not View.BUBBLEWRAP:
            return _tree.is_ending(self._pid)
        # The function's own process is below two of bubblewrap's, which end after it.
        inside = _tree.tree(self._pid, _BUBBLEWRAPS + 1)[_BUBBLEWRAPS:]
        return not inside or _tree.is_ending(inside[0])

    def process_exited(self) -> None:
        """Take notice that the process ended (asyncio calls this)."""
        self.has_exited = True
        status = self._transport.get_returncode() if self._transport else None
        status = 1 if status is None else status
        if self._plan.isolation.view is View.BUBBLEWRAP and status > 128:
            status = 128 - status  # as shells do, it tells of a signal by its number above 128
        self._told(status)

    def kill(self) -> None:
        """Kill the process and what it started; one that does not run yet, once it does."""
        self._killed = True
        if self._pid is None:
            return
        if not self.has_exited:
            _tree.end(self._pid, self._user)
            return
        # Its number may be another's by now, and what it started may have outlived it.
        _tree.end_group(self._pid)
        if self._user is not None:
            _tree.end_user(self._user)

    def release(self) -> None:
        """Give back what the process had, once it is gone."""
        if self._transport is not None:
            self._transport.close()
        self.output.close()
        shutil.rmtree(self._folder, ignore_errors=True)
        if self._user is not None and self._plan.isolation.users is not None:
            self._plan.isolation.users.give_back(self._user)
            self._user = None


def _pair() -> tuple[socket.socket, socket.socket]:
    """Return the two ends of a line."""
    ends = socket.socketpair()
    for end in ends:
        # With the little that is usual, an image would cross in a hundred steps.
        with contextlib.suppress(OSError):
            end.setsockopt(socket.SOL_SOCKET, _SO_SNDBUFFORCE, _LINE_BYTES)
    return ends


def _seen(command: tuple[str, ...], plan: Plan, seen: Inside) -> tuple[str, ...]:
    """Return the command with its paths as the process sees them."""
    program, *rest = command
    for there, here in ((plan.task_root, seen.task_root), (plan.layers, seen.layers)):
        if there is not None and here is not None and program.startswith(f"{there}/"):
            program = here + program.removeprefix(str(there))
            break
    return (program, *rest)


def _size(folder: Path) -> int:
    """Return the bytes of what is below the folder."""
    size = 0
    for path, _, names in os.walk(folder):
        for name in names:
            try:
                size += Path(path, name).lstat().st_blocks * 512
            except OSError:
                continue  # gone meanwhile
    return size


def _mib(size: int) -> int:
    """Return a size in MiB, rounded up: what is just above a limit is told as above it."""
    return -(-size // _MIB)
