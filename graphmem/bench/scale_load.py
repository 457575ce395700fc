"""Fills a store with a million made passages, in memory that does not grow with them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from graphmem.bench.scale_texts import A_BLOCK, Made, WordVectors, block_of, name_of
from graphmem.core.changes import Changes, Vector
from graphmem.core.names import normalise_name
from graphmem.core.uids import content_uid
from graphmem.ports import GraphStore
from graphmem.writing.compose import TITLE_WEIGHT
from graphmem.writing.resolve import NAME_LINKS, entity_uid
from graphmem_schemas import Edge, EdgeKind, Entity, Node, Passage, Source

__all__ = ["fill", "passage_uid"]

_AT = datetime(2024, 1, 1, tzinfo=UTC)
_A_SOURCE = {"titled": 5, "turn": 20, "note": 1}
# So many sources of turns in a row are of the same two people.
_A_CAST = 10
_BLOCKS_A_COMMIT = 5
# Speakers are rare names, titles are any.
_LAST_NAME, _TITLE_STEP = 199_999, 104_729


def fill(
    store: GraphStore, space: str, n: int, vectors: WordVectors, report: Callable[[str], None]
) -> None:
    """Put n passages with sources, entities, links and vectors, as ingestion would.

    Args:
        store: what is filled; empty.
        space: where.
        n: a multiple of `A_BLOCK`.
        vectors: makes the passages' vectors.
        report: hears how far it has come.
    """
    known: set[str] = set()
    for first in range(0, n // A_BLOCK, _BLOCKS_A_COMMIT):
        blocks = range(first, min(first + _BLOCKS_A_COMMIT, n // A_BLOCK))
        changes = _changes(blocks, vectors, known)
        store.apply(space, lambda _, changes=changes: changes)  # type: ignore[misc]
        if first % 100 == 0:
            report(f"filling: {first * A_BLOCK:,} of {n:,} passages")


def passage_uid(number: int) -> str:
    """Return the uid of passage `number`."""
    return content_uid("made passage", str(number))


def _changes(blocks: range, vectors: WordVectors, known: set[str]) -> Changes:
    nodes: list[Node] = []
    edges: list[Edge] = []
    placed: list[Vector] = []
    for block in blocks:
        made = block_of(block)
        for number, one in enumerate(made, block * A_BLOCK):
            _place(number, one, nodes, edges, known)
        rows = zip(range(block * A_BLOCK, (block + 1) * A_BLOCK), vectors.of(made), strict=True)
        placed += [Vector(passage_uid(number), row) for number, row in rows]
    return Changes(nodes=tuple(nodes), edges=tuple(edges), vectors=tuple(placed))


def _place(number: int, made: Made, nodes: list[Node], edges: list[Edge], known: set[str]) -> None:
    """Add one passage with its source, where that begins, and all that it is linked to."""
    size = _A_SOURCE[made.sort]
    of_source, position = divmod(number, size)
    source = content_uid("source", f"made {made.sort} {of_source}")
    title = name_of(of_source * _TITLE_STEP % _LAST_NAME) if made.sort == "titled" else None
    uid = passage_uid(number)
    # Checking what is known to be right would take as long as storing it.
    if position == 0:
        nodes.append(_source(source, made.sort, of_source, title))
    else:
        edges.append(_edge("NEXT", passage_uid(number - 1), uid, source))
    edges.append(_edge("PART_OF", uid, source, source))
    nodes.append(
        Passage.model_construct(
            uid=uid, recorded_at=_AT, source=source, position=position, text=made.text,
            title=title, speaker=_speaker(made.sort, of_source, position), language="en",
            at=_AT + timedelta(minutes=number) if made.sort == "turn" else None,
        )
    )  # fmt: skip
    names = [name_of(name) for name in made.names.tolist()]
    for name in dict.fromkeys([title, *names] if title else names):
        entity = entity_uid(normalise_name(name))
        if entity not in known:
            known.add(entity)
            nodes.append(_entity(entity, name))
            _shorten(entity, name, nodes, edges, known)
        edges.append(
            _edge("MENTIONS", uid, entity, source, TITLE_WEIGHT if name == title else 1.0)
        )


def _shorten(whole: str, name: str, nodes: list[Node], edges: list[Edge], known: set[str]) -> None:
    """Link a name to its last word, which stands for it in texts that came before."""
    short = name.split()[-1]
    entity = entity_uid(normalise_name(short))
    if entity not in known:
        known.add(entity)
        nodes.append(_entity(entity, short))
    edges.append(_edge("SHORT_FOR", entity, whole, NAME_LINKS))


def _speaker(sort: str, of_source: int, position: int) -> str | None:
    if sort != "turn":
        return None
    return name_of(_LAST_NAME - 2 * (of_source // _A_CAST) - position % 2)


def _source(uid: str, sort: str, number: int, title: str | None) -> Source:
    return Source.model_construct(
        uid=uid, recorded_at=_AT, name=f"made {sort} {number}", title=title,
        kind="conversation" if sort == "turn" else "document",
    )  # fmt: skip


def _entity(uid: str, name: str) -> Entity:
    key = normalise_name(name)
    return Entity.model_construct(
        uid=uid, recorded_at=_AT, name=name, key=key, parts=tuple(key.split()[1:])
    )


def _edge(kind: EdgeKind, start: str, end: str, source: str, weight: float = 1.0) -> Edge:
    return Edge.model_construct(kind=kind, start=start, end=end, sources={source: weight})
