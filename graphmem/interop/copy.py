"""A space from one store into another, in batches, resumable, with a comparison at the end.

The target remembers how far the copy has come. Applying a batch twice changes nothing, so a copy
that was killed goes on where it was; one that was finished carries over what changed since.
"""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, replace

from graphmem.core.changes import ChangeBatch, Changes, EdgeKey
from graphmem.errors import InvalidInput, NotFound, StoreBusy, StoreError
from graphmem.interop.compare import Holdings, holdings, missing_from
from graphmem.interop.whole import MAX_TRIES
from graphmem.ports import GraphStore, Progress
from graphmem_schemas import EDGE_KINDS, Edge, Node

__all__ = ["Copied", "copy_space", "require_space"]


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy did.

    Attributes:
        resumed: whether an earlier copy was gone on with.
        holdings: what the source's space holds; the target's holds the same, or with `merge`
            that and more.
    """

    resumed: bool
    n_batches: int
    holdings: Holdings


@dataclass(frozen=True, slots=True)
class _Mark:
    """How far a copy has come.

    Attributes:
        seq: commit of the source up to which the target has everything.
        token: the source's mark of that commit: a source that was put back to an older copy
            has another one.
        base: the source's newest commit when the copy began: what was removed before was never
            copied.
        merge: whether the target holds something else too, which no later copy may remove.
        counts: what the target held when the copy was finished; None while one is going on.
        checksum: of the same.
        to_seq: the target's newest commit then.
    """

    seq: int
    token: str | None
    base: int
    merge: bool = False
    counts: dict[str, int] | None = None
    checksum: int = 0
    to_seq: int = 0


def copy_space(
    source: GraphStore,
    space: str,
    target: GraphStore,
    to_space: str,
    *,
    merge: bool = False,
    progress: Progress | None = None,
) -> Copied:
    """Copy a space into a space of another store, or of the same.

    Args:
        source: where from; others may go on writing to it.
        space: the space that is copied.
        target: where to.
        to_space: the space that the copy goes into; empty, or an earlier copy of the same.
        merge: whether it may hold something else. What the source has is then put beside it:
            nodes of the same uid become those of the source, nothing is removed.
        progress: hears how many of the source's commits are copied.

    Raises:
        NotFound: The source has no such space.
        InvalidInput: Both are one space, or the target's holds something else.
        StoreBusy: Others wrote to the source all the time.
        StoreError: At the end the two are not the same; the message says in what.
    """
    copy = _Copy(source, space, target, to_space, merge)
    resumed = copy.begin()
    n_batches = 0
    for _ in range(MAX_TRIES):
        n_batches += copy.follow(progress or (lambda stage, done, total: None))
        found, differences = copy.compare()
        if source.seq(space) != copy.mark.seq:
            continue
        if differences:
            raise copy.not_the_same(differences)
        copy.finish(found)
        return Copied(resumed, n_batches, found)
    raise StoreBusy(
        f"others wrote to space {space!r} during each of {MAX_TRIES} comparisons: all of it up "
        f"to commit {copy.mark.seq} is copied; run the copy again when it is quieter"
    )


def require_space(source: GraphStore, space: str) -> None:
    """Check that there is something to copy, before a target is opened or made for it.

    Raises:
        NotFound: The source has no such space.
    """
    if not source.seq(space):
        there = ", ".join(map(repr, source.spaces()[:10])) or "none"
        raise NotFound(f"the source has no space {space!r}; it has {there}")


class _Copy:
    def __init__(
        self, source: GraphStore, space: str, target: GraphStore, to_space: str, merge: bool
    ) -> None:
        self.source, self.space, self.target, self.to = source, space, target, to_space
        self.merge = merge
        self._key = f"copy {json.dumps([source.identity, space, to_space])}"
        self.mark = _Mark(0, None, 0)
        self._seq_compared = 0

    def begin(self) -> bool:
        """Find where to go on, or make sure that there is room to start; say which it was."""
        if self.space == self.to and self._is_one_place():
            raise InvalidInput(f"space {self.space!r} would be copied onto itself")
        require_space(self.source, self.space)
        n_there = sum(self.target.count(self.to).nodes.values())
        kept = self.target.read_meta(self._key)
        if kept is not None and n_there:
            self.mark = _Mark(**json.loads(kept))
            self._check_history()
            self._check_target()
            return True
        if n_there and not self.merge and self._is_older_self():
            return True
        if n_there and not self.merge:
            raise InvalidInput(
                f"space {self.to!r} of the target holds {n_there:,} nodes that are no copy of "
                f"space {self.space!r}: name another one with --to, or say --merge"
            )
        self._keep(_Mark(0, None, self.source.seq(self.space), self.merge))
        return False

    def _is_one_place(self) -> bool:
        """Whether both are one store; a copy of a store's file has the identity of the store."""
        if self.source.identity != self.target.identity:
            return False
        probe = uuid.uuid4().hex
        self.target.write_meta("copy probe", probe)
        return self.source.read_meta("copy probe") == probe

    def _is_older_self(self) -> bool:
        """Go on where a copy of the source's file stayed behind, if nobody else wrote to it."""
        seq = self.target.seq(self.to)
        if self.space != self.to or self.source.identity != self.target.identity:
            return False
        token = self.target.token(self.to, seq)
        if token is None or token != self.source.token(self.space, seq):
            return False
        self._keep(_Mark(seq, token, seq))
        return True

    def _check_target(self) -> None:
        """Look before anything is written whether the target is as the copy has left it."""
        mark = self.mark
        if mark.merge and not self.merge:
            raise InvalidInput(
                f"space {self.to!r} was made with --merge and may hold more than the copy: say "
                "--merge again, so that nothing of it is removed"
            )
        if self.merge:
            self._keep(replace(mark, merge=True))
        elif mark.counts is not None and self.target.seq(self.to) != mark.to_seq:
            left = Holdings(Counter(mark.counts), mark.checksum)
            if differences := holdings(self.target, self.to).differences(left):
                raise self.not_the_same(differences)

    def not_the_same(self, differences: Sequence[str]) -> StoreError:
        """Return the error that says in what the target is another."""
        return StoreError(
            f"space {self.to!r} is not the same as its source {self.space!r} "
            f"({'; '.join(differences[:8])}): something else wrote to it; empty it "
            "(`graphmem delete --all`) or name another one, and copy again"
        )

    def finish(self, found: Holdings) -> None:
        """Keep what the target holds, so that the next copy sees whether it was changed."""
        done = replace(
            self.mark,
            counts=dict(found.counts),
            checksum=found.checksum,
            to_seq=self._seq_compared,
        )
        if done != self.mark:
            self._keep(done)

    def _check_history(self) -> None:
        mark = self.mark
        if mark.seq and self.source.token(self.space, mark.seq) != mark.token:
            raise InvalidInput(
                f"the source is not what it was when it was copied up to commit {mark.seq}: it "
                f"was put back to an older state; empty space {self.to!r} and copy again"
            )

    def follow(self, progress: Progress) -> int:
        """Carry over what is new in the source; return in how many batches."""
        n_batches, first = 0, self.mark.seq
        batches = self.source.changes(
            self.space, first, labels=tuple(Node.registry), kinds=EDGE_KINDS, vectors=True
        )
        for batch in batches:
            changes = self._changes(batch)
            if self.mark.counts is not None:  # from here on it is between two states
                self._keep(replace(self.mark, counts=None))
            self.target.apply(self.to, lambda _, changes=changes: changes)  # type: ignore[misc]
            token = self.source.token(self.space, batch.seq)
            self._keep(replace(self.mark, seq=batch.seq, token=token))
            n_batches += 1
            total = max(batch.seq, self.source.seq(self.space)) - first
            progress("copying", batch.seq - first, total)
        return n_batches

    def compare(self) -> tuple[Holdings, list[str]]:
        """Return what the source holds, and in what the target differs."""
        self._seq_compared = self.target.seq(self.to)
        found = holdings(self.source, self.space)
        if self.merge:
            missing = missing_from(self.target, self.to, self.source, self.space)
            return found, [f"{name}: {n:,} missing" for name, n in sorted(missing.items())]
        return found, holdings(self.target, self.to).differences(found)

    def _keep(self, mark: _Mark) -> None:
        self.mark = mark
        self.target.write_meta(self._key, json.dumps(asdict(mark)))

    def _changes(self, batch: ChangeBatch) -> Changes:
        """Return what makes the target's space as the batch says.

        Nodes that edges and vectors of the batch need, and that come in a later one because they
        changed again, are put early.
        """
        gone, gone_edges = self._removed(batch)
        stale = self._stale_sources(batch, gone, gone_edges)
        if stale:  # those of all later batches too, so that the source's edges are read once
            for later in self.source.changes(self.space, batch.seq, kinds=EDGE_KINDS):
                stale |= self._stale_sources(later, *self._removed(later))
        edges = (*batch.edges, *self._edges_of_sources(stale))
        there = {node.uid for node in batch.nodes}
        needed = {uid for edge in edges for uid in (edge.start, edge.end)}
        needed.update(vector.uid for vector in batch.vectors)
        early = self._early(sorted(needed - there), gone)
        there.update(uid for uid, node in early.items() if node is not None)
        lost = {uid for uid, node in early.items() if node is None}
        there.update(needed - lost)
        return Changes(
            nodes=(*batch.nodes, *(node for node in early.values() if node is not None)),
            edges=tuple(e for e in edges if e.start in there and e.end in there),
            vectors=tuple(v for v in batch.vectors if v.uid in there),
            remove_nodes=tuple(sorted(gone)),
            remove_sources=tuple(sorted(stale)),
        )

    def _early(self, uids: Sequence[str], gone: Collection[str]) -> dict[str, Node | None]:
        """Return the nodes that the target lacks; None for one that the source has no more."""
        held = self.target.get(self.to, uids)
        lacking = [
            uid for uid, node in zip(uids, held, strict=True) if node is None or uid in gone
        ]
        return dict(zip(lacking, self.source.get(self.space, lacking), strict=True))

    def _removed(self, batch: ChangeBatch) -> tuple[set[str], set[EdgeKey]]:
        """Return what was removed in the source since it was copied."""
        if self.merge or batch.seq <= self.mark.base:
            return set(), set()
        if self.mark.seq >= self.mark.base:
            return set(batch.removed_nodes), set(batch.removed_edges)
        nodes, edges = set[str](), set[EdgeKey]()
        for later in self.source.changes(self.space, self.mark.base):
            nodes.update(later.removed_nodes)
            edges.update(later.removed_edges)
        # What was removed after this batch comes again; to remove it early does no harm.
        return nodes, edges

    def _stale_sources(
        self, batch: ChangeBatch, gone: Collection[str], gone_edges: Collection[EdgeKey]
    ) -> set[str]:
        """Return the keys of contributions that edges of the target have and should not have."""
        if self.merge or batch.seq <= self.mark.base:
            return set()
        wanted: dict[EdgeKey, Collection[str]] = {
            key: () for key in gone_edges if key[1] not in gone and key[2] not in gone
        }
        wanted |= {(e.kind, e.start, e.end): e.sources.keys() for e in batch.edges}
        starts = sorted({start for _, start, _ in wanted})
        stale: set[str] = set()
        for edge in self.target.neighbours(self.to, starts) if starts else ():
            right = wanted.get((edge.kind, edge.start, edge.end))
            if right is not None:
                stale.update(source for source in edge.sources if source not in right)
        return stale

    def _edges_of_sources(self, keys: Collection[str]) -> Iterator[Edge]:
        """Yield the source's edges that rest on any of the keys.

        A key can only be taken back from all edges at once: the others are put again.
        Complexity: all edges of the source, where there is any key.
        """
        if keys:
            for batch in self.source.changes(self.space, 0, kinds=EDGE_KINDS):
                yield from (
                    edge for edge in batch.edges if not edge.sources.keys().isdisjoint(keys)
                )
