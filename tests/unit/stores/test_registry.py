"""Which store a target opens."""

from __future__ import annotations

from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest

from graphmem.core.changes import Changes
from graphmem.errors import InvalidInput, MissingExtra, StoreUnavailable
from graphmem.stores import registry
from graphmem.stores.memory import MemoryStore
from graphmem.stores.registry import known_schemes, open_store
from graphmem.stores.sqlite import SqliteStore
from graphmem.testing.samples import entity


@pytest.mark.parametrize("form", ["{}", "sqlite:///{}"])
def test_a_path_is_an_sqlite_file(tmp_path: Path, form: str) -> None:
    path = tmp_path / "my graph.db"
    for target in (form.format(path), path):
        store = open_store(target)
        assert isinstance(store, SqliteStore)
        assert store.path == path
        store.close()


def test_a_relative_url_is_a_relative_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = open_store("sqlite:///my%20graph.db")
    assert isinstance(store, SqliteStore)
    assert store.path == tmp_path / "my graph.db"
    store.close()


def test_memory_is_new_each_time_unless_it_has_a_name() -> None:
    assert open_store("memory://") is not open_store("memory://")
    shared = open_store("memory://one")
    assert isinstance(shared, MemoryStore)
    shared.apply("a", lambda _: Changes(nodes=(entity("x"),)))
    shared.close()
    assert open_store("memory://one").get("a", ["x"]) == [entity("x")]
    assert open_store("memory://two").get("a", ["x"]) == [None]


def test_a_nameless_memory_is_over_when_closed() -> None:
    store = open_store("memory://")
    store.close()
    with pytest.raises(StoreUnavailable, match="closed"):
        store.spaces()


@pytest.mark.parametrize("target", ["", "  ", "sqlite://", "sqlite:///"])
def test_an_empty_target_is_refused(target: str) -> None:
    with pytest.raises(InvalidInput, match="empty"):
        open_store(target)


@pytest.mark.parametrize("target", ["neo4j", "neo4j://", "bolt://127.0.0.1:1/x"])
def test_neo4j_without_its_driver_names_the_extra(
    target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lacking(name: str) -> None:
        raise ModuleNotFoundError(name, name="neo4j")

    monkeypatch.setattr(registry, "import_module", lacking)
    with pytest.raises(MissingExtra, match=r"graphmem\[neo4j\]"):
        open_store(target)


def test_an_unknown_scheme_names_the_known_ones() -> None:
    with pytest.raises(InvalidInput, match=r"gopher.*memory://, .*sqlite://"):
        open_store("gopher://host")


def _plug_in(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    points = EntryPoints([EntryPoint(name="tape", value=value, group=registry.GROUP)])
    monkeypatch.setattr(registry, "entry_points", lambda **given: points.select(**given))


def test_a_plug_in_is_called_with_the_whole_target(monkeypatch: pytest.MonkeyPatch) -> None:
    _plug_in(monkeypatch, "builtins:str")
    assert open_store("tape://reel/7") == "tape://reel/7"
    bolts = ["bolt", "bolt+s", "bolt+ssc"]
    servers = ["neo4j", "neo4j+s", "neo4j+ssc"]
    assert known_schemes() == [*bolts, "memory", *servers, "sqlite", "tape"]


def test_a_plug_in_without_its_library_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    _plug_in(monkeypatch, "graphmem_no_such_library:Store")
    with pytest.raises(MissingExtra, match=r"graphmem\[tape\]"):
        open_store("tape://reel")
