"""Making all vectors anew, with another embedder than the one that made them."""

from __future__ import annotations

from graphmem.core.changes import Changes, Vector
from graphmem.ports import Embedder, GraphStore, Progress
from graphmem.writing.extract import CHUNK, embedding_text
from graphmem.writing.segment import PassageDraft
from graphmem_schemas import Passage

__all__ = ["reembed"]


def reembed(store: GraphStore, embedder: Embedder, progress: Progress) -> int:
    """Embed every passage of every space of the store; return how many there were."""
    total = sum(store.count(space).nodes.get("Passage", 0) for space in store.spaces())
    done = 0
    for space in store.spaces():
        for batch in store.changes(space, 0, labels=("Passage",)):
            passages = [node for node in batch.nodes if isinstance(node, Passage)]
            for at in range(0, len(passages), CHUNK):
                chunk = passages[at : at + CHUNK]
                vectors = embedder.embed([embedding_text(_draft(p)) for p in chunk])
                made = Changes(
                    vectors=tuple(Vector(p.uid, v) for p, v in zip(chunk, vectors, strict=True))
                )
                store.apply(space, lambda _, made=made: made)  # type: ignore[misc]
                done += len(chunk)
                progress("embedding", done, total)
    return done


def _draft(passage: Passage) -> PassageDraft:
    return PassageDraft(
        passage.uid, passage.text, passage.ref, passage.title, passage.speaker, passage.at
    )
