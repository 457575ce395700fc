"""Sections of long documents and turns of conversations, looked at among their own.

In a mixed memory the words of a document's subject are rare, so every section of it seems to be
about the question, and what tells them apart counts for little; so it is with what people talk
about. Once it is known which of these a question may be about, what words say is told among the
passages of each alone.
"""

from __future__ import annotations

from dataclasses import replace
from math import log

import numpy as np

from graphmem.core.lexical import Feature, PassageKind
from graphmem.ports import Float32, TextMatch
from graphmem.reading.evidence import Evidence

__all__ = ["within_parts"]

# What is less likely than this is left as it is; and so many are looked at.
_LEAST_CHANCE, _MAX_PARTS = log(0.01), 6
_SORTS = (PassageKind.SECTION, PassageKind.PERSON_TURN)
# What the title says of the document as a whole stays as it is.
_OF_TITLES = (Feature.TITLE_SHARE, Feature.TITLE_EXACT)


def within_parts(evidence: Evidence, chances: Float32, match: TextMatch) -> Evidence:
    """Return the evidence with what words say of sections and turns among their own.

    O(passages of the likeliest documents and conversations).

    Args:
        evidence: the candidates.
        chances: (n,) ln of the chance that the question is about each one's collection.
        match: what the question's words find.
    """
    groups = evidence.collections
    if not groups.any():
        return evidence  # all there is: nothing else is told
    wanted = np.isin(evidence.kinds, _SORTS) & (chances >= _LEAST_CHANCE)
    if not wanted.any():
        return evidence
    pairs = zip((-chances[wanted]).tolist(), groups[wanted].tolist(), strict=True)
    words = evidence.words.copy()
    for _, group in sorted(set(pairs))[:_MAX_PARTS]:
        own = groups == group
        told = match.describe_part(evidence.pool.rows[own])
        if told is not None:
            told[:, _OF_TITLES] = words[own][:, _OF_TITLES]
            words[own] = told
    return replace(evidence, words=words)
