"""Runs one Python function: the official runtime client's loop, over a line of our own.

``runtimes/start.py`` becomes this, with the environment of a Lambda runtime (spec: lambda 7) and
one argument, after how many calls it ends.
Calls come and answers go over the socket ``LINE``, see ``adapters/runners/_line.py``: a blocking
``recv`` for a call, where the Runtime API takes two HTTP requests.

Imports nothing of octetgate: a function's process holds the function and what AWS's own
runtime holds.
"""

import contextlib
import json
import os
import socket
import struct
import sys
import time
import traceback
from collections.abc import Callable, Generator
from pathlib import Path
from types import GeneratorType
from typing import Any

LINE = 3
"""The descriptor that ``runtimes/start.py`` leaves the line at."""

_INTEGRATION = "application/vnd.awslambda.http-integration-response"
_BYTES = "application/octet-stream"
_READY, _RESULT, _ERROR, _BEGAN, _PIECE, _INIT_ERROR = b"N", b"R", b"E", b"B", b"P", b"I"
_LAST = {_RESULT: b"F", _ERROR: b"L"}
_PIECE_BYTES = 64 * 1024
_IN, _OUT = struct.Struct(">II"), struct.Struct(">cI")
_BUFFER = 64 * 1024
_read = json.JSONDecoder().raw_decode
"""What ``json.loads`` does for JSON that has no blanks around it, in a third of the time."""
_JOINED = 64 * 1024
_LARGE = 256 * 1024
_KEPT = 64 * 1024 * 1024
_HUGE = 4 * 1024 * 1024
"""What is asked for at once from so many bytes on is not kept: a decoder's canvases, of which
little is touched, come cleared from the system, and the heap would have to clear them."""
_M_TRIM_THRESHOLD, _M_TOP_PAD, _M_MMAP_THRESHOLD = -1, -2, -3
_STATUS = Path("/proc/self/status")
_LOOK_SECONDS = 0.5
"""Between two looks at the memory: one takes as long as a short call."""


def main() -> None:
    """Serve calls until the supervisor ends this process."""
    from awslambdaric import bootstrap

    line = Line(socket.socket(fileno=LINE), Log(os.dup(1)), int(sys.argv.pop()))
    # Only now, as on AWS: the function's modules may shadow others for itself, but not for
    # the client that runs it.
    sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
    bootstrap.run(os.environ["_HANDLER"], client(line))


def client(line: "Line") -> Any:
    """Return AWS's client, which asks the line for calls.

    It streams what a handler that is a generator yields.  That is ours too: AWS has no response
    streaming for Python.  The rest, errors and logs and JSON, is AWS's own.
    """
    from awslambdaric.lambda_runtime_client import InvocationRequest, LambdaRuntimeClient

    plain = LambdaRuntimeClient.marshaller

    class Marshaller:
        def unmarshal_request(self, request: bytes | bytearray, content_type: str) -> Any:
            return read(request, lambda event: plain.unmarshal_request(event, content_type))

        def marshal_response(self, response: Any) -> tuple[Any, str]:
            if isinstance(response, GeneratorType):
                return Streamed(response), ""
            return written(response, plain.marshal_response)

    class Client(LambdaRuntimeClient):  # type: ignore[misc]
        marshaller = Marshaller()

        def wait_next_invocation(self) -> InvocationRequest:
            return InvocationRequest(**line.next())

        def post_invocation_result(self, _id: str, result: Any, *_rest: Any) -> None:
            if isinstance(result, Streamed):
                result.pour(line)
            else:
                line.answer(_RESULT, result if isinstance(result, bytes) else result.encode())

        def post_invocation_error(self, _id: str, error: str, *_rest: Any) -> None:
            line.answer(_ERROR, error.encode(errors="replace"))

        def post_init_error(self, error: Any, _type: str | None = None) -> None:
            line.say(_INIT_ERROR, json.dumps(error).encode())

    return Client("")


