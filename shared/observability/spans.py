"""OpenTelemetry spans around the traceparent that everything carries already. Off unless an endpoint is set.

While they are off, `span` gives one object that does nothing. Attributes are of a fixed list and never a person's:
spans leave the installation.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from contextvars import Token
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self

from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    Tracer,
    set_span_in_context,
)
from opentelemetry.trace import Span as OtelSpan

from shared.config import ServiceSettings
from shared.observability.tracing import current_traceparent, leave_trace, set_traceparent, trace_id

if TYPE_CHECKING:
    from fastapi.telemetry import TelemetryConfig
    from opentelemetry.sdk.trace import SpanProcessor, TracerProvider

Kind = Literal["internal", "server", "client", "consumer", "producer"]

ATTRIBUTES = frozenset(
    {
        "http.request.method",
        "http.route",
        "http.response.status_code",
        "peer.service",
        "messaging.system",
        "messaging.consumer.group.name",
        "messaging.batch.message_count",
        "messaging.message.type",
        "db.system.name",
        "db.operation.name",
        "db.query.text",
        "error.type",
    }
)
# FastAPI can record by itself, with the texts of exceptions and refused input in it: never here.
NO_TELEMETRY: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
_MOST_LINKS = 32
_LONGEST_QUERY = 1_000
# Values belong into parameters; should one stand in a text all the same, it does not leave.
_LITERALS = re.compile(r"'(?:[^']|'')*'|\b\d{4,}\b")

_tracer: Tracer | None = None
_provider: TracerProvider | None = None


class NoSpan:
    """What `span` gives while spans are off."""

    __slots__ = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def set(self, name: str, value: str | int) -> None:
        """Nothing."""

    def rename(self, name: str) -> None:
        """Nothing."""


class Span(NoSpan):
    """One piece of work, from `with` to its end. What fails inside is told by its kind, never by its text."""

    __slots__ = ("_attributes", "_before", "_kind", "_links", "_name", "_parent", "_span")

    def __init__(
        self, name: str, kind: Kind, parent: str | None, attributes: dict[str, str | int], links: Iterable[str | None]
    ) -> None:
        self._name, self._kind, self._parent, self._links = name, kind, parent, links
        self._attributes = {given: _checked(given, value) for given, value in attributes.items()}

    def __enter__(self) -> Self:
        self._span = _begin(self._name, self._kind, self._parent, self._attributes, self._links)
        context = self._span.get_span_context()
        self._before: Token[str | None] = set_traceparent(
            f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        leave_trace(self._before)
        if error is not None and isinstance(error, Exception):
            _fail(self._span, error)
        self._span.end()

    def set(self, name: str, value: str | int) -> None:
        """One attribute of those in ATTRIBUTES."""
        self._span.set_attribute(name, _checked(name, value))

    def rename(self, name: str) -> None:
        """For what is known only at the end."""
        self._span.update_name(name)


_OFF = NoSpan()


def is_on() -> bool:
    """Whether spans are recorded."""
    return _tracer is not None


def span(
    name: str,
    kind: Kind = "internal",
    *,
    parent: str | None = None,
    links: Iterable[str | None] = (),
    **attributes: str | int,
) -> NoSpan:
    """`with span("rebuild", …):` a span of `parent`'s trace, or of this task's.

    Dots in the names of attributes are written as `__`. Raises ValueError for one that is not in ATTRIBUTES.
    """
    if _tracer is None:
        return _OFF
    named = {given.replace("__", "."): value for given, value in attributes.items()}
    return Span(name, kind, parent or current_traceparent(), named, links)


def mark(kind: Kind, began_ns: int, done: Iterable[tuple[str, str | None]]) -> None:
    """Spans for work that was done for many at once: one in each trace, from `began_ns` (time.time_ns) until now.

    `done` are the spans' names and the traces; those without a trace are left out.
    """
    if _tracer is None:
        return
    ended = time.time_ns()
    for name, traceparent in done:
        if trace_id(traceparent) is not None:
            _begin(name, kind, traceparent, {}, (), began_ns).end(ended)


def statement(text: str) -> OtelSpan | None:
    """A begun span for one SQL statement; give it to `finish`."""
    if _tracer is None or current_traceparent() is None:
        return None
    shown = _LITERALS.sub("?", " ".join(text.split()))[:_LONGEST_QUERY]
    operation = shown.partition(" ")[0].upper()
    attributes: dict[str, str | int] = {
        "db.system.name": "postgresql",
        "db.operation.name": operation,
        "db.query.text": shown,
    }
    return _begin(operation, "client", current_traceparent(), attributes, ())


def finish(begun: OtelSpan | None, error: BaseException | None = None) -> None:
    """End what `statement` began."""
    if begun is not None:
        if error is not None:
            _fail(begun, error)
        begun.end()


def start_spans(settings: ServiceSettings, process: str, processor: SpanProcessor | None = None) -> None:
    """Once per process. Without OTEL_EXPORTER_OTLP_ENDPOINT nothing happens; `processor` takes the spans in tests."""
    global _tracer, _provider
    if processor is None and settings.otel_exporter_otlp_endpoint is None:
        return
    # Imported here: some megabytes, which only those pay who ask for it.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

    if processor is None:
        assert settings.otel_exporter_otlp_endpoint is not None
        endpoint = f"{settings.otel_exporter_otlp_endpoint.rstrip('/')}/v1/traces"
        processor = BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint, timeout=5))
    _provider = TracerProvider(
        sampler=ParentBased(TraceIdRatioBased(settings.trace_share)),
        resource=Resource.create({"service.name": settings.service, "service.instance.id": process}),
        shutdown_on_exit=False,
    )
    _provider.add_span_processor(processor)
    _tracer = _provider.get_tracer("crm")


def stop_spans() -> None:
    """Send what waits, for a moment, and record no more."""
    global _tracer, _provider
    if _provider is not None:
        _provider.force_flush(2_000)
        _provider.shutdown()
    _tracer = _provider = None


def _begin(
    name: str,
    kind: Kind,
    parent: str | None,
    attributes: dict[str, str | int],
    links: Iterable[str | None],
    began_ns: int | None = None,
) -> OtelSpan:
    assert _tracer is not None
    above = _context_of(parent)
    return _tracer.start_span(
        name,
        context=set_span_in_context(NonRecordingSpan(above)) if above else None,
        kind=SpanKind[kind.upper()],
        attributes=attributes,
        links=[Link(found) for one in list(links)[:_MOST_LINKS] if (found := _context_of(one))],
        start_time=began_ns,
        record_exception=False,
        set_status_on_exception=False,
    )


def _context_of(traceparent: str | None) -> SpanContext | None:
    trace = trace_id(traceparent)
    if trace is None or traceparent is None:
        return None
    flags = TraceFlags(int(traceparent[53:55], 16))
    return SpanContext(int(trace, 16), int(traceparent[36:52], 16), is_remote=True, trace_flags=flags)


def _fail(begun: OtelSpan, error: BaseException) -> None:
    begun.set_attribute("error.type", type(error).__name__)
    begun.set_status(Status(StatusCode.ERROR))


def _checked(name: str, value: str | int) -> str | int:
    if name not in ATTRIBUTES:
        raise ValueError(f"{name} is not among the attributes that may leave in a span")
    return value
