"""The projection holds what the store holds, however it came to be, and nothing can hurt it."""

from __future__ import annotations

import json
import os
import stat
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from graphmem.core.changes import Changes
from graphmem.core.cypher import accept_cypher
from graphmem.core.property_graph import edge_properties, node_properties
from graphmem.errors import InvalidInput, StatementTimedOut
from graphmem.ports import GraphStore
from graphmem.stores.memory import MemoryStore
from graphmem.stores.sqlite import SqliteStore
from graphmem.testing.samples import MOMENT, edge, entity, one_of_each_label, passage
from graphmem.testing.world import world
from graphmem.views.cypher import view as view_module
from graphmem.views.cypher.build import build
from graphmem.views.cypher.versions import Version, Versions
from graphmem.views.cypher.view import CypherView
from graphmem_schemas import EDGE_KINDS, Event, Node


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    made = SqliteStore(tmp_path / "m.db")
    yield made
    made.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "views"


@pytest.fixture
def view(store: SqliteStore, folder: Path) -> Iterator[CypherView]:
    made = CypherView(store, "a", folder)
    yield made
    made.close()


def _put(store: GraphStore, changes: Changes, space: str = "a") -> None:
    store.apply(space, lambda _: changes)


def _ask(view: CypherView, statement: str, limit: int = 100_000, **given: Any) -> list[Any]:
    request = accept_cypher(statement, given, space="a", limit=limit, timeout_s=20)
    return list(view.cypher(request).rows)


def _held(view: CypherView) -> tuple[dict[str, Any], dict[Any, Any]]:
    nodes = {row[0]["uid"]: row[0] for row in _ask(view, "MATCH (n) RETURN n")}
    edges = _ask(view, "MATCH (a)-[r]->(b) RETURN a.uid, b.uid, r")
    by_key = {(said["kind"], start, end): said for start, end, said in edges}
    assert len(by_key) == len(edges)
    return nodes, by_key


def _wanted(store: GraphStore, space: str = "a") -> tuple[dict[str, Any], dict[Any, Any]]:
    nodes: dict[str, Any] = {}
    edges: dict[Any, Any] = {}
    for batch in store.changes(space, 0, labels=list(Node.registry), kinds=EDGE_KINDS):
        for node in batch.nodes:
            nodes[node.uid] = {"label": node.label, "space": space, **node_properties(node)}
        for one in batch.edges:
            said = {"kind": one.kind, "space": space, **edge_properties(one)}
            edges[one.kind, one.start, one.end] = said
    return nodes, edges


def test_it_holds_every_label_kind_and_property(view: CypherView, store: SqliteStore) -> None:
    _put(store, world("w"))
    _put(store, Changes(nodes=one_of_each_label()))
    assert _held(view) == _wanted(store)


@pytest.mark.parametrize(
    "name", ["x", "null", "", " a ", "a,b", "[", '"', "'", "\\", "\x00", "\n", "\r"]
)
def test_any_text_comes_out_as_it_went_in(view: CypherView, store: SqliteStore, name: str) -> None:
    uid = name or "u"
    nodes = (
        entity(f"{uid}1", name=f"{name}!", aliases=(name, "b")),
        entity(f"{uid}2", name=f"{name}?", aliases=("plain one",)),
        passage(f"{uid}3", text=name),
    )
    edges = (
        edge(f"{uid}3", f"{uid}1", kind="MENTIONS", sources={uid: 0.1, "t": 1e-300}, role=name),
        edge(f"{uid}3", f"{uid}2", kind="MENTIONS", sources={uid: 1e17}),
    )
    _put(store, Changes(nodes=nodes, edges=edges))
    assert _held(view) == _wanted(store)
    _put(store, Changes(nodes=(entity(f"{uid}4", name=f"{name}%", aliases=(name, name + "c")),)))
    assert _held(view) == _wanted(store)


