"""Passages that need no parsing → their places in a source: steps of runs, lessons as told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from graphmem.core.changes import Vector
from graphmem.ports import Embedder, Float32, GraphReader
from graphmem.writing.accept import SourceText
from graphmem.writing.drafting import Draft
from graphmem.writing.extract import embedding_text
from graphmem.writing.segment import PassageDraft
from graphmem_schemas import Passage, Source

__all__ = ["embed_new", "lay_passages"]


def embed_new(
    cuts: Sequence[PassageDraft], reader: GraphReader, space: str, embedder: Embedder
) -> dict[str, Float32]:
    """Return the vectors of those passages that are not stored, by uid."""
    known = reader.get(space, [cut.uid for cut in cuts])
    fresh = [cut for cut, node in zip(cuts, known, strict=True) if node is None]
    if not fresh:
        return {}
    made = embedder.embed([embedding_text(cut) for cut in fresh])
    return {cut.uid: vector for cut, vector in zip(fresh, made, strict=True)}


def lay_passages(
    text: SourceText,
    uid: str,
    known: Source | None,
    cuts: Sequence[PassageDraft],
    vectors: Mapping[str, Float32],
    draft: Draft,
) -> None:
    """Put a source, and its passages that are new after those that are there.

    Args:
        text: what the source is, where it is new.
        uid: of the source.
        known: the source as it is stored.
        cuts: all passages, in order.
        vectors: of those that are not stored, by uid.
        draft: takes the nodes and edges.
    """
    source = known or Source(
        uid=uid, recorded_at=draft.now, name=text.name, kind=text.kind, title=text.title,
        uri=text.uri, at=text.at,
    )  # fmt: skip
    position, previous = source.next_position, source.last_passage
    for cut in cuts:
        if cut.uid not in vectors:
            continue
        passage = Passage(
            uid=cut.uid, recorded_at=draft.now, source=uid, position=position, text=cut.text,
            ref=cut.ref, title=cut.title, speaker=cut.speaker, at=cut.at,
        )  # fmt: skip
        draft.add_nodes([passage])
        draft.vectors.append(Vector(cut.uid, vectors[cut.uid]))
        draft.join("PART_OF", cut.uid, uid, uid)
        if previous:
            draft.join("NEXT", previous, cut.uid, uid)
        previous, position = cut.uid, position + 1
    grown = source.model_copy(update={"next_position": position, "last_passage": previous})
    if known is None:
        draft.add_nodes([grown])
    elif grown != known:
        draft.nodes[uid] = grown
