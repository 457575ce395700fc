"""A statement stays in its space, however it is written; what is plainly harmless passes."""

from __future__ import annotations

import pytest

from graphmem.core.cypher_guard import check_statement
from graphmem.core.cypher_spaces import find_unbound
from graphmem_queries.catalogue import queries

N = "(n {space: $space})"
M = "(m:Entity|Event {uid: 'x', space: $space})"


@pytest.mark.parametrize(
    "statement",
    [
        "RETURN date('2024-01-01'), size($xs), (1 + 2) * 3",
        "SHOW INDEXES YIELD name WHERE name IN ['a'] RETURN name",
        f"MATCH {N}-[r:MENTIONS*1..3]->{M} WHERE (n)-->(m) AND (n.x + 1) > 2 RETURN count(n)",
        f"EXPLAIN MATCH p = shortestPath({N}-[*..5]-{M}) RETURN nodes(p), length(p), n, (n)",
        f"MATCH {N} WITH n, count(*) AS c ORDER BY c LIMIT 3 MATCH (n)--{M} RETURN m",
        f"MATCH {N}, {M} WITH * MATCH (n)--(m) RETURN n",
        f"MATCH {N} WHERE n.name STARTS WITH 'a' AND EXISTS {{ (n)--{M} }} RETURN n",
        f"MATCH {N} CALL {{ WITH n MATCH (n)--{M} RETURN m }} RETURN n, m.name",
        f"MATCH {N} CALL (n) {{ MATCH (n)--{M} RETURN m }} RETURN n, m.name",
        f"MATCH {N} RETURN [(n)--{M} | m.uid], all(x IN n.aliases WHERE x > 'a')",
        f"MATCH ANY SHORTEST {N}-[*]-{M} WHERE (n:Entity) RETURN n",
        "CALL db.index.fulltext.queryNodes('i', 'x') YIELD node, score "
        "WHERE node.space = $space RETURN node",
    ],
)
def test_what_is_bound_passes(statement: str) -> None:
    check_statement(statement)
    assert find_unbound(statement) == ""


@pytest.mark.parametrize(
    "statement",
    [
        "MATCH (n) RETURN n, $space",
        "MATCH (n:Entity) WHERE $space IS NOT NULL RETURN n",
        "MATCH (n:GraphmemSpace) RETURN n.name, $space",
        "MATCH (n) WHERE n.space = $space OR true RETURN n",
        "MATCH (n {space: 'other', uid: $space}) RETURN n",
        "MATCH (n {space: $space + 'x'}) RETURN n",
        "MATCH (n {space: $space, space: 'other'}) RETURN n",
        "MATCH (n {space: $space, `space`: 'other'}) RETURN n",
        "MATCH (n {a: {space: $space}}) RETURN n",
        "MATCH (n WHERE n.x = {space: $space}.space) RETURN n",
        "MATCH (:Entity) RETURN count(*), $space",
        "MATCH () RETURN count(*), $space",
        "MATCH ()-[r {space: 'other'}]-() RETURN r, $space",
        "MATCH ANY (n)-[*]-(m) RETURN n, $space",
        "MATCH ALL (n) RETURN n",
        "MATCH SHORTEST 2 PATHS (n)-[*]-(m) RETURN n, $space",
        "MATCH REPEATABLE ELEMENTS (n) RETURN n",
        "MATCH ((n)--(m)){1,2} RETURN n, $space",
        f"MATCH {N}, (m) RETURN m",
        f"MATCH {N}--(m) RETURN m",
        f"MATCH {N} MATCH {M} WITH n MATCH (m) RETURN m",
        f"MATCH {N} WITH n.x AS n MATCH (n) RETURN n",
        f"MATCH {N} WITH count(n) AS starts WITH count(*) AS c MATCH (n) RETURN n",
        f"MATCH {N} RETURN n UNION MATCH (n) RETURN n",
        f"MATCH {N} CALL {{ MATCH (n) RETURN n AS m }} RETURN m",
        f"MATCH {N} CALL {{ WITH 1 AS x MATCH (n) RETURN n AS m }} RETURN m",
        f"MATCH {N} CALL () {{ MATCH (n) RETURN n AS m }} RETURN m",
        f"CALL {{ MATCH {N} RETURN count(n) AS c }} MATCH (n) RETURN n",
        f"MATCH {N} WHERE EXISTS {{ (n)--{M} }} MATCH (m) RETURN m",
        f"MATCH {N} WHERE size([(n)--{M} | 1]) > 0 MATCH (m) RETURN m",
        f"MATCH {N} WHERE all(m IN [n] WHERE (m {{space: $space}}) > 0) MATCH (m) RETURN m",
        f"MATCH {N} WHERE COUNT {{ (m) }} > 1 RETURN n",
        f"MATCH {N} WHERE (n)--(:Entity) RETURN n",
        f"MATCH {N} RETURN [(n)--(m) | m]",
        f"MATCH {N} RETURN COLLECT {{ MATCH (m:Entity) RETURN m }}",
        "UNWIND [1] AS n MATCH (n) RETURN n, $space",
        "CALL db.index.fulltext.queryNodes('i', 'x') YIELD node RETURN node, $space",
        "CALL db.index.vector.queryNodes('i', 9, [1.0]) YIELD node, score"
        " WHERE node.space = $space OR true RETURN node",
        "CALL `db`.index.fulltext.queryNodes('i', $space)",
    ],
)
def test_what_may_be_of_another_space_is_found(statement: str) -> None:
    assert find_unbound(statement) != ""


def test_each_query_of_the_catalogue_is_bound() -> None:
    for query in queries().values():
        assert find_unbound(query.text("neo4j")) == "", query.name
