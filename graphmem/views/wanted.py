"""A question's wants for the kernel: its proper terms, and which follow each other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from graphmem.core.kernels.marks import Wanted
from graphmem.core.lexical import TextQuery
from graphmem.core.marks import follower_bit

__all__ = ["wanted_of"]


def wanted_of(
    query: TextQuery,
    chosen: Sequence[str],
    numbers: Sequence[int],
    idfs: Sequence[float],
    average: float,
) -> Wanted:
    """Return what `mark` needs to know of a question.

    Args:
        query: the question.
        chosen: its terms that count.
        numbers: their numbers; -1 for one that no passage has.
        idfs: their inverse document frequencies.
        average: mean length of a passage in terms.
    """
    place_of = {term: at for at, term in enumerate(chosen)}
    idf_of = dict(zip(chosen, idfs, strict=True))
    number_of = dict(zip(chosen, numbers, strict=True))
    proper = [at for at, term in enumerate(chosen) if term in query.proper]
    following = [
        p for p in dict.fromkeys(pairwise(query.terms)) if p[0] in idf_of and p[1] in idf_of
    ]
    mass = sum(idf_of[first] + idf_of[second] for first, second in following) or 1.0
    known = [pair for pair in following if min(map(number_of.__getitem__, pair)) >= 0]
    return Wanted(
        wants=int(query.wants),
        dates=np.array(query.dates, np.int32).reshape(-1, 3),
        spans=np.array(query.spans, np.int64).reshape(-1, 2),
        proper=np.array([sum(1 << at for at in proper)], np.uint64),
        proper_mass=float(sum(idfs[at] for at in proper)),
        pairs=np.array([1 << place_of[a] | 1 << place_of[b] for a, b in known], np.uint64),
        firsts=np.array([number_of[first] for first, _ in known], np.int32),
        seconds=np.array([number_of[second] for _, second in known], np.int32),
        follower_bits=np.array([follower_bit(second) for _, second in known], np.uint8),
        shares=np.array([(idf_of[a] + idf_of[b]) / mass for a, b in known], np.float32),
        average=average,
    )
