"""Answers are compressed when every documented condition holds (spec: payload-encodings 9)."""

import asyncio
import base64
import contextlib
import gzip
import json
import shutil
import subprocess
import zlib
from collections.abc import AsyncIterator

import pytest
from tests.core.payload.vectors import E, R
from tests.gateway.front import HOST, STAGE, Front, response

from octetgate.core.model.integration import IntegrationType

JSON = "application/json"
TEXT = b'{"text": "' + b"all work and no play " * 100 + b'"}'


def unpacked(body: bytes, coding: str | None) -> bytes:
    wbits = {"gzip": 31, "deflate": 15}
    return body if coding is None else zlib.decompress(body, wbits[coding])


def accepting(value: str | None) -> list[tuple[str, str]]:
    return [] if value is None else [("Accept-Encoding", value)]


def mocking(front: Front, text: str, **members: object):
    """Return a mock integration that answers this text."""
    return front.integration(
        "MOCK",
        request_templates={JSON: '{"statusCode": 200}'},
        integration_responses={"200": response(templates={JSON: text}, **members)},
    )


# --- 14, scenario 18, and every form of Accept-Encoding


@pytest.mark.parametrize(
    "accept_encoding, coding",
    [
        pytest.param("gzip", "gzip", id="18-gzip"),
        pytest.param(None, None, id="18-absent"),
        pytest.param("br", None, id="18-br"),
        pytest.param("deflate,gzip", "deflate", id="a-list"),
        pytest.param("", None, id="empty"),
        pytest.param("*", "gzip", id="anything"),
        pytest.param("deflate;q=0.5,gzip;q=1.0", "gzip", id="priorities"),
        pytest.param("gzip;q=1.0,identity;q=0.5,*;q=0", "gzip", id="nothing-else"),
        pytest.param("br;q=1.0,gzip;q=0.8", None, id="the-highest-is-unknown"),
        pytest.param("identity", None, id="identity"),
    ],
)
async def test_18_a_mock_answers_as_accept_encoding_asks(front: Front, accept_encoding, coding):
    front.deploy(mocking(front, TEXT.decode()), minimum_compression_size=0)
    answer = await front.ask("GET", more=accepting(accept_encoding))
    assert (answer.status, unpacked(answer.body, coding)) == (200, TEXT)
    assert answer.header("Content-Encoding") == coding
    assert answer.header("Content-Length") == str(len(answer.body))
    assert answer.header("Vary") == (coding and "Accept-Encoding")
    assert answer.header("Content-Type") == JSON


@pytest.mark.parametrize("options, coding", [(["--compressed"], True), ([], False)])
async def test_curl_reads_it(front: Front, options, coding):
    front.deploy(mocking(front, TEXT.decode()), minimum_compression_size=0)
    url = "http://{}:{}/{}/x".format(*front.address, STAGE)
    curl = [shutil.which("curl") or "curl", "-sS", "-D-", "-H", f"Host: {HOST}", *options, url]
    done = await asyncio.to_thread(subprocess.run, curl, capture_output=True, check=True)
    head, _, body = done.stdout.partition(b"\r\n\r\n")
    assert body == TEXT
    assert (b"\r\nContent-Encoding:" in head) is coding


# --- The switch and the threshold


@pytest.mark.parametrize(
    "least, compressed",
    [
        pytest.param(None, False, id="off"),
        pytest.param(len(TEXT) - 1, True, id="above"),
        pytest.param(len(TEXT), True, id="exactly"),
        pytest.param(len(TEXT) + 1, False, id="below"),
    ],
)
@pytest.mark.parametrize("kind", ["MOCK", "HTTP", "HTTP_PROXY", "AWS", "AWS_PROXY"])
async def test_the_size_after_mapping_decides(front: Front, kind, least, compressed):
    made = front.integration(kind)
    if kind == "MOCK":
        made = mocking(front, TEXT.decode())
    front.backend.returns(TEXT, JSON)
    front.functions.result = (
        json.dumps({"body": TEXT.decode()}).encode() if kind == "AWS_PROXY" else TEXT
    )
    front.deploy(made, minimum_compression_size=least)
    answer = await front.ask("GET", more=accepting("gzip"))
    coding = "gzip" if compressed else None
    assert (answer.status, answer.header("Content-Encoding")) == (200, coding)
    assert unpacked(answer.body, coding) == TEXT


