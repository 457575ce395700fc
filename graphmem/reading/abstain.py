"""Whether the memory knows: one score, and a reason that names what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import numpy as np

from graphmem.ports import TextMatch
from graphmem.reading.candidates import Pool

__all__ = ["BAR", "Verdict", "judge"]

# Below it the memory is taken not to know. See docs/quality.md for how often that is right.
BAR = -1.0
_N_BEST = 10


@dataclass(frozen=True, slots=True)
class Verdict:
    """How sure the memory is that it knows.

    Attributes:
        confidence: higher is surer; `BAR` parts what it knows from what it does not.
        reason: why it abstains, None where it does not.
    """

    confidence: float
    reason: str | None


def judge(match: TextMatch, pool: Pool, best: list[int]) -> Verdict:
    """Score how well the best passages, each with its neighbours, cover the question.

    Args:
        match: what the question says.
        pool: the candidates.
        best: their positions, best first.
    """
    if not best:
        return Verdict(-9.0, "the memory holds no passage that this could be answered from")
    top = best[:_N_BEST]
    cosine = float(pool.cosines[top].max())
    n_terms = len(match.terms)
    if not n_terms:
        return Verdict(cosine, None)
    bits = pool.evidence.covered_near[top]
    masses = np.array(match.idfs)
    held = (bits[:, None] >> np.arange(n_terms, dtype=np.uint64)) & np.uint64(1)
    covered = held @ masses
    window = int(covered.argmax())
    missing = [at for at in range(n_terms) if not held[window, at]]
    rarest = max((match.idfs[at] for at in missing), default=0.0)
    confidence = cosine - 0.5 * rarest / log(match.n_passages + 2)
    if confidence >= BAR:
        return Verdict(confidence, None)
    words = ", ".join(f"'{match.terms[at]}'" for at in missing)
    return Verdict(confidence, f"no passage near the question says anything of {words}")
