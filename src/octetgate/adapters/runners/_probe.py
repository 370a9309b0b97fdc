"""Finds out how far this machine lets functions' processes be on their own, by trying it."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from octetgate.adapters.runners._isolation import Isolation, View
from octetgate.adapters.runners._start import inside, start
from octetgate.adapters.runners._users import NoUser, Users
from octetgate.core.model.function import Function

_SECONDS = 20.0
_PROGRAM = "import awslambdaric, tempfile; tempfile.TemporaryFile().write(bytes(1))"
_FUNCTION = Function(
    name="probe",
    arn="",
    runtime="",
    handler="",
    role="",
    code_key="",
    code_sha256="",
    code_size=0,
    last_modified=0.0,
    revision_id="",
)


class NoIsolation(Exception):
    """What was asked for is not to be had here; says why."""


@dataclass(frozen=True, slots=True)
class Found:
    """What is to be had, and what is not."""

    isolation: Isolation
    shortfalls: tuple[str, ...]
    """What would be better and why it cannot be, the best first."""


def probe(wish: str, numbers: range | None, data: Path, *, bubblewrap: str = "bwrap") -> Found:
    """Return the best isolation of the wished kind; ``numbers`` are users to run processes as.

    ``process`` is always to be had in some form.  Raises NoIsolation if ``bubblewrap`` is not.
    """
    users = Users(numbers) if numbers and os.getuid() == 0 else None
    shortfalls: list[str] = []
    for each in _wanted(wish, users, data, bubblewrap):
        problem = _problem(each)
        if problem is None:
            return Found(each, tuple(shortfalls))
        shortfalls.append(f"{describe(each)}: {problem}")
    if wish == "bubblewrap":
        raise NoIsolation(f"isolation: expected bubblewrap to work here; {shortfalls[0]}")
    return Found(Isolation(data=data), tuple(shortfalls))


def _wanted(wish: str, users: Users | None, data: Path, program: str) -> Iterator[Isolation]:
    """Return what is to be tried, the best first."""
    if wish == "bubblewrap":
        path = shutil.which(program)
        if path is None:
            raise NoIsolation(
                f"isolation: expected bubblewrap to work here; found no program {program!r}"
            )
        yield Isolation(view=View.BUBBLEWRAP, users=users, data=data, bubblewrap=path)
        return
    view = View.OWN if os.getuid() == 0 else View.NAMESPACED
    yield Isolation(view=view, users=users, data=data)
    if users is not None:
        yield Isolation(view=View.SHARED, users=users, data=data)
        yield Isolation(view=view, data=data)


def describe(isolation: Isolation) -> str:
    """Return in words what an isolation is."""
    views = {
        View.SHARED: "one view of the file system for all",
        View.OWN: "a /tmp of their own, the data folder hidden",
        View.NAMESPACED: "a /tmp of their own, the data folder hidden",
        View.BUBBLEWRAP: "a system of their own by bubblewrap",
    }
    users = isolation.users
    who = f"users {users.numbers[0]} to {users.numbers[-1]}" if users else "octetgate's own user"
    return f"{views[isolation.view]}; {who}"


def _problem(isolation: Isolation) -> str | None:
    """Return what stands against it: what a process that is started so says last."""
    try:
        user = isolation.users.take() if isolation.users else None
    except NoUser as error:
        return str(error)
    try:
        with tempfile.TemporaryDirectory(prefix="octetgate-probe-") as folder:
            if user is not None:
                os.chown(folder, user, user)
            return _failure(isolation, Path(folder), user)
    finally:
        if user is not None and isolation.users is not None:
            isolation.users.give_back(user)


def _failure(isolation: Isolation, folder: Path, user: int | None) -> str | None:
    code = folder / "code"
    code.mkdir(mode=0o755)
    if isolation.view is View.SHARED and isolation.data is not None:
        # Whether others can pass to where the code will be, or to what will be above it.
        code = next(path for path in (isolation.data, *isolation.data.parents) if path.is_dir())
    seen = inside(isolation, code, None, folder)
    how = start(
        isolation,
        _FUNCTION,
        (sys.executable, "-s", "-P", "-c", _PROGRAM),
        {"LAMBDA_TASK_ROOT": seen.task_root, "TMPDIR": seen.temporary},
        task_root=code,
        layers=None,
        user=user,
    )
    try:
        done = subprocess.run(
            how.command,
            env=how.environment,
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            start_new_session=True,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    if done.returncode == 0:
        return None
    said = done.stderr.decode(errors="replace").strip()
    return said.splitlines()[-1] if said else f"exit status {done.returncode}"
