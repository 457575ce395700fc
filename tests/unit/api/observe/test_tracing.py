"""Spans go where the environment says, without code; what is not installed stops no server."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from graphmem_api.observe.tracing import set_up_spans

# A process of its own: where spans go is set once for all of it.
SERVED = """
from opentelemetry import trace
from starlette.testclient import TestClient
from graphmem_api.app import create_app
from graphmem_api.observe.tracing import set_up_spans
from graphmem_api.settings import Settings

assert set_up_spans()
with TestClient(create_app(Settings(store="memory://")), base_url="http://127.0.0.1") as client:
    assert client.get("/health/live").status_code == 200
trace.get_tracer_provider().force_flush()
"""


def test_spans_go_to_the_exporter_that_the_environment_names() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SERVED],
        capture_output=True, text=True, timeout=240, check=False,
        env={**os.environ, "OTEL_TRACES_EXPORTER": "console"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    spans = json.loads("[" + done.stdout.strip().replace("\n}\n{", "\n},\n{") + "]")
    (span,) = spans
    assert span["name"] == "GET /health/live"
    assert "http.route" in span["attributes"]
    assert "url.path" not in span["attributes"]
    assert span["resource"]["attributes"]["service.name"] == "graphmem"


def test_an_exporter_that_is_not_there_is_told_and_stops_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "nobody")
    assert not set_up_spans()
    assert "there is no exporter 'nobody'" in caplog.text


def test_exporters_are_a_list(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "console, nobody,none")
    assert not set_up_spans()
    assert "there is no exporter 'nobody'" in caplog.text


@pytest.mark.parametrize(
    ("name", "value"),
    [("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "many"), ("OTEL_BSP_MAX_QUEUE_SIZE", "-1")],
)
def test_a_setting_that_cannot_be_is_told_and_stops_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, name: str, value: str
) -> None:
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "console")
    monkeypatch.setenv(name, value)
    assert not set_up_spans()
    assert "spans are not exported: " in caplog.text


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"OTEL_TRACES_EXPORTER": " , none"},
        {"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://here:4318"},
        {"OTEL_SDK_DISABLED": "true", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://here:4318"},
    ],
)
def test_nothing_is_set_up_unless_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    environment: dict[str, str],
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert not set_up_spans()
    assert not caplog.text
