import json
from pathlib import Path

import pytest

from graphmem.cli.app import run
from graphmem.reading.ranker import default_ranker


def test_ablate_writes_tables_and_a_picture(
    two_memories: Path, stores: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, picture = tmp_path / "table.md", tmp_path / "picture.svg"
    weights = tmp_path / "weights.json"
    weights.write_text(json.dumps(default_ranker().to_json()), "utf-8")
    words = ["bench", "ablate", str(two_memories), "two", "--stores", str(stores)]
    words += ["--at-most", "1", "--ranker", str(weights)]
    assert run([*words, "--markdown", str(table), "--picture", str(picture)]) == 0
    out, err = capsys.readouterr()
    assert out == table.read_text("utf-8")
    assert "two: 1 questions with gold" in out
    assert "two: group 1 of 2" in err
    assert "two, R@5" in picture.read_text("utf-8")


def test_mixed_tells_its_figures_as_json(
    two_memories: Path, stores: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["bench", "mixed", str(two_memories / "two"), "--stores", str(stores)]
    assert run([*words, "--at-most", "1", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["sets"]["two"]["n_queries"] == 1


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"first": 1, "pair": {}, "final": {}}'])
def test_weights_that_are_none_are_refused(
    content: str, two_memories: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "weights.json"
    path.write_text(content, "utf-8")
    assert run(["bench", "mixed", str(two_memories), "--ranker", str(path)]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert f"{path} holds no weights" in err
    assert err.count("\n") == 1


def test_a_set_that_is_not_there_is_named(
    two_memories: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["bench", "ablate", str(two_memories), "three"]) == 1
    assert "has no set 'three'" in capsys.readouterr().err
