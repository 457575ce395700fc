"""Fits a ranker to observed questions, and ranks with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from graphmem.core.lexical import PassageKind
from graphmem.reading.pairs import PAIR_FEATURES, Pairs, summarise, tie
from graphmem.reading.rank import rank
from graphmem.reading.ranker import WEIGHED_NAMES, Ranker
from graphmem.reading.seeds import ranking
from graphmem.reading.signals import SIGNALS
from ranker_fit.folds import Place, few_of_each, shares_of
from ranker_fit.gates import FINAL, FIRST, PAIRED, Column, are_of, design, table
from ranker_fit.observe import Case
from ranker_fit.solve import Ranking, fit_listwise, fit_logistic

__all__ = ["fit_ranker", "ranked", "recalls"]

Float32 = npt.NDArray[np.float32]

# Set by hand: there are two small sets of notes, and neither teaches what the other needs.
_NOTES = {"passage": 1.4, "dense": 1.2, "starts": 1.25}
# And how much it counts that a passage was told in the time that a question names: of the sets
# only conversations between people ask so. Chosen by scripts/told_then.py, on their turns told as
# notes, as documents and as chats, which take the weight of people's turns.
_TOLD = dict.fromkeys((PassageKind.NOTE, PassageKind.TITLED, PassageKind.SECTION), 2.5)
_L2, _L2_PAIRS = 1e-3, 0.3
# Of the pairs that are no answer so many are learnt from.
_NEGATIVES = 0.15
_SIGNAL_NAMES = WEIGHED_NAMES[: len(SIGNALS)]
_DATE = _SIGNAL_NAMES.index("date")
# Chats with an assistant teach that what is wanted speaks against a turn: few of their questions
# ask for a place, and these want what was recommended.
_WANTED = [_SIGNAL_NAMES.index(f"{sort} wanted") for sort in ("time", "number", "place")]


def fit_ranker(
    cases: Mapping[str, Sequence[Case]], places: Sequence[Place], seed: int = 0
) -> Ranker:
    """Fit both stages and the pair model, each on what the one before it says.

    Args:
        cases: all questions by set.
        places: those to learn from.
        seed: which of the questions of a large set, and which of the pairs that are no answer.
    """
    chance = np.random.default_rng(seed)
    kept = few_of_each(places, chance.random() if seed else 0.0)
    shares = shares_of(kept)
    chosen = [(cases[name][at], shares[name]) for name, at in kept]
    first = sum(
        (table(_fit_first(chosen, family), family, len(SIGNALS)) for family in FIRST),
        start=np.zeros((len(PassageKind), len(SIGNALS)), np.float32),
    )
    first[PassageKind.NOTE] = [_NOTES.get(name, 0.0) for name in _SIGNAL_NAMES]
    _put_in(first)
    in_pairs = [(case, weight, _pairs(case, first)) for case, weight in chosen if _has_pairs(case)]
    pair = _fit_pairs([one for one in in_pairs if _has_two(one[0])], chance)
    last = fit_listwise(
        [
            Ranking(_final_design(case, pairs, pair), case.gold & _paired(case), weight)
            for case, weight, pairs in in_pairs
        ],
        _L2,
    )
    final = table(last, FINAL, len(WEIGHED_NAMES))
    _put_in(final)
    for kind in PassageKind:
        if kind not in PAIRED:
            final[kind, : len(SIGNALS)] = first[kind]
    return Ranker(first, pair, final, np.isin(np.arange(len(PassageKind)), PAIRED))


def ranked(case: Case, ranker: Ranker) -> list[str]:
    """Return the caller's ids, best first, each once."""
    kinds = case.observed.evidence.kinds
    first = ranker.first_scores(case.observed.signals, kinds)
    scores = rank(replace(case.observed, first=first), ranker).scores
    order = ranking(scores, case.observed.evidence.pool.uids)
    return list(dict.fromkeys(case.refs[at] for at in order))


def recalls(refs: Sequence[str], case: Case, ks: Sequence[int]) -> npt.NDArray[np.float64]:
    """Return the share of the gold in the first k, for each k."""
    gold = set(case.question.gold)
    return np.array([len(gold.intersection(refs[:k])) / len(gold) for k in ks])


def _put_in(weights: Float32) -> None:
    """Put in what no set teaches of times that questions name, and of what chats are asked for."""
    for kind, weight in _TOLD.items():
        weights[kind, _DATE] = weight
    weights[PassageKind.ROLE_TURN, _DATE] = weights[PassageKind.PERSON_TURN, _DATE]
    chats = weights[PassageKind.ROLE_TURN]
    chats[_WANTED] = np.maximum(chats[_WANTED], 0.0)


def _fit_first(
    chosen: Sequence[tuple[Case, float]], family: tuple[Column, ...]
) -> npt.NDArray[np.float64]:
    """Fit the first stage of some sorts of passages, on those alone."""
    rankings = []
    for case, weight in chosen:
        observed = case.observed
        rows = are_of(observed.evidence.kinds, family)
        if case.gold[rows].any():
            kinds, signals = observed.evidence.kinds[rows], observed.signals[rows]
            features = design(signals, kinds, family, _SIGNAL_NAMES)
            rankings.append(Ranking(features, case.gold[rows], weight))
    return fit_listwise(rankings, _L2) if rankings else np.zeros(len(family))


def _final_design(case: Case, pairs: Pairs, pair: Float32) -> Float32:
    values = np.concatenate([case.observed.signals, summarise(pairs, pair)], axis=1)
    return design(values, case.observed.evidence.kinds, FINAL, WEIGHED_NAMES)


def _paired(case: Case) -> npt.NDArray[np.bool_]:
    return np.isin(case.observed.evidence.kinds, PAIRED)


def _has_pairs(case: Case) -> bool:
    return case.observed.ground is not None and bool((case.gold & _paired(case)).any())


def _has_two(case: Case) -> bool:
    """Whether there is a pair to learn from: where there is none, all look like no pair."""
    return int((case.gold & _paired(case)).sum()) > 1


def _pairs(case: Case, first: Float32) -> Pairs:
    assert case.observed.ground is not None
    scores = (case.observed.signals * first[case.observed.evidence.kinds]).sum(axis=1)
    return tie(case.observed.ground, scores)


def _fit_pairs(cases: Sequence[tuple[Case, float, Pairs]], chance: np.random.Generator) -> Float32:
    """Fit the chance that a source and a candidate are both gold."""
    features, answers, weights = [], [], []
    for case, weight, pairs in cases:
        both = case.gold[pairs.sources][:, None] & case.gold[None, :]
        other = np.arange(len(case.gold))[None, :] != pairs.sources[:, None]
        both &= other
        few = ~both & other & (chance.random(both.shape) < _NEGATIVES)
        features += [pairs.features[both], pairs.features[few]]
        answers += [np.ones(both.sum(), np.bool_), np.zeros(few.sum(), np.bool_)]
        weights += [np.full(both.sum(), weight), np.full(few.sum(), weight / _NEGATIVES)]
    found = fit_logistic(
        np.concatenate(features), np.concatenate(answers), np.concatenate(weights), _L2_PAIRS
    )
    assert len(found) == len(PAIR_FEATURES) + 1
    return found.astype(np.float32)
