"""What a model reads of a result."""

from __future__ import annotations

from graphmem_api.mcp.results import Packed
from graphmem_schemas import Citation


def test_a_source_that_is_cited_more_than_once_is_named_once() -> None:
    told = [(1, "plan.md"), (2, "notes.md"), (3, "plan.md")]
    citations = [Citation(number=n, passage=f"p{n}", source=source) for n, source in told]
    packed = Packed(context="[1] a\n\n[2] b\n\n[3] c", citations=tuple(citations))
    assert packed.text().splitlines()[-2:] == ["[1] [3] plan.md", "[2] notes.md"]