class Line:
    """This process's end of the line: one call, one answer, in turn."""

    def __init__(self, connected: socket.socket, log: "Log", calls: int) -> None:
        """After so many calls the process ends."""
        self._calls = calls
        self._socket = connected
        self._socket.setblocking(True)
        self._socket.set_inheritable(False)
        self._log = log
        self._is_ready = False
        self._request_id = ""
        self._began_at = 0.0
        self._init_seconds: float | None = None
        self._keeps_memory = False

    def next(self) -> dict[str, Any]:
        """Return the next call as the client's request."""
        if not self._is_ready:
            self._is_ready = True
            self.say(_READY)
        arrived = self._some(_IN.size)
        head_size, size = _IN.unpack_from(arrived)
        if len(arrived) < _IN.size + head_size:
            arrived += self._exactly(_IN.size + head_size - len(arrived))
        end = _IN.size + head_size
        self._request_id, deadline, arn, trace_id, context, self._init_seconds = _read(
            arrived[_IN.size : end].decode()
        )[0]
        self._expect(size)
        event = arrived[end:] if len(arrived) == end + size else self._rest(arrived[end:], size)
        self._began_at = time.monotonic()
        self._log.start(self._request_id)
        return {
            "invoke_id": self._request_id,
            "x_amzn_trace_id": trace_id,
            "invoked_function_arn": arn,
            "deadline_time_in_ms": deadline,
            "client_context": context,
            "cognito_identity": None,
            "tenant_id": None,
            "content_type": "application/json",
            "event_body": event,
            "invocation_id": None,
        }

    def _expect(self, size: int) -> None:
        if size > _LARGE and not self._keeps_memory:
            self._keeps_memory = True
            keep_memory(int(os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]) * 2**20)

    def _some(self, least: int) -> bytes:
        """Return what is there, at least so much."""
        arrived = self._socket.recv(_BUFFER)
        if not arrived:
            os._exit(1)  # nobody is at the other end, and nobody will read what could be said
        return arrived if len(arrived) >= least else arrived + self._exactly(least - len(arrived))

    def _rest(self, begin: bytes, size: int) -> bytearray:
        event = bytearray(size)
        event[: len(begin)] = begin
        self._fill(memoryview(event)[len(begin) :])
        return event

    def _exactly(self, size: int) -> bytes:
        found = bytearray(size)
        self._fill(memoryview(found))
        return bytes(found)

    def _fill(self, room: memoryview) -> None:
        while room:
            got = self._socket.recv_into(room, 0, socket.MSG_WAITALL)
            if not got:
                os._exit(1)
            room = room[got:]

    def answer(self, kind: bytes, payload: bytes) -> None:
        """Answer the call; what is said of it in the log is there before its caller goes on."""
        self._log.end(self._request_id, time.monotonic() - self._began_at, self._init_seconds)
        self._calls -= 1
        if self._calls:
            self.say(kind, payload)
        else:
            self.say(_LAST[kind], payload)
            os._exit(0)

    def say(self, kind: bytes, payload: bytes = b"") -> None:
        self._expect(len(payload))
        head = _OUT.pack(kind, len(payload))
        if len(payload) <= _JOINED:
            self._socket.sendall(head + payload)
        else:
            self._socket.sendall(head)
            self._socket.sendall(payload)


