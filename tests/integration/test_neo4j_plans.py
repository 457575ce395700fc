"""No statement looks at more than it must, the store's or the catalogue's: each has an index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any, LiteralString, cast
from uuid import uuid4

import pytest
from neo4j import Driver, GraphDatabase

from graphmem.core.changes import Changes
from graphmem.ports import PlanReader
from graphmem.stores.neo4j import Neo4jStore, statements
from graphmem.stores.neo4j.rows import columns
from graphmem.stores.neo4j.statements import ALL_LABELS
from graphmem.testing.samples import edge, entity, one_of_each_label, passage, source, vector
from graphmem_queries.catalogue import queries
from graphmem_queries.texts import text
from graphmem_schemas import EDGE_KINDS, EdgeKind
from scripts.neo4j_server.server import Login

SCANS = {
    "AllNodesScan",
    "DirectedAllRelationshipsScan",
    "DirectedRelationshipTypeScan",
    "DirectedUnionRelationshipTypesScan",
    "NodeByLabelScan",
    "PartitionedAllNodesScan",
    "PartitionedNodeByLabelScan",
    "UndirectedAllRelationshipsScan",
    "UndirectedRelationshipTypeScan",
    "UnionNodeByLabelsScan",
}
SOURCES_BY_NAME = text("store/page_by_key", label="Source")
Sent = dict[str, Mapping[str, Any]]


@pytest.fixture(scope="module")
def driver(neo4j: Login) -> Iterator[Driver]:
    login = (neo4j.user, neo4j.password)
    with GraphDatabase.driver(neo4j.uri, auth=login, notifications_min_severity="OFF") as made:
        yield made


@pytest.fixture(scope="module")
def sent(neo4j: Login) -> Sent:
    """All statements of a life in which everything happens once, with their parameters."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NEO4J_USER", neo4j.user)
        patch.setenv("NEO4J_PASSWORD", neo4j.password)
        texts: Sent = {}
        store = Neo4jStore(neo4j.uri, tracer=texts.setdefault)
    live(store, uuid4().hex)
    store.close()
    return texts


@pytest.fixture(scope="module")
def store(neo4j: Login) -> Iterator[Neo4jStore]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NEO4J_USER", neo4j.user)
        patch.setenv("NEO4J_PASSWORD", neo4j.password)
        made = Neo4jStore(neo4j.uri)
    yield made
    made.close()


def live(store: Neo4jStore, space: str) -> None:
    def plan(reader: PlanReader) -> Changes:
        reader.get(space, ["entity"])
        assert reader.contributed(space, ["u"], ["NEXT"])
        assert reader.with_in_degree(space, {"p0": 500}, ["NEXT"]) == {"p0"}
        return Changes(nodes=(entity("entity", aliases=("b", "c")),))

    def put(**changes: Any) -> int:
        return store.apply(space, lambda _: Changes(**changes)).seq

    put(nodes=(entity("x"), entity("y")), edges=(edge("x", "y"),))
    put(remove_nodes=("x", "y"))
    put(nodes=one_of_each_label(), vectors=(vector("passage"),))
    # Of few nodes or edges the planner would rather read all than look for some.
    copies = range(1, 200)
    crowd = [
        n.model_copy(update={"uid": f"{n.uid}{i}"}) for n in one_of_each_label() for i in copies
    ]
    put(nodes=(*crowd, *(entity(f"x{n}") for n in range(3))))
    many = tuple(passage(f"p{i}") for i in range(500))
    chain = [edge(p.uid, "p0", kind="NEXT", sources={"u": 1.0}) for p in many]
    put(nodes=many, edges=tuple(chain))
    store.apply(space, plan)
    every = tuple(edge("entity", "passage", kind=kind) for kind in EDGE_KINDS)
    both = edge("entity", "entity", sources={"s": 1.0, "t": 1.0})
    put(edges=(*every, both), vectors=(vector("passage", 0.5),))
    put(edges=(edge("entity", "entity", sources={"t": 2.0}),))
    put(nodes=(passage("concept"),))
    several = {f"s{n}": 1.0 for n in range(80)}
    put(edges=(edge("x0", "x1", sources=several), edge("x0", "x2", sources=several)))
    put(edges=(edge("x0", "x1", sources={"s79": 2.0}),))
    store.neighbours(space, ["x0"])
    put(remove_sources=("s78",))
    put(remove_nodes=("x0",))
    store.find(space, "Entity", ["=b"])
    store.neighbours(space, ["entity"])
    store.neighbours(space, ["entity"], ["SIMILAR", "NEXT"])
    labels = ALL_LABELS
    assert list(store.changes(space, 0, labels=labels, kinds=EDGE_KINDS, vectors=True))
    put(remove_sources=("s",))
    put(remove_nodes=("entity",))
    store.page(space, labels, "", 3)
    store.page_by_key(space, "Source", "", 3)
    store.count(space)
    store.token(space, 1)
    store.spaces()
    store.write_meta(space, "x")
    store.read_meta(space)
    store.check()


def operators_of(driver: Driver, statement: str, **parameters: Any) -> set[str]:
    """The operators of the plan that the server makes now for a statement.

    It keeps plans for some seconds, and may have made this one while it was empty.
    """
    driver.execute_query("CALL db.clearQueryCaches()")
    explain = cast(LiteralString, f"EXPLAIN {statement}")
    plan = driver.execute_query(explain, parameters).summary.plan
    assert plan is not None
    return operators(plan)


