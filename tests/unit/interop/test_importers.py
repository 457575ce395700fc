"""What other memories gave out comes in: mem0's JSON, and the parts of reading Graphiti."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from graphmem.cli.app import run
from graphmem.errors import InvalidInput, MissingExtra, NotFound
from graphmem.interop.importers.foreign import (
    BadRow,
    choose_group,
    entity_name,
    moment,
    predicate_of,
)
from graphmem.interop.importers.graphiti import read_graphiti
from graphmem.memory import Memory
from graphmem.stores.memory import MemoryStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder
from graphmem_schemas import Passage, Proposition

ANN = {
    "id": "m1", "memory": "Ann lives in Lisbon.", "hash": "x", "user_id": "ann",
    "created_at": "2024-07-20T01:30:36.275141-07:00", "updated_at": None,
    "categories": ["home"], "metadata": None,
}  # fmt: skip
MOVED = {
    "id": "m2", "memory": "Ann lives in Oslo.", "user_id": "ann",
    "created_at": "2024-01-01T00:00:00Z", "updated_at": "2025-02-01T00:00:00Z",
}  # fmt: skip
RELATION = {"source": "ann", "relationship": "works_at", "target": "initech"}


@pytest.fixture
def memory() -> Iterator[Memory]:
    with Memory(MemoryStore(), embedder=FakeEmbedder(), extractor=FakeExtractor()) as opened:
        yield opened


def write(folder: Path, body: Any) -> Path:
    path = folder / "mem0.json"
    path.write_text(body if isinstance(body, str) else json.dumps(body), "utf-8")
    return path


def nodes(memory: Memory, label: str) -> list[Any]:
    feed = memory._store.changes(memory.space, 0, labels=(label,))
    return [node for batch in feed for node in batch.nodes]


def test_memories_become_passages_about_their_user_and_their_facts_are_read(
    memory: Memory, tmp_path: Path
) -> None:
    path = write(tmp_path, {"results": [ANN, MOVED], "relations": [RELATION]})
    receipt = memory.import_from("mem0", path)
    assert receipt.rejected == ()
    passages: dict[str, Passage] = {one.text: one for one in nodes(memory, "Passage")}
    lisbon = passages["Ann lives in Lisbon."]
    assert (lisbon.ref, lisbon.title) == ("m1", "ann")
    assert lisbon.at == datetime(2024, 7, 20, 8, 30, 36, 275141, tzinfo=UTC)
    assert "ann works at initech" in passages
    facts: dict[str, Proposition] = {one.text: one for one in nodes(memory, "Proposition")}
    assert facts["Ann lives in Lisbon"].valid_to == datetime(2025, 2, 1, tzinfo=UTC)
    assert facts["ann work at initech"].predicate == "work at"
    assert {one.name for one in nodes(memory, "Source")} >= {"mem0 m1", "mem0 m2"}
    assert receipt.notes == ("1 memories have categories, which graphmem does not take",)
    assert memory.import_from("mem0", path).seq == 0


@pytest.mark.parametrize(
    "body",
    [[ANN], {"results": [ANN]}, {"memories": [ANN]}, {"results": [ANN], "relations": None}],
)
def test_every_shape_of_an_export_is_read(memory: Memory, tmp_path: Path, body: Any) -> None:
    memory.import_from("mem0", write(tmp_path, body))
    assert memory.stats().nodes["Passage"] == 1


def test_bad_rows_are_named_and_good_ones_stay(memory: Memory, tmp_path: Path) -> None:
    rows = [
        ANN, 17, {"user_id": "ann"}, {"memory": " ", "user_id": "ann"},
        {"memory": "x", "user_id": "ann", "created_at": "yesterday"},
        {"memory": "x", "user_id": "ann", "created_at": 5},
        {"memory": "a\x00b", "user_id": "ann"}, {"memory": "\u200b", "user_id": "ann"},
        {"memory": "x", "user_id": "ann", "id": "y" * 600},
    ]  # fmt: skip
    relations = [RELATION, {"source": "ann"}, {**RELATION, "source": "\U0001f600"}, "x"]
    path = write(tmp_path, {"results": rows, "relations": relations})
    receipt = memory.import_from("mem0", path)
    assert len(receipt.rejected) == 11
    said = " | ".join(row.reason for row in receipt.rejected)
    for part in ("memory 1: it is a int", "memory 4: created_at", "relation 1: it lacks", "NUL"):
        assert part in said
    assert memory.stats().nodes["Passage"] == 2


def test_two_users_never_run_together(memory: Memory, tmp_path: Path) -> None:
    bo = {"id": "b", "memory": "Bo likes Bonn.", "user_id": "bo"}
    path = write(tmp_path, {"results": [ANN, bo], "relations": [RELATION]})
    with pytest.raises(InvalidInput, match=r"2 of user_id: 'ann' \(1\), 'bo' \(1\). Choose one"):
        memory.import_from("mem0", path)
    with pytest.raises(InvalidInput, match="no user_id 'cy'; there are 'ann'"):
        memory.import_from("mem0", path, group="cy")
    receipt = memory.import_from("mem0", path, group="ann")
    assert [one.text for one in nodes(memory, "Passage")] == ["Ann lives in Lisbon."]
    assert "1 relations do not say whose they are: left out" in receipt.notes


def test_a_user_and_an_agent_of_one_name_never_run_together(
    memory: Memory, tmp_path: Path
) -> None:
    agent = {"id": "b", "memory": "The agent ann likes Bonn.", "agent_id": "ann"}
    path = write(tmp_path, [ANN, agent])
    with pytest.raises(InvalidInput, match=r"'agent_id=ann' \(1\), 'user_id=ann' \(1\)"):
        memory.import_from("mem0", path)
    memory.import_from("mem0", path, group="user_id=ann")
    assert [one.text for one in nodes(memory, "Passage")] == ["Ann lives in Lisbon."]


def test_nothing_of_a_relation_that_is_named_as_rejected_is_stored(
    memory: Memory, tmp_path: Path
) -> None:
    bad = {**RELATION, "source_type": 5}
    receipt = memory.import_from("mem0", write(tmp_path, {"results": [ANN], "relations": [bad]}))
    assert [row.reason[:11] for row in receipt.rejected] == ["relation 0:"]
    assert [one.text for one in nodes(memory, "Passage")] == ["Ann lives in Lisbon."]
    assert not [one for one in nodes(memory, "Proposition") if one.predicate == "work at"]


@pytest.mark.parametrize("body", ["", "{", "5", '"x"', "{}", '{"results": 5}', "[" * 100_000])
def test_what_is_no_export_changes_nothing(memory: Memory, tmp_path: Path, body: str) -> None:
    with pytest.raises(InvalidInput):
        memory.import_from("mem0", write(tmp_path, body))
    assert memory.stats().seq == 0


def test_what_cannot_be_imported(
    memory: Memory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NotFound, match="no file"):
        memory.import_from("mem0", tmp_path / "none.json")
    with pytest.raises(InvalidInput, match="'graphiti' or 'mem0'"):
        memory.import_from("zep", "x")
    with pytest.raises(InvalidInput, match="nothing to import"):
        memory.import_from("mem0", write(tmp_path, []))
    for name in [name for name in sys.modules if name.startswith("graphmem.stores.neo4j")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "neo4j", None)
    with pytest.raises(MissingExtra, match=r"graphmem\[neo4j\]"):
        memory.import_from("graphiti", "neo4j://nowhere")


class Answers:
    """A server that gives out what a test wrote down, by what is asked."""

    def __init__(self, **rows: list[list[Any]]) -> None:
        self._rows = rows

    def __call__(self, statement: str, **parameters: Any) -> list[list[Any]]:
        kinds = {
            "UNION ALL\nMATCH (:Entity)": "groups", "e.source_description": "episodes",
            "[:MENTIONS]": "mentions", "r.fact": "facts", "coalesce(r.uuid": "unread",
        }  # fmt: skip
        (kind,) = {name for mark, name in kinds.items() if mark in statement}
        return [] if parameters.get("after") else self._rows.get(kind, [])


def test_odd_episodes_and_facts_of_graphiti_are_named_or_quoted() -> None:
    times = [None, None, None, "2024-01-01T00:00:00Z"]
    found = read_graphiti(
        Answers(
            groups=[["", 2], ["", 1]],
            episodes=[
                ["e1", None, "Ann is here.", "text", None, None, "2024-01-01T00:00:00.123456789Z"],
                ["e2", "n", "", "text", "d", None, None],
                ["e3", "n", "Text.", "text", "d", "never", None],
            ],
            mentions=[["e1", "Ann", ["Entity", "Person"]], ["e1", "  ", ["Entity"]]],
            facts=[
                ["f1", "IS_A", "Ann is a cat", "Ann", ["Entity"], "cat", [], ["e2"], *times],
                ["f2", "IS_A", None, "Ann", [], "\U0001f600", [], ["e1", "e1"], *times],
                ["f3", "IS_A", None, "", [], "cat", [], None, *times],
                ["f4", None, None, "Ann", [], "cat", [], None, None, None, "2024-05-01", None],
            ],
            unread=[["facts without a uuid", 3], ["episodes without a uuid", 0]],
        )
    )  # fmt: skip
    assert [passage.id for passage in found.passages] == ["e1", "f1", "f4"]
    assert found.triples["f1"][0].predicate == "be a"
    assert len(found.triples["e1"]) == 1
    assert found.triples["f4"][0].predicate == "relate to"
    assert found.triples["f4"][0].valid_to == datetime(2024, 5, 1, tzinfo=UTC)
    rejected = [name for name, _ in found.rejected]
    assert rejected == ["episode e3", "mention in episode e1", "fact f3"]
    assert found.notes[0] == "episode e2 has no text: its facts are quoted"
    assert found.notes[1:] == ["3 facts without a uuid were left out"]


@pytest.mark.parametrize(
    ("name", "predicate"),
    [
        ("LIVES_IN", "live in"), ("livesIn", "live in"), ("MOVED_TO", "moved to"), ("IS", "be"),
        ("has part", "have part"), ("__KNOWS__", "know"), ("", ""),
    ],
)  # fmt: skip
def test_a_relations_name_becomes_words(name: str, predicate: str) -> None:
    assert predicate_of(name) == predicate


@pytest.mark.parametrize("value", ["x", 5, "2024-13-01", "0000-00-00T00:00:00Z", True])
def test_dates_that_do_not_exist_are_bad_rows(value: object) -> None:
    with pytest.raises(BadRow, match="at is"):
        moment(value, "at")


@pytest.mark.parametrize("name", [None, "", " ", "!!", "a\x00b", "\ud800", "word " * 10])
def test_what_is_no_name_is_a_bad_row(name: object) -> None:
    with pytest.raises(BadRow):
        entity_name(name, "subject")


def test_many_groups_are_listed_in_part() -> None:
    with pytest.raises(InvalidInput, match=r"30 of group_id: .* and 10 more\. Choose one"):
        choose_group({f"g{number:02}": 1 for number in range(30)}, None, "group_id")


def test_the_command_line_imports_and_says_what_it_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = ["--store", str(tmp_path / "m.db")]
    path = str(write(tmp_path, [ANN, 5]))
    assert run(["import", path, "--from", "mem0", *store]) == 0
    assert "left out row 0: memory 1" in capsys.readouterr().out
    assert run(["import", path, "--from", "zep", *store]) == 2
    assert run(["import", path, "--group", "ann", *store]) == 2
