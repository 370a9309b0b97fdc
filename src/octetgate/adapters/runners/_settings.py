"""What can be chosen for running functions; the defaults are AWS's where AWS has them."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from octetgate.adapters.runners._admission import PAYLOAD_LIMIT
from octetgate.adapters.runners._isolation import Isolation

ANSWER_LIMIT = 6_291_556
"""Bytes of an answer; Lambda's own limit, 100 above that of a payload."""

_CORES = os.cpu_count() or 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisorSettings:
    """What can be chosen for running functions."""

    data: Path
    """Code is unpacked to ``functions/code/`` below it; logs go to ``logs/functions/``."""
    workers_per_function: int = _CORES * 2
    workers_total: int = _CORES * 8
    queue: int = 256
    """Calls of one function that may wait for a process."""
    queue_bytes: int = 256 * 2**20
    """Bytes that they may hold together."""
    queue_seconds: float = 60.0
    """How long a call may wait for a process."""
    idle_seconds: float = 600.0
    """How long a process without work is kept warm."""
    calls_per_process: int = 200_000
    """After which another takes its place: each call leaves a trace id in the C library's
    environment, which gives nothing back, some 30 MB by then."""
    init_seconds: float = 10.0
    """How long a process may take to load its handler; AWS's own limit."""
    grace_seconds: float = 10.0
    """How long calls at work may take to end when the supervisor closes."""
    event_queue: int = 100_000
    """Asynchronous calls that may be under way."""
    event_queue_bytes: int = 256 * 2**20
    """Bytes that they may hold on the disk together."""
    event_retry_seconds: tuple[float, ...] = (60.0, 120.0)
    """Pauses before the second and the third attempt of an asynchronous call; AWS's own."""
    log_bytes: int = 10 * 2**20
    """Size of a function's log file before a new one is begun."""
    payload_limit: int = PAYLOAD_LIMIT
    """Bytes of an event that is waited for; AWS's own, or up to 16 MiB."""
    answer_limit: int = ANSWER_LIMIT
    """Bytes of an answer; AWS's own, or up to 16 MiB."""
    node: str = "node"
    """Node.js: a name on the PATH, or a path."""
    isolation: Isolation = field(default_factory=Isolation)
    """What keeps processes from the rest of the machine."""
    adopts_orphans: bool = False
    """Whether this process has no children but functions: those that nobody knows are ended."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables of every function, such as credentials and ``AWS_ENDPOINT_URL``."""
    region: str = "us-east-1"
    """In the ARN of a function that is not found."""
    account_id: str = "000000000000"
    """In the ARN of a function that is not found."""
