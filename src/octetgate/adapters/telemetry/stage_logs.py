"""The access logs of stages: files named after the log groups they stand for, or sockets."""

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


class StageLogFiles:
    """Keeps the port `octetgate.core.ports.stage_logs.StageLogs`, for one event loop."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[str, AccessLog] = {}

    def open(self, destination: str) -> Callable[[str], None]:
        """Return what takes lines for a log group, a delivery stream, a socket or ``stdout``."""
        place = self._place(destination)
        log = self._open.get(place)
        if log is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            log = self._open[place] = AccessLog(place)
        return log.write

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
        return str(self._folder / f"{name.lstrip('.') or '_'}.log")

    def reopen(self) -> None:
        """Open the files by their names again, after they were moved away."""
        for log in self._open.values():
            log.reopen()

    def close(self) -> None:
        """Write what is waiting, and let go of the files."""
        for log in self._open.values():
            log.close()
        self._open.clear()
