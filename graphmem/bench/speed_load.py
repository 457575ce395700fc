"""Fills a store with made passages directly: minutes sooner than by reading them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice

import numpy as np

from graphmem.bench.speed_texts import MadePassage, sentences
from graphmem.core.changes import Changes, Vector
from graphmem.core.names import normalise_name
from graphmem.core.uids import content_uid
from graphmem.ports import Embedder, Float32, GraphStore
from graphmem.writing.resolve import entity_uid
from graphmem_schemas import Edge, EdgeKind, Entity, Node, Passage, Source

__all__ = ["load_passages", "made_batches", "numbered"]

_AT = datetime(2024, 1, 1, tzinfo=UTC)
_A_SOURCE = 50
_A_COMMIT = 10_000
# Passages of the same sentences must not have the same vector.
_NOISE = 0.3


def load_passages(
    store: GraphStore,
    space: str,
    passages: Iterable[MadePassage],
    embedder: Embedder | None = None,
) -> None:
    """Put passages with their sources, entities and mentions, as if they had been added.

    Args:
        store: what is filled.
        space: where.
        passages: each is another one, whatever its text.
        embedder: for vectors, made from those of the sentences; None puts no vectors.
    """
    for changes in made_batches(passages, embedder, _A_COMMIT):
        store.apply(space, lambda _, changes=changes: changes)  # type: ignore[misc]


def made_batches(
    passages: Iterable[MadePassage], embedder: Embedder | None, size: int
) -> Iterator[Changes]:
    """Yield the changes that put passages, so many at a time; see `load_passages`."""
    vectors = embedder.embed(sentences()) if embedder else None
    known: set[str] = set()
    for start, batch in _batches(passages, size):
        yield _changes(batch, start, vectors, known)


def numbered(pool: Sequence[MadePassage], n: int) -> Iterator[MadePassage]:
    """Yield n passages from a pool over and over, each with its number, so that all differ."""
    for number in range(n):
        made = pool[number % len(pool)]
        yield MadePassage(f"{made.text} No. {number}.", made.names, made.sentences)


def _batches(
    passages: Iterable[MadePassage], size: int
) -> Iterator[tuple[int, list[MadePassage]]]:
    rest, start = iter(passages), 0
    while batch := list(islice(rest, size)):
        yield start, batch
        start += len(batch)


def _changes(
    batch: Sequence[MadePassage], start: int, vectors: Float32 | None, known: set[str]
) -> Changes:
    nodes: list[Node] = []
    edges: list[Edge] = []
    placed: list[Vector] = []
    # Checking what is known to be right would take as long as storing it.
    for number, made in enumerate(batch, start):
        name = f"made {number // _A_SOURCE}"
        source = content_uid("source", name)
        if number % _A_SOURCE == 0 or number == start:
            nodes.append(
                Source.model_construct(uid=source, recorded_at=_AT, name=name, kind="document")
            )
        uid = content_uid("made passage", str(number))
        nodes.append(
            Passage.model_construct(
                uid=uid,
                recorded_at=_AT,
                source=source,
                position=number % _A_SOURCE,
                text=made.text,
                language="en",
            )
        )
        edges.append(_edge("PART_OF", uid, source, source))
        for surface in dict.fromkeys(made.names):
            key = normalise_name(surface)
            entity = entity_uid(key)
            if key not in known:
                known.add(key)
                nodes.append(_entity(entity, surface, key))
            edges.append(_edge("MENTIONS", uid, entity, source))
        if vectors is not None:
            placed.append(Vector(uid, _vector(vectors, made, number)))
    return Changes(nodes=tuple(nodes), edges=tuple(edges), vectors=tuple(placed))


def _edge(kind: EdgeKind, start: str, end: str, source: str) -> Edge:
    return Edge.model_construct(kind=kind, start=start, end=end, sources={source: 1.0})


def _entity(uid: str, surface: str, key: str) -> Entity:
    return Entity.model_construct(
        uid=uid, recorded_at=_AT, name=surface, key=key, parts=tuple(key.split()[1:])
    )


def _vector(vectors: Float32, made: MadePassage, number: int) -> Float32:
    noise = np.random.default_rng(number).standard_normal(vectors.shape[1])
    mean = vectors[list(made.sentences)].mean(axis=0)
    mixed = mean + _NOISE * noise / np.linalg.norm(noise)
    return np.asarray(mixed / np.linalg.norm(mixed), np.float32)