def test_it_catches_up_with_all_that_can_change(view: CypherView, store: SqliteStore) -> None:
    _put(store, world("w"))
    assert _held(view) == _wanted(store)
    first = view._opened
    steps = (
        world("v"),
        Changes(nodes=(entity("wmara", name="Mara II", aliases=("x, y",)),)),
        Changes(edges=(edge("wp0", "wmara", kind="MENTIONS", sources={"new": 2.0}),)),
        Changes(remove_sources=("ws1",)),
        Changes(remove_nodes=("wf0", "wp1")),
        Changes(nodes=(passage("wp1", text="again"),)),
        Changes(remove_nodes=("vp0",), nodes=(passage("vp0"),), edges=(edge("vp0", "wmara"),)),
        Changes(edges=tuple(edge(f"wp{n}", f"vp{n}", kind="NEXT") for n in (0, 2, 3))),
    )
    for step in steps[:6] + steps[7:]:
        _put(store, step)
        assert _held(view) == _wanted(store)
    assert first is not None
    assert view._opened is not None
    assert view._opened.version.n_news > 0
    assert view._opened.version.file_crc == first.version.file_crc, "made anew, not caught up"
    # An edge that no rule allows has no table yet: a new file has one.
    _put(store, steps[6])
    assert _held(view) == _wanted(store)
    assert view._opened.version.n_news == 0


def test_a_node_that_gets_another_label_moves(view: CypherView, store: SqliteStore) -> None:
    _put(store, world("w"))
    _held(view)
    moved = Event(
        uid="wp3", recorded_at=MOMENT, passage="wp2", text="now an event", start=0, end=1
    )
    _put(store, Changes(nodes=(moved,)))
    assert _held(view) == _wanted(store)


def test_catching_up_leaves_the_shared_file_alone(
    view: CypherView, store: SqliteStore, folder: Path
) -> None:
    """Other processes have it open."""
    _put(store, world("w"))
    _held(view)
    (file,) = folder.glob("*.lbug")
    kept = folder / "kept"
    os.link(file, kept)
    before = zlib.crc32(kept.read_bytes())
    for name in ("x", "y", "z"):
        _put(store, world(name))
        _held(view)
    assert zlib.crc32(kept.read_bytes()) == before
    (now,) = folder.glob("*.lbug")
    assert now.samefile(kept)


def test_many_changes_make_a_new_file(
    view: CypherView, store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view_module, "_NEWS_ROWS", 100)
    _put(store, world("w"))
    _held(view)
    for name in ("x", "y", "z"):
        _put(store, world(name))
        assert _held(view) == _wanted(store)
        assert view._opened is not None
        assert view._opened.version.n_news <= 100


def test_it_is_kept_for_the_next_start(store: SqliteStore, folder: Path) -> None:
    _put(store, world("w"))
    files = []
    for _ in range(2):
        view = CypherView(store, "a", folder)
        assert _held(view) == _wanted(store)
        view.close()
        view.close()
        files.append(sorted(path.name for path in folder.iterdir()))
    assert files[0] == files[1]


def test_spaces_and_stores_are_kept_apart(
    store: SqliteStore, folder: Path, tmp_path: Path
) -> None:
    """Even in one folder."""
    other = SqliteStore(tmp_path / "other.db")
    _put(store, world("w"))
    _put(store, world("b"), "b")
    _put(other, world("o"))
    for held, space in ((store, "a"), (store, "b"), (other, "a")):
        view = CypherView(held, space, folder)
        assert _held(view) == _wanted(held, space)
        view.close()
    other.close()


