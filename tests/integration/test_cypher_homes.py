"""The catalogue on both homes: the same rows, nothing of another space, nothing written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from graphmem import Memory
from graphmem.core.cypher import CypherResult
from graphmem.errors import InvalidInput, StatementTimedOut
from graphmem.ports import GraphStore
from graphmem.stores.sqlite import SqliteStore
from graphmem.testing.world import WORLD_PARAMETERS, world
from graphmem_queries.catalogue import Query, queries
from scripts.neo4j_server.server import Login

UIDS = {
    "causes": "v2", "evidence": "f0", "fact_changes": "f1", "hyperedges_of": "mara",
    "hyperedge_members": "h0", "run_steps": "run-0",
}  # fmt: skip
# A world in which all is well has nothing to show for these.
QUIET: set[str] = set()
MINE, OTHER = "mine", "other"


def _fill(store: GraphStore, name: str) -> None:
    for part in (MINE, OTHER):
        changes = world(part)
        store.apply(name + part, lambda _, changes=changes: changes)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Memory]:
    """Read by all tests: that none can write is what they are about."""
    store = SqliteStore(tmp_path_factory.mktemp("file") / "m.db")
    _fill(store, "")
    with Memory(store, space=MINE) as memory:
        yield memory
    store.close()


@pytest.fixture(scope="module")
def server(neo4j: Login) -> Iterator[Memory]:
    from graphmem.stores.neo4j import Neo4jStore

    scheme, _, host = neo4j.uri.partition("://")
    store = Neo4jStore(f"{scheme}://{neo4j.user}:{neo4j.password}@{host}/{neo4j.database}")
    name = f"cypher {uuid4().hex} "
    _fill(store, name)
    with Memory(store, space=name + MINE) as memory:
        yield memory
    for part in (MINE, OTHER):
        with Memory(store, space=name + part) as memory:
            memory.delete(space=name + part)
    store.close()


def _asked(query: Query, part: str = MINE) -> dict[str, Any]:
    known = {**WORLD_PARAMETERS, "runs": f"{part}run-0,{part}run-1"}
    known["uid"] = part + UIDS.get(query.name, "")
    return {p.name: known[p.name] for p in query.parameters if p.default is None}


def _without_space(result: CypherResult, space: str) -> Any:
    return json.loads(json.dumps(result.records(), default=str).replace(json.dumps(space), '"S"'))


@pytest.mark.parametrize("name", sorted(queries()))
def test_each_query_has_rows_of_its_own_space_alone(file: Memory, name: str) -> None:
    query = queries()[name]
    result = file.query(name, _asked(query))
    assert result.columns == query.columns
    assert result.rows or name in QUIET
    assert OTHER not in str(result.rows)
    asked_for_others = file.query(name, _asked(query, OTHER))
    assert OTHER not in str(asked_for_others.rows)


def test_the_homes_give_the_same_rows(file: Memory, server: Memory) -> None:
    wrong = {}
    for name, query in queries().items():
        here, there = (memory.query(name, _asked(query)) for memory in (file, server))
        rows = [_without_space(here, file.space), _without_space(there, server.space)]
        if rows[0] != rows[1] and name != "shortest_path":
            wrong[name] = rows
        assert len(here.rows) == len(there.rows) > 0 or name in QUIET, name
        assert "other" not in str(there.rows)
    assert not wrong


def test_values_look_the_same_on_both_homes(file: Memory, server: Memory) -> None:
    for statement in (
        "MATCH (p:Proposition {space: $space}) RETURN p ORDER BY p.uid",
        "MATCH (s:Prescription {space: $space}) RETURN s ORDER BY s.uid",
        "MATCH (a {space: $space})-[r:MENTIONS {space: $space}]->(b {space: $space})"
        " RETURN a.uid, r, b.uid ORDER BY a.uid, b.uid",
        "MATCH path = (a:Event {space: $space})-[:CAUSES]->(b:Event {space: $space})"
        " RETURN path, a.recorded_at AS at ORDER BY at",
    ):
        here, there = file.cypher(statement), server.cypher(statement)
        assert _without_space(here, file.space) == _without_space(there, server.space)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE (:Entity)",
        "MATCH (n) SET n.x = 1",
        "MATCH (n) CALL { WITH n DELETE n } IN TRANSACTIONS",
        "LOAD CSV FROM 'file:///etc/passwd' AS line RETURN line",
        "CALL db.index.fulltext.createNodeIndex('a', ['B'], ['c'])",
        "FOREACH (x IN [1] | CREATE (:A))",
        "MATCH (n) \\u0053ET n.x = 1",
    ],
)
def test_what_writes_is_refused_on_both(file: Memory, server: Memory, statement: str) -> None:
    for memory in (file, server):
        with pytest.raises(InvalidInput):
            memory.cypher(statement)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("MATCH (n:Entty {space: $space}) RETURN n", "did you mean Entity.*labels Concept"),
        (
            "MATCH (n:Entity {space: $space})-[e:SUBJEC]-(m {space: $space}) RETURN e",
            "did you mean SUBJECT.*relationships ABOUT",
        ),
        (
            "MATCH (n:Entity {space: $space}) RETURN n.namme",
            "did you mean name.*properties of Entity",
        ),
    ],
)
def test_a_name_that_is_not_there_is_answered_with_those_that_are(
    file: Memory, server: Memory, statement: str, said: str
) -> None:
    for memory in (file, server):
        with pytest.raises(InvalidInput, match=said):
            memory.cypher(statement)


def test_the_server_itself_refuses_to_write(server: Memory) -> None:
    """The second lock, without the first."""
    from graphmem.core.cypher import CypherRequest

    request = CypherRequest("CREATE (n:Entity {space: 'x'}) RETURN n", {}, 10, 5.0)
    store: Any = server._store
    with pytest.raises(InvalidInput, match="cannot be run"):
        store.cypher(request)


@pytest.mark.parametrize(
    "statement",
    [
        "MATCH (n:Entity) RETURN n.uid",
        "MATCH (n:Entity) WHERE $space IS NOT NULL RETURN n.uid",
        "MATCH (n:GraphmemSpace) RETURN n, $space",
    ],
)
def test_a_server_with_several_spaces_wants_each_node_bound(
    server: Memory, statement: str
) -> None:
    """Also of a space that holds nothing yet."""
    with (
        pytest.raises(InvalidInput, match=r"\$space"),
        Memory(server._store, space=f"{server.space} that is empty") as empty,
    ):
        empty.cypher(statement)
    with pytest.raises(InvalidInput, match=r"\$space"):
        server.cypher(statement)
    assert server.cypher("SHOW INDEXES YIELD name").rows


def test_a_server_gives_up_in_time_and_says_when_it_cut(server: Memory) -> None:
    with pytest.raises(StatementTimedOut):
        server.cypher(
            "UNWIND range(1, 1000000) AS a UNWIND range(1, 1000000) AS b WITH a, b, $space AS s"
            " WHERE a * b = 7 RETURN count(*)",
            timeout_s=0.5,
        )
    result = server.cypher("UNWIND range(1, 1000000) AS a RETURN a, $space AS s", limit=3)
    assert result.cut
    assert [row[0] for row in result.rows] == [1, 2, 3]
    plan = server.cypher("EXPLAIN MATCH (n:Entity {space: $space}) RETURN n")
    assert plan.columns == ("plan",)


def test_names_that_try_to_break_out_change_nothing(file: Memory, server: Memory) -> None:
    odd = "x' OR 1=1 // \" ` $space \\u0027 }) MATCH (n) DETACH DELETE n //"
    for memory in (file, server):
        before = memory.stats()
        assert memory.query("mentions", {"entity": odd}).rows == ()
        assert (
            memory.cypher(
                "MATCH (n:Entity {space: $space}) WHERE n.name = $name RETURN n", {"name": odd}
            ).rows
            == ()
        )
        with Memory(memory._store, space=odd[:36].strip()) as empty:
            assert empty.query("believed_now", {"entity": "Mara"}).rows == ()
        assert memory.stats() == before
