"""What runs have taught that helps with a task: fit, what near runs say, and how sure it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from graphmem.core.beta import lower_bound
from graphmem.core.decay import days_between, freshness
from graphmem.core.skeleton import grams, likeness, skeleton, slots_of
from graphmem.core.support_walk import spoken_for
from graphmem.ports import GraphReader, LessonIndex, Ranked
from graphmem.reading.similar import recall_id
from graphmem_schemas import Edge, Hit, Insight, PathStep, Recall, ScorePart

__all__ = ["fitting_insights"]

_NONE = (
    "no insight is remembered that fits: several runs of a sort of task teach one, and "
    "consolidate draws more from them"
)
_N_SEEDS = 20
_N_BY_WORDS = 30
# How much each counts: fit to the task, what runs near it say, how sure the lesson is.
_FIT, _NEAR, _SURE = 1.0, 0.5, 0.5
_BY_TASK, _BY_WORDS = 0.7, 0.3
# An insight that shares nothing with the task is none for it, however sure it is.
_MIN_LIKE = 0.25
# Fewer observations than these, and it is cold: every third place is one's that few have tried.
_COLD = 3.0
_EVERY = 3


@dataclass(frozen=True, slots=True)
class _Scored:
    insight: Insight
    fit: float
    near: float
    sure: float

    @property
    def score(self) -> float:
        return _FIT * self.fit + _NEAR * self.near + _SURE * self.sure

    @property
    def says(self) -> tuple[str, tuple[str, ...]]:
        """What it says, whatever sort of task it says it of."""
        return self.insight.kind, self.insight.steps or (self.insight.text,)

    @property
    def cold(self) -> bool:
        """Whether hardly anybody has tried it."""
        return self.insight.alpha + self.insight.beta - 2.0 < _COLD


def fitting_insights(
    task: str, k: int, lessons: LessonIndex, reader: GraphReader, space: str, now: datetime
) -> Recall:
    """Return the k insights that help most; every third place goes to one that few have tried.

    Four reads of the store, whatever the number of insights.

    Args:
        task: in plain words.
        k: 1 or more.
        lessons: runs and insights of the space as they are now.
        reader: gives nodes and edges.
        space: the space.
        now: dates the recall.
    """
    asked = skeleton(task, lessons.slots() | set(slots_of([task])))
    near = [one for one in lessons.similar(asked, _N_SEEDS) if one.score >= _MIN_LIKE]
    by_words = lessons.best(Insight.label, task, _N_BY_WORDS)
    edges = _edges_near(near, reader, space)
    support = spoken_for({one.uid: one.score for one in near}, edges)
    uids = dict.fromkeys((*(one.uid for one in by_words), *sorted(support)))
    nodes = [n for n in reader.get(space, list(uids)) if isinstance(n, Insight)]
    scored = _score(nodes, asked, by_words, support, now)
    chosen = _with_cold(scored, k)
    shown = {one.uid: one.score for one in near}
    hits = tuple(_hit(one, _why(one.insight, edges, shown)) for one in chosen)
    return Recall(
        id=recall_id("insights", space, task, now),
        question=task,
        hits=hits,
        abstained=None if hits else _NONE,
        confidence=hits[0].score if hits else 0.0,
    )


def _edges_near(near: Sequence[Ranked], reader: GraphReader, space: str) -> list[Edge]:
    """Return the edges at the near runs, and at the runs that these are linked with."""
    first = [one.uid for one in near]
    if not first:
        return []
    links = reader.neighbours(space, first, ["SIMILAR"])
    runs = sorted({uid for edge in links for uid in (edge.start, edge.end)} | set(first))
    said = reader.neighbours(space, runs, ["SUPPORTED_BY", "CONTRADICTED_BY"])
    return [*links, *said]


def _score(
    nodes: Iterable[Insight],
    asked: str,
    by_words: Sequence[Ranked],
    support: Mapping[str, float],
    now: datetime,
) -> list[_Scored]:
    """Return the insights that fit, best first, ties by uid."""
    words = {one.uid: one.score for one in by_words}
    most = max((score for score in words.values()), default=0.0)
    wanted = grams(asked, ())
    strongest = max((abs(part) for part in support.values()), default=0.0)
    found: list[_Scored] = []
    for node in nodes:
        alike = max(likeness(wanted, grams(sort, ())) for sort in node.when.split(" / "))
        said = max(words.get(node.uid, 0.0), 0.0) / most if most > 0 else 0.0
        fit = _BY_TASK * alike + _BY_WORDS * said
        near = support.get(node.uid, 0.0) / strongest if strongest else 0.0
        if alike >= _MIN_LIKE or node.uid in support:
            # How sure it is fades from the last run on, the more slowly the more have tried it.
            n_tried = node.alpha + node.beta - 2.0
            fresh = freshness(days_between(node.last_at or node.recorded_at, now), n_tried)
            sure = fresh * lower_bound(node.alpha, node.beta)
            found.append(_Scored(node, fit, near, sure))
    return sorted(found, key=lambda one: (-one.score, one.insight.uid))


def _with_cold(scored: Sequence[_Scored], k: int) -> list[_Scored]:
    """Give every third place to the best-fitting cold one that has none yet.

    What says the same of another sort of task, or of several, is shown once.
    """
    cold = sorted((one for one in scored if one.cold), key=lambda one: (-one.fit, one.insight.uid))
    chosen: dict[tuple[str, tuple[str, ...]], _Scored] = {}
    while len(chosen) < k:
        turn = (len(chosen) + 1) % _EVERY == 0
        order = (*cold, *scored) if turn else scored
        pick = next((one for one in order if one.says not in chosen), None)
        if pick is None:
            break
        chosen[pick.says] = pick
    return list(chosen.values())


def _why(insight: Insight, edges: Sequence[Edge], near: Mapping[str, float]) -> list[PathStep]:
    """Return up to three of the near runs that speak for or against it, the likest first."""
    said = [e for e in edges if e.start == insight.uid and e.end in near]
    said.sort(key=lambda e: (-near[e.end], e.end))
    return [PathStep(start=e.start, kind=e.kind, end=e.end, text=insight.when) for e in said[:3]]


def _hit(one: _Scored, why: Sequence[PathStep]) -> Hit:
    insight = one.insight
    parts = {
        "fit": _FIT * one.fit,
        "near": _NEAR * one.near,
        "sure": _SURE * one.sure,
    }
    return Hit(
        uid=insight.uid, kind="insight", text=insight.text, title=insight.when, score=one.score,
        parts=tuple(ScorePart(name=name, value=round(v, 6)) for name, v in parts.items()),
        why=tuple(why),
    )  # fmt: skip
