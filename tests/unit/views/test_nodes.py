from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmem.core.changes import Changes
from graphmem.stores.memory import MemoryStore
from graphmem.views import nodes as nodes_module
from graphmem.views.nodes import NodeView
from graphmem_schemas import Entity, Event, Node, Passage, Source

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SPACE = "s"
UIDS = [f"n{i}" for i in range(6)]


def _node(uid: str, label: str, text: str) -> Node:
    if label == "Source":
        return Source(uid=uid, recorded_at=NOW, name=text, kind="document")
    if label == "Entity":
        return Entity(uid=uid, recorded_at=NOW, name=text, key=text)
    return Passage(uid=uid, recorded_at=NOW, source="doc", position=3, text=text, at=NOW)


def _put(store: MemoryStore, *nodes: Node, remove: tuple[str, ...] = ()) -> None:
    store.apply(SPACE, lambda _: Changes(nodes=nodes, remove_nodes=remove))


def _view(store: MemoryStore, folder: Path | None = None) -> NodeView:
    view = NodeView(SPACE, folder)
    view.refresh(store)
    return view


_PUTS = st.tuples(
    st.sampled_from(UIDS),
    st.sampled_from(["Passage", "Source", "Entity"]),
    st.text(min_size=1, max_size=30).filter(lambda text: bool(text.strip())),
)
_STEPS = st.lists(
    st.one_of(_PUTS, st.sampled_from(UIDS), st.sampled_from(["save", "reopen"])), max_size=25
)


@given(steps=_STEPS)
def test_the_view_gives_what_the_store_gives_whatever_was_put_removed_saved_and_opened(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str, str] | str]
) -> None:
    folder = tmp_path_factory.mktemp("views")
    store = MemoryStore()
    view = _view(store, folder)
    for step in steps:
        if step == "save":
            view.save(store)
        elif step == "reopen":
            view = NodeView(SPACE, folder)
        elif isinstance(step, str):
            _put(store, remove=(step,))
        else:
            _put(store, _node(*step))
        view.refresh(store)
        asked = [*UIDS, "unknown", *UIDS[:2]]
        assert view.get(SPACE, asked) == store.get(SPACE, asked)


def test_only_what_hits_show_is_held_and_only_for_its_own_space() -> None:
    store = MemoryStore()
    event = Event(uid="e", recorded_at=NOW, passage="p", text="it rains", start=0, end=8)
    _put(store, _node("p", "Passage", "It rains."), event)
    view = _view(store)
    assert [node and node.uid for node in view.get(SPACE, ["e", "p"])] == [None, "p"]
    assert view.get("another", ["p"]) == [None]
    assert view.get(SPACE, []) == []


def test_no_byte_of_what_went_is_kept_on_disk(tmp_path: Path) -> None:
    store = MemoryStore()
    _put(store, *(_node(uid, "Passage", f"secret of {uid}") for uid in UIDS))
    view = _view(store, tmp_path)
    view.save(store)
    assert b"secret of n3" in (tmp_path / "nodes.snapshot").read_bytes()
    _put(store, _node("n4", "Passage", "said anew"), remove=("n3",))
    view.refresh(store)
    view.save(store)
    kept = (tmp_path / "nodes.snapshot").read_bytes()
    assert b"secret of n2" in kept
    assert b"secret of n3" not in kept
    assert b"secret of n4" not in kept


def test_a_view_of_another_history_begins_anew(tmp_path: Path) -> None:
    store = MemoryStore()
    _put(store, _node("n1", "Passage", "one"))
    _view(store, tmp_path).save(store)
    other = MemoryStore()
    _put(other, _node("n2", "Passage", "two"))
    assert _view(other, tmp_path).get(SPACE, ["n1"]) == [None]


def test_bytes_of_what_was_replaced_are_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nodes_module, "_MIN_WASTE", 1_000)
    store = MemoryStore()
    view = _view(store)
    for turn in range(100):
        _put(store, _node("n1", "Passage", f"{turn} " * 50))
        view.refresh(store)
    assert view.nbytes < 2_000
    assert view.get(SPACE, ["n1"]) == store.get(SPACE, ["n1"])
