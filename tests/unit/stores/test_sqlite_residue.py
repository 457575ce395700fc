"""Proof that what was deleted left nothing in the file: it holds, and it can fail."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from graphmem.core.changes import Changes, Vector
from graphmem.errors import StoreBusy, StoreCorrupt
from graphmem.stores.sqlite import SqliteStore
from graphmem.stores.sqlite.residue import leftovers, pieces, squeeze, traces
from graphmem_schemas import Passage

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SECRET = "The launch code is 4711, and nobody else may ever come to know of it."


def passage(number: int, text: str) -> Passage:
    return Passage(uid=f"p{number:05}", recorded_at=NOW, source="s", position=number, text=text)


def filled(path: Path, n: int, chance: random.Random) -> None:
    """Write passages of very different lengths with vectors, and remove every third."""
    words = [f"word{i}" for i in range(500)]
    with closing(SqliteStore(path)) as store:
        for first in range(0, n, 200):
            nodes = tuple(
                passage(i, " ".join(chance.choices(words, k=chance.choice((3, 40, 400, 2_000)))))
                for i in range(first, first + 200)
            )
            rows = tuple(
                Vector(node.uid, np.array([chance.random() for _ in range(64)], np.float32))
                for node in nodes
            )
            store.apply("a", lambda _, n=nodes, v=rows: Changes(nodes=n, vectors=v))  # type: ignore[misc]
        gone = tuple(f"p{i:05}" for i in range(0, n, 3))
        store.apply("a", lambda _: Changes(remove_nodes=gone))


@pytest.fixture(scope="module")
def squeezed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("squeezed") / "agent.db"
    filled(path, 1_000, random.Random(1))
    squeeze(path)
    return path


@pytest.fixture
def path(squeezed: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "agent.db"
    copy.write_bytes(squeezed.read_bytes())
    return copy


def test_every_byte_of_a_squeezed_file_is_of_some_row(path: Path) -> None:
    assert leftovers(path) == []
    with closing(SqliteStore(path)) as store:
        assert store.check() == []
        assert store.count("a").nodes == {"Passage": 666}


def test_a_file_may_be_named_from_where_one_is(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(path.parent)
    assert leftovers(Path(path.name)) == []


def test_a_file_that_was_not_squeezed_has_free_pages(tmp_path: Path) -> None:
    path = tmp_path / "agent.db"
    filled(path, 400, random.Random(2))
    assert any("pages are free" in sentence for sentence in leftovers(path))
    squeeze(path)
    assert leftovers(path) == []


def test_words_between_the_rows_are_found(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    page = next(
        at
        for at in range(4_096, len(raw), 4_096)
        if not any(raw[at + 400 : at + 500]) and raw[at] in (2, 5, 10, 13)
    )
    raw[page + 400 : page + 400 + len(SECRET)] = SECRET.encode()
    path.write_bytes(raw)
    assert leftovers(path) == [f"page {page // 4_096 + 1} has {len(SECRET)} bytes that no row has"]


def test_words_after_the_end_of_a_long_row_are_found(path: Path) -> None:
    with closing(SqliteStore(path)) as store:
        store.apply("a", lambda _: Changes(nodes=(passage(90_000, "long " * 1_625),)))
    squeeze(path)
    assert leftovers(path) == []
    raw = bytearray(path.read_bytes())
    at = raw.find(b'long "}')
    end = (at // 4_096 + 1) * 4_096
    assert not any(raw[end - 40 : end])
    raw[end - 30 : end - 20] = b"not so old"
    path.write_bytes(raw)
    assert leftovers(path) == [f"page {end // 4_096} has bytes after the end of its row"]


def test_a_page_of_no_table_is_found(path: Path) -> None:
    with path.open("ab") as file:
        file.write(SECRET.encode().ljust(4_096, b"\x00"))
    assert leftovers(path) == ["1 pages belong to no table"]


def test_a_file_that_is_no_tree_is_called_corrupt(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[4_096] = 77
    path.write_bytes(raw)
    with pytest.raises(StoreCorrupt, match="no tree of pages"):
        leftovers(path)


def test_who_reads_meanwhile_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graphmem.stores.sqlite.residue._PATIENCE_MS", 20)
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM node").fetchone()
    try:
        with pytest.raises(StoreBusy, match="read by another process"):
            squeeze(path)
    finally:
        reader.close()
    squeeze(path)
    assert leftovers(path) == []


def test_a_text_is_found_in_any_of_its_forms(tmp_path: Path) -> None:
    text = 'He said "no"\nand LEFT the house at once, without so much as a word to anybody.'
    wanted = pieces([text, SECRET])
    files = {
        "plain": text.encode(),
        "json": b'{"text":"He said \\"no\\"\\nand LEFT the house at once, w',
        "folded": b"xx" + b'he said "no" and left the house at once, without so much as',
        "middle": SECRET.encode()[5:70],
        "other": b"He said yes, and stayed. Nobody knows of any code but 4712.",
        "empty": b"",
    }
    for name, raw in files.items():
        (tmp_path / name).write_bytes(raw)
    found = traces([tmp_path / name for name in (*files, "absent")], wanted)
    assert {(path.name, of == text) for path, of in found} == {
        ("plain", True), ("json", True), ("folded", True), ("middle", False),
    }  # fmt: skip


def test_a_deleted_text_leaves_no_piece(tmp_path: Path) -> None:
    path = tmp_path / "agent.db"
    long = " ".join(f"{SECRET} {i}" for i in range(200))
    with closing(SqliteStore(path)) as store:
        store.apply("a", lambda _: Changes(nodes=(passage(1, SECRET), passage(2, long))))
        store.apply("a", lambda _: Changes(nodes=(passage(3, "Something else."),)))
        files = [path, path.with_name("agent.db-wal")]
        assert traces(files, pieces([SECRET, long]))
        store.apply("a", lambda _: Changes(remove_nodes=("p00001", "p00002")))
        # Overwritten at once, and not only when the file is squeezed.
        assert traces(files, pieces([SECRET, long])) == []
    squeeze(path)
    assert leftovers(path) == []
    assert traces([path], pieces([SECRET, long])) == []
    assert traces([path], pieces(["Something else."]))
