"""A graph in Graphiti's documented shape, written into a real Neo4j, comes in with its times."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from neo4j import GraphDatabase

from graphmem.cli.app import run
from graphmem.errors import InvalidInput, StoreError
from graphmem.memory import Memory
from graphmem.stores.memory import MemoryStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder, FixedClock
from graphmem_schemas import Entity, Passage, Proposition
from scripts.neo4j_server.server import Login

WRITE = """
UNWIND $entities AS e
CREATE (n:Entity {uuid: $group + e.name, name: e.name, group_id: $group, summary: "…",
  created_at: datetime("2024-01-01T00:00:00Z"), labels: ["Entity"]})
FOREACH (_ IN CASE e.kind WHEN "Person" THEN [1] ELSE [] END | SET n:Person)
WITH count(*) AS done
UNWIND $episodes AS e
CREATE (n:Episodic {uuid: e.uuid, name: e.name, content: e.content, source: "text",
  source_description: "notes", valid_at: datetime(e.at), created_at: datetime(e.at),
  group_id: $group, entity_edges: []})
WITH count(*) AS done
UNWIND $facts AS f
MATCH (a:Entity {uuid: $group + f.start}), (b:Entity {uuid: $group + f.end})
CREATE (a)-[:RELATES_TO {uuid: f.uuid, name: f.name, fact: f.fact, fact_embedding: [0.1, 0.2],
  episodes: f.episodes, group_id: $group, created_at: datetime("2024-01-01T00:00:00Z"),
  valid_at: datetime(f.valid_at), invalid_at: datetime(f.invalid_at),
  expired_at: datetime(f.expired_at)}]->(b)
