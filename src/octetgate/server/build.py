"""Chooses the adapters and hands them over: what is plugged into what."""

import contextlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from octetgate.adapters.telemetry.logs import AccessLog, Form, Line, configure
from octetgate.adapters.telemetry.sinks import is_socket
from octetgate.core import kinds
from octetgate.core.ports.store import Store
from octetgate.server.place import Running
from octetgate.server.settings import Settings

_AUTO = "auto"


def open_store(url: str) -> Store:
    """Return the store that the URL's scheme names; open it after the fork, not before."""
    module = kinds.load("octetgate.adapters.stores", url.partition(":")[0])
    store: Store = module.open(url)
    return store


def configure_logs(settings: Settings) -> None:
    """Send this process's own log where the settings say, in the form they say."""
    configure(Form(settings.log_format), settings.log_level)


@dataclass(frozen=True, slots=True)
class AccessLines:
    """Where the line for each call goes: nowhere, to one place or to several."""

    logs: tuple[AccessLog, ...]

    @property
    def write(self) -> Callable[[Line], None]:
        """What takes a line, or what makes it."""
        return self.logs[0].write if len(self.logs) == 1 else self._write

    def reopen(self) -> None:
        """Open the files by their names again, after they were moved away."""
        for log in self.logs:
            log.reopen()

    def _write(self, line: Line) -> None:
        for log in self.logs:
            log.write(line)


@contextlib.contextmanager
def access_lines(running: Running) -> Iterator[AccessLines]:
    """Give what takes a line for each call; what is waiting is written at the end."""
    with contextlib.ExitStack() as held:
        logs = [AccessLog(place) for place in _destinations(running)]
        for log in logs:
            held.callback(log.close)
        yield AccessLines(tuple(logs))


def access_log_file(running: Running) -> Path | None:
    """Return the file that a line for each call goes to; None where none does."""
    for place in _destinations(running):
        if place not in {"stdout", "stderr"} and not is_socket(place):
            return Path(place)
    return None


def _destinations(running: Running) -> list[str]:
    chosen = running.settings.access_log
    if chosen == _AUTO:
        chosen = "both" if sys.stdout.isatty() else "file"
    file = str(running.place.logs / "access.log")
    named = {"off": [], "file": [file], "stdout": ["stdout"], "both": [file, "stdout"]}
    return named.get(chosen, [chosen])  # else it is a socket
