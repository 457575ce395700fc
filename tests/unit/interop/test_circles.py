"""Files whose edges lead back to where they began."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphmem.core.changes import Changes
from graphmem.errors import InvalidInput
from graphmem.interop.jsonl import export_jsonl, import_jsonl
from graphmem.stores.memory import MemoryStore
from graphmem.testing.samples import MOMENT, edge
from graphmem_schemas import Concept, EdgeKind, Node, Proposition


@pytest.mark.parametrize("kind", ["BROADER", "SUPERSEDES"])
@pytest.mark.parametrize("closed_by_file", [True, False])
def test_what_leads_back_to_where_it_began_is_refused(
    tmp_path: Path, kind: EdgeKind, closed_by_file: bool
) -> None:
    nodes: tuple[Node, ...] = tuple(
        Concept(uid=uid, recorded_at=MOMENT, name=uid, key=uid)
        if kind == "BROADER"
        else Proposition(uid=uid, recorded_at=MOMENT, text=uid, subject="s", predicate="p")
        for uid in "abc"
    )
    a, b, c = (edge(*ends, kind=kind) for ends in (("a", "b"), ("b", "c"), ("c", "a")))
    there, told = MemoryStore(), MemoryStore()
    there.apply("x", lambda _: Changes(nodes=nodes, edges=() if closed_by_file else (a, b)))
    before = there.seq("x")
    told.apply("x", lambda _: Changes(nodes=nodes, edges=(a, b, c) if closed_by_file else (c,)))
    path = tmp_path / "all.jsonl"
    export_jsonl(told, "x", path, None)
    with pytest.raises(InvalidInput, match=f"{kind} lead back to where they began: a → b → c → a"):
        import_jsonl(there, "x", path, lambda _: None)
    assert there.seq("x") == before
