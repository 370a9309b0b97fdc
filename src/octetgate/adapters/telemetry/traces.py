"""Traces as OpenTelemetry's SDK sends them, with the settings that its ``OTEL_*`` variables make.

Imported only where traces are wanted: the SDK is an extra, and takes its time to import.
"""

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.id_generator import IdGenerator, RandomIdGenerator

from octetgate.core.ports.traces import Attributes, Parent, Role, Span

_KINDS = {
    Role.SERVER: trace.SpanKind.SERVER,
    Role.CLIENT: trace.SpanKind.CLIENT,
    Role.INTERNAL: trace.SpanKind.INTERNAL,
}
_NANO = 1_000_000_000
_UNNAMED = "unknown_service"
_SERVICE = "octetgate"
_LONGEST = 4096
"""Characters of an attribute; paths and agents come from strangers."""


class _GivenIds(IdGenerator):
    """Random span ids, and the trace id that the next trace is to have.

    A trace's id is that of ``X-Amzn-Trace-Id``, so that both name the same.
    """

    def __init__(self) -> None:
        self._random = RandomIdGenerator()
        self.trace_id = 0

    def generate_span_id(self) -> int:
        return self._random.generate_span_id()

    def generate_trace_id(self) -> int:
        return self.trace_id or self._random.generate_trace_id()


class OtlpTracer:
    """Keeps the port `octetgate.core.ports.traces.Tracer`, for one event loop."""

    def __init__(self, instance: str, exporter: SpanExporter | None = None) -> None:
        """``instance`` is what this process is called."""
        self._ids = _GivenIds()
        resource = Resource.create({"service.instance.id": instance})
        if str(resource.attributes.get(SERVICE_NAME, _UNNAMED)).startswith(_UNNAMED):
            resource = resource.merge(Resource({SERVICE_NAME: _SERVICE}))
        self._provider = TracerProvider(
            id_generator=self._ids,
            resource=resource,
            shutdown_on_exit=False,
            span_limits=SpanLimits(max_attribute_length=_LONGEST),
        )
        self._provider.add_span_processor(BatchSpanProcessor(exporter or OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("octetgate")

    def begin(self, name: str, parent: Parent, since: float, attributes: Attributes) -> Span:
        """Return the span of a call that came at ``since``."""
        context = None
        if parent.span_id:
            kept = parent.sampled is not False
            remote = trace.SpanContext(
                int(parent.trace_id, 16),
                int(parent.span_id, 16),
                is_remote=True,
                trace_flags=trace.TraceFlags(trace.TraceFlags.SAMPLED if kept else 0),
            )
            context = trace.set_span_in_context(trace.NonRecordingSpan(remote))
        self._ids.trace_id = int(parent.trace_id, 16)
        span = self._tracer.start_span(
            name,
            context=context or trace.set_span_in_context(trace.INVALID_SPAN),
            kind=trace.SpanKind.SERVER,
            attributes=attributes,
            start_time=int(since * _NANO),
        )
        return _Span(self._tracer, span)

    def close(self) -> None:
        """Send what is waiting; takes as long as the collector does, up to the SDK's patience."""
        self._provider.shutdown()


class _Span:
    """One of the SDK's spans."""

    __slots__ = ("_span", "_tracer")

    def __init__(self, tracer: trace.Tracer, span: trace.Span) -> None:
        self._tracer = tracer
        self._span = span

    @property
    def trace_id(self) -> str:
        return trace.format_trace_id(self._span.get_span_context().trace_id)

    @property
    def span_id(self) -> str:
        return trace.format_span_id(self._span.get_span_context().span_id)

    @property
    def sampled(self) -> bool:
        return self._span.get_span_context().trace_flags.sampled

    def child(self, name: str, role: Role, attributes: Attributes) -> "_Span":
        span = self._tracer.start_span(
            name,
            context=trace.set_span_in_context(self._span),
            kind=_KINDS[role],
            attributes=attributes,
        )
        return _Span(self._tracer, span)

    def end(self, attributes: Attributes | None = None, *, error: str = "") -> None:
        if attributes:
            self._span.set_attributes(attributes)
        if error:
            self._span.set_attribute("error.type", error)
            self._span.set_status(trace.StatusCode.ERROR)
        self._span.end()