def keep_memory(memory_size: int) -> None:
    """Have what is freed kept for the next call, as far as little of the function's memory goes.

    The allocator would give a large event's memory back to the system after each call.  To get
    it again, page by page and cleared, takes longer than to read the event.
    """
    import ctypes  # small functions do without

    kept = min(_KEPT, memory_size // 16)
    with contextlib.suppress(AttributeError):  # not glibc
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_MMAP_THRESHOLD, min(_HUGE, kept // 2))
        mallopt(_M_TRIM_THRESHOLD, kept)
        mallopt(_M_TOP_PAD, kept // 4)


class Log:
    """The lines that Lambda writes around a call, among what the function prints."""

    def __init__(self, output: int) -> None:
        """``output`` is the standard output, also when the function closes that."""
        self._output = output
        self._version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self._memory_size = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self._looked_at = 0.0
        self._peak = 0

    def start(self, request_id: str) -> None:
        self._write(f"START RequestId: {request_id} Version: {self._version}\n")

    def end(self, request_id: str, seconds: float, init_seconds: float | None) -> None:
        milliseconds = seconds * 1000
        init = "" if init_seconds is None else f"Init Duration: {init_seconds * 1000:.2f} ms\t"
        self._write(
            f"END RequestId: {request_id}\n"
            f"REPORT RequestId: {request_id}\tDuration: {milliseconds:.2f} ms\t"
            f"Billed Duration: {-int(-milliseconds // 1)} ms\t"
            f"Memory Size: {self._memory_size} MB\tMax Memory Used: {self._memory()} MB\t{init}\n"
        )

    def _write(self, text: str) -> None:
        try:  # noqa: SIM105  # contextlib.suppress takes as long as writing does
            os.write(self._output, text.encode())
        except OSError:
            pass  # nobody reads it any more

    def _memory(self) -> int:
        """Return the most memory that this process has held, in MiB, as of a moment ago."""
        now = time.monotonic()
        if now - self._looked_at > _LOOK_SECONDS:
            self._looked_at = now
            with contextlib.suppress(OSError, IndexError):  # no Linux: not known
                status = _STATUS.read_bytes()
                self._peak = int(status.partition(b"VmHWM:")[2].split(None, 1)[0]) // 1024
        return self._peak


# --- Images in JSON ---
#
# JSON's usual reader and writer look at every character of a text, which for an image takes
# longer than anything else that is done with it on its way.  Long texts without an escape are
# therefore taken out before, and put in behind; the rest is the client's own business.

_LONG = 16 * 1024
_TEXTS = 256
"""Looked at in one event; an image is hardly behind more."""
_REST = 64 * 1024
"""Bytes without the long texts, up to which it is worth looking for their places."""
_BACKSLASH = 0x5C
_ESCAPED = bytes([*range(32), *b'"\\', 127])


def read(event: bytes | bytearray, plain: Callable[[bytes], Any]) -> Any:
    """Return what ``plain`` returns for the event, which is known to be JSON."""
    places = _long_texts(event) if len(event) > _LONG else []
    if not places or len(event) - sum(end - begin for begin, end in places) > _REST:
        return plain(bytes(event))
    mark = os.urandom(12).hex()
    pieces: list[bytes | bytearray] = []
    texts: dict[str, str] = {}
    at = 0
    for begin, end in places:
        try:
            text = str(memoryview(event)[begin:end], "ascii")  # without a copy between
        except UnicodeDecodeError:
            continue
        name = f"{mark}{len(texts)}"
        texts[name] = text
        pieces += (event[at:begin], name.encode())
        at = end
    return _put_back(plain(b"".join((*pieces, event[at:]))), texts)


def _long_texts(event: bytes | bytearray) -> list[tuple[int, int]]:
    """Return where long texts without an escape begin and end, members' names left out."""
    places, at = [], 0
    for _ in range(_TEXTS):
        begin = event.find(b'"', at) + 1
        if not begin:
            break
        end = event.find(b'"', begin)
        while end > 0 and event[end - 1] == _BACKSLASH and _is_escaped(event, end):
            end = event.find(b'"', end + 1)
        if end < 0:
            break
        at = end + 1
        if end - begin > _LONG and event.find(b"\\", begin, end) < 0:
            is_name = event[at : at + 64].lstrip()[:1] == b":"
            places += [] if is_name else [(begin, end)]
    return places


def _is_escaped(event: bytes | bytearray, at: int) -> bool:
    before = at
    while event[before - 1] == _BACKSLASH:
        before -= 1
    return (at - before) % 2 == 1


def _put_back(found: Any, texts: dict[str, str]) -> Any:
    """Return what was read with the long texts where their names are."""
    if isinstance(found, str):
        return texts.get(found, found)
    if isinstance(found, dict):
        for key, value in found.items():
            found[key] = _put_back(value, texts)
    elif isinstance(found, list):
        found[:] = [_put_back(value, texts) for value in found]
    return found


def written(response: Any, plain: Callable[[Any], tuple[Any, str]]) -> tuple[Any, str]:
    """Return what ``plain`` returns for the response; a long text of its own is put in behind."""
    if type(response) is str and len(response) > _LONG and _is_plain(response):
        return f'"{response}"', "application/json"
    body = response.get("body") if type(response) is dict else None
    if type(body) is not str or len(body) <= _LONG or not _is_plain(body):
        return plain(response)
    mark = os.urandom(12).hex()
    text, content_type = plain({**response, "body": mark})
    before, _, behind = text.partition(mark)
    return f"{before}{body}{behind}", content_type


def _is_plain(text: str) -> bool:
    """Return whether JSON writes the text as it is."""
    if not text.isascii():
        return False
    octets = text.encode()
    return len(octets.translate(None, _ESCAPED)) == len(octets)


class Streamed:
    """What a generator yields: metadata as a dict, if it comes first, and bytes or text."""

    def __init__(self, yields: Generator[Any]) -> None:
        """Take the first of it, so that what fails before that is an error like any other."""
        self._yields = yields
        first = next(yields, b"")
        self._has_metadata = isinstance(first, dict)
        self._first = json.dumps(first).encode() + bytes(8) if self._has_metadata else _bytes(first)

    def pour(self, line: Line) -> None:
        """Send it on as it comes (spec: lambda 7, streaming from the runtime)."""
        line.say(_BEGAN, (_INTEGRATION if self._has_metadata else _BYTES).encode())
        try:
            _send(line, self._first)
            for piece in self._yields:
                _send(line, _bytes(piece))
        except Exception as error:  # noqa: BLE001 - whatever the function raises is told
            traceback.print_exc()
            line.answer(_ERROR, _told(error))
        else:
            line.answer(_RESULT, b"")


def _bytes(piece: Any) -> bytes:
    if isinstance(piece, str):
        return piece.encode()
    if isinstance(piece, bytes | bytearray | memoryview):
        return bytes(piece)
    raise TypeError(
        f"a streaming handler: expected to yield bytes or str, a dict only first; found {piece!r}"
    )


def _send(line: Line, piece: bytes) -> None:
    for at in range(0, len(piece), _PIECE_BYTES):
        line.say(_PIECE, piece[at : at + _PIECE_BYTES])


def _told(error: Exception) -> bytes:
    """Return the document that tells of an error behind the beginning."""
    kind = type(error).__name__
    stack = traceback.format_list(traceback.extract_tb(error.__traceback__))
    return json.dumps({"errorMessage": str(error), "errorType": kind, "stackTrace": stack}).encode()


if __name__ == "__main__":
    main()
