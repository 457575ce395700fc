"""`graphmem cypher | queries | query` on a real memory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from graphmem.cli.app import run
from graphmem.core.changes import Changes
from graphmem.core.names import normalise_name
from graphmem.stores.sqlite import SqliteStore
from graphmem.testing.samples import MOMENT
from graphmem.testing.world import world
from graphmem_schemas import Entity

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def store(tmp_path: Path) -> str:
    path = str(tmp_path / "m.db")
    made = SqliteStore(path)
    made.apply("default", lambda _: world("w"))
    made.close()
    return path


def _json(capsys: Capture, *arguments: str) -> Any:
    assert run([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_cypher_takes_parameters_and_shows_a_table(store: str, capsys: Capture) -> None:
    asked = "MATCH (e:Entity) WHERE e.kind = $kind AND $n = 1 RETURN e.name, e.recorded_at, e"
    given = ["--param", "kind=person", "--param", "n=1"]
    found = _json(capsys, "cypher", asked, *given, "--store", store)
    assert found["columns"] == ["e.name", "e.recorded_at", "e"]
    assert found["rows"][0][:2] == ["Mara", "2024-01-01T00:00:00+00:00"]
    assert found["rows"][0][2]["label"] == "Entity"
    assert run(["cypher", asked, *given, "--store", store]) == 0
    out = capsys.readouterr().out
    assert "e.recorded_at" in out
    assert "Mara" in out
    assert out.endswith("(1 row)\n")


def test_it_says_when_it_cut(store: str, capsys: Capture) -> None:
    assert run(["cypher", "MATCH (n) RETURN n.uid", "--limit", "2", "--store", store]) == 0
    assert "cut after 2 rows" in capsys.readouterr().err
    assert _json(capsys, "cypher", "RETURN 1", "--limit", "1", "--store", store)["cut"] is False


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["cypher", "CREATE (n)"], 1, "only reading"),
        (["cypher", "RETURN $x"], 1, "$x"),
        (["cypher", "RETURN 1", "--param", "x"], 2, "NAME=VALUE"),
        (["query", "nope"], 1, "no query 'nope'"),
        (["query", "believed_now"], 1, "needs the parameter entity"),
        (["query", "believed_now", "--param", "who=x"], 1, "no parameter 'who'"),
    ],
)
def test_what_cannot_be_run_is_said_in_one_line(
    store: str, capsys: Capture, arguments: list[str], status: int, said: str
) -> None:
    assert run([*arguments, "--store", store]) == status
    captured = capsys.readouterr()
    assert captured.out == ""
    assert said in captured.err


def test_the_catalogue_is_listed_and_run(store: str, capsys: Capture) -> None:
    listed = _json(capsys, "queries")["queries"]
    assert len(listed) >= 30
    assert run(["queries"]) == 0
    assert "believed_on --param entity=… --param date=…" in capsys.readouterr().out
    asked = ["query", "believed_on", "--param", "entity=mara", "--param", "date=2024-01-05"]
    found = _json(capsys, *asked, "--store", store)
    assert [row[0] for row in found["rows"]] == ["wf0"]
    assert run(["query", "fact_changes", "--param", "uid=wf1", "--store", store]) == 0
    assert "superseded" in capsys.readouterr().out


@pytest.mark.parametrize(
    "name", ["Dr. St. John", "  DR ST JOHN", "Straße O'Brien", "STRASSE o’brien"]
)
def test_names_with_marks_are_found(tmp_path: Path, capsys: Capture, name: str) -> None:
    path = str(tmp_path / "m.db")
    made = SqliteStore(path)
    nodes = [
        Entity(uid=f"u{i}", recorded_at=MOMENT, name=one, key=normalise_name(one), aliases=("x",))
        for i, one in enumerate(("Dr. St. John", "Straße O'Brien"))
    ]
    made.apply("default", lambda _: Changes(nodes=tuple(nodes)))
    made.close()
    found = _json(capsys, "query", "aliases", "--param", f"entity={name}", "--store", path)
    assert len(found["rows"]) == 1


def test_numbers_that_json_has_not_are_texts(store: str, capsys: Capture) -> None:
    assert run(["cypher", "RETURN 0.0 / 0.0 AS n, [1.0 / 0.0]", "--json", "--store", store]) == 0
    out = capsys.readouterr().out
    found = json.loads(out, parse_constant=pytest.fail)
    assert found["rows"] == [["NaN", ["Infinity"]]]
