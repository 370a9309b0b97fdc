"""How the C library keeps memory for bodies."""

import ctypes

_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3
_KEPT_BYTES = 16 * 1024 * 1024
_MAPPED_BYTES = 4 * 1024 * 1024


def keep_body_memory() -> None:
    """Let glibc reuse the memory of one piece of a body for the next.

    Unasked it returns pieces of this size to the kernel, which clears them for the next read:
    a quarter of the time that passing on 1 MiB takes.  Other C libraries are left alone.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, _MAPPED_BYTES)
        mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES)
