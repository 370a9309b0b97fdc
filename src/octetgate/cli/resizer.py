"""An image-resizing service: the backend that the demo's ``/images`` stands in front of.

It knows nothing of gateways.  ``POST /upload`` with an image as the body answers the image,
no larger than asked for and in its own format; everything else is refused in plain text.

    python resizer.py --port 9000
    curl --data-binary @photo.jpg http://127.0.0.1:9000/upload > small.jpg
"""

import argparse
import contextlib
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pyvips

MOST_BYTES = 64 << 20
FORMATS = {
    "jpegload_buffer": (".jpg", "image/jpeg"),
    "pngload_buffer": (".png", "image/png"),
    "webpload_buffer": (".webp", "image/webp"),
    "gifload_buffer": (".gif", "image/gif"),
}


class Refused(Exception):
    """A request that is not served: its status and its text."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


def resized(image: bytes, longest: int) -> tuple[bytes, str]:
    """Return the image with no side longer than that, and its media type."""
    try:
        loader = pyvips.Image.new_from_buffer(image, "").get("vips-loader")
        if loader not in FORMATS:
            raise Refused(422, f"expected a JPEG, PNG, WebP or GIF; found one for {loader}")
        suffix, media_type = FORMATS[loader]
        small = pyvips.Image.thumbnail_buffer(image, longest, height=longest, size="down")
        return small.write_to_buffer(suffix), media_type
    except pyvips.Error as error:
        raise Refused(422, f"expected an image; found {image[:12]!r}") from error


class Service(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server_version = "resizer"
    longest = 320

    def do_POST(self) -> None:
        """Answer an upload."""
        try:
            image = b"".join(self._body())
            if self.path.partition("?")[0] != "/upload":
                raise Refused(404, "expected POST /upload")
            body, media_type = resized(image, self.longest)
            self._answer(200, media_type, body)
        except Refused as refused:
            self._answer(refused.status, "text/plain; charset=utf-8", f"{refused}\n".encode())

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing; the gateway in front writes a line for each call."""

    def _body(self) -> Iterator[bytes]:
        if "chunked" in self.headers.get("transfer-encoding", "").lower():
            yield from self._chunks()
            return
        length = int(self.headers.get("content-length", 0))
        if length > MOST_BYTES:
            self.close_connection = True
            raise Refused(413, f"expected at most {MOST_BYTES} bytes; found {length}")
        yield self.rfile.read(length)

    def _chunks(self) -> Iterator[bytes]:
        total = 0
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            total += size
            if total > MOST_BYTES:
                self.close_connection = True
                raise Refused(413, f"expected at most {MOST_BYTES} bytes")
            yield self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass  # A trailer.

    def _answer(self, status: int, media_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main() -> None:
    """Serve until stopped; the first line says where."""
    parser = argparse.ArgumentParser(description="Resize images over HTTP.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9000, help="0 takes a free one")
    parser.add_argument("--longest", type=int, default=320, help="pixels of the longer side")
    chosen = parser.parse_args()
    Service.longest = chosen.longest
    with ThreadingHTTPServer((chosen.host, chosen.port), Service) as server:
        sys.stdout.write(f"http://{chosen.host}:{server.server_port}/upload\n")
        sys.stdout.flush()
        # Ctrl-C is how it is stopped, alone or together with the demo that started it.
        with contextlib.suppress(KeyboardInterrupt):
            server.serve_forever()


if __name__ == "__main__":
    main()
