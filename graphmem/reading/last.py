"""The last of several first: "where was my most recent trip?" of trips that all answer alike.

Passages answer alike whose words fit the question about as well as those of the best do, that are
not far from it in meaning, and that were told as much in the time that it names. Nothing else
moves: what merely is newer is no answer.
"""

from __future__ import annotations

from collections.abc import Sequence

from graphmem.core.lexical import Feature
from graphmem.ports import Float32, TextMatch
from graphmem.reading.candidates import Pool

__all__ = ["last_first"]

# Shares of the highest BM25 and of the best one's cosine. Of what says the same but for a number
# or a name the latter may be half; where no word fits, it alone has to tell.
_SAME, _MEANING_OF_SAME = 0.9, 0.5
_WORDS, _MEANING, _MEANING_ALONE = 0.7, 0.75, 0.9


def last_first(order: Sequence[int], cosines: Float32, pool: Pool, match: TextMatch) -> list[int]:
    """Return a ranking in which those that answer like the first come by time, the last first.

    Args:
        order: positions in the pool, best first.
        cosines: (n,) of the pool with the question.
        pool: the candidates.
        match: tells when they were told.
    """
    if not len(order):
        return []
    words, best = pool.evidence.features, order[0]
    fits, told = words[:, Feature.PASSAGE], words[:, Feature.DATE]
    most, near = float(fits.max()), max(float(cosines[best]), 0.0)
    if most > 0:
        alike = (fits >= _WORDS * most) & (cosines >= _MEANING * near)
        alike |= (fits >= _SAME * most) & (cosines >= _MEANING_OF_SAME * near)
    else:
        alike = cosines >= _MEANING_ALONE * near
    alike &= told >= told[best]
    if not alike[best]:
        return list(order)
    moments = match.moments(pool.rows)
    first = sorted((at for at in order if alike[at]), key=lambda at: -int(moments[at]))
    return first + [at for at in order if not alike[at]]
