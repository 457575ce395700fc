"""Sections of long documents, looked at among those of their own document.

In a mixed memory the words of a document's subject are rare, so every section of it seems to be
about the question, and what tells them apart counts for little. So once it is known which
documents a question may be about, what words say of their sections is told among these alone.
"""

from __future__ import annotations

from dataclasses import replace
from math import log

from graphmem.core.lexical import Feature, PassageKind
from graphmem.ports import Float32, TextMatch
from graphmem.reading.evidence import Evidence

__all__ = ["within_documents"]

# Documents less likely than this are left as they are; and so many are looked at.
_LEAST_CHANCE, _MAX_DOCUMENTS = log(0.01), 6
# What the title says of the document as a whole stays as it is.
_OF_TITLES = (Feature.TITLE_SHARE, Feature.TITLE_EXACT)


def within_documents(evidence: Evidence, chances: Float32, match: TextMatch) -> Evidence:
    """Return the evidence with what words say of sections within their document.

    O(sections of the likeliest documents).

    Args:
        evidence: the candidates.
        chances: (n,) ln of the chance that the question is about each one's collection.
        match: what the question's words find.
    """
    groups = evidence.collections
    if not groups.any():
        return evidence  # all there is: nothing else is told
    wanted = (evidence.kinds == PassageKind.SECTION) & (chances >= _LEAST_CHANCE)
    pairs = zip((-chances[wanted]).tolist(), groups[wanted].tolist(), strict=True)
    words = evidence.words.copy()
    for _, group in sorted(set(pairs))[:_MAX_DOCUMENTS]:
        own = groups == group
        told = match.describe_part(evidence.pool.rows[own])
        if told is not None:
            told[:, _OF_TITLES] = words[own][:, _OF_TITLES]
            words[own] = told
    return replace(evidence, words=words)