async def test_the_size_is_that_of_the_rendered_template(front: Front):
    responses = {"200": response(templates={JSON: "x" * 500})}
    front.deploy(
        front.integration("HTTP", integration_responses=responses), minimum_compression_size=500
    )
    front.backend.returns(b"{}", JSON)
    answer = await front.ask("GET", more=accepting("gzip"))
    assert unpacked(answer.body, answer.header("Content-Encoding")) == b"x" * 500
    assert answer.header("Content-Encoding") == "gzip"


async def test_conversion_comes_before_compression(front: Front):
    front.deploy(front.integration("HTTP_PROXY"), ("image/png",), minimum_compression_size=len(E))
    front.backend.returns(R, "image/png")
    answer = await front.ask("GET", accept="*/*", more=accepting("gzip"))
    assert gzip.decompress(answer.body) == E
    answer = await front.ask("GET", accept="image/png", more=accepting("gzip"))
    assert (answer.body, answer.header("Content-Encoding")) == (R, None)


@pytest.mark.parametrize("status", [201, 400, 404, 500])
async def test_the_status_does_not_matter(front: Front, status):
    front.deploy(front.integration("HTTP_PROXY"), minimum_compression_size=0)
    front.backend.returns(TEXT, JSON, status=status)
    answer = await front.ask("GET", more=accepting("gzip"))
    assert (answer.status, gzip.decompress(answer.body)) == (status, TEXT)


# --- What is never compressed


async def test_an_empty_answer_stays_empty(front: Front):
    front.deploy(front.integration("HTTP_PROXY"), minimum_compression_size=0)
    front.backend.returns(b"", JSON)
    answer = await front.ask("GET", more=accepting("gzip"))
    assert (answer.body, answer.header("Content-Encoding")) == (b"", None)
    assert answer.header("Content-Length") == "0"


async def test_what_a_backend_compressed_is_not_compressed_again(front: Front):
    front.deploy(front.integration("HTTP_PROXY"), ("*/*",), minimum_compression_size=0)
    front.backend.returns(R, JSON)
    front.backend.fields.append(("content-encoding", "gzip"))
    answer = await front.ask("GET", more=accepting("gzip"))
    assert (answer.body, answer.header("Content-Encoding")) == (R, "gzip")
    assert len([value for name, value in answer.fields if name == "Content-Encoding"]) == 0


async def test_a_coding_that_no_header_mapping_tells_of_is_not_known(front: Front):
    front.deploy(front.integration("HTTP"), ("*/*",), minimum_compression_size=0)
    front.backend.returns(R, JSON)
    front.backend.fields.append(("Content-Encoding", "gzip"))
    answer = await front.ask("GET", more=accepting("gzip"))
    assert (gzip.decompress(answer.body), answer.header("Content-Encoding")) == (R, "gzip")


async def test_a_mapped_coding_is_known(front: Front):
    name = "response.header.Content-Encoding"
    mapped = {f"method.{name}": f"integration.{name}"}
    responses = {"200": response(response_parameters=mapped)}
    front.deploy(
        front.integration("HTTP", integration_responses=responses),
        ("*/*",),
        minimum_compression_size=0,
    )
    front.backend.returns(R, JSON)
    front.backend.fields.append(("Content-Encoding", "gzip"))
    answer = await front.ask("GET", more=accepting("gzip"))
    assert (answer.body, answer.header("Content-Encoding")) == (R, "gzip")


async def test_a_function_may_compress_for_itself(front: Front):
    front.deploy(front.integration("AWS_PROXY"), ("*/*",), minimum_compression_size=0)
    packed = gzip.compress(TEXT)
    front.functions.result = json.dumps(
        {
            "body": base64.b64encode(packed).decode(),
            "isBase64Encoded": True,
            "headers": {"Content-Encoding": "gzip"},
        }
    ).encode()
    answer = await front.ask("GET", accept="*/*", more=accepting("deflate"))
    assert (answer.body, answer.header("Content-Encoding")) == (packed, "gzip")


