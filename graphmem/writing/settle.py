"""Runs once more, with all that is known by now: for `consolidate`.

A run is masked by what is known when it comes: "put a saltshaker on a shelf" keeps its word until
some run shows that there are several saltshakers. Here every run is masked by what all runs show
that are there today, sorts of task that turn out to be one are drawn together, and the same
lesson of sorts that are alike becomes one insight above both.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby

from graphmem.core.changes import Changes
from graphmem.core.skeleton import known_slots, mask, skeleton, slots_of
from graphmem.core.steps import patterns
from graphmem.ports import GraphReader, GraphStore
from graphmem.writing.add_run import apply_telling, draw_lessons
from graphmem.writing.liken import liken
from graphmem.writing.site import parts
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

    Doing it again changes nothing. Reads the tasks of all runs, and the steps only of those that
    are masked by what no run shows any more: O(runs). Stopped in between, it goes on when it is
    called again.

    Args:
        store: holds the runs; written in commits of 2,000 nodes at most.
        space: the space.
    """
    runs = {query.uid: query for query in _queries(store, space) if query.skeleton}
    stale = frozenset(_stale(runs.values()))
    bare = dict(runs)
    for part in parts(sorted(stale), _MAX_NODES):
        bare.update((run.uid, run) for run in _bare(part, stale, store, space))
    slots = _all_shown(bare.values())
    told = {uid: _masked(run, slots) for uid, run in bare.items()}
    changed = [run for uid, run in runs.items() if told[uid] != run]
    out = Settled(n_masked=len(changed))
    for part in parts([run.uid for run in changed], _MAX_NODES):
        plan = partial(_remask, part, stale, slots, space=space)
        _note(out, store.apply(space, plan).seq)
    sorts = sorted({run.skeleton for run in told.values()} | {run.skeleton for run in changed})
    for at in range(0, len(sorts), _MAX_SORTS):
        seq, added = draw_lessons(sorts[at : at + _MAX_SORTS], store, space)
        _note(out, seq, added)
    alike = sorted({run.skeleton for run in told.values()})
    _note(out, *apply_telling(lambda reader: liken(alike, reader, space), store, space))
    return out


def _all_shown(runs: Iterable[Query]) -> frozenset[str]:
    return frozenset(slot for run in runs for slot in run.shown)


def _stale(runs: Collection[Query]) -> list[str]:
    """Return the runs that are masked by what no run shows any more."""
    shown = _all_shown(runs)
    return [run.uid for run in runs if not shown.issuperset(run.slots)]


def retell(run: Query, steps: Iterable[Interaction]) -> Query:
    """Return a run as the steps that are left of it tell it: no word of another step stays.

    Its sort stays as it is: slots that stand in the task are kept.
    """
    done, shown = _done(steps)
    slots = known_slots((run.text, *patterns(done, ())), run.slots) | set(shown)
    return run.model_copy(
        update={
            "shown": shown, "slots": tuple(sorted(slots)), "steps": patterns(done, slots),
        }
    )  # fmt: skip


def _done(steps: Iterable[Interaction]) -> tuple[list[str], tuple[str, ...]]:
    """Return what was done, in order, and the words that it shows to stand for any thing."""
    told = sorted(steps, key=lambda step: step.position)
    done = [step.action for step in told if not step.noop]
    return done, slots_of(step.observation or "" for step in told)


def _bare(
    uids: Sequence[str], stale: Collection[str], reader: GraphReader, space: str
) -> list[Query]:
    """Return runs, those that are stale as they would be if no other run was there."""
    runs = [node for node in reader.get(space, uids) if isinstance(node, Query)]
    lost = [run.uid for run in runs if run.uid in stale]
    parts = reader.neighbours(space, lost, ["PART_OF"]) if lost else []
    steps: dict[str, list[Interaction]] = {uid: [] for uid in lost}
    for node in reader.get(space, sorted({edge.start for edge in parts})):
        if isinstance(node, Interaction) and node.query in steps:
            steps[node.query].append(node)
    found: list[Query] = []
    for run in runs:
        if run.uid not in steps:
            found.append(run)
            continue
        done, shown = _done(steps[run.uid])
        alone = {"shown": shown, "slots": shown, "steps": patterns(done, shown)}
        found.append(run.model_copy(update=alone))
    return found


def _queries(store: GraphStore, space: str) -> Iterator[Query]:
    for batch in store.changes(space, 0, labels=(Query.label,)):
        yield from (node for node in batch.nodes if isinstance(node, Query))


def _remask(
    uids: Sequence[str],
    stale: Collection[str],
    slots: frozenset[str],
    reader: GraphReader,
    space: str,
) -> Changes:
    runs = _bare(uids, stale, reader, space)
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
