"""How often and how long an asynchronous call is tried (spec: lambda 8)."""

from collections.abc import Sequence

from octetgate.core.model.function import EventInvokeConfig

OLDEST_SECONDS = 21600
"""Without a configuration: six hours, as on AWS."""


def pauses(config: EventInvokeConfig | None, usual: Sequence[float]) -> Sequence[float]:
    """Return the seconds before the second and each further attempt."""
    if config is None or config.maximum_retry_attempts is None:
        return usual
    return usual[: config.maximum_retry_attempts]


def is_too_old(config: EventInvokeConfig | None, seconds: float) -> bool:
    """Return whether a call that came that long ago is not tried any more."""
    oldest = config.maximum_event_age_in_seconds if config else None
    return seconds > (OLDEST_SECONDS if oldest is None else oldest)
