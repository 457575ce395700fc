"""Making all vectors anew, with another embedder than the one that made them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graphmem.core.changes import ChangeBatch, Changes, Vector
from graphmem.ports import Embedder, Float32, GraphReader, GraphStore, Progress
from graphmem.writing.extract import MAX_PORTION, embedding_text
from graphmem.writing.segment import PassageDraft
from graphmem_schemas import Passage

__all__ = ["embed_passages", "reembed", "replace_vectors"]


def reembed(store: GraphStore, embedder: Embedder, progress: Progress) -> int:
    """Embed every passage of every space of the store; return how many there were.

    Passages that others add or remove meanwhile are caught up with before it ends.
    """
    total = sum(store.count(space).nodes.get("Passage", 0) for space in store.spaces())
    done = 0
    for space in store.spaces():
        seq = 0
        while batches := list(store.changes(space, seq, labels=("Passage",))):
            for passages in _chunks(batches):
                rows = embed_passages(passages, embedder)
                replace_vectors(store, space, [passage.uid for passage in passages], rows)
                done += len(passages)
                progress("embedding", done, max(done, total))
            seq = batches[-1].seq
            if not any(batch.nodes for batch in batches):
                break
    return done


def _chunks(batches: Sequence[ChangeBatch]) -> Iterator[list[Passage]]:
    passages = [node for batch in batches for node in batch.nodes if isinstance(node, Passage)]
    for at in range(0, len(passages), MAX_PORTION):
        yield passages[at : at + MAX_PORTION]


def replace_vectors(store: GraphStore, space: str, uids: Sequence[str], rows: Float32) -> int:
    """Put vectors in the place of those that nodes have; return how many nodes are still there.

    Args:
        store: holds the nodes.
        space: theirs.
        uids: n of them.
        rows: (n, d) float32 of unit length.
    """
    n = 0

    def plan(reader: GraphReader) -> Changes:
        nonlocal n
        there = reader.get(space, uids)
        found = [(uid, row) for uid, row, node in zip(uids, rows, there, strict=True) if node]
        n = len(found)
        return Changes(vectors=tuple(Vector(uid, row) for uid, row in found))

    store.apply(space, plan)
    return n


def embed_passages(passages: Sequence[Passage], embedder: Embedder) -> Float32:
    """Return (n, d) vectors of n stored passages, made as they were when they were added."""
    return embedder.embed([embedding_text(PassageDraft.of(passage)) for passage in passages])
