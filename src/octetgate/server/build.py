"""Chooses the adapters and hands them over: what is plugged into what."""

import contextlib
import sys
from collections.abc import Callable, Iterator

from octetgate.adapters.telemetry.logs import AccessLog, Form, configure
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


@contextlib.contextmanager
def access_lines(running: Running) -> Iterator[Callable[[str], None]]:
    """Give what takes a line for each call; what is waiting is written at the end."""
    with contextlib.ExitStack() as held:
        logs = [AccessLog(place) for place in _destinations(running)]
        for log in logs:
            held.callback(log.close)
        if len(logs) == 1:
            yield logs[0].write
        else:

            def write(line: str) -> None:
                for log in logs:
                    log.write(line)

            yield write


def _destinations(running: Running) -> list[str]:
    chosen = running.settings.access_log
    if chosen == _AUTO:
        chosen = "both" if sys.stdout.isatty() else "file"
    file = str(running.place.logs / "access.log")
    return {"off": [], "file": [file], "stdout": ["stdout"], "both": [file, "stdout"]}[chosen]