def operators(plan: Mapping[str, Any]) -> set[str]:
    """The names of a plan's operators, without the runtime's "@neo4j"."""
    below = (operators(child) for child in plan.get("children", ()))
    return {plan["operatorType"].partition("@")[0]}.union(*below)


def test_every_text_of_the_store_is_sent(sent: Sent) -> None:
    """So the next test leaves none out; the retry alone asks for a commit by its mark."""
    texts = {
        file.name.removesuffix(".cypher") for file in files("graphmem_queries.store").iterdir()
    }
    branches = {"get", "locate", "find", "neighbours", "edges_between", "in_degrees", "said"}
    several = ("feed_", "check_", "page_")
    whole = {name for name in texts - branches if not name.startswith(several)}
    assert {name for name in whole if text(f"store/{name}") not in sent} == {"commit_of"}
    kinds = (*EDGE_KINDS,)
    for branch in (
        text("store/get", labels=ALL_LABELS),
        text("store/locate", labels=ALL_LABELS),
        text("store/find", label="Entity"),
        text("store/in_degrees", labels=ALL_LABELS, kinds=("NEXT",)),
        text("store/neighbours", labels=ALL_LABELS),
        text("store/neighbours", labels=ALL_LABELS, kinds=("NEXT", "SIMILAR")),
        *(text("store/edges_between", kinds=(kind,)) for kind in EDGE_KINDS),
        statements.check_counts(),
        text("store/check_spaces"),
        text("store/check_keys"),
        statements.feed(ALL_LABELS, kinds, True),
        statements.page_uids(ALL_LABELS),
        text("store/page_edges", labels=ALL_LABELS, kinds=kinds),
        SOURCES_BY_NAME,
    ):
        assert branch in sent


def test_every_statement_starts_from_an_index(sent: Sent, driver: Driver) -> None:
    texts = {**sent, text("store/commit_of"): {"space": "a", "token": "b"}}
    for statement, parameters in texts.items():
        if statement.startswith(("SHOW", "CREATE CONSTRAINT", "CREATE INDEX", "CREATE FULLTEXT")):
            continue
        if statement.startswith(("CREATE VECTOR", "CALL db.awaitIndexes")):
            continue
        met = operators_of(driver, statement, **parameters)
        assert not met & SCANS, f"{statement}\n{met}"


@pytest.mark.usefixtures("sent")
@pytest.mark.parametrize("name", sorted(queries()))
def test_no_query_of_the_catalogue_reads_what_is_of_others(driver: Driver, name: str) -> None:
    """A space is a small part of a server: what starts from a label reads all of them."""
    query = queries()[name]
    asked = {"datetime": "2024-01-01"}
    given = {p.name: asked.get(p.type, "x") for p in query.parameters if p.default is None}
    bound = query.bind(given, lambda label, named: [f"{label} {named}"])
    met = operators_of(driver, query.text("neo4j"), space="a", **bound)
    assert not met & SCANS, met


@pytest.mark.usefixtures("sent")
@pytest.mark.parametrize("statement", [statements.page_uids(("Passage",)), SOURCES_BY_NAME])
def test_a_page_costs_what_it_shows_however_large_the_space(
    store: Neo4jStore, driver: Driver, statement: str
) -> None:
    """Rows of one page are read, in the index's own order, and none is sorted."""
    costs = []
    for n in (100, 2_000):
        space = uuid4().hex
        sources = [source(f"s{i}") for i in range(n)]
        passages = [passage(f"p{i}") for i in range(n)]
        nodes = tuple(node for pair in zip(sources, passages, strict=True) for node in pair)
        store.apply(space, lambda _, nodes=nodes: Changes(nodes=nodes))  # type: ignore[misc]
        asked = {"space": space, "after": "", "limit": 5, **columns(["Source"])}
        profile = cast(LiteralString, f"PROFILE {statement}")
        plan = driver.execute_query(profile, asked).summary.profile
        assert plan is not None
        assert not operators(plan) & {"Sort", "Top", "PartialTop", "PartialSort"}
        costs.append(hits(plan))
    assert costs[0] == costs[1]


def hits(plan: Mapping[str, Any]) -> int:
    """How many rows and properties a plan looked at."""
    return int(plan.get("dbHits", 0)) + sum(map(hits, plan.get("children", ())))


def test_an_edge_is_looked_for_between_its_ends(driver: Driver) -> None:
    """Not among all the edges of one end, which may be a hub."""
    between = text("store/edges_between", kinds=("SIMILAR",))
    met = operators_of(driver, between, space="a", rows=[])
    assert "Expand(Into)" in met
    assert "Expand(All)" not in met


def test_a_scan_would_be_noticed(driver: Driver) -> None:
    """The names of the operators are those that the server uses."""
    for statement in (
        "MATCH (n) RETURN n",
        "MATCH (n:Passage) RETURN n.text",
        "MATCH (n:Passage|Entity) RETURN n.space",
        "MATCH (a)-[r]->(b) RETURN a, r, b",
        "MATCH (a)-[r:NEXT]-(b) RETURN a, r.weight, b",
    ):
        met = operators_of(driver, statement)
        assert met & SCANS, met


def test_how_many_edges_end_at_a_node_is_told_without_reading_them(driver: Driver) -> None:
    kinds: tuple[EdgeKind, ...] = ("MENTIONS", "SUBJECT", "OBJECT")
    statement = text("store/in_degrees", labels=ALL_LABELS, kinds=kinds)
    met = operators_of(driver, statement, space="a", uids=["x"])
    assert not [name for name in met if "Expand" in name]
