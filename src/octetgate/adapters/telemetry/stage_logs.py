"""The logs of stages: files named after the log groups they stand for, or sockets."""

import re
from collections.abc import Callable
from pathlib import Path

from octetgate.adapters.telemetry.logs import AccessLog
from octetgate.adapters.telemetry.sinks import EXPECTED, is_socket
from octetgate.core.ports.stage_logs import BadDestination

_ARN = re.compile(
    r"arn:[^:]+:(?:logs:[^:]*:[^:]*:log-group:(?P<group>[^:]+)(?::\*)?"
    r"|firehose:[^:]*:[^:]*:deliverystream/(?P<stream>[^:]+))"
)
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_STDOUT = "stdout"
ACCESS, EXECUTION = "access", "execution"
"""The folders of either kind."""
_TURNS_AT = 10 * 2**20


class StageLogFiles:
    """Keeps the ports of `octetgate.core.ports.stage_logs`, for one event loop."""

    def __init__(self, folder: Path, *, turns_at: int = _TURNS_AT) -> None:
        """``turns_at`` is how many bytes an execution log has before another file is begun."""
        self._folder = folder
        self._turns_at = turns_at
        self._open: dict[str, AccessLog] = {}

    def open(self, destination: str) -> Callable[[str], None]:
        """Return what takes lines for a log group, a delivery stream, a socket or ``stdout``."""
        return self._log(self._place(destination)).write

    def execution(self, group: str) -> Callable[[str], None]:
        """Return what takes lines of an execution log, which turns when it is large."""
        place = f"{self._folder / EXECUTION / group}.log"
        return self._log(place, turns_at=self._turns_at).write

    def _log(self, place: str, *, turns_at: int = 0) -> AccessLog:
        log = self._open.get(place)
        if log is None:
            if place.startswith("/"):
                Path(place).parent.mkdir(parents=True, exist_ok=True)
            log = self._open[place] = AccessLog(place, turns_at=turns_at)
        return log

    def _place(self, destination: str) -> str:
        if destination == _STDOUT or is_socket(destination):
            return destination
        arn = _ARN.fullmatch(destination)
        if arn is None:
            raise BadDestination(
                "accessLogSettings.destinationArn: expected the ARN of a log group or of a "
                f"delivery stream, {_STDOUT}, {EXPECTED}; found {destination!r}"
            )
        name = _UNSAFE.sub("_", (arn["group"] or arn["stream"]).strip("/"))
        return str(self._folder / ACCESS / f"{name.lstrip('.') or '_'}.log")

    def reopen(self) -> None:
        """Open the files by their names again, after they were moved away."""
        for log in self._open.values():
            log.reopen()

    def close(self) -> None:
        """Write what is waiting, and let go of the files."""
        for log in self._open.values():
            log.close()
        self._open.clear()
