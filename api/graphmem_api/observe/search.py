"""What a search tells of itself, for whoever watches."""

from __future__ import annotations

from graphmem_api.observe import spans
from graphmem_api.observe.metrics import METRICS
from graphmem_schemas import Recall

__all__ = ["watched"]


def watched(recall: Recall) -> Recall:
    """Count and trace the stages of a search; return what it found."""
    METRICS.searched(recall.trace.timings_ms)
    spans.searched(recall.trace.timings_ms)
    return recall