async def test_part_of_an_answer_is_left_as_its_range_counts_it(front: Front):
    front.deploy(front.integration("HTTP_PROXY"), minimum_compression_size=0)
    front.backend.returns(TEXT, JSON, status=206)
    answer = await front.ask("GET", more=accepting("gzip"))
    assert (answer.body, answer.header("Content-Encoding")) == (TEXT, None)


@pytest.mark.parametrize("status", ["204", "304"])
async def test_what_may_have_no_body_has_no_coding(front: Front, status):
    templates = {JSON: f'{{"statusCode": {status}}}'}
    responses = {status: response(status, templates={JSON: TEXT.decode()})}
    front.deploy(
        front.integration("MOCK", request_templates=templates, integration_responses=responses),
        minimum_compression_size=0,
    )
    answer = await front.ask("GET", more=accepting("gzip"))
    assert (str(answer.status), answer.header("Content-Encoding")) == (status, None)


async def test_a_streaming_method_is_the_backends_to_compress(front: Front):
    proxy = front.integration(IntegrationType.HTTP_PROXY, response_transfer_mode="STREAM")
    front.deploy(proxy, ("*/*",), minimum_compression_size=0)
    front.backend.returns(TEXT, JSON)
    answer = await front.ask("GET", more=accepting("gzip"))
    assert (answer.body, answer.header("Content-Encoding")) == (TEXT, None)


async def test_a_refusal_is_not_compressed(front: Front):
    front.deploy(front.integration("HTTP_PROXY"), minimum_compression_size=0)
    answer = await front.ask("GET", path="/nowhere", more=accepting("gzip"))
    assert answer.error == (403, "Missing Authentication Token")


async def test_a_vary_that_says_so_already_is_not_said_again(front: Front):
    front.deploy(front.integration("HTTP_PROXY"), minimum_compression_size=0)
    front.backend.returns(TEXT, JSON)
    front.backend.fields.append(("Vary", "Origin, Accept-Encoding"))
    answer = await front.ask("GET", more=accepting("gzip"))
    assert [v for n, v in answer.fields if n == "Vary"] == ["Origin, Accept-Encoding"]


# --- HEAD


async def test_head_of_a_mock_tells_what_get_would(front: Front):
    front.deploy(mocking(front, TEXT.decode()), minimum_compression_size=0)
    got = await front.ask("GET", more=accepting("gzip"))
    head = await front.ask("HEAD", more=accepting("gzip"))
    for name in ("Content-Encoding", "Content-Length", "Vary"):
        assert head.header(name) == got.header(name)


@pytest.mark.parametrize(
    "least, coding, length",
    [(0, "gzip", None), (len(TEXT), "gzip", None), (len(TEXT) + 1, None, str(len(TEXT)))],
)
async def test_head_of_a_backend_tells_no_length_that_get_would_not(
    front: Front, least, coding, length
):
    proxy = front.integration("HTTP_PROXY", http_method="ANY")
    front.deploy(proxy, ("*/*",), minimum_compression_size=least)
    front.backend.returns(TEXT, JSON)
    head = await front.ask("HEAD", more=accepting("gzip"))
    assert (head.header("Content-Encoding"), head.header("Content-Length")) == (coding, length)


# --- What streams


@contextlib.asynccontextmanager
async def dripping(front: Front, head: bytes) -> AsyncIterator[asyncio.Queue[bytes]]:
    """Put a backend in place that says this head, then what is put, then closes at ``b""``."""
    pieces: asyncio.Queue[bytes] = asyncio.Queue()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n" + head + b"\r\n")
        while piece := await pieces.get():
            writer.write(piece)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    front.backend.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield pieces
    finally:
        server.close()
        await server.wait_closed()


@contextlib.asynccontextmanager
async def listening(front: Front) -> AsyncIterator[asyncio.StreamReader]:
    """Ask for gzip, and hand over whatever comes back."""
    reader, writer = await asyncio.open_connection(*front.address)
    try:
        writer.write(
            f"GET /{STAGE}/x HTTP/1.1\r\nHost: {HOST}\r\nAccept-Encoding: gzip\r\n\r\n".encode()
        )
        async with asyncio.timeout(20):
            yield reader
    finally:
        writer.close()


