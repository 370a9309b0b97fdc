"""Token buckets in memory that all processes of one octetgate share."""

import struct
import time

from octetgate.adapters.meters.slots import Slots, TableFull
from octetgate.core.limits.bucket import Throttle, take
from octetgate.core.ports.meters import MetersFull

_STATE = struct.Struct("d")
_SETS = 1024


class SharedThrottles:
    """Keeps the port `octetgate.core.ports.meters.Throttles`.

    Make it before the processes that share it are forked.
    """

    def __init__(self, *, sets: int = _SETS) -> None:
        self._slots = Slots.in_memory(size=_STATE.size, sets=sets)

    def take(self, bucket: str, throttle: Throttle) -> bool:
        """Take a token for a call that happens now; False when there is none."""
        memory = self._slots.memory
        try:
            with self._slots.record(bucket, self._is_full) as at:
                # Read under the lock: another process's later moment would look like the past.
                now = time.monotonic()
                full_at, taken = take(_STATE.unpack_from(memory, at)[0], now, throttle)
                _STATE.pack_into(memory, at, full_at)
                return taken
        except TableFull:
            raise MetersFull(f"throttles: expected room for the bucket {bucket}") from None

    def close(self) -> None:
        """Let go of the memory."""
        self._slots.close()

    def _is_full(self, at: int) -> bool:
        """Whether the bucket is like one that was never used."""
        full_at: float = _STATE.unpack_from(self._slots.memory, at)[0]
        return full_at <= time.monotonic()
