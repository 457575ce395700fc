"""Sets up where spans go, as the environment says in OpenTelemetry's own words."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

from opentelemetry import trace

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export import SpanExporter

__all__ = ["set_up_spans"]

_LOG = logging.getLogger("graphmem")
_EXPORTER = "OTEL_TRACES_EXPORTER"
_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
_GROUP = "opentelemetry_traces_exporter"


def set_up_spans() -> bool:
    """Have spans exported where an exporter or an OTLP endpoint is named; return whether they are.

    What is named and not installed, or set to what it cannot be, is said in the log, and stops no
    server.
    """
    names = _named()
    if not names or os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return False
    try:
        _export([_exporter(name) for name in names])
    except ImportError as error:
        _LOG.warning(
            "spans are not exported: %s; for OTLP install opentelemetry-sdk and "
            "opentelemetry-exporter-otlp-proto-http",
            error,
        )
        return False
    except Exception as error:  # exporters raise what they like of their settings
        _LOG.warning("spans are not exported: %s; see the variables OTEL_*", error)
        return False
    return True


def _named() -> list[str]:
    """Return the names of exporters, as the environment lists them."""
    said = os.environ.get(_EXPORTER) or ("otlp" if _first(_ENDPOINTS) else "")
    names = dict.fromkeys(name.strip() for name in said.split(","))
    return [name for name in names if name not in ("", "none")]


def _exporter(name: str) -> SpanExporter:
    found = [*entry_points(group=_GROUP, name=_entry_of(name))]
    if not found:
        raise ImportError(f"there is no exporter {name!r}")
    exporter: SpanExporter = found[0].load()()
    return exporter


def _export(exporters: Sequence[SpanExporter]) -> None:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    os.environ.setdefault("OTEL_SERVICE_NAME", "graphmem")
    provider = TracerProvider(resource=Resource.create())
    for exporter in exporters:
        provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)


def _entry_of(name: str) -> str:
    if name != "otlp":
        return name
    is_grpc = _first(_PROTOCOLS) == "grpc"
    return "otlp_proto_grpc" if is_grpc else "otlp_proto_http"


def _first(names: tuple[str, ...]) -> str:
    return next((os.environ[name] for name in names if os.environ.get(name)), "")
