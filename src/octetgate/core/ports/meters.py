"""What is counted once for all gateway processes of a machine: throttles, and usage of API keys.

Both are blocking and take microseconds; both are exact however many processes count at once,
and a process that is killed while it counts stops nobody.
"""

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from octetgate.core.limits.bucket import Throttle
from octetgate.core.limits.quota import Quota


class MetersFull(Exception):
    """There is no room to count one more thing; says what, and how much there is."""


class Holder(NamedTuple):
    """Whose calls are counted: an API key in a usage plan."""

    usage_plan_id: str
    api_key_id: str


class Throttles(Protocol):
    """Token buckets by name; kept while octetgate runs."""

    def take(self, bucket: str, throttle: Throttle) -> bool:
        """Take a token for a call that happens now; False when there is none."""


class Spending(Protocol):
    """Calls by holder and day, as whoever lets calls in sees it.

    Days are ordinals as in `octetgate.core.limits.quota`.
    """

    def spend(self, holder: Holder, quota: Quota | None, day: int) -> bool:
        """Count a call of that day; False, and nothing counted, when the quota is used up.

        Raises MetersFull.
        """

    def is_spent(self, holder: Holder, quota: Quota | None, day: int) -> bool:
        """Whether the quota of that day's window is used up."""


class Usage(Spending, Protocol):
    """Calls by holder and day; kept through restarts, for `DAYS_KEPT` days."""

    def used(self, holder: Holder, first: int, last: int) -> list[int]:
        """Return how many calls were counted on each day; 0 for what is not kept."""

    def remaining(self, holder: Holder, quota: Quota, day: int) -> int:
        """Return how many calls the window of that day still has."""

    def grant(self, holder: Holder, quota: Quota, day: int, remaining: int) -> None:
        """Let the window of that day have so many calls from now on; raises MetersFull."""


@dataclass(frozen=True, slots=True)
class Meters:
    """The counts that decide whether a call passes."""

    throttles: Throttles
    usage: Spending


DAYS_KEPT = 96
"""A little more than the 90 days that ``GetUsage`` may be asked for at once."""
