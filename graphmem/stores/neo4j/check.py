"""What `graphmem doctor` asks of a database: is everything there that the rest relies on?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, LiteralString

from graphmem.core.changes import ChangeBatch
from graphmem.errors import StoreError
from graphmem.stores.neo4j.client import Client, Rows
from graphmem.stores.neo4j.feed import Wanted, next_batch
from graphmem.stores.neo4j.reads import Neo4jReader, as_totals
from graphmem.stores.neo4j.rows import decode_key, encode_key, extra_keys
from graphmem.stores.neo4j.schema import missing
from graphmem.stores.neo4j.statements import check_counts
from graphmem_queries.texts import text
from graphmem_schemas import EDGE_KINDS, Edge, Node

__all__ = ["problems"]

_LIMIT = 20


def problems(client: Client) -> list[str]:
    """Return what is wrong with the store as sentences; an empty list is a sound store.

    What others write meanwhile may be seen in part: look again where that may be.

    Complexity: reads everything; minutes per million rows.
    """
    found: list[str] = []
    for problem in _look(client):
        found.append(problem)
        if len(found) >= _LIMIT:
            return [*found, f"there may be more; these are the first {_LIMIT}"]
    return found


def _look(client: Client) -> Iterator[str]:
    for name in sorted(missing(client)):
        yield f"the index or constraint {name} is missing; opening the store again makes it"
    for name, state, _ in _ask(client, text("schema/indexes")):
        if state != "ONLINE":
            yield f"the index {name} is {state}, so what needs it fails or waits"
    for space, held, totals in _ask(client, text("store/check_spaces")):
        kept = {name: n for name, n in held.items() if name.startswith(("n_", "e_")) and n}
        if kept != as_totals(totals):
            yield f"space {space!r} and its newest commit do not agree on what it holds"
        yield from _counters(client, space, kept, held["seq"])
        try:
            yield from _Reader(client, space).problems()
        except StoreError as error:
            yield f"space {space!r}: {error}"


def _counters(client: Client, space: str, kept: dict[str, int], seq: int) -> Iterator[str]:
    real: dict[str, int] = {}
    beyond = 0
    for row in _ask(client, check_counts(), space=space):
        term, n, n_vectors, newest, n_crossing, n_beyond = row
        real[term] = n
        beyond += n_beyond
        real["n_vectors"] = real.get("n_vectors", 0) + n_vectors
        if newest is not None and newest > seq:
            yield f"space {space!r} has rows of commit {newest}, which it never finished"
        if n_crossing:
            yield f"{n_crossing} edges {term[2:]} of space {space!r} leave it"
    real["n_nodes"] = sum(real.get(f"n_{label}", 0) for label in Node.registry)
    ((n_rows,),) = _ask(client, text("store/check_contributions"), space=space)
    if n_rows and not any(n for name, n in real.items() if name.startswith("e_")):
        yield f"space {space!r} has no edges, but {n_rows} rows of who contributed to some; " + (
            "the next removal in it takes them along"
        )
    ((n_shares,),) = _ask(client, text("store/check_shares"), space=space)
    if n_shares != beyond:
        yield f"space {space!r} has {n_shares} contributions to edges apart from these, " + (
            f"but its edges speak of {beyond}"
        )
    for name in sorted(real.keys() | kept.keys()):
        n, said = real.get(name, 0), kept.get(name, 0)
        if n != said:
            yield f"space {space!r} has {n} {name[2:]}, but its counter says {said}"


class _Reader:
    """Reads every row of a space, and sees that it is found by what should find it."""

    def __init__(self, client: Client, space: str) -> None:
        self._client = client
        self._space = space
        self._n_extra = 0

    def problems(self) -> Iterator[str]:
        wanted = Wanted(tuple(Node.registry), EDGE_KINDS, vectors=True)
        after, more = 0, True
        while more:
            batch, more = next_batch(self._read, self._space, after, wanted)
            if batch is not None:
                yield from self._nodes(batch)
                yield from self._edges(batch.edges)
                after = batch.seq
        ((n_keys,),) = self._read(text("store/check_keys"), space=self._space)
        if n_keys != self._n_extra:
            yield f"space {self._space!r} has {n_keys} keys beyond the first of each node, " + (
                f"but the nodes have {self._n_extra}"
            )

    def _read(self, statement: LiteralString, **parameters: Any) -> Rows:
        return _ask(self._client, statement, **parameters)

    def _nodes(self, batch: ChangeBatch) -> Iterator[str]:
        by_label: dict[str, list[Node]] = {}
        for node in batch.nodes:
            self._n_extra += len(extra_keys(node))
            if node.lookup_keys:
                by_label.setdefault(node.label, []).append(node)
        for label, nodes in by_label.items():
            keys = list(dict.fromkeys(key for node in nodes for key in node.lookup_keys))
            found = Neo4jReader(self._read).find(self._space, label, keys)
            for node in nodes:
                if not all(node.uid in found.get(key, ()) for key in node.lookup_keys):
                    yield f"{label} {node.uid} of {self._space!r} is not found by all of its keys"

    def _edges(self, edges: Iterable[Edge]) -> Iterator[str]:
        """See that each edge is found by each of its sources."""
        by_source: dict[str, set[str]] = {}
        for edge in edges:
            for source in edge.sources:
                key = encode_key((edge.kind, edge.start, edge.end))
                by_source.setdefault(source, set()).add(key)
        for source, keys in by_source.items():
            rows = self._read(text("store/contributions"), space=self._space, sources=[source])
            for key in sorted(keys.difference(*(lines for _, lines in rows))):
                kind, start, end = decode_key(key)
                yield f"edge {kind} {start} -> {end} is not found by its source {source}"


def _ask(client: Client, statement: LiteralString, **parameters: Any) -> Rows:
    return client.patiently(lambda: client.read(statement, **parameters))
