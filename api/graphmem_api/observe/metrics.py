"""What is counted and timed, for Prometheus.

With several processes each counts into files of a folder that they share, and whichever is asked
adds them up: the folder is named by PROMETHEUS_MULTIPROC_DIR before this module is imported.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

__all__ = ["CONTENT_TYPE", "FOLDER", "METRICS", "Metrics", "exposed"]

CONTENT_TYPE = CONTENT_TYPE_LATEST
FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """All of them; their names are what dashboards know."""

    def __init__(self) -> None:
        self.registry = kept = CollectorRegistry()
        self.requests = Counter(
            "graphmem_requests", "Requests, by how they ended", ("method", "route", "status"),
            registry=kept,
        )  # fmt: skip
        self.seconds = Histogram(
            "graphmem_request_seconds", "Time until the last byte of the response",
            ("method", "route"), buckets=_SECONDS, registry=kept,
        )  # fmt: skip
        self.now = Gauge(
            "graphmem_requests_now", "Requests that are worked on",
            multiprocess_mode="livesum", registry=kept,
        )  # fmt: skip
        self.stages = Histogram(
            "graphmem_search_stage_seconds", "Time of each stage of a search", ("stage",),
            buckets=_SECONDS, registry=kept,
        )  # fmt: skip
        self.denied = Counter(
            "graphmem_denied", "Calls that were turned away, by status", ("status",), registry=kept
        )
        # Every process sees the same queue; whoever is asked has looked a second ago at most.
        self.waiting = Gauge(
            "graphmem_writes_waiting", "Writes that were taken and are not applied yet",
            multiprocess_mode="mostrecent", registry=kept,
        )  # fmt: skip
        self.lag = Gauge(
            "graphmem_write_lag_seconds", "Age of the write that waits longest",
            multiprocess_mode="mostrecent", registry=kept,
        )  # fmt: skip
        self.failed = Gauge(
            "graphmem_writes_failed", "Writes that could not be applied",
            multiprocess_mode="mostrecent", registry=kept,
        )  # fmt: skip
        self.llm_calls = Counter(
            "graphmem_llm_calls", "Calls of the LLM, by how they ended", ("ended",), registry=kept
        )
        self.llm_tokens = Counter(
            "graphmem_llm_tokens", "Tokens of the LLM", ("kind",), registry=kept
        )
        self.llm_cost = Counter(
            "graphmem_llm_cost_dollars", "What the LLM did cost", registry=kept
        )

    def searched(self, timings_ms: Mapping[str, float]) -> None:
        """Count the stages of a search.

        Args:
            timings_ms: as a trace has them: when each stage had ended, since the beginning.
        """
        before = 0.0
        for stage, at in timings_ms.items():
            if stage == "total":
                before = 0.0
            self.stages.labels(stage).observe(max(0.0, at - before) / 1000)
            before = at


# When a series began is of no use to anybody, and doubles their number.
disable_created_metrics()  # type: ignore[no-untyped-call]
METRICS = Metrics()


def exposed() -> bytes:
    """Return all metrics as text, those of the other processes of this server too."""
    if not os.environ.get(FOLDER):
        return generate_latest(METRICS.registry)
    _forget_the_dead(Path(os.environ[FOLDER]))
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return generate_latest(together)


def _forget_the_dead(folder: Path) -> None:
    """Take out what a process that is gone had at hand; what it has counted stays."""
    for file in folder.glob("gauge_live*_*.db"):
        if not _is_alive(int(file.stem.rpartition("_")[2])):
            file.unlink(missing_ok=True)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
