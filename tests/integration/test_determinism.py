"""The same texts and clock give the same graph and the same answers, whatever runs them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

pytest.importorskip("graphmem_examples")

CHILD = Path(__file__).with_name("determinism_child.py")


def run(folder: Path, *, threads: int, calls: str, hash_seed: int) -> dict[str, list[str]]:
    """Read the example texts in a process of its own; return its answers by when it was asked."""
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, str(CHILD), str(folder), str(threads), calls],
        env={**os.environ, "PYTHONHASHSEED": str(hash_seed)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    answers: dict[str, list[str]] = json.loads(done.stdout)
    return answers


@dataclass(frozen=True)
class Plain:
    """All texts read in one call by two threads; the others are compared with it."""

    folder: Path
    answers: dict[str, list[str]]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Plain:
    folder = tmp_path_factory.mktemp("determinism") / "plain"
    return Plain(folder, run(folder, threads=2, calls="one", hash_seed=4_242))


@pytest.mark.slow
def test_two_processes_agree_to_the_last_bit(tmp_path: Path, plain: Plain) -> None:
    one = run(tmp_path / "one", threads=1, calls="one", hash_seed=0)
    exports = [folder / "export.jsonl" for folder in (tmp_path / "one", plain.folder)]
    assert exports[0].stat().st_size > 1_000_000
    assert exports[0].read_bytes() == exports[1].read_bytes()
    assert len(one["fresh"]) >= 24
    assert sum('"score"' in answer for answer in one["fresh"]) >= 16
    assert plain.answers == one
    for when in ("again", "reopened", "rebuilt"):
        assert one[when] == one["fresh"], when
    again = tmp_path / "one" / "reopened.jsonl"
    assert again.read_bytes() == exports[0].read_bytes()


@pytest.mark.slow
def test_sources_added_together_or_one_by_one_give_the_same_graph(
    tmp_path: Path, plain: Plain
) -> None:
    one_by_one = run(tmp_path / "many", threads=1, calls="many", hash_seed=2)
    # An export tells rows by commit, of which there are more.
    exports = [
        sorted((folder / "export.jsonl").read_text().splitlines())
        for folder in (plain.folder, tmp_path / "many")
    ]
    assert exports[0] == exports[1]
    assert one_by_one == plain.answers


@pytest.mark.slow
def test_the_order_in_which_sources_come_changes_no_score(tmp_path: Path, plain: Plain) -> None:
    """What comes first gives an entity its spelling and kind; nothing is ranked by these."""
    backward = run(tmp_path / "backward", threads=2, calls="reversed", hash_seed=1)
    for when in ("fresh", "reopened", "rebuilt"):
        ranked = [[ranking(answer) for answer in one[when]] for one in (plain.answers, backward)]
        assert ranked[0] == ranked[1], when
        assert sum(len(hits) for hits in ranked[0]) > 100
    folders = (plain.folder, tmp_path / "backward")
    edges = [edges_of(folder / "export.jsonl") for folder in folders]
    assert any('"SHORT_FOR"' in edge for edge in edges[0])
    assert edges[0] == edges[1]


def ranking(answer: str) -> list[tuple[str, float]]:
    """Return who is found and with which score, to the last bit."""
    return [(hit["uid"], hit["score"]) for hit in json.loads(answer).get("hits", ())]


def edges_of(export: Path) -> list[str]:
    """Return the edges of an export, whatever the commit that each came with."""
    rows = [json.loads(line) for line in export.read_text().splitlines()]
    return sorted(json.dumps({**row, "seq": 0}, sort_keys=True) for row in rows if "edge" in row)
