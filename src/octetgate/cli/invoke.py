"""``octetgate invoke``: one call to a deployed API, with the response's head and the time."""

import http.client
import ssl
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer

from octetgate.cli.console import Trouble
from octetgate.cli.management import connect, find_api, gateway_url, only_stage, told
from octetgate.cli.options import keep, payload, takes
from octetgate.server.settings import ClientSettings


@takes(ClientSettings)
def invoke(
    settings: ClientSettings,
    api: Annotated[str, typer.Argument(metavar="API", help="Id or name.")],
    method: Annotated[str, typer.Argument(metavar="METHOD", help="GET, POST, …")],
    path: Annotated[str, typer.Argument(metavar="PATH", help="Path and query, sent as written.")],
    stage: Annotated[
        str | None, typer.Option("--stage", metavar="S", show_default="the only one")
    ] = None,
    header: Annotated[
        list[str] | None, typer.Option("--header", "-H", metavar="K:V", help="May be repeated.")
    ] = None,
    data: Annotated[
        str | None, typer.Option("--data", "-d", metavar="TEXT|@FILE", help="The body.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where the body goes.")
    ] = None,
) -> None:
    """Call a deployed API; the head goes to standard error, the body to standard output."""
    with told(settings.endpoint):
        api_id, stage_name = _find(connect(settings.endpoint, "apigateway"), api, stage)
    gateway = gateway_url(settings.endpoint)
    target = f"/restapis/{api_id}/{stage_name}/_user_request_/{path.removeprefix('/')}"
    body = payload(data) if data is not None else None
    answer = call(gateway, method, target, [_header(each) for each in header or []], body)
    sys.stderr.write(answer.head + f"\n{len(answer.body)} bytes in {answer.milliseconds:.1f} ms\n")
    if output is not None:
        keep(output, answer.body)
    elif sys.stdout.isatty() and b"\0" in answer.body:
        sys.stderr.write("the body is binary; --output FILE keeps it\n")
    else:
        sys.stdout.buffer.write(answer.body)
        sys.stdout.flush()
    if answer.status >= 400:
        raise typer.Exit(1)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    head: str
    headers: dict[str, str]
    """By lower-case name."""
    body: bytes
    milliseconds: float


def call(
    gateway: str, method: str, target: str, headers: list[tuple[str, str]], body: bytes | None
) -> Answer:
    """Send one request to the gateway, exactly as written."""
    url = urlsplit(gateway)
    connection: http.client.HTTPConnection
    if url.scheme == "https":
        # The certificate of a local gateway is of its owner's making.
        context = ssl._create_unverified_context()  # noqa: S323, SLF001
        connection = http.client.HTTPSConnection(url.netloc, timeout=60, context=context)
    else:
        connection = http.client.HTTPConnection(url.netloc, timeout=60)
    started = time.perf_counter()
    try:
        _send(connection, method, target, headers, body)
        response = connection.getresponse()
        received = response.read()
    except (OSError, http.client.HTTPException) as error:
        raise Trouble(f"{gateway}: {str(error) or type(error).__name__}") from error
    finally:
        connection.close()
    spent = (time.perf_counter() - started) * 1000
    lines = [f"HTTP/1.1 {response.status} {response.reason}"]
    lines += [f"{name}: {value}" for name, value in response.getheaders()]
    named = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, "\n".join(lines) + "\n", named, received, spent)


def _send(
    connection: http.client.HTTPConnection,
    method: str,
    target: str,
    headers: list[tuple[str, str]],
    body: bytes | None,
) -> None:
    given = {name.lower() for name, _ in headers}
    connection.putrequest(method, target, skip_host="host" in given, skip_accept_encoding=True)
    for name, value in headers:
        connection.putheader(name, value)
    if body is not None and "content-length" not in given:
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body)


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise Trouble(f"--header: expected NAME:VALUE; found {text!r}")
    return name.strip(), value.strip()


def _find(client: Any, api: str, stage: str | None) -> tuple[str, str]:
    found = str(find_api(client, api)["id"])
    return found, only_stage(client, found, stage)