"""
MENTION = """
MATCH (e:Episodic {uuid: $episode}), (n:Entity {uuid: $group + $name})
CREATE (e)-[:MENTIONS {uuid: randomUUID(), group_id: $group}]->(n)
"""


def year(number: int) -> datetime:
    return datetime(number, 1, 1, tzinfo=UTC)


def fact(uuid: str, start: str, name: str, end: str, text: str, **more: Any) -> dict[str, Any]:
    times = {"valid_at": None, "invalid_at": None, "expired_at": None}
    return {
        "uuid": uuid, "start": start, "name": name, "end": end, "fact": text, "episodes": [],
        **times, **more,
    }  # fmt: skip


class Graphiti:
    """One group in the shared server, cleared away at the end."""

    def __init__(self, login: Login) -> None:
        self.login = login
        self.group = f"g-{uuid4()}"
        self.driver = GraphDatabase.driver(login.uri, auth=(login.user, login.password))
        scheme, _, host = login.uri.partition("://")
        self.url = f"{scheme}://{login.user}:{login.password}@{host}/{login.database}"

    def run(self, statement: str, **parameters: Any) -> None:
        with self.driver.session(database=self.login.database) as session:
            session.run(statement, {"group": self.group, **parameters}).consume()  # type: ignore[arg-type]

    def fill(self, **parts: list[dict[str, Any]]) -> None:
        self.run(WRITE, **({"entities": [], "episodes": [], "facts": []} | parts))

    def close(self) -> None:
        self.run("MATCH (n {group_id: $group}) DETACH DELETE n")
        self.run("MATCH (n {group_id: $group + '-other'}) DETACH DELETE n")
        self.driver.close()


@pytest.fixture
def graphiti(neo4j: Login) -> Iterator[Graphiti]:
    with closing(Graphiti(neo4j)) as one:
        one.fill(
            entities=[
                {"name": "Ann", "kind": "Person"}, {"name": "Rome", "kind": ""},
                {"name": "Oslo", "kind": ""}, {"name": "Initech", "kind": ""},
            ],
            episodes=[
                {"uuid": f"{one.group}-1", "name": "chat 1", "at": "2021-05-01T08:00:00Z",
                 "content": "Ann: I live in Rome, and \"love\" it."},
                {"uuid": f"{one.group}-2", "name": "chat 2", "at": "2023-02-01T08:00:00+02:00",
                 "content": "Ann moved to Oslo."},
            ],
            facts=[
                fact("f1", "Ann", "LIVES_IN", "Rome", "Ann lives in Rome",
                     valid_at="2020-01-01T00:00:00Z", invalid_at="2023-01-01T00:00:00Z",
                     expired_at="2023-02-01T06:00:00Z", episodes=[f"{one.group}-1"]),
                fact("f2", "Ann", "LIVES_IN", "Oslo", "Ann lives in Oslo",
                     valid_at="2023-01-01T01:00:00[Europe/Oslo]",
                     episodes=[f"{one.group}-2", "gone"]),
                fact("f3", "Ann", "WORKS_FOR", "Initech", "Ann works for Initech",
                     episodes=["gone"]),
                fact("f4", "Ann", "LIVES_IN", "Rome", "Ann lived in Rome before, too",
                     valid_at="2001-01-01T00:00:00Z", invalid_at="2002-01-01T00:00:00Z",
                     episodes=[f"{one.group}-1"]),
                fact("f5", "Ann", "LIKES", "Oslo", "Ann liked Oslo",
                     valid_at="2023-01-01T00:00:00Z", invalid_at="2022-01-01T00:00:00Z"),
            ],
        )  # fmt: skip
        for episode, name in (("1", "Ann"), ("1", "Rome"), ("2", "Ann")):
            one.run(MENTION, episode=f"{one.group}-{episode}", name=name)
        yield one


@pytest.fixture
def memory() -> Iterator[Memory]:
    with Memory(
        MemoryStore(),
        embedder=FakeEmbedder(),
        extractor=FakeExtractor(),
        clock=FixedClock(year(2026)),
    ) as opened:
        yield opened


def nodes(memory: Memory, label: str) -> list[Any]:
    feed = memory._store.changes(memory.space, 0, labels=(label,))
    return [node for batch in feed for node in batch.nodes]


def test_facts_come_with_their_evidence_and_times(graphiti: Graphiti, memory: Memory) -> None:
    receipt = memory.import_from("graphiti", graphiti.url, group=graphiti.group)
    facts: dict[str, Proposition] = {one.text: one for one in nodes(memory, "Proposition")}
    assert {text: (f.valid_from, f.valid_to, f.status) for text, f in facts.items()} == {
        "Ann lives in Rome": (year(2020), year(2023), "superseded"),
        "Ann lives in Oslo": (year(2023), None, "current"),
        "Ann works for Initech": (datetime(2024, 1, 1, tzinfo=UTC), None, "current"),
        "Ann lived in Rome before, too": (year(2001), year(2002), "superseded"),
    }
    assert facts["Ann lives in Rome"].retired_at == datetime(2023, 2, 1, 6, tzinfo=UTC)
    assert facts["Ann lives in Rome"].predicate == "live in"
    (evidence,) = memory._store.neighbours(
        "default", [facts["Ann lives in Rome"].uid], ["EVIDENCED_BY"]
    )
    episode = memory.get(evidence.end)
    assert isinstance(episode, Passage)
    assert episode.text == 'Ann: I live in Rome, and "love" it.'
    assert (episode.ref, episode.title) == (f"{graphiti.group}-1", "chat 1")
    sources = {one.name for one in nodes(memory, "Source")}
    assert {"graphiti fact f3", "graphiti fact f4", f"graphiti episode {graphiti.group}-1"} <= (
        sources
    )
    people: dict[str, Entity] = {one.name: one for one in nodes(memory, "Entity")}
    assert people["Ann"].kind == "person"
    (row,) = receipt.rejected
    assert "fact f5" in row.reason
    assert "before valid_from" in row.reason


def test_importing_twice_changes_nothing_and_later_ends_are_learnt(
    graphiti: Graphiti, memory: Memory
) -> None:
    memory.import_from("graphiti", graphiti.url, group=graphiti.group)
    seq = memory.stats().seq
    assert memory.import_from("graphiti", graphiti.url, group=graphiti.group).seq == 0
    assert memory.stats().seq == seq
    graphiti.run(
        "MATCH ()-[r:RELATES_TO {uuid: 'f2', group_id: $group}]->()"
        " SET r.invalid_at = datetime('2025-01-01T00:00:00Z')"
    )
    receipt = memory.import_from("graphiti", graphiti.url, group=graphiti.group)
    (uid,) = receipt.superseded
    changed = memory.get(uid)
    assert isinstance(changed, Proposition)
    assert (changed.text, changed.valid_to) == ("Ann lives in Oslo", year(2025))


def test_what_is_told_later_supersedes_what_was_imported(
    graphiti: Graphiti, memory: Memory
) -> None:
    memory.import_from("graphiti", graphiti.url, group=graphiti.group)
    memory.add("Ann lives in Turin.", source="news", at="2025-06-01")
    facts: dict[str, Proposition] = {one.text: one for one in nodes(memory, "Proposition")}
    assert facts["Ann lives in Oslo"].valid_to == datetime(2025, 6, 1, tzinfo=UTC)
    assert facts["Ann lives in Turin"].status == "current"


def test_several_groups_never_run_together(graphiti: Graphiti, memory: Memory) -> None:
    graphiti.run(
        "CREATE (:Episodic {uuid: $group + 'x', content: 'secret', group_id: $group + '-other'})"
    )
    with pytest.raises(InvalidInput, match=r"of group_id: .*Choose one with --group"):
        memory.import_from("graphiti", graphiti.url)
    with pytest.raises(InvalidInput, match="no group_id 'nobody'"):
        memory.import_from("graphiti", graphiti.url, group="nobody")
    memory.import_from("graphiti", graphiti.url, group=graphiti.group)
    assert "secret" not in {one.text for one in nodes(memory, "Passage")}


def test_what_has_a_number_for_a_uuid_is_left_out_and_counted(
    graphiti: Graphiti, memory: Memory
) -> None:
    """It was neither read nor counted."""
    graphiti.run(
        "CREATE (a:Entity {uuid: $group + 'x', name: 'X', group_id: $group}) "
        "CREATE (:Episodic {uuid: 7, content: 'x', group_id: $group}) "
        "CREATE (:Episodic {content: 'x', group_id: $group}) "
        "CREATE (:Episodic {uuid: '', content: 'x', group_id: $group}) "
        "CREATE (a)-[:RELATES_TO {uuid: 8, name: 'IS', group_id: $group}]->(a)"
    )
    receipt = memory.import_from("graphiti", graphiti.url, group=graphiti.group)
    notes = " | ".join(receipt.notes)
    assert "3 episodes without a uuid that is a text were left out" in notes
    assert "1 facts without a uuid that is a text were left out" in notes


def test_pages_give_what_one_read_gives(
    graphiti: Graphiti, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graphmem.interop.importers.graphiti.PAGE_ROWS", 1)
    memory.import_from("graphiti", graphiti.url, group=graphiti.group)
    assert memory.stats().nodes["Proposition"] == 4


def test_the_command_line_reads_it_and_changes_nothing_there(
    graphiti: Graphiti, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["import", graphiti.url, "--from", "graphiti", "--group", graphiti.group]
    assert run([*arguments, "--store", str(tmp_path / "m.db"), "--json"]) == 0
    receipt = json.loads(capsys.readouterr().out)
    assert len(receipt["added"]["Proposition"]) == 4
    assert len(receipt["rejected"]) == 1
    there = ["--store", str(tmp_path / "m.db")]
    assert run(["import", "mysql://x", "--from", "graphiti", *there]) == 1
    assert "neo4j://" in capsys.readouterr().err


def test_a_wrong_password_is_said(graphiti: Graphiti, memory: Memory) -> None:
    with pytest.raises(StoreError, match="login"):
        memory.import_from("graphiti", graphiti.url.replace(graphiti.login.password, "wrong"))
