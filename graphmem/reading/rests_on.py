"""What a node rests on: the passages that say so, and where in them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from graphmem.core.cursors import read_cursor, write_cursor
from graphmem.ports import GraphReader
from graphmem_schemas import (
    EdgeKind,
    Entity,
    Event,
    EvidencePage,
    EvidencePassage,
    Node,
    Passage,
    Source,
)

__all__ = ["evidence_page"]

Span = tuple[int, int]

_KINDS: tuple[EdgeKind, ...] = ("EVIDENCED_BY", "MENTIONS", "PART_OF")


def evidence_page(
    node: Node, reader: GraphReader, space: str, limit: int, cursor: str | None
) -> EvidencePage:
    """Return the next passages that a node rests on, by source and position.

    A passage rests on itself; a source is its passages; an entity is where it is mentioned.

    Args:
        node: any node.
        reader: the store; O(passages) a page.
        space: the space.
        limit: passages at most.
        cursor: `next` of the page before.

    Raises:
        InvalidInput: The cursor is none.
    """
    after = read_cursor(cursor, ("", 0, ""))
    spans = _spans(node, reader, space)
    found = [one for one in reader.get(space, sorted(spans)) if isinstance(one, Passage)]
    rest = sorted((one for one in found if after is None or _key(one) > after), key=_key)
    shown = rest[:limit]
    names = _sources(shown, reader, space)
    rows = []
    for passage in shown:
        told = names.get(passage.source)
        rows.append(
            EvidencePassage(
                passage=passage,
                source=told.name if told else None,
                source_title=told.title if told else None,
                spans=_within(spans[passage.uid] or _mentions(node, passage), passage),
            )
        )
    following = write_cursor(*_key(shown[-1])) if len(rest) > limit else None
    return EvidencePage(uid=node.uid, label=node.label, passages=tuple(rows), next=following)


def _spans(node: Node, reader: GraphReader, space: str) -> dict[str, list[Span]]:
    """Return where in which passages it is said; no span for the whole of one."""
    spans: dict[str, list[Span]] = defaultdict(list)
    if isinstance(node, Passage):
        return {node.uid: []}
    if isinstance(node, Event):
        spans[node.passage].append((node.start, node.end))
    for edge in reader.neighbours(space, [node.uid], _KINDS):
        # A passage is the end of what it shows, and the start of what it mentions.
        passage = edge.end if edge.start == node.uid else edge.start
        found = spans[passage]
        if edge.span is not None and edge.kind == "EVIDENCED_BY":
            found.append(edge.span)
    return spans


def _mentions(node: Node, passage: Passage) -> list[Span]:
    """Return where the names of an entity stand in a passage, as far as they do."""
    if not isinstance(node, Entity):
        return []
    names = sorted({node.name, *node.aliases, *node.parts}, key=lambda name: (-len(name), name))
    pattern = "|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in names)
    return [found.span() for found in re.finditer(pattern, passage.text, re.IGNORECASE)]


def _within(spans: Iterable[Span], passage: Passage) -> tuple[Span, ...]:
    size = len(passage.text)
    return tuple(sorted({(start, end) for start, end in spans if start < end <= size}))


def _sources(passages: Sequence[Passage], reader: GraphReader, space: str) -> dict[str, Source]:
    uids = sorted({passage.source for passage in passages})
    return {one.uid: one for one in reader.get(space, uids) if isinstance(one, Source)}


def _key(passage: Passage) -> tuple[str, int, str]:
    return passage.source, passage.position, passage.uid
