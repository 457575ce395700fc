"""Taking back: which nodes go with what is deleted, and which facts come back.

What rests on the deleted alone goes; what has other support stays. A fact that the deleted one
had closed is believed again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from graphmem.core.changes import Changes
from graphmem.ports import GraphReader, GraphStore
from graphmem_schemas import Edge, EdgeKind, Entity, Node, Passage, Proposition, Source

__all__ = ["forget_nodes", "forget_sources", "forget_space"]

_USES: tuple[EdgeKind, ...] = ("MENTIONS", "SUBJECT", "OBJECT", "ARGUMENT", "MEMBER")


def forget_sources(uids: Sequence[str], reader: GraphReader, space: str) -> Changes:
    """Remove sources with their passages and all that rests on these alone."""
    parts = reader.neighbours(space, uids, ["PART_OF"])
    passages = [edge.start for edge in parts if edge.end in set(uids)]
    return _forget({*uids, *passages}, reader, space, sources=tuple(uids))


def forget_nodes(uids: Sequence[str], reader: GraphReader, space: str) -> Changes:
    """Remove single nodes: a source, a passage, an event, a fact or an entity with its facts."""
    nodes = [node for node in reader.get(space, uids) if node is not None]
    sources = [node.uid for node in nodes if isinstance(node, Source)]
    if sources:
        return forget_sources(sources, reader, space)
    gone = {node.uid for node in nodes}
    entities = [node.uid for node in nodes if isinstance(node, Entity)]
    if entities:
        uses = reader.neighbours(space, entities, ["SUBJECT", "OBJECT"])
        gone |= {edge.start for edge in uses}
    return _forget(gone, reader, space)


def forget_space(reader: GraphReader, store: GraphStore, space: str) -> Changes:
    """Remove every node of the space."""
    batches = store.changes(space, 0, labels=tuple(Node.registry))
    return Changes(remove_nodes=tuple(node.uid for batch in batches for node in batch.nodes))


def _forget(
    gone: set[str], reader: GraphReader, space: str, sources: tuple[str, ...] = ()
) -> Changes:
    gone = gone | _unsupported(gone, reader, space)
    gone |= _unused_entities(gone, reader, space)
    repaired = [*_reopened(gone, reader, space), *_shortened(gone, reader, space)]
    return Changes(nodes=tuple(repaired), remove_nodes=tuple(sorted(gone)), remove_sources=sources)


def _unsupported(gone: set[str], reader: GraphReader, space: str) -> set[str]:
    """Facts and events all of whose evidence goes."""
    evidence = reader.neighbours(space, sorted(gone), ["EVIDENCED_BY"])
    touched = {edge.start for edge in evidence if edge.end in gone and edge.start not in gone}
    remaining = reader.neighbours(space, sorted(touched), ["EVIDENCED_BY"])
    return touched - {edge.start for edge in remaining if edge.end not in gone}


def _unused_entities(gone: set[str], reader: GraphReader, space: str) -> set[str]:
    """Entities that nothing names any more."""
    touched = {e.end for e in _uses_by(gone, reader, space)} - gone
    remaining = reader.neighbours(space, sorted(touched), _USES)
    return touched - {edge.end for edge in remaining if edge.start not in gone}


def _uses_by(users: set[str], reader: GraphReader, space: str) -> Iterable[Edge]:
    edges = reader.neighbours(space, sorted(users), _USES)
    return [edge for edge in edges if edge.start in users]


def _reopened(gone: set[str], reader: GraphReader, space: str) -> list[Proposition]:
    """Facts that only deleted facts had closed or contradicted, believed again."""
    links = reader.neighbours(space, sorted(gone), ["SUPERSEDES", "CONTRADICTS"])
    touched = {e.end for e in links if e.start in gone and e.end not in gone}
    touched |= {
        e.start for e in links if e.kind == "CONTRADICTS" and e.end in gone and e.start not in gone
    }
    still: set[str] = set()
    for edge in reader.neighbours(space, sorted(touched), ["SUPERSEDES", "CONTRADICTS"]):
        if edge.start in gone or edge.end in gone:
            continue
        still.add(edge.end)
        if edge.kind == "CONTRADICTS":
            still.add(edge.start)
    facts = reader.get(space, sorted(touched - still))
    return [
        fact.model_copy(update={"status": "current", "valid_to": None})
        for fact in facts
        if isinstance(fact, Proposition)
    ]


def _shortened(gone: set[str], reader: GraphReader, space: str) -> list[Source]:
    """Sources whose last passage goes: the next one added follows the one before it."""
    passages = [node for node in reader.get(space, sorted(gone)) if isinstance(node, Passage)]
    owners = {passage.source for passage in passages} - gone
    sources = [node for node in reader.get(space, sorted(owners)) if isinstance(node, Source)]
    repaired: list[Source] = []
    for source in sources:
        last = source.last_passage
        while last in gone:
            chain = reader.neighbours(space, [last], ["NEXT"])
            last = next((edge.start for edge in chain if edge.end == last), None)
        if last != source.last_passage:
            repaired.append(source.model_copy(update={"last_passage": last}))
    return repaired
