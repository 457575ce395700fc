"""Concepts as they are read: which there are, and what is about one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from graphmem.core.names import normalise_name
from graphmem.errors import NotFound
from graphmem.ports import GraphReader, GraphStore
from graphmem_schemas import Concept, ConceptSummary, Edge, Node, Proposition

__all__ = ["about", "all_concepts", "find_concept", "summaries"]

_HIDDEN = frozenset(("retired", "quarantined", "superseded"))


def all_concepts(store: GraphStore, space: str) -> list[Concept]:
    """Return every concept of the space, by name. O(concepts)."""
    found: dict[str, Concept] = {}
    for batch in store.changes(space, 0, labels=(Concept.label,)):
        for uid in batch.removed_nodes:
            found.pop(uid, None)
        found |= {node.uid: node for node in batch.nodes if isinstance(node, Concept)}
    return sorted(found.values(), key=lambda one: (one.name, one.uid))


def find_concept(name: str, reader: GraphReader, space: str) -> Concept:
    """Return the concept of a name, an alias or a uid; a name counts before an alias.

    Raises:
        NotFound: The space has no such concept.
    """
    key = normalise_name(name)
    found = reader.find(space, Concept.label, [key]).get(key, ()) if key else ()
    nodes = [n for n in reader.get(space, [name, *found]) if isinstance(n, Concept)]
    if not nodes:
        raise NotFound(
            f"there is no concept {name[:80]!r} in space {space!r}: the list of concepts has "
            "those that there are"
        )
    return min(nodes, key=lambda one: (one.uid != name, one.key != key, one.uid))


def summaries(
    concepts: Sequence[Concept], reader: GraphReader, space: str
) -> list[ConceptSummary]:
    """Return concepts with what is around each, in the same order. Two reads."""
    uids = [concept.uid for concept in concepts]
    edges = reader.neighbours(space, uids, ["BROADER", "ABOUT"]) if uids else []
    wide = [edge for edge in edges if edge.kind == "BROADER"]
    ends = sorted({uid for edge in wide for uid in (edge.start, edge.end)})
    nodes = reader.get(space, ends) if ends else []
    names = {node.uid: node.name for node in nodes if isinstance(node, Concept)}
    n_about: dict[str, int] = {}
    for edge in edges:
        if edge.kind == "ABOUT":
            n_about[edge.end] = n_about.get(edge.end, 0) + 1
    above = _by(((edge.start, edge.end) for edge in wide), names)
    below = _by(((edge.end, edge.start) for edge in wide), names)
    return [
        ConceptSummary(
            uid=one.uid, name=one.name, aliases=one.aliases, given=one.given,
            broader=above.get(one.uid, ()), narrower=below.get(one.uid, ()),
            n_about=n_about.get(one.uid, 0),
        )
        for one in concepts
    ]  # fmt: skip


def about(
    concept: Concept, reader: GraphReader, space: str, k: int, *, narrower: bool
) -> list[Node]:
    """Return what is about a concept and holds, newest first; ties by uid.

    Args:
        concept: the concept.
        reader: the store.
        space: the space.
        k: how many, 1 or more.
        narrower: whether what is about narrower concepts counts, at any depth.
    """
    uids = _below(concept.uid, reader, space) if narrower else [concept.uid]
    edges = reader.neighbours(space, uids, ["ABOUT"])
    return _newest(reader.get(space, sorted({edge.start for edge in edges})), k)


def _newest(nodes: Iterable[Node | None], k: int) -> list[Node]:
    shown = [n for n in nodes if n is not None and getattr(n, "status", "") not in _HIDDEN]
    return sorted(shown, key=lambda n: (-_when(n), n.uid))[:k]


def _when(node: Node) -> float:
    at = node.valid_from if isinstance(node, Proposition) else None
    return (at or node.recorded_at).timestamp()


def _below(uid: str, reader: GraphReader, space: str) -> list[str]:
    """Return the concept and all that are narrower. One read a level."""
    found, frontier = {uid}, {uid}
    while frontier:
        edges: Collection[Edge] = reader.neighbours(space, sorted(frontier), ["BROADER"])
        frontier = {edge.start for edge in edges if edge.end in frontier} - found
        found |= frontier
    return sorted(found)


def _by(pairs: Iterable[tuple[str, str]], names: dict[str, str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for one, other in pairs:
        found.setdefault(one, set()).add(names.get(other, other))
    return {one: tuple(sorted(others)) for one, others in found.items()}
