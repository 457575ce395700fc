"""From a question's words and vectors to ranked candidates: candidates, walk, two scores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from graphmem.ports import Float32, WalkGraph
from graphmem.reading.candidates import Pool, extend, gather
from graphmem.reading.evidence import Evidence, observe
from graphmem.reading.find import Found
from graphmem.reading.gate import by_collection, chances
from graphmem.reading.nearby import Compared, compare_with, nearby
from graphmem.reading.pairs import SUMMARIES, PairGround, pair_ground, summarise, tie
from graphmem.reading.parts import within_parts
from graphmem.reading.ranker import Ranker
from graphmem.reading.seeds import choose_seeds, ranking
from graphmem.reading.signals import signals_of
from graphmem.reading.spread import Spread, spread, visits

__all__ = ["Observed", "Ranked", "observe_candidates", "rank"]

# Below these logarithms of chances nothing is told apart.
_LOWEST_GATED, _LOWEST_PAIRED = np.float32(25.0), np.float32(12.0)
_LEAST = np.float32(1e-3)
# Scores that were fitted inside one collection promise more than they hold among others.
_SURENESS = np.float32(0.7)


@dataclass(frozen=True, slots=True, eq=False)
class Observed:
    """Candidates and all that is known of them, before the last stage weighs it.

    Attributes:
        evidence: the candidates.
        signals: (n, len(SIGNALS)).
        first: (n,) the scores of the first stage.
        ground: what pairs of them are made of; None where none are looked at in pairs.
        chances: (n,) ln of the chance that the question is about each one's collection.
        seeds: where the walk began.
        walk: where it led.
    """

    evidence: Evidence
    signals: Float32
    first: Float32
    ground: PairGround | None
    chances: Float32
    seeds: dict[str, float]
    walk: Spread


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """Candidates of a question, scored.

    Attributes:
        pool: the candidates.
        cosines: (n,) with the question.
        parts: (n, len(PART_NAMES), or one less without feedback) what each score is the sum of.
        scores: (n,).
        order: positions, best first.
        seeds: where the walk began.
        walk: where it led.
    """

    pool: Pool
    cosines: Float32
    parts: Float32
    scores: Float32
    order: list[int]
    seeds: dict[str, float]
    walk: Spread


def observe_candidates(
    found: Found, graph: WalkGraph, ranker: Ranker, told: Callable[[str], None] = lambda _: None
) -> Observed:
    """Gather candidates, walk from the best of them, and look at all that are then there.

    Args:
        found: the question, and what its words find.
        graph: the links.
        ranker: chooses where the walk begins.
        told: hears the name of each stage that is over.
    """
    # The question's parts may still be being embedded: what can be done without them is first.
    compared = [compare_with(found.asking.question, found.by_words.nearby)]
    pool = gather(found.by_words, found.vectors, found.asking.parts(), found.n_each)
    evidence = _observe(pool, compared, found, np.zeros(len(pool), np.float32))
    signals = signals_of(evidence)
    first = ranker.first_scores(signals, evidence.kinds)
    told("candidates")
    told_chances = _chances(evidence, found)
    seeds = choose_seeds(_across(evidence, first, told_chances), pool.uids)
    walks = bool(ranker.paired[evidence.kinds].any())
    walk = spread(graph, seeds) if walks else Spread({}, 0)
    if walk.mass:
        pool = extend(pool, list(walk.mass), found.match)
        evidence = _observe(pool, compared, found, visits(walk, pool.uids))
        told_chances = _chances(evidence, found)
    within = within_parts(evidence, told_chances, found.match)
    if walk.mass or within is not evidence:
        evidence, signals = within, signals_of(within)
        first = ranker.first_scores(signals, evidence.kinds)
    told("spread")
    paired, across = ranker.paired[evidence.kinds], _across(evidence, first, told_chances)
    ground = pair_ground(evidence, across, paired, found.match, graph) if paired.any() else None
    return Observed(evidence, signals, first, ground, told_chances, seeds, walk)


def rank(observed: Observed, ranker: Ranker) -> Ranked:
    """Score and order the candidates."""
    evidence = observed.evidence
    summaries = np.zeros((len(evidence), len(SUMMARIES)), np.float32)
    if observed.ground is not None:
        across = _across(evidence, observed.first, observed.chances)
        summaries = summarise(tie(observed.ground, across), ranker.pair)
    parts = ranker.parts(observed.signals, summaries, evidence.kinds)
    parts = np.append(parts, _offsets(parts.sum(axis=1), observed)[:, None], axis=1)
    scores = parts.sum(axis=1)
    return Ranked(
        pool=evidence.pool,
        cosines=evidence.cosines[:, 0],
        parts=parts,
        scores=scores,
        order=ranking(scores, evidence.pool.uids),
        seeds=observed.seeds,
        walk=observed.walk,
    )


def _observe(pool: Pool, compared: list[Compared], found: Found, visited: Float32) -> Evidence:
    """Compare candidates that have come, behind the ones that were, and observe all."""
    rows = pool.rows[sum(len(part.around) for part in compared) :]
    if len(rows):
        around = nearby(rows, found.match, found.vectors)
        compared.append(compare_with(found.asking.question, around))
    return observe(pool, found.match, found.asking, compared, visited)


def _chances(evidence: Evidence, found: Found) -> Float32:
    if not evidence.collections.any():  # it can only be about the one
        return np.zeros(len(evidence), np.float32)
    return chances(evidence, found.asking, sum(found.match.idfs))


def _across(evidence: Evidence, first: Float32, chances: Float32) -> Float32:
    """Return (n,) first scores that compare between collections."""
    groups = evidence.collections
    if not groups.any():
        return first
    across: Float32 = by_collection(first, groups) + chances
    return across


def _offsets(scores: Float32, observed: Observed) -> Float32:
    """Return (n,) what makes scores comparable between collections, and none of them negative.

    Within one collection of turns or notes it is 0; else scores are logarithms of chances, and
    others multiply them.
    """
    groups = observed.evidence.collections
    raised = scores
    if groups.any():
        told = by_collection(_SURENESS * scores, groups) + observed.chances
        raised = told / _SURENESS + _LOWEST_GATED
    elif observed.ground is not None:
        raised = scores + _LOWEST_PAIRED
    offsets: Float32 = np.maximum(raised, _LEAST) - scores
    return offsets
