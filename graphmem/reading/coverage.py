"""Hits that leave nothing out: no source repeats what the others have no room for.

For questions of the kind "which ... have I", "how many ... across my sessions" and "summarize
...". A hit's gain is its score as a chance (softmax), divided by the root of how many of its
source are chosen already: xQuAD (Santos et al. 2010) with sources for aspects. Measured by
scripts/beam_rules.py; what the question's words add to that is nothing, and novelty by cosine
loses more than it finds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from graphmem.core.lexical import Feature, PassageKind
from graphmem.ports import Float32, TextMatch
from graphmem.reading.candidates import Pool
from graphmem.reading.manner import Manner

__all__ = ["cover", "covering", "with_replies"]

# So many of the best are looked at, and so many of them chosen; the rest stands behind them.
_N_LOOKED, _N_CHOSEN = 60, 40
_TURNS = (PassageKind.PERSON_TURN, PassageKind.ROLE_TURN)
# A reply stands so near to what it answers, each long turn being several passages.
_REACH = 3


def covering(
    order: Sequence[int], scores: Float32, pool: Pool, match: TextMatch, manner: Manner
) -> list[int]:
    """Return a ranking with nothing left out, for questions that ask so; others as it is.

    Conversations have sources that repeat each other; of articles, one mostly has the answer.

    Args:
        order: positions in the pool, best first.
        scores: (n,) of the pool.
        pool: the candidates.
        match: tells their sources and what stands beside them.
        manner: how the question wants its answer.
    """
    kinds = pool.evidence.features[:, Feature.KIND]
    if manner.stand is None or not len(order) or kinds[order[0]] not in _TURNS:
        return list(order)
    first = np.asarray(order[:_N_LOOKED], np.int64)
    chosen = cover(scores[first], match.sources(pool.rows[first]), manner.stand)
    found = [int(at) for at in first[chosen]] + list(order[len(first) :])
    return with_replies(found, _replies(found, pool, match)) if manner.replies else found


def cover(scores: Float32, sources: npt.NDArray[np.int32], stand: int) -> list[int]:
    """Return places in a ranking anew, so that no source has many before the others have some.

    Args:
        scores: (n,) best first.
        sources: (n,) numbers of their sources.
        stand: so many of the best stay where they are.
    """
    _, groups = np.unique(sources, return_inverse=True)
    chances = np.exp(scores - scores[:1]).astype(np.float64)
    n_of = np.bincount(groups[:stand], minlength=int(groups.max(initial=-1)) + 1)
    chosen = list(range(min(stand, len(scores))))
    chances[chosen] = -1.0
    while len(chosen) < min(_N_CHOSEN, len(scores)):
        best = int(np.argmax(chances / np.sqrt(1.0 + n_of[groups])))
        chosen.append(best)
        chances[best] = -1.0
        n_of[groups[best]] += 1
    left = set(range(len(scores))).difference(chosen)
    return chosen + sorted(left)


def with_replies(order: Sequence[int], replies: Mapping[int, int]) -> list[int]:
    """Return a ranking in which each comes with its reply, or with what it replies to."""
    found: dict[int, None] = {}
    for at in order:
        found[at] = None
        if at in replies:
            found[replies[at]] = None
    return list(found)


def _replies(order: Sequence[int], pool: Pool, match: TextMatch) -> dict[int, int]:
    """Return for turns between a user and an assistant what answers them, or is answered."""
    looked = list(order[:_N_LOOKED])
    kinds, users = pool.evidence.features[:, Feature.KIND], pool.evidence.features[:, Feature.USER]
    places = {row: at for at, row in enumerate(pool.rows.tolist())}
    found: dict[int, int] = {}
    windows = match.windows(pool.rows[looked], _REACH).tolist()
    for at, window in zip(looked, windows, strict=True):
        if kinds[at] != PassageKind.ROLE_TURN:
            continue
        beside = window[_REACH + 1 :] if users[at] else window[:_REACH][::-1]
        others = [places[row] for row in beside if row in places]
        answer = next((other for other in others if users[other] != users[at]), None)
        if answer is not None:
            found[at] = answer
    return found
