"""What changed after a watermark, in batches of bounded size."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator

from graphmem.core.changes import ChangeBatch, EdgeKey
from graphmem.stores.memory.space import Space, edge_key

__all__ = ["batches"]

_BATCH_ROWS = 5_000


def batches(
    held: Space, after: int, labels: frozenset[str], kinds: frozenset[str], vectors: bool
) -> Iterator[ChangeBatch]:
    """Yield what changed after the watermark, as `GraphStore.changes` does."""
    first = bisect_right(held.log_seqs, after)
    while first < len(held.log_seqs):
        last_row = min(first + _BATCH_ROWS, len(held.log_seqs)) - 1
        seq = held.log_seqs[last_row]
        end = bisect_right(held.log_seqs, seq)
        changed = set(held.log_keys[first:end])
        low = held.log_seqs[first] - 1
        yield _batch(held, (low, seq), changed, (labels, kinds, vectors))
        first = end


def _batch(
    held: Space,
    span: tuple[int, int],
    changed: Iterable[str | EdgeKey],
    wanted: tuple[frozenset[str], frozenset[str], bool],
) -> ChangeBatch:
    """Give the newest state of what changed last within the span; later states come later."""
    low, high = span
    labels, kinds, vectors = wanted
    uids = sorted(key for key in changed if isinstance(key, str))
    keys = sorted(key for key in changed if not isinstance(key, str))
    nodes = [held.nodes[uid] for uid in uids if uid in held.nodes]
    edges = [held.edges[key] for key in keys if key in held.edges]
    rows = [held.vectors[uid] for uid in uids if vectors and uid in held.vectors]

    def inside(seq: int) -> bool:
        return low < seq <= high

    return ChangeBatch(
        seq=high,
        nodes=tuple(
            node
            for seq, node in sorted(nodes, key=lambda row: (row[0], row[1].uid))
            if inside(seq) and node.label in labels
        ),
        edges=tuple(
            edge
            for seq, edge in sorted(edges, key=lambda row: (row[0], edge_key(row[1])))
            if inside(seq) and edge.kind in kinds
        ),
        vectors=tuple(
            vector
            for seq, vector in sorted(rows, key=lambda row: (row[0], row[1].uid))
            if inside(seq)
        ),
        removed_nodes=tuple(uid for uid in uids if inside(held.removed_nodes.get(uid, 0))),
        removed_edges=tuple(key for key in keys if inside(held.removed_edges.get(key, 0))),
    )
