"""What others publish, for comparison: their words, their questions, their models."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["PUBLISHED", "Published"]


class Published(NamedTuple):
    """Shares in per cent that a paper reports.

    Attributes:
        who: the system.
        needs: the models that it needs.
        figures: by name of the data set and measure.
    """

    who: str
    needs: str
    figures: dict[str, float]


_LARGE = "7B embedder, 70B LLM to extract and to filter"

PUBLISHED = (
    Published(
        "HippoRAG", "110M retriever, GPT-3.5 to extract",
        {"MuSiQue R@5": 51.9, "2Wiki R@5": 89.1, "HotpotQA R@5": 77.7},
    ),
    Published(
        "HippoRAG 2", _LARGE, {"MuSiQue R@5": 74.7, "2Wiki R@5": 90.4, "HotpotQA R@5": 96.3},
    ),
    Published("NV-Embed-v2 alone", "7B embedder",
              {"MuSiQue R@5": 69.7, "2Wiki R@5": 76.5, "HotpotQA R@5": 94.5}),
    Published("PropRAG", "7B embedder, LLM", {"MuSiQue R@5": 78.3, "2Wiki R@5": 94.1}),
    Published("BridgeRAG", "7B embedder, LLM", {"MuSiQue R@5": 81.5}),
    Published("a graph by GPT-3.5", "text-embedding-3-small",
              {"LoCoMo R@5": 62.8, "LoCoMo R@10": 73.0}),
)  # fmt: skip
"""As reported; each on its own questions (1,000 a set for the multi-hop ones)."""
