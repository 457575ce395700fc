"""The rows that a server is loaded with, and the barest way to send them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Self

import numpy as np

from graphmem.bench.speed_load import made_batches
from graphmem.bench.speed_texts import make_passages
from graphmem.core.changes import Changes
from graphmem.core.property_graph import edge_properties, node_properties
from graphmem.core.uids import content_uid
from graphmem.ports import Embedder
from graphmem_queries.texts import text
from graphmem_schemas import Edge, Entity, Node, Passage

__all__ = ["BareLoader", "linked_changes", "made_changes"]

Rows = list[tuple[Any, dict[str, Any]]]

_AT = datetime(2024, 1, 1, tzinfo=UTC)
_CROWD = 2
_VECTORS_A_STATEMENT = 1_000


def made_changes(n: int, embedder: Embedder, size: int) -> Iterator[Changes]:
    """Yield made passages with vectors, sources, entities and mentions, `size` at a time."""
    yield from made_batches(make_passages(n), embedder, size)


def linked_changes(n_nodes: int, n_links: int, size: int) -> Iterator[Changes]:
    """Yield passages that mention entities; who is mentioned follows a power law.

    Args:
        n_nodes: seven in ten are passages.
        n_links: of each passage.
        size: passages at a time.
    """
    rng = np.random.default_rng(7)
    n_passages = n_nodes * 7 // 10
    n_entities = n_nodes - n_passages
    entities = [content_uid("walked entity", str(i)) for i in range(n_entities)]
    yield Changes(
        nodes=tuple(
            Entity.model_construct(uid=uid, recorded_at=_AT, name=f"E{i}", key=f"e{i}")
            for i, uid in enumerate(entities)
        )
    )
    for start in range(0, n_passages, size):
        passages: list[Node] = []
        edges: list[Edge] = []
        for number in range(start, min(start + size, n_passages)):
            uid = content_uid("walked passage", str(number))
            passages.append(
                Passage.model_construct(
                    uid=uid, recorded_at=_AT, source="walked", position=number, text=f"P {number}"
                )
            )
            ends = np.unique((n_entities * rng.random(n_links) ** _CROWD).astype(int))
            edges += [
                Edge.model_construct(
                    kind="MENTIONS", start=uid, end=entities[end], sources={"walked": 1.0}
                )
                for end in ends
            ]
        yield Changes(nodes=tuple(passages), edges=tuple(edges))


class BareLoader:
    """Sends rows by the driver in one transaction a batch; it checks, counts and merges nothing.

    Args:
        target: of the server.
        space: where the rows go.
    """

    def __init__(self, target: str, space: str) -> None:
        from neo4j import GraphDatabase

        from graphmem.stores.neo4j.address import driver_options, parse_address

        address = parse_address(target)
        self._driver = GraphDatabase.driver(
            address.uri, auth=address.auth, **driver_options(address)
        )
        self._database, self._space = address.database, space

    def rows(self, changes: Changes) -> Rows:
        """Return statements with their parameters, ready to be sent."""
        vectors = {one.uid: one.values.tolist() for one in changes.vectors}
        plain: dict[str, list[dict[str, Any]]] = {}
        placed: dict[str, list[list[Any]]] = {}
        for node in changes.nodes:
            said = {**node_properties(node), "space": self._space, "seq": 1}
            if node.uid in vectors:
                placed.setdefault(node.label, []).append([said, vectors[node.uid]])
            else:
                plain.setdefault(node.label, []).append(said)
        found: Rows = [
            (text("bench/create_nodes", label=label), {"rows": rows})
            for label, rows in plain.items()
        ]
        for label, pairs in placed.items():
            statement = text("bench/create_nodes_with_vectors", label=label)
            for at in range(0, len(pairs), _VECTORS_A_STATEMENT):
                found.append((statement, {"rows": pairs[at : at + _VECTORS_A_STATEMENT]}))
        found += self._edges(changes.edges)
        return found

    def load(self, rows: Rows) -> None:
        """Send them all and commit."""
        with self._driver.session(database=self._database) as session:
            transaction = session.begin_transaction()
            for statement, parameters in rows:
                transaction.run(statement, parameters).consume()
            transaction.commit()

    def remove(self) -> None:
        """Remove all of the space, some thousand nodes a transaction."""
        with self._driver.session(database=self._database) as session:
            for label in Node.registry:
                session.run(text("bench/remove", label=label), space=self._space).consume()
            session.run(text("bench/remove_books"), space=self._space).consume()

    def _edges(self, edges: Sequence[Edge]) -> Rows:
        ends = {"PART_OF": "Source", "MENTIONS": "Entity"}
        by_kind: dict[str, list[list[Any]]] = {}
        for edge in edges:
            said = {**edge_properties(edge), "space": self._space, "seq": 1}
            by_kind.setdefault(edge.kind, []).append([edge.start, edge.end, said])
        return [
            (
                text("bench/create_edges", label=ends[kind], kinds=(kind,)),
                {"space": self._space, "rows": rows},
            )
            for kind, rows in by_kind.items()
        ]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._driver.close()
