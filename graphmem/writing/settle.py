"""Runs once more, with all that is known by now: for `consolidate`.

A run is masked by what is known when it comes: "put a saltshaker on a shelf" keeps its word until
some run shows that there are several saltshakers. Here every run is masked by what all runs show,
sorts of task that turn out to be one are drawn together, and the same lesson of sorts that are
alike becomes one insight above both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from graphmem.core.changes import Changes
from graphmem.core.skeleton import known_slots, mask, skeleton, slots_of
from graphmem.core.steps import patterns
from graphmem.ports import GraphReader, GraphStore
from graphmem.writing.add_run import apply_telling, draw_lessons
from graphmem.writing.liken import liken
from graphmem_schemas import Interaction, Query

__all__ = ["Settled", "retell", "settle_runs"]

_MAX_NODES = 2_000
_MAX_SORTS = 50


@dataclass(slots=True)
class Settled:
    """What settling did.

    Attributes:
        seq: number of the last commit; 0 where nothing differed.
        n_masked: runs that are masked otherwise than before.
        added: uids of new insights and prescriptions, by label.
    """

    seq: int = 0
    n_masked: int = 0
    added: dict[str, tuple[str, ...]] = field(default_factory=dict)


def settle_runs(store: GraphStore, space: str) -> Settled:
    """Mask every run by what all runs show, and draw the lessons of what changed.

    Doing it again changes nothing. Reads the tasks of all runs, not their steps: O(runs). Stopped
    in between, it goes on when it is called again.

    Args:
        store: holds the runs; written in commits of 2,000 nodes at most.
        space: the space.
    """
    runs = [query for query in _queries(store, space) if query.skeleton]
    slots = frozenset(slot for query in runs for slot in query.slots)
    told = {run.uid: _masked(run, slots) for run in runs}
    changed = [run for run in runs if told[run.uid] != run]
    out = Settled(n_masked=len(changed))
    for at in range(0, len(changed), _MAX_NODES):
        part = [run.uid for run in changed[at : at + _MAX_NODES]]
        _note(out, store.apply(space, lambda r, part=part: _remask(part, slots, r, space)).seq)  # type: ignore[misc]
    sorts = sorted({run.skeleton for run in told.values()} | {run.skeleton for run in changed})
    for at in range(0, len(sorts), _MAX_SORTS):
        seq, added = draw_lessons(sorts[at : at + _MAX_SORTS], store, space)
        _note(out, seq, added)
    alike = sorted({run.skeleton for run in told.values()})
    _note(out, *apply_telling(lambda reader: liken(alike, reader, space), store, space))
    return out


def retell(run: Query, steps: Iterable[Interaction]) -> Query:
    """Return a run as the steps that are left of it tell it: no word of another step stays.

    Its sort stays as it is: slots that stand in the task are kept.
    """
    told = sorted(steps, key=lambda step: step.position)
    done = [step.action for step in told if not step.noop]
    shown = slots_of(step.observation or "" for step in told)
    slots = known_slots((run.text, *patterns(done, ())), run.slots)
    slots.update(word for word in shown if word in run.slots)
    return run.model_copy(
        update={"slots": tuple(sorted(slots)), "steps": patterns(done, slots)},
    )


def _queries(store: GraphStore, space: str) -> Iterator[Query]:
    for batch in store.changes(space, 0, labels=(Query.label,)):
        yield from (node for node in batch.nodes if isinstance(node, Query))


def _remask(
    uids: Sequence[str], slots: frozenset[str], reader: GraphReader, space: str
) -> Changes:
    runs = [node for node in reader.get(space, uids) if isinstance(node, Query)]
    return Changes(nodes=tuple(_masked(run, slots) for run in runs))


def _masked(run: Query, slots: frozenset[str]) -> Query:
    """Return the run with every slot that stands in its task or steps left out."""
    known = known_slots((run.text, *run.steps), slots) | set(run.slots)
    steps = (" ".join(mask(step, known)) for step in run.steps)
    return run.model_copy(
        update={
            "slots": tuple(sorted(known)),
            "skeleton": skeleton(run.text, known),
            "steps": tuple(step for step, _ in groupby(steps)),
        }
    )


def _note(out: Settled, seq: int, added: Mapping[str, tuple[str, ...]] | None = None) -> None:
    out.seq = max(out.seq, seq)
    for label, uids in (added or {}).items():
        out.added[label] = (*out.added.get(label, ()), *uids)