async def chunk(reader: asyncio.StreamReader) -> bytes:
    size = int(await reader.readuntil(b"\r\n"), 16)
    return (await reader.readexactly(size + 2))[:-2]


async def test_no_piece_of_a_stream_waits_for_the_next(front: Front):
    async with dripping(front, b"Connection: close\r\n") as pieces:
        front.deploy(front.integration("HTTP_PROXY"), ("*/*",), minimum_compression_size=0)
        client = zlib.decompressobj(31)
        async with listening(front) as reader:
            pieces.put_nowait(b"data: 1\n\n")
            head = await reader.readuntil(b"\r\n\r\n")
            assert b"\r\nContent-Encoding: gzip\r\n" in head
            assert b"\r\nTransfer-Encoding: chunked\r\n" in head
            assert client.decompress(await chunk(reader)) == b"data: 1\n\n"
            pieces.put_nowait(b"data: 2\n\n")
            assert client.decompress(await chunk(reader)) == b"data: 2\n\n"
            pieces.put_nowait(b"")
            client.decompress(await chunk(reader))
            assert client.eof
            assert await chunk(reader) == b""


async def test_a_stream_waits_until_it_is_known_to_be_large_enough(front: Front):
    async with dripping(front, b"Connection: close\r\n") as pieces:
        front.deploy(front.integration("HTTP_PROXY"), ("*/*",), minimum_compression_size=10)
        async with listening(front) as reader:
            for piece in (b"12345", b"6789", b""):
                pieces.put_nowait(piece)
            head = await reader.readuntil(b"\r\n\r\n")
            assert b"Content-Encoding" not in head
            assert b"\r\nContent-Length: 9\r\n" in head
            assert await reader.readexactly(9) == b"123456789"


async def test_a_stream_that_reaches_the_threshold_is_compressed_whole(front: Front):
    async with dripping(front, b"Connection: close\r\n") as pieces:
        front.deploy(front.integration("HTTP_PROXY"), ("*/*",), minimum_compression_size=10)
        client = zlib.decompressobj(31)
        async with listening(front) as reader:
            for piece in (b"12345", b"67890", b""):
                pieces.put_nowait(piece)
            assert b"\r\nContent-Encoding: gzip\r\n" in await reader.readuntil(b"\r\n\r\n")
            got = b""
            while data := await chunk(reader):
                got += client.decompress(data)
            assert (got, client.eof) == (b"1234567890", True)


async def test_a_long_answer_of_known_length_is_compressed_as_it_passes(front: Front):
    front.deploy(front.integration("HTTP_PROXY"), ("*/*",), minimum_compression_size=0)
    front.backend.returns(TEXT * 1000, JSON)
    answer = await front.ask("GET", more=accepting("gzip"))
    assert answer.header("Transfer-Encoding") == "chunked"
    assert gzip.decompress(answer.body) == TEXT * 1000


async def test_a_backend_that_breaks_off_cuts_the_compressed_answer(front: Front):
    async with dripping(front, b"Content-Length: 3000000\r\n") as pieces:
        front.deploy(front.integration("HTTP_PROXY"), ("*/*",), minimum_compression_size=0)
        async with listening(front) as reader:
            pieces.put_nowait(b"x" * 1000)
            pieces.put_nowait(b"")
            await reader.readuntil(b"\r\n\r\n")
            assert not (await reader.read()).endswith(b"0\r\n\r\n")
    assert front.lines[0]["incomplete"]


async def test_a_backend_that_breaks_off_before_the_threshold_is_a_failure(front: Front):
    async with dripping(front, b"Content-Length: 30000\r\n") as pieces:
        front.deploy(front.integration("HTTP_PROXY"), ("*/*",), minimum_compression_size=0)
        async with listening(front) as reader:
            pieces.put_nowait(b"x" * 1000)
            pieces.put_nowait(b"")
            assert b" 504 " in await reader.readline()
