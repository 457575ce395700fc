"""Taking back: which nodes go with what is deleted, and which facts come back.

What rests on the deleted alone goes; what has other support stays. The timelines of the facts
are laid out anew, as if the deleted had never been said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from graphmem.core.changes import Changes, Commit
from graphmem.errors import InvalidInput
from graphmem.ports import GraphReader, GraphStore
from graphmem.writing.scopes import Relaid, content_of, read_evidence, read_scopes, relay
from graphmem_schemas import (
    DeleteReceipt,
    Edge,
    EdgeKind,
    Entity,
    Node,
    Passage,
    Proposition,
    Source,
)

__all__ = ["check_one_target", "forget_nodes", "forget_sources", "forget_space", "receipt_of"]

_PART = 2_000
_FIRST = ("Source", "Passage", "Entity", "Concept", "Query")
_LAST_FIRST = (*(label for label in Node.registry if label not in _FIRST), *reversed(_FIRST))
_USES: tuple[EdgeKind, ...] = ("MENTIONS", "SUBJECT", "OBJECT", "ARGUMENT", "MEMBER")


def check_one_target(uid: object, source: object, space: str | None, own: str) -> None:
    """Check that exactly one thing is to be deleted, and that a space is the memory's own.

    Raises:
        InvalidInput: Not exactly one of the three is given, or another space is named.
    """
    if sum(given is not None for given in (uid, source, space)) != 1:
        raise InvalidInput("delete takes exactly one of uid, source and space")
    if space is not None and space != own:
        raise InvalidInput(
            f"this memory is open on space {own!r} and cannot delete {space!r}: "
            "open that space to delete it"
        )


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


def receipt_of(commits: Sequence[Commit]) -> DeleteReceipt:
    """Return what the commits removed together."""
    nodes, edges = Counter[str](), Counter[str]()
    for commit in commits:
        nodes.update(commit.n_nodes_removed)
        edges.update(commit.n_edges_removed)
    last = max((commit.seq for commit in commits), default=0)
    return DeleteReceipt(seq=last, nodes=dict(nodes), edges=dict(edges))


def forget_space(store: GraphStore, space: str) -> Iterator[Commit]:
    """Remove every node of the space, some thousand a commit: a server holds a commit in memory.

    What rests on other nodes goes before them, so that a space half removed has no fact without
    its evidence. Who was stopped begins again.
    """
    for label in _LAST_FIRST:
        while uids := _some(store, space, label):
            yield store.apply(space, lambda _, uids=uids: Changes(remove_nodes=uids))  # type: ignore[misc]


def _some(store: GraphStore, space: str, label: str) -> tuple[str, ...]:
    """Return uids of nodes of a label, some thousand at most; none where there are none left."""
    for batch in store.changes(space, 0, labels=(label,)):
        if batch.nodes:
            return tuple(node.uid for node in batch.nodes[:_PART])
    return ()


def _forget(
    gone: set[str], reader: GraphReader, space: str, sources: tuple[str, ...] = ()
) -> Changes:
    gone = gone | _unsupported(gone, reader, space)
    gone |= _unused_entities(gone, reader, space)
    joined = _joined(gone, reader, space)
    facts, edges = dict[str, Proposition](), list[Edge]()
    removed, links = set(gone), list[str]()
    for relaid in _relaid(gone, reader, space):
        facts |= relaid.facts
        edges += relaid.edges
        removed.update(relaid.remove_nodes)
        links += relaid.remove_links
    return Changes(
        nodes=(*facts.values(), *_shortened(gone, reader, space)),
        edges=(*joined, *edges),
        remove_nodes=tuple(sorted(removed)),
        remove_sources=(*sources, *links),
    )


def _relaid(gone: set[str], reader: GraphReader, space: str) -> list[Relaid]:
    """Lay the timelines of what lost evidence out anew, over what is left."""
    evidence = reader.neighbours(space, sorted(gone), ["EVIDENCED_BY"])
    touched = {edge.start for edge in evidence} | gone
    contents = [
        content_of(fact)
        for fact in reader.get(space, sorted(touched))
        if isinstance(fact, Proposition)
    ]
    if not contents:
        return []
    scopes = list(read_scopes(contents, reader, space).values())
    without = frozenset(gone)
    read_evidence(scopes, reader, space, without)
    return [relay(scope, {}, gone=without) for scope in scopes]


def _joined(gone: set[str], reader: GraphReader, space: str) -> list[Edge]:
    """Join what stood before and after what goes, in the same order."""
    steps = reader.neighbours(space, sorted(gone), ["NEXT"])
    after = {edge.start: edge.end for edge in steps if edge.start in gone}
    joined: list[Edge] = []
    for edge in steps:
        if edge.start in gone:
            continue
        end: str | None = edge.end
        while end in gone:
            end = after.get(end)
        if end is not None:
            joined.append(edge.model_copy(update={"end": end}))
    return joined


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
