from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.datastructures import Headers

from graphmem.core.usage import Usage
from graphmem.models.llm.meter import Meter
from graphmem_api.observe import spans
from graphmem_api.observe.logs import FIELDS, _Json, _Plain
from graphmem_api.observe.masking import without_secrets
from graphmem_api.observe.metrics import METRICS
from graphmem_api.observe.spending import billed

TOKEN = "gmk_0123456789ab_" + "s" * 43


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"/v1/{TOKEN}/stats", "/v1/***/stats"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer ***"),
        ("eyJhbGci.eyJzdWIi.c2ln", "***"),
        ("neo4j://neo4j:secret@host:7687", "neo4j://***@host:7687"),
        ("ann@example.org met bo", "ann@example.org met bo"),
    ],
)
def test_secrets_are_taken_out(text: str, shown: str) -> None:
    assert without_secrets(text) == shown


def test_a_line_of_the_log_is_one_object_without_secrets() -> None:
    record = logging.LogRecord("graphmem.x", logging.INFO, "f", 1, "got %s", (TOKEN,), None)
    setattr(record, FIELDS, {"request": "r1", "status": 200, "key": None})
    line = json.loads(_Json().format(record))
    assert (line["level"], line["message"], line["request"]) == ("info", "got ***", "r1")
    plain = _Plain().format(record)
    assert "request=r1" in plain
    assert "key" not in plain
    assert TOKEN not in plain


def test_the_stages_of_a_search_are_timed_each_for_itself() -> None:
    before = _stage("walk"), _stage("total")
    METRICS.searched({"match": 10.0, "walk": 25.0, "total": 30.0})
    assert _stage("walk") - before[0] == pytest.approx(0.015)
    assert _stage("total") - before[1] == pytest.approx(0.030)


def _stage(name: str) -> float:
    found = METRICS.registry.get_sample_value("graphmem_search_stage_seconds_sum", {"stage": name})
    return found or 0.0


def test_what_the_llm_costs_is_counted_once() -> None:
    class LLM:
        meter = Meter()

    def cost() -> float:
        return METRICS.registry.get_sample_value("graphmem_llm_cost_dollars_total") or 0.0

    before = cost()
    LLM.meter.answered(Usage(100, 10), 0.25)
    billed(LLM())
    billed(LLM())
    LLM.meter.answered(Usage(100, 10), None)
    billed(LLM())
    billed(object())
    assert cost() - before == 0.25


def test_spans_are_made_where_an_sdk_is_and_cost_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with spans.request_span("GET", Headers()) as span:
        assert not span.is_recording()
        spans.searched({"walk": 1.0})
    kept, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    monkeypatch.setattr(spans, "_tracer", provider.get_tracer("graphmem"))
    parent = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"
    with spans.request_span("POST", Headers({"traceparent": parent})) as span:
        spans.searched({"match": 10.0, "walk": 25.0, "total": 30.0})
        spans.ended(span, "POST", "/v1/{space}/search", 503)
    *stages, request = kept.get_finished_spans()
    assert [stage.name for stage in stages] == ["search match", "search walk"]
    took = [(stage.end_time or 0) - (stage.start_time or 0) for stage in stages]
    assert took == [10_000_000, 15_000_000]
    assert request.name == "POST /v1/{space}/search"
    assert request.status.status_code is trace.StatusCode.ERROR
    assert {stage.parent.span_id for stage in stages if stage.parent} == {
        request.get_span_context().span_id
    }
    assert request.get_span_context().trace_id == int("a" * 32, 16)


def test_processes_count_together_and_the_dead_have_nothing_at_hand(tmp_path: Path) -> None:
    code = (
        "from graphmem_api.observe.metrics import METRICS, exposed\n"
        "METRICS.requests.labels('GET', '/a', '200').inc()\n"
        "METRICS.now.inc()\n"
        "print(exposed().decode())"
    )
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    for n in (1, 2):
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True,
            timeout=240, check=True,
        )  # fmt: skip
        counted = f'graphmem_requests_total{{method="GET",route="/a",status="200"}} {n}.0'
        assert counted in done.stdout
        assert "graphmem_requests_now 1.0" in done.stdout
