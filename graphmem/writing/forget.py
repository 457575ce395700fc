"""Taking back: which nodes go with what is deleted, and which facts come back.

What rests on the deleted alone goes; what has other support stays. The timelines of the facts
are laid out anew, as if the deleted had never been said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from graphmem.core.changes import Changes, Commit
from graphmem.errors import InvalidInput
from graphmem.ports import GraphReader, GraphStore, PlanReader
from graphmem.writing.carry import carry
from graphmem.writing.distil import drawn_from_runs, drawn_only, redraw
from graphmem.writing.fall import Fallen, fall
from graphmem.writing.merge import forget_apart
from graphmem.writing.scopes import Relaid, content_of, read_evidence, read_scopes, relay
from graphmem.writing.settle import retell
from graphmem.writing.without import Without
from graphmem_schemas import (
    DeleteReceipt,
    Edge,
    Event,
    Insight,
    Interaction,
    Node,
    Passage,
    Proposition,
    Query,
    Source,
)

__all__ = [
    "Forgotten",
    "check_one_target",
    "forget",
    "forget_nodes",
    "forget_sources",
    "forget_space",
    "receipt_of",
]

PLACES = (
    "graph", "vectors", "text", "adjacency", "projection", "lessons", "shown", "caches", "answers"
)  # fmt: skip
"""What every removal clears: the store's rows and vectors, the views of them, the Cypher files,
the lessons that are held with their vectors, what was shown lately, the caches of functions, and
what an LLM said of it."""

_NOTHING = ("there was nothing to delete",)
_PART = 2_000
_FIRST = ("Source", "Passage", "Entity", "Concept", "Query")
_LAST_FIRST = (*(label for label in Node.registry if label not in _FIRST), *reversed(_FIRST))


@dataclass(frozen=True, slots=True)
class Forgotten:
    """A change that takes something back.

    Attributes:
        n_weakened: how many nodes stay with less to rest on.
        restored: how many of the removed are put again, by label and by kind of edge.
    """

    changes: Changes
    n_weakened: int
    restored: tuple[Counter[str], Counter[str]]


def check_one_target(space: str | None, own: str, *others: object) -> None:
    """Check that exactly one thing is to be deleted, and that a space is the memory's own.

    Raises:
        InvalidInput: Not exactly one is given, or another space is named.
    """
    if sum(given is not None for given in (space, *others)) != 1:
        raise InvalidInput("delete takes exactly one of uid, source, entity and space")
    if space is not None and space != own:
        raise InvalidInput(
            f"this memory is open on space {own!r} and cannot delete {space!r}: "
            "open that space to delete it"
        )


def forget_sources(uids: Sequence[str], reader: PlanReader, space: str) -> Forgotten:
    """Remove sources with their passages and all that rests on these alone."""
    return _forget(uids, reader, space, keys=uids)


def forget_nodes(uids: Sequence[str], reader: PlanReader, space: str) -> Forgotten:
    """Remove single nodes: a source, a passage, an event, a fact or an entity with its facts.

    A step of a run takes along the passages that keep its words.

    Raises:
        InvalidInput: One is drawn from runs that are stored, which would bring it back.
    """
    nodes = [node for node in reader.get(space, uids) if node is not None]
    taught = drawn_from_runs(nodes, reader, space)
    if taught:
        what = "an insight" if isinstance(taught[0], Insight) else "a prescription of runs"
        raise InvalidInput(
            f"{taught[0].uid[:80]!r} cannot be deleted: {what} is what its runs teach: delete the "
            "runs, or say by `feedback` that it did not help"
        )
    keys = [node.uid for node in nodes if isinstance(node, Source)]
    gone = [node.uid for node in nodes]
    gone += _words_of([n.uid for n in nodes if isinstance(n, Interaction)], reader, space)
    return _forget(gone, reader, space, keys=keys)


def _words_of(steps: Sequence[str], reader: GraphReader, space: str) -> list[str]:
    """Return the passages that keep the words of steps and of no other step."""
    told = reader.neighbours(space, steps, ["EVIDENCED_BY"]) if steps else []
    passages = sorted({edge.end for edge in told if edge.start in steps})
    if not passages:
        return []
    resting = reader.neighbours(space, passages, ["EVIDENCED_BY"])
    others = sorted({edge.start for edge in resting} - set(steps))
    kept = {node.uid for node in reader.get(space, others) if isinstance(node, Interaction)}
    return sorted(set(passages) - {edge.end for edge in resting if edge.start in kept})


def forget(
    store: GraphStore, space: str, plan: Callable[[PlanReader], Forgotten]
) -> tuple[DeleteReceipt, frozenset[str]]:
    """Remove what a plan says, in one commit; return what went in numbers and by uid."""
    last: list[Forgotten] = []

    def changes(reader: PlanReader) -> Changes:
        last[:] = [plan(reader)]
        return last[0].changes

    commit = store.apply(space, changes)
    if not commit.seq:
        return DeleteReceipt(seq=0, notes=_NOTHING), frozenset()
    labels, kinds = last[0].restored
    receipt = DeleteReceipt(
        seq=commit.seq,
        nodes=dict(Counter(commit.n_nodes_removed) - labels),
        edges=dict(Counter(commit.n_edges_removed) - kinds),
        recounted=last[0].n_weakened,
    )
    put = {node.uid for node in last[0].changes.nodes}
    return receipt, frozenset(last[0].changes.remove_nodes) - put


def receipt_of(commits: Iterable[Commit]) -> DeleteReceipt:
    """Return what the commits removed together."""
    nodes, edges, last = Counter[str](), Counter[str](), 0
    for commit in commits:
        nodes.update(commit.n_nodes_removed)
        edges.update(commit.n_edges_removed)
        last = max(last, commit.seq)
    notes = () if last else _NOTHING
    return DeleteReceipt(seq=last, nodes=dict(nodes), edges=dict(edges), notes=notes)


def forget_space(store: GraphStore, space: str) -> Iterator[Commit]:
    """Remove every node of the space, some thousand a commit: a server holds a commit in memory.

    What rests on other nodes goes before them, so that a space half removed has no fact without
    its evidence. Last goes what is kept beside the graph: which entities are two, and up to where
    it was consolidated. Who was stopped begins again.
    """
    for label in _LAST_FIRST:
        while uids := _some(store, space, label):
            yield store.apply(space, lambda _, uids=uids: Changes(remove_nodes=uids))  # type: ignore[misc]
    forget_apart(store, space)
    store.write_meta(f"consolidated {space}", "")


def _some(store: GraphStore, space: str, label: str) -> tuple[str, ...]:
    """Return uids of nodes of a label, some thousand at most; none where there are none left."""
    for batch in store.changes(space, 0, labels=(label,)):
        if batch.nodes:
            return tuple(node.uid for node in batch.nodes[:_PART])
    return ()


def _forget(uids: Sequence[str], reader: PlanReader, space: str, keys: Sequence[str]) -> Forgotten:
    fallen = fall(uids, reader, space, keys)
    # What the runs that stay teach is as if the others had never been.
    retold = _retold(fallen, reader, space)
    left = _Retold(reader, frozenset(fallen.gone), frozenset(keys), retold)
    drawn = redraw(_sorts(fallen) | {run.skeleton for run in retold.values()}, left, space)
    also = _with_those_above(drawn.remove_nodes, reader, space) if retold else drawn.remove_nodes
    if not fallen.gone.issuperset(also):
        fallen = fall([*uids, *also], reader, space, keys)
    gone = fallen.gone
    nodes: dict[str, Node] = {}
    edges, removed, links = _joined(gone, reader, space), set(gone), list[str]()
    for relaid in _relaid(fallen, reader, space):
        nodes |= relaid.facts
        edges += relaid.edges
        removed.update(relaid.remove_nodes)
        links += relaid.remove_links
    nodes |= {node.uid: node for node in fallen.mended(reader, space)} | retold
    carried = carry(removed, nodes, reader, space, gone)
    for node in (
        *carried.nodes, *_shortened(fallen, reader, space), *_placeless(fallen, reader, space)
    ):  # fmt: skip
        nodes[node.uid] = node
    nodes |= {node.uid: node for node in drawn.nodes}
    links += drawn.remove_sources
    changes = Changes(
        nodes=tuple(nodes.values()),
        edges=(*edges, *carried.edges, *drawn.edges),
        remove_nodes=tuple(sorted(removed)),
        remove_sources=(*keys, *links),
    )
    return Forgotten(changes, len(fallen.weakened()), _restored(changes, reader, space))


def _sorts(fallen: Fallen) -> set[str]:
    """Return the sorts of the tasks whose runs go."""
    return {
        node.skeleton
        for node in fallen.nodes.values()
        if isinstance(node, Query) and node.skeleton
    }


@dataclass(frozen=True, slots=True)
class _Retold(Without):
    """The store without what goes, and with the runs that lose a step as they will be."""

    runs: Mapping[str, Node] = field(default_factory=dict)

    def get(self, space: str, uids: Sequence[str]) -> list[Node | None]:
        found = Without.get(self, space, uids)
        return [None if node is None else self.runs.get(node.uid, node) for node in found]


def _retold(fallen: Fallen, reader: GraphReader, space: str) -> dict[str, Query]:
    """Return the runs that lose a step, by uid, as the steps that are left tell them."""
    lost = [node for node in fallen.nodes.values() if isinstance(node, Interaction)]
    uids = sorted({step.query for step in lost if step.uid in fallen.gone} - fallen.gone)
    if not uids:
        return {}
    parts = reader.neighbours(space, uids, ["PART_OF"])
    steps: dict[str, list[Interaction]] = {}
    for node in reader.get(space, sorted({edge.start for edge in parts} - fallen.gone)):
        if isinstance(node, Interaction):
            steps.setdefault(node.query, []).append(node)
    runs = [node for node in reader.get(space, uids) if isinstance(node, Query)]
    return {run.uid: retell(run, steps.get(run.uid, ())) for run in runs}


def _with_those_above(removed: Sequence[str], reader: GraphReader, space: str) -> list[str]:
    """Return lessons that go and those joined from them, which say their words again."""
    edges = reader.neighbours(space, removed, ["DERIVED_FROM"]) if removed else []
    above = sorted({edge.start for edge in edges} - set(removed))
    return [*removed, *drawn_only(above, reader, space)]


def _restored(
    changes: Changes, reader: GraphReader, space: str
) -> tuple[Counter[str], Counter[str]]:
    """Count, by label and by kind, what is removed only to be put again."""
    put = {node.uid: node for node in changes.nodes}
    again = sorted(put.keys() & set(changes.remove_nodes))
    if not again:
        return Counter(), Counter()
    before = {(e.kind, e.start, e.end) for e in reader.neighbours(space, again)}
    after = {(e.kind, e.start, e.end) for e in changes.edges}
    labels = Counter(put[uid].label for uid in again)
    return labels, Counter(kind for kind, _, _ in before & after)


def _relaid(fallen: Fallen, reader: GraphReader, space: str) -> list[Relaid]:
    """Lay the timelines of what lost evidence out anew, over what is left."""
    touched = [
        *fallen.weakened(),
        *(fallen.nodes[u] for u in sorted(fallen.gone & fallen.nodes.keys())),
    ]
    contents = [content_of(fact) for fact in touched if isinstance(fact, Proposition)]
    if not contents:
        return []
    scopes = list(read_scopes(contents, reader, space).values())
    without = frozenset(fallen.gone)
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


def _shortened(fallen: Fallen, reader: GraphReader, space: str) -> list[Source]:
    """Sources whose last passage goes: the next one added follows the one before it."""
    gone = fallen.gone
    passages = [node for uid, node in fallen.nodes.items() if uid in gone]
    owners = {node.source for node in passages if isinstance(node, Passage)} - gone
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


def _placeless(fallen: Fallen, reader: GraphReader, space: str) -> list[Event]:
    """Events that stay, and whose place goes."""
    found = {
        edge.start
        for uid in fallen.gone
        for edge in fallen.at(uid)
        if edge.kind == "ARGUMENT" and edge.end == uid
    } - fallen.gone
    return [
        event.model_copy(update={"place": None})
        for event in reader.get(space, sorted(found))
        if isinstance(event, Event) and event.place in fallen.gone
    ]
