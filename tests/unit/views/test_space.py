"""The views of a space together: whether there is news is asked once for all of them."""

from __future__ import annotations

import shutil
from pathlib import Path

from graphmem.core.changes import Changes
from graphmem.core.uid_index import to_keys
from graphmem.ports import GraphStore
from graphmem.stores.sqlite import SqliteStore
from graphmem.testing.samples import edge, entity, passage, vector
from graphmem.views.space import SpaceViews


def put(store: GraphStore, uid: str) -> int:
    nodes = (passage(uid, text=f"the word {uid}"), entity("e"))
    linked = edge(uid, "e", kind="MENTIONS")
    changes = Changes(nodes=nodes, edges=(linked,), vectors=(vector(uid),))
    return store.apply("a", lambda _: changes).seq


def held(views: SpaceViews) -> set[tuple[str, ...]]:
    """What each of the views knows of three passages."""
    uids = ["x", "y", "z"]
    assert views.nodes is not None
    shown = views.nodes.get("a", uids)
    return {
        tuple(uid for uid, node in zip(uids, shown, strict=True) if node is not None),
        tuple(uid for uid in uids if views.adjacency.degrees([uid]) == [1]),
        tuple(uid for uid in uids if views.vectors.placed(to_keys([uid])).slots[0] >= 0),
    }


def test_a_store_that_was_put_back_and_written_to_the_same_number_is_noticed(
    tmp_path: Path,
) -> None:
    store = SqliteStore(tmp_path / "m.db")
    put(store, "x")
    store.close()
    shutil.copy(tmp_path / "m.db", tmp_path / "backup.db")
    views = SpaceViews("a", 2, None, remote=True)
    lost = SqliteStore(tmp_path / "m.db")
    assert put(lost, "y") == views.refresh(lost)[0] == 2
    assert held(views) == {("x", "y")}
    restored = SqliteStore(tmp_path / "backup.db")
    assert put(restored, "z") == 2
    assert restored.identity == lost.identity
    assert views.refresh(restored)[0] == 2
    assert held(views) == {("x", "z")}
    assert put(restored, "y") == views.refresh(restored)[0] == 3
    assert held(views) == {("x", "y", "z")}
    for opened in (lost, restored):
        opened.close()
