"""Spans by OpenTelemetry, sent over OTLP/HTTP by a thread of its own.

The spans wait in a bounded queue: an exporter that is down costs spans, never a request.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Mapping
from typing import Final

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.environment_variables import OTEL_SERVICE_NAME
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.datastructures import Headers

from serving.traces import Told

_SEND_SECONDS: Final = 3
_BROKEN: Final = 500


class OtelSpan:
    """See `serving.traces.Span`."""

    def __init__(self, tracer: trace.Tracer, span: trace.Span) -> None:
        self._tracer, self._span = tracer, span
        self._inside = trace.set_span_in_context(span)

    @property
    def trace_id(self) -> str:
        """See `Span`."""
        return trace.format_trace_id(self._span.get_span_context().trace_id)

    def stages(self, seconds: Mapping[str, float], about: Told) -> None:
        """See `Span`: the last stage ended now, and each began where the one before ended."""
        self._span.set_attributes(dict(about))
        at = time.time_ns() - round(sum(seconds.values()) * 1e9)
        for name, lasted in seconds.items():
            span = self._tracer.start_span(name, self._inside, start_time=at)
            at += round(lasted * 1e9)
            span.end(at)

    def end(self, route: str, status: int) -> None:
        """See `Span`."""
        self._span.update_name(f"{_method(self._span)} {route}")
        self._span.set_attributes({"http.route": route, "http.response.status_code": status})
        if status >= _BROKEN or not status:
            self._span.set_status(Status(StatusCode.ERROR))
        self._span.end()


class OtelTraces:
    """See `serving.traces.Traces`."""

    def __init__(self, processor: SpanProcessor) -> None:
        self._provider = TracerProvider(
            resource=Resource.create({SERVICE_NAME: os.environ.get(OTEL_SERVICE_NAME, "fendan")}),
            shutdown_on_exit=False,
        )
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("fendan.serving")
        self._propagator = TraceContextTextMapPropagator()

    def begin(self, method: str, headers: Headers) -> OtelSpan:
        """See `Traces`."""
        parent = self._propagator.extract(dict(headers))
        span = self._tracer.start_span(
            method, parent, SpanKind.SERVER, {"http.request.method": method}
        )
        return OtelSpan(self._tracer, span)

    def close(self) -> None:
        """See `Traces`."""
        self._provider.shutdown()


def exporting() -> OtelTraces:
    """Traces to where OpenTelemetry's variables say."""
    # told once a second by default, with tracebacks; that nobody listens is the exporter's business
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
    return OtelTraces(BatchSpanProcessor(OTLPSpanExporter(timeout=_SEND_SECONDS)))


def _method(span: trace.Span) -> str:
    return str(getattr(span, "name", "HTTP"))
