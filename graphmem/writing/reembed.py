"""Making all vectors anew, with another embedder than the one that made them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graphmem.core.changes import ChangeBatch, Changes, Vector
from graphmem.ports import Embedder, GraphReader, GraphStore, Progress
from graphmem.writing.extract import MAX_PORTION, embedding_text
from graphmem.writing.segment import PassageDraft
from graphmem_schemas import Passage

__all__ = ["reembed"]


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
                _replace(passages, store, space, embedder)
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


def _replace(passages: list[Passage], store: GraphStore, space: str, embedder: Embedder) -> None:
    vectors = embedder.embed([embedding_text(_draft(passage)) for passage in passages])
    made = [Vector(p.uid, v) for p, v in zip(passages, vectors, strict=True)]

    def plan(reader: GraphReader) -> Changes:
        there = reader.get(space, [vector.uid for vector in made])
        return Changes(vectors=tuple(v for v, node in zip(made, there, strict=True) if node))

    store.apply(space, plan)


def _draft(passage: Passage) -> PassageDraft:
    return PassageDraft(
        passage.uid, passage.text, passage.ref, passage.title, passage.speaker, passage.at
    )
