"""What ``/_octetgate/health`` says: of each process, and of whether the whole can serve."""

import contextlib
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from octetgate.core.ports.store import Store
from octetgate.server.board import Board

_CONNECT_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Health:
    """Asks every part that a call needs."""

    board: Board
    services: tuple[str, ...]
    """Names of the processes that have to be well."""
    store: Store
    functions_socket: Path
    gateway_url: str
    secure_url: str | None = None
    """Where the gateway speaks TLS besides."""

    def report(self) -> dict[str, Any]:
        """Return the report to show; its ``status`` is ``ok`` only if all is well."""
        processes = [
            {
                "name": entry.name,
                "state": entry.state.name.lower() if entry.is_well else _ailing(entry.state.name),
                "pid": entry.pid,
                "restarts": entry.restarts,
                "well": entry.is_well,
            }
            for entry in map(self.board.read, self.services)
        ]
        parts = {"store": self._store(), "functions": self._functions()}
        well = all(each["well"] for each in processes) and not any(parts.values())
        return {
            "status": "ok" if well else "unwell",
            "gateway": self.gateway_url,
            **({"gatewayTls": self.secure_url} if self.secure_url else {}),
            "processes": processes,
            **{name: trouble or "ok" for name, trouble in parts.items()},
        }

    def _store(self) -> str:
        try:
            with self.store.read():
                return ""
        except Exception as error:  # noqa: BLE001  # Whatever it is, it is the answer.
            return str(error) or type(error).__name__

    def _functions(self) -> str:
        try:
            with contextlib.closing(socket.socket(socket.AF_UNIX)) as probe:
                probe.settimeout(_CONNECT_SECONDS)
                probe.connect(str(self.functions_socket))
                return ""
        except OSError as error:
            return error.strerror or str(error)


def _ailing(state: str) -> str:
    return "silent" if state == "READY" else state.lower()
