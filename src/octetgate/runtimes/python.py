"""Runs one Python function: the official runtime client, and what it lacks.

``runtimes/start.py`` becomes this, with the environment of a Lambda runtime (spec: lambda 7).

Imports nothing of octetgate: a function's process holds the function and what AWS's own
runtime holds.
"""

import base64
import http.client
import json
import os
import sys
import traceback
from collections.abc import Generator
from types import GeneratorType
from typing import Any

_INTEGRATION = "application/vnd.awslambda.http-integration-response"
_BYTES = "application/octet-stream"
_ERROR_TYPE = "Lambda-Runtime-Function-Error-Type"
_ERROR_BODY = "Lambda-Runtime-Function-Error-Body"


def main() -> None:
    """Serve calls until the supervisor ends this process."""
    from awslambdaric import bootstrap

    # Only now, as on AWS: the function's modules may shadow others for itself, but not for
    # the client that runs it.
    sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
    bootstrap.run(os.environ["_HANDLER"], client(os.environ["AWS_LAMBDA_RUNTIME_API"]))


def client(address: str) -> Any:
    """Return AWS's client, which streams what a handler that is a generator yields.

    That is ours: AWS has no response streaming for Python.  The rest is AWS's own.
    """
    from awslambdaric.lambda_runtime_client import LambdaRuntimeClient

    plain = LambdaRuntimeClient.marshaller

    class Marshaller:
        unmarshal_request = plain.unmarshal_request

        def marshal_response(self, response: Any) -> tuple[Any, str]:
            if isinstance(response, GeneratorType):
                return Streamed(response), ""
            marshalled: tuple[Any, str] = plain.marshal_response(response)
            return marshalled

    class Client(LambdaRuntimeClient):  # type: ignore[misc]
        marshaller = Marshaller()

        def post_invocation_result(self, invoke_id: str, result_data: Any, *rest: Any) -> None:
            if isinstance(result_data, Streamed):
                result_data.post(address, invoke_id)
            else:
                super().post_invocation_result(invoke_id, result_data, *rest)

    return Client(address)


class Streamed:
    """What a generator yields: metadata as a dict, if it comes first, and bytes or text."""

    def __init__(self, yields: Generator[Any]) -> None:
        """Take the first of it, so that what fails before that is an error like any other."""
        self._yields = yields
        first = next(yields, b"")
        self._has_metadata = isinstance(first, dict)
        self._first = json.dumps(first).encode() + bytes(8) if self._has_metadata else _bytes(first)

    def post(self, address: str, invoke_id: str) -> None:
        """Send it on as it comes (spec: lambda 7, streaming from the runtime)."""
        connection = http.client.HTTPConnection(address)
        connection.putrequest("POST", f"/2018-06-01/runtime/invocation/{invoke_id}/response")
        connection.putheader("Lambda-Runtime-Function-Response-Mode", "streaming")
        connection.putheader("Transfer-Encoding", "chunked")
        connection.putheader("Content-Type", _INTEGRATION if self._has_metadata else _BYTES)
        connection.putheader("Trailer", f"{_ERROR_TYPE}, {_ERROR_BODY}")
        connection.endheaders()
        trailers = b""
        try:
            _send(connection, self._first)
            for piece in self._yields:
                _send(connection, _bytes(piece))
        except Exception as error:  # noqa: BLE001 - whatever the function raises is told
            traceback.print_exc()
            trailers = _told(error)
        connection.send(b"0\r\n" + trailers + b"\r\n")
        connection.getresponse().read()
        connection.close()


def _bytes(piece: Any) -> bytes:
    if isinstance(piece, str):
        return piece.encode()
    if isinstance(piece, bytes | bytearray | memoryview):
        return bytes(piece)
    raise TypeError(
        f"a streaming handler: expected to yield bytes or str, a dict only first; found {piece!r}"
    )


def _send(connection: http.client.HTTPConnection, piece: bytes) -> None:
    if piece:  # an empty chunk would be the end
        connection.send(b"%x\r\n%b\r\n" % (len(piece), piece))


def _told(error: Exception) -> bytes:
    """Return the trailers that tell of an error behind the beginning."""
    kind = type(error).__name__
    stack = traceback.format_list(traceback.extract_tb(error.__traceback__))
    document = {"errorMessage": str(error), "errorType": kind, "stackTrace": stack}
    body = base64.b64encode(json.dumps(document).encode()).decode()
    return f"{_ERROR_TYPE}: Function.{kind}\r\n{_ERROR_BODY}: {body}\r\n".encode()


if __name__ == "__main__":
    main()
