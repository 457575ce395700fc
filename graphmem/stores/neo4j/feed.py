"""The change feed: what a view reads to catch up, in batches that end where a commit ends."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from graphmem.core.changes import ChangeBatch
from graphmem.stores.neo4j.client import Rows, Run
from graphmem.stores.neo4j.reads import decode_edges
from graphmem.stores.neo4j.rows import columns, decode_key, decode_node, decode_vector
from graphmem.stores.neo4j.statements import feed
from graphmem_queries.texts import text
from graphmem_schemas import EDGE_KINDS, EdgeKind, Node

__all__ = ["BATCH_ROWS", "Wanted", "next_batch"]

BATCH_ROWS = 5_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader of the feed asked for, as far as it is known here."""

    labels: tuple[str, ...]
    kinds: tuple[EdgeKind, ...]
    vectors: bool

    @classmethod
    def of(cls, labels: Sequence[str], kinds: Sequence[str], vectors: bool) -> Wanted:
        """Put what was asked for in one order, so that the server plans it once."""
        return cls(
            tuple(label for label in Node.registry if label in labels),
            tuple(kind for kind in EDGE_KINDS if kind in kinds),
            vectors,
        )


def next_batch(
    run: Run, space: str, after: int, wanted: Wanted
) -> tuple[ChangeBatch | None, bool]:
    """Read the next batch; None where nothing is newer. Also say whether there may be more.

    The second statement sees all of the commits that the first one saw (see `Client`). A row
    that a writer changes in between moves to a later `seq`, so it still comes.

    Complexity: the rows of the batch, whatever the size of the store.
    """
    commits = run(text("store/commits"), space=space, after=after, limit=BATCH_ROWS)
    if not commits:
        return None, False
    end, n_commits = _end(commits)
    statement = feed(wanted.labels, wanted.kinds, wanted.vectors)
    rows = run(statement, space=space, after=after, end=end, **columns(wanted.labels))
    return _batch(run, space, end, rows), n_commits < len(commits) or len(commits) == BATCH_ROWS


def _end(commits: Rows) -> tuple[int, int]:
    """Return the commit at which a full batch ends, and how many commits it covers."""
    n_rows = 0
    for n_commits, (seq, n) in enumerate(commits, start=1):
        n_rows += n
        if n_rows >= BATCH_ROWS:
            return seq, n_commits
    return commits[-1][0], len(commits)


def _batch(run: Run, space: str, end: int, rows: Rows) -> ChangeBatch:
    sorts: dict[str, list[list[Any]]] = {"node": [], "edge": [], "vector": [], "removal": []}
    for sort, *row in rows:
        sorts[sort].append(row)
    nodes = [(seq, decode_node(label, said)) for label, seq, said in sorts["node"]]
    edges = sorted(sorts["edge"], key=lambda row: (row[1], row[0], *row[2][:2]))
    vectors = sorted(sorts["vector"], key=lambda row: (row[1], row[2][0]))
    removals = [said for _, _, said in sorts["removal"]]
    return ChangeBatch(
        seq=end,
        nodes=tuple(node for _, node in sorted(nodes, key=lambda one: (one[0], one[1].uid))),
        edges=tuple(
            decode_edges(
                run,
                space,
                {(kind, start, stop): said for kind, _, (start, stop, *said) in edges},
            )
        ),
        vectors=tuple(decode_vector(*said) for _, _, said in vectors),
        removed_nodes=tuple(_merged(nodes for nodes, _ in removals)),
        removed_edges=tuple(
            sorted(decode_key(line) for line in _merged(edges for _, edges in removals))
        ),
    )


def _merged(lists: Iterable[Sequence[str] | None]) -> list[str]:
    return sorted({item for items in lists for item in items or ()})
