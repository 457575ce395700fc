"""A question goes on with the passages that it has found, whatever becomes of them meanwhile."""

from __future__ import annotations

import pytest

from graphmem.core.changes import Changes
from graphmem.core.lexical import TextQuery
from graphmem.stores.memory import MemoryStore
from graphmem.testing.samples import passage
from graphmem.views import kept
from graphmem.views.text import TextView

SPACE = "s"
BOATS = TextQuery(("boat",), ("boat",))


def uid(number: int) -> str:
    return f"{number:032x}"


def test_a_passage_that_goes_after_others_were_let_go_of_keeps_its_uid(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(kept, "_LEAST_DEAD", 0)
    store, view = MemoryStore(), TextView(SPACE, None)
    nodes = tuple(passage(uid(number), text="boat", position=number) for number in range(7))
    store.apply(SPACE, lambda _: Changes(nodes=nodes))
    view.refresh(store)
    store.apply(SPACE, lambda _: Changes(remove_nodes=tuple(uid(n) for n in range(4))))
    view.refresh(store)
    with view.match(BOATS) as match:
        rows = match.best(9)
        store.apply(SPACE, lambda _: Changes(remove_nodes=(uid(5),)))
        view.refresh(store)
        assert match.uids(rows) == [uid(4), uid(5), uid(6)]
    with view.match(BOATS) as match:
        assert match.uids(match.best(9)) == [uid(4), uid(6)]
