"""A collector of traces: a real OTLP/HTTP receiver that parses what it is sent."""

import gzip
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)


@dataclass
class Seen:
    """A span as it came."""

    name: str
    kind: str
    trace_id: str
    span_id: str
    parent_id: str
    failed: bool
    seconds: float
    attributes: dict[str, object] = field(default_factory=dict)
    resource: dict[str, object] = field(default_factory=dict)


KINDS = {1: "internal", 2: "server", 3: "client"}


class Collector:
    """Listens until it is closed."""

    def __init__(self):
        self.spans = []
        self.paths = set()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                data = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    data = gzip.decompress(data)
                outer.paths.add(self.path)
                outer.spans += list(spans_of(ExportTraceServiceRequest.FromString(data)))
                body = ExportTraceServiceResponse().SerializeToString()
                self.send_response(200)
                self.send_header("Content-Type", "application/x-protobuf")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def until(self, count, seconds=60):
        """Return the spans when there are so many."""
        end = time.monotonic() + seconds
        while len(self.spans) < count:
            assert time.monotonic() < end, f"{len(self.spans)} of {count} spans came"
            time.sleep(0.02)
        return list(self.spans)

    def close(self):
        self._server.shutdown()
        self._server.server_close()


def spans_of(request):
    for about in request.resource_spans:
        resource = {each.key: value_of(each.value) for each in about.resource.attributes}
        for scope in about.scope_spans:
            for span in scope.spans:
                yield Seen(
                    name=span.name,
                    kind=KINDS[span.kind],
                    trace_id=span.trace_id.hex(),
                    span_id=span.span_id.hex(),
                    parent_id=span.parent_span_id.hex(),
                    failed=span.status.code == 2,
                    seconds=(span.end_time_unix_nano - span.start_time_unix_nano) / 1e9,
                    attributes={each.key: value_of(each.value) for each in span.attributes},
                    resource=resource,
                )


def value_of(value):
    return getattr(value, value.WhichOneof("value"))