@pytest.mark.parametrize("damage", ["cut", "flip", "empty", "gone", "log", "note", "junk"])
def test_damage_costs_time_only(store: SqliteStore, folder: Path, damage: str) -> None:
    view = CypherView(store, "a", folder)
    _put(store, world("w"))
    _held(view)
    _put(store, world("v"))
    _held(view)
    view.close()
    (file,) = folder.glob("*.lbug")
    whole = file.read_bytes()
    if damage == "cut":
        file.write_bytes(whole[: len(whole) // 2])
    elif damage == "flip":
        file.write_bytes(whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:])
    elif damage == "empty":
        file.write_bytes(b"")
    elif damage == "gone":
        file.unlink()
    elif damage == "log":
        log = file.with_name(file.name + ".wal")
        log.write_bytes(log.read_bytes()[:-7])
    elif damage == "note":
        (folder / "cypher.json").write_text("{")
    else:
        note = json.loads((folder / "cypher.json").read_text())
        (folder / "cypher.json").write_text(json.dumps({**note, "seq": 99, "name": "../x"}))
    again = CypherView(store, "a", folder)
    assert _held(again) == _wanted(store)
    again.close()


def test_a_store_that_was_put_back_is_noticed(tmp_path: Path, folder: Path) -> None:
    path = tmp_path / "m.db"
    store = SqliteStore(path)
    _put(store, world("w"))
    store.close()
    copy = path.read_bytes()
    store = SqliteStore(path)
    _put(store, world("lost"))
    view = CypherView(store, "a", folder)
    assert "lostmara" in _held(view)[0]
    view.close()
    store.close()
    for leftover in tmp_path.glob("m.db-*"):
        leftover.unlink()
    path.write_bytes(copy)
    store = SqliteStore(path)
    _put(store, world("other"))
    view = CypherView(store, "a", folder)
    assert _held(view) == _wanted(store)
    view.close()
    store.close()


def test_nothing_deleted_is_left_when_views_are_discarded(
    store: SqliteStore, tmp_path: Path
) -> None:
    from graphmem.views.snapshot import discard, folder_of

    folder = folder_of("a", tmp_path / "all")
    view = CypherView(store, "a", folder)
    _put(store, Changes(nodes=(passage("p", text="very secret words"), passage("q"))))
    _held(view)
    _put(store, Changes(remove_nodes=("p",)))
    discard("a", tmp_path / "all")
    assert _held(view) == _wanted(store)
    for path in folder.iterdir():
        assert b"very secret words" not in path.read_bytes()
    view.close()


def test_a_file_is_made_once_and_again_only_if_something_was_deleted_meanwhile(
    view: CypherView, store: SqliteStore, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Path] = []

    def counted(path: Path, *given: Any) -> int:
        made.append(path)
        return build(path, *given)

    def published(versions: Versions, path: Path, *given: Any, **said: Any) -> Version:
        version = publish(versions, path, *given, **said)
        if deleted:
            _put(store, Changes(remove_nodes=(deleted.pop(),)))
        return version

    publish, deleted = Versions.publish, ["p"]
    monkeypatch.setattr(view_module, "build", counted)
    monkeypatch.setattr(Versions, "publish", published)
    _put(store, Changes(nodes=(passage("p", text="very secret words"), passage("q"))))
    assert _held(view) == _wanted(store)
    assert len(made) == 2
    assert not any(b"very secret words" in path.read_bytes() for path in folder.iterdir())
    _put(store, Changes(nodes=(passage("r"),)))
    assert _held(view) == _wanted(store)
    again = CypherView(store, "b", folder.with_name("other"))
    _put(store, Changes(nodes=(passage("s"),)), "b")
    assert _held(again) == _wanted(store, "b")
    again.close()
    assert len(made) == 3


def test_a_file_that_has_not_all_of_the_news_is_made_anew(
    view: CypherView, store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine forgets some kinds of loads when it reads its log."""
    _put(store, world("w"))
    _held(view)
    monkeypatch.setattr(view_module, "apply_news", lambda path, news, space: True)
    _put(store, world("v"))
    assert _held(view) == _wanted(store)
    _put(store, Changes(edges=(edge("wp0", "vmara", kind="MENTIONS"),)))
    assert _held(view) == _wanted(store)


def test_a_store_in_memory_needs_no_folder() -> None:
    store = MemoryStore()
    _put(store, world("w"))
    view = CypherView(store, "a", None)
    assert _held(view) == _wanted(store)
    _put(store, world("v"))
    assert _held(view) == _wanted(store)
    view.close()
    assert _ask(view, "RETURN 1") == [(1,)], "opened again"
    view.close()


def test_an_empty_space_has_no_rows(view: CypherView) -> None:
    assert _ask(view, "MATCH (n) RETURN n") == []
    assert _ask(view, "MATCH (n:Insight)-[r:SUPPORTED_BY]->() RETURN count(r)") == [(0,)]


@pytest.mark.parametrize("name", ["we[ird] *?{x}", 'it\'s "é"', "a b"])
def test_a_folder_may_have_any_name(store: SqliteStore, tmp_path: Path, name: str) -> None:
    _put(store, world("w"))
    view = CypherView(store, "a", tmp_path / name)
    assert _held(view) == _wanted(store)
    view.close()


@pytest.mark.skipif(os.name == "nt", reason="no such rights there")
def test_a_folder_that_cannot_be_made_is_done_without(store: SqliteStore, tmp_path: Path) -> None:
    _put(store, world("w"))
    blocked = tmp_path / "file"
    blocked.write_text("x")
    blocked.chmod(stat.S_IRUSR)
    view = CypherView(store, "a", blocked / "views")
    assert _held(view) == _wanted(store)
    view.close()


def test_the_engine_itself_refuses_to_write(view: CypherView, store: SqliteStore) -> None:
    """The second lock, without the first."""
    _put(store, world("w"))
    _held(view)
    assert view._opened is not None
    with pytest.raises(InvalidInput, match="read-only"):
        view._opened.reading.run("CREATE (:Entity {uid: 'x'})", {}, limit=1, timeout_s=1.0)


def test_it_gives_up_in_time_and_within_its_memory(view: CypherView) -> None:
    long = "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b"
    with pytest.raises(StatementTimedOut):
        view.cypher(
            accept_cypher(
                f"{long} WITH a, b WHERE a * b = 7 RETURN a", {}, space="a", limit=1, timeout_s=0.2
            )
        )
    with pytest.raises(InvalidInput, match="MiB"):
        _ask(view, f"{long} RETURN collect(a)")
    assert _ask(view, "RETURN 1") == [(1,)]


def test_it_says_when_it_cut(view: CypherView) -> None:
    for n_rows, cut in ((5, False), (6, True)):
        request = accept_cypher(
            "UNWIND range(1, $n) AS a RETURN a", {"n": n_rows}, space="a", limit=5, timeout_s=1
        )
        result = view.cypher(request)
        assert result.cut is cut
        assert len(result.rows) == 5


def test_what_the_engine_does_not_understand_is_the_callers_mistake(view: CypherView) -> None:
    for statement in ("RETURN", "MATCH (n:Nope) RETURN n", "MATCH (n:Entity) RETURN n.nope"):
        with pytest.raises(InvalidInput, match="cannot be run"):
            _ask(view, statement)
    assert _ask(view, "UNWIND $x AS x RETURN x", x=[]) == []


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("MATCH (n:Entty) RETURN n", "did you mean Entity.*labels Concept, Entity.*ABOUT"),
        ("MATCH (:Entity)-[e:SUBJEC]-() RETURN e", "did you mean SUBJECT"),
        ("MATCH (n:Entity) RETURN n.nam", "did you mean name.*properties of Entity aliases"),
        ("MATCH ()-[e:SUBJECT]-() RETURN e.foo", "properties of SUBJECT role, shares"),
        ("MATCH (n) RETURN n.foo", "there are the properties action"),
    ],
)
def test_a_name_that_is_not_there_is_answered_with_those_that_are(
    view: CypherView, statement: str, said: str
) -> None:
    with pytest.raises(InvalidInput, match=said):
        _ask(view, statement)


def test_functions_of_a_server_are_there(view: CypherView, store: SqliteStore) -> None:
    _put(store, world("w"))
    rows = _ask(
        view,
        "MATCH (a:Proposition)-[r:SUPERSEDES]->(b) WHERE b.recorded_at < datetime('2024-02-01')"
        " RETURN type(r), toString(1), toInteger('2'), toFloat('0.5'), head([1, 2]), last([1, 2])",
    )
    assert rows == [("SUPERSEDES", "1", 2, 0.5, 1, 2)]
