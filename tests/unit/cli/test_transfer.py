"""`graphmem copy`: two stores, one space, one line on failure."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from graphmem.cli.app import run
from graphmem.memory import Memory
from graphmem.models.seal import read_seal
from graphmem.stores.memory import MemoryStore
from graphmem.stores.sqlite import SqliteStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def old(tmp_path: Path) -> str:
    """A store with one space, "ann", and vectors of a fake embedder."""
    path = tmp_path / "old.db"
    parts = {"embedder": FakeEmbedder(), "extractor": FakeExtractor()}
    with Memory(path, space="ann", **parts) as memory:  # type: ignore[arg-type]
        memory.add("Ann lives in Rome.", source="note", at="2023-01-01")
    return str(path)


def test_copy_carries_a_space_and_its_embedder(old: str, tmp_path: Path, capsys: Capture) -> None:
    new = str(tmp_path / "new.db")
    assert run(["copy", old, new, "--space", "ann", "--to", "bo", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["to"], said["resumed"], said["counts"]["Passage"]) == ("bo", False, 1)
    assert run(["copy", old, new, "--space", "ann", "--to", "bo"]) == 0
    assert capsys.readouterr().out.startswith("nothing new")
    store = SqliteStore(new)
    assert read_seal(store) == "fake-32 (32 dimensions)"
    assert store.spaces() == ["bo"]
    store.close()


def test_copy_says_in_one_line_what_is_wrong(old: str, tmp_path: Path, capsys: Capture) -> None:
    new = str(tmp_path / "new.db")
    for arguments, says in (
        ([str(tmp_path / "none.db"), new], "there is no store"),
        ([old, new, "--space", "bo"], "no space 'bo'; it has 'ann'"),
        ([old, old, "--space", "ann"], "onto itself"),
    ):
        assert run(["copy", *arguments]) == 1
        out, err = capsys.readouterr()
        assert (out, err.count("\n")) == ("", 1)
        assert says in err


def test_a_copy_of_nothing_makes_no_target(old: str, tmp_path: Path) -> None:
    new = tmp_path / "new.db"
    assert run(["copy", old, str(new), "--space", "nobody"]) == 1
    assert not new.exists()


def test_copy_fails_where_the_two_are_not_the_same(
    old: str, tmp_path: Path, capsys: Capture
) -> None:
    new = tmp_path / "new.db"
    assert run(["copy", old, str(new), "--space", "ann"]) == 0
    parts = {"embedder": FakeEmbedder(), "extractor": FakeExtractor()}
    with Memory(new, space="ann", **parts) as memory:  # type: ignore[arg-type]
        memory.add("Cy lives in Oslo.", source="other")
    capsys.readouterr()
    assert run(["copy", old, str(new), "--space", "ann"]) == 1
    assert "Passage: 2 against 1" in capsys.readouterr().err


def test_copy_refuses_vectors_of_another_embedder(
    old: str, tmp_path: Path, capsys: Capture
) -> None:
    new = tmp_path / "new.db"
    parts = {"embedder": FakeEmbedder(16), "extractor": FakeExtractor()}
    with Memory(new, **parts) as memory:  # type: ignore[arg-type]
        memory.add("Cy lives in Oslo.")
    assert run(["copy", old, str(new), "--space", "ann"]) == 1
    assert "fake-16" in capsys.readouterr().err


def test_export_chooses_the_format_by_the_ending(
    old: str, tmp_path: Path, capsys: Capture
) -> None:
    where = ["--store", old, "--space", "ann"]
    for name in ("g.jsonl", "g.graphml"):
        assert run(["export", str(tmp_path / name), *where]) == 0
        assert (tmp_path / name).stat().st_size > 500
    capsys.readouterr()
    assert run(["export", str(tmp_path / "g.gexf"), *where]) == 1
    assert ".graphml" in capsys.readouterr().err
    assert run(["export", str(tmp_path / "v.jsonl"), "--no-vectors", *where]) == 0
    assert '"vector"' not in (tmp_path / "v.jsonl").read_text()


def test_no_password_is_printed(
    old: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither in the result nor for a URL with a slip of the pen."""
    from graphmem.stores import registry

    target = MemoryStore()
    monkeypatch.setattr(registry, "_neo4j", lambda url: target)
    login = "neo4j:geheim@host/db"
    assert run(["copy", old, f"bolt://{login}", "--space", "ann", "--json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["target"] == "bolt://host/db"
    for wrong in (f"bolt:/{login}", f"neo4j:{login}", f"NEO4J+s:{login}"):
        for command in (["copy", old, wrong], ["copy", wrong, old], ["stats", "--store", wrong],
                        ["add", "--store", wrong, "--text", "x"]):  # fmt: skip
            assert run(command) != 0
            more, says = capsys.readouterr()
            out, err = out + more, err + says
    assert "begins with bolt://" in err
    assert "geheim" not in out + err


def test_a_server_that_is_not_there_is_said_in_one_line() -> None:
    """The driver's own log is not a second one."""
    done = subprocess.run(
        [sys.executable, "-m", "graphmem", "stats", "--store", "neo4j://u:p@127.0.0.1:1"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1, done.stderr
