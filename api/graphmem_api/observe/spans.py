"""Spans of OpenTelemetry: around each request, and for each stage of a search.

Where no SDK is set up, a span is an object that does nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import propagate, trace
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from starlette.datastructures import Headers

__all__ = ["ended", "request_span", "searched"]

_tracer = trace.get_tracer("graphmem")


@contextmanager
def request_span(method: str, headers: Headers) -> Iterator[Span]:
    """Have a span around a request, in the trace that its caller began."""
    context = propagate.extract(headers) if "traceparent" in headers else None
    with _tracer.start_as_current_span(
        method, context=context, kind=SpanKind.SERVER, record_exception=False
    ) as span:
        yield span


def ended(span: Span, method: str, route: str, status: int) -> None:
    """Say of a request's span what it was and how it ended."""
    if not span.is_recording():
        return
    span.update_name(f"{method} {route}")
    span.set_attribute("http.request.method", method)
    span.set_attribute("http.route", route)
    span.set_attribute("http.response.status_code", status)
    if status >= 500:
        span.set_status(Status(StatusCode.ERROR))


def searched(timings_ms: Mapping[str, float]) -> None:
    """Add a span for each stage of a search that has just ended."""
    if not trace.get_current_span().is_recording():
        return
    total = timings_ms.get("total", max(timings_ms.values(), default=0.0))
    began = time.time_ns() - int(total * 1e6)
    before = 0.0
    for stage, at in timings_ms.items():
        if stage != "total":
            span = _tracer.start_span(f"search {stage}", start_time=began + int(before * 1e6))
            span.end(end_time=began + int(at * 1e6))
            before = at
