"""What Lambda says about a call that a function did not answer, and writes around each in its log.

The wording is AWS's own: people's log filters and selection patterns look for it (spec: lambda
6; mapping 12).
"""

import signal

import msgspec

_encode = msgspec.json.Encoder().encode


def exited(request_id: str, status: int) -> bytes:
    """Return the error of a process that ended during a call; a signal is a negative status."""
    return _encode(
        {
            "errorMessage": f"RequestId: {request_id} Error: {_reason(status)}",
            "errorType": "Runtime.ExitError",
        }
    )


def _reason(status: int) -> str:
    if status == 0:
        return "Runtime exited without providing a reason"
    if status > 0:
        return f"Runtime exited with error: exit status {status}"
    name = (signal.strsignal(-status) or str(-status)).lower()
    return f"Runtime exited with error: signal: {name}"


def timed_out(request_id: str, now: str, seconds: float) -> bytes:
    """Return the error of a call that took too long; ``now`` is an ISO time.

    AWS's newer runtimes add an errorType (unconfirmed); recorded is this alone.
    """
    return _encode(
        {"errorMessage": f"{now} {request_id} Task timed out after {seconds:.2f} seconds"}
    )


def broke_off(request_id: str) -> bytes:
    """Return the error of a streamed answer without an end; the type is unconfirmed."""
    message = f"RequestId: {request_id} Error: The response stream ended before it was complete"
    return _encode({"errorMessage": message, "errorType": "Runtime.TruncatedResponse"})


def no_entrypoint(request_id: str, path: str) -> bytes:
    """Return the error of a package without a program to start (spec: lambda 7)."""
    message = f"RequestId: {request_id} Error: Couldn't find valid bootstrap(s): [{path}]"
    return _encode({"errorMessage": message, "errorType": "Runtime.InvalidEntrypoint"})


def answer_too_large(limit: int) -> bytes:
    """Return the error of a function that answered more bytes than Lambda takes."""
    message = f"Response payload size exceeded maximum allowed payload size ({limit} bytes)."
    return _encode({"errorMessage": message, "errorType": "Function.ResponseSizeTooLarge"})


def start_line(request_id: str, version: str) -> str:
    """Return the log line before a call."""
    return f"START RequestId: {request_id} Version: {version}\n"


def end_lines(
    request_id: str, *, seconds: float, memory_size: int, memory_used: int, init: float | None
) -> str:
    """Return the log lines after a call; ``init`` is the start's seconds on a first call."""
    milliseconds = seconds * 1000
    fields = [
        f"REPORT RequestId: {request_id}",
        f"Duration: {milliseconds:.2f} ms",
        f"Billed Duration: {_up(milliseconds)} ms",
        f"Memory Size: {memory_size} MB",
        f"Max Memory Used: {memory_used} MB",
        *([] if init is None else [f"Init Duration: {init * 1000:.2f} ms"]),
    ]
    return f"END RequestId: {request_id}\n" + "\t".join(fields) + "\t\n"


def _up(number: float) -> int:
    return -int(-number // 1)
