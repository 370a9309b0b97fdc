"""One child process: started, killed with all that it started, and what it leaves removed."""

import asyncio
import os
import secrets
import shutil
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from typing import cast
from uuid import uuid4

from octetgate.adapters.runners._call import Plan
from octetgate.adapters.runners._entrypoint import RUNTIMES, entrypoint
from octetgate.adapters.runners._output import Output
from octetgate.adapters.runners._program import command, peak_memory
from octetgate.core.functions.environment import environment


class Child(asyncio.SubprocessProtocol):
    """The process of a function, its private folder and its output."""

    def __init__(self, plan: Plan, exited: Callable[[int], None]) -> None:
        """``exited`` is told how the process ended: its status, or a signal as a negative one."""
        self._plan = plan
        self._told = exited
        self._transport: asyncio.SubprocessTransport | None = None
        self._pid: int | None = None
        self._killed = False
        self._folder = plan.scratch / secrets.token_hex(8)
        self.output = Output(plan.log)

    async def start(self, port: int) -> None:
        """Start the process, whose Runtime API is at the port.

        Raises NoEntrypoint, OSError or ValueError.
        """
        self._folder.mkdir(mode=0o700)
        writing = self.output.open()
        try:
            await asyncio.get_running_loop().subprocess_exec(
                lambda: self,
                *command(entrypoint(self._plan)),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=writing,
                stderr=writing,
                cwd=self._plan.task_root,
                env=self._environment(port),
                # A group of its own, so that what the function starts ends with it.
                start_new_session=True,
                close_fds=True,
            )
        finally:
            os.close(writing)

    def _environment(self, port: int) -> dict[str, str]:
        now = datetime.now(UTC)
        return environment(
            self._plan.function,
            task_root=str(self._plan.task_root),
            runtime_dir=str(RUNTIMES),
            runtime_api=f"127.0.0.1:{port}",
            log_stream=f"{now:%Y/%m/%d}/[{self._plan.function.version}]{uuid4().hex}",
            temporary=str(self._folder),
            layers=str(self._plan.layers) if self._plan.layers else None,
            shared=self._plan.shared,
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take notice that the process runs (asyncio calls this)."""
        self._transport = cast("asyncio.SubprocessTransport", transport)
        self._pid = self._transport.get_pid()
        if self._killed:
            self.kill()

    def process_exited(self) -> None:
        """Take notice that the process ended (asyncio calls this)."""
        status = self._transport.get_returncode() if self._transport else None
        self._told(1 if status is None else status)

    def peak_memory(self) -> int:
        """Return the most memory that the process has held, in MiB."""
        return peak_memory(self._pid)

    def kill(self) -> None:
        """Kill the process and what it started; one that does not run yet, once it does."""
        self._killed = True
        if self._pid is not None:
            try:
                os.killpg(self._pid, signal.SIGKILL)
            except ProcessLookupError:
                pass  # ended by itself
            except PermissionError:
                pass  # nothing is left in the group but what has already ended

    def release(self) -> None:
        """Give back what the process had, once it is gone."""
        if self._transport is not None:
            self._transport.close()
        self.output.close()
        shutil.rmtree(self._folder, ignore_errors=True)
