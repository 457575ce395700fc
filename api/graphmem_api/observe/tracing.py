"""Sets up where spans go, as the environment says in OpenTelemetry's own words."""

from __future__ import annotations

import logging
import os
from importlib.metadata import entry_points

from opentelemetry import trace

__all__ = ["set_up_spans"]

_LOG = logging.getLogger("graphmem")
_EXPORTER = "OTEL_TRACES_EXPORTER"
_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
_GROUP = "opentelemetry_traces_exporter"


def set_up_spans() -> bool:
    """Have spans exported where an exporter or an OTLP endpoint is named; return whether they are.

    What is named and not installed is said in the log, and stops no server.
    """
    name = os.environ.get(_EXPORTER) or ("otlp" if _first(_ENDPOINTS) else "none")
    if name == "none" or os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return False
    try:
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        exporter = next(iter(entry_points(group=_GROUP, name=_entry_of(name)))).load()
    except (ImportError, StopIteration):
        _LOG.warning(
            "spans are not exported: there is no exporter %r; for OTLP install opentelemetry-sdk "
            "and opentelemetry-exporter-otlp-proto-http",
            name,
        )
        return False
    os.environ.setdefault("OTEL_SERVICE_NAME", "graphmem")
    provider = TracerProvider(resource=Resource.create())
    provider.add_span_processor(BatchSpanProcessor(exporter()))
    trace.set_tracer_provider(provider)
    return True


def _entry_of(name: str) -> str:
    if name != "otlp":
        return name
    is_grpc = _first(_PROTOCOLS) == "grpc"
    return "otlp_proto_grpc" if is_grpc else "otlp_proto_http"


def _first(names: tuple[str, ...]) -> str:
    return next((os.environ[name] for name in names if os.environ.get(name)), "")
