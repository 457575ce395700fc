"""Which part of a mixed memory a question is about: P(collection | question), from content alone.

A memory may hold conversations, articles, a library of pages and notes. Scores of one collection
say nothing beside those of another, so each collection ranks its own passages, and what it is
asked about decides between them: ln P(collection) + ln softmax of the score inside it. Links
open what words have closed: a collection has no lower chance than the share of the walk's time
that its most visited passage has.

Source: the gate by sources that was measured on nine sets in one memory. What was added to it,
and what each part is worth, stands in docs/adr/0013-mixed-memory.md.
"""

from __future__ import annotations

import re
from math import log

import numpy as np
import numpy.typing as npt

from graphmem.core.lexical import Feature, PassageKind
from graphmem.ports import Float32
from graphmem.reading.evidence import Asking, Evidence
from graphmem.reading.weights import WALK

__all__ = ["by_collection", "chances", "is_of_oneself"]

_COSINE, _PASSAGE, _SENTENCE, _TITLE, _SPEAKER = 18.0, 11.0, 11.0, 3.0, 4.0
_INSTRUCTION, _OF_ONESELF = 6.0, 3.0
# ln of the share of the walk's time that counts as none, which visits are told on; and what a
# link is worth less than words.
_LEAST_VISITS, _BY_LINK = log(WALK.floor), 1.0
# BM25 of a passage that has every term of the question often.
_BM25_TOP = 2.2
# Where "I" or "my" is a word of a title, what follows is mostly capitalised.
_OWN = re.compile(
    r"\b(?:my|me|myself|mine)\b|\bI(?:['’]\w+|\s+[a-z])"
    r"|\b(?:did|do|have|had|was|am|should|could|can|would|will) I\b"
)
# Where somebody tells of himself: chats with an assistant, and notes.
_TOLD_BY_ONESELF = (PassageKind.NOTE, PassageKind.ROLE_TURN)


def is_of_oneself(question: str) -> bool:
    """Whether who asks speaks of himself. O(n)."""
    return _OWN.search(question) is not None


def chances(evidence: Evidence, asking: Asking, mass: float) -> Float32:
    """Return (n,) ln P(collection of each candidate | question). O(n).

    Args:
        evidence: the candidates.
        asking: the question.
        mass: sum of the idfs of the question.
    """
    words, groups = evidence.words, evidence.collections
    if not len(groups):
        return np.zeros(0, np.float32)
    by_terms = _PASSAGE * _most(groups, words[:, Feature.PASSAGE])
    by_terms += _SENTENCE * _most(groups, words[:, Feature.SENTENCE])
    logits = (
        _COSINE * _most(groups, evidence.cosines[:, 0])
        + by_terms / max(_BM25_TOP * mass, 1e-9)
        + _TITLE * _most(groups, words[:, Feature.TITLE_EXACT])
        + _SPEAKER * _most(groups, words[:, Feature.SPEAKER])
        + _most(groups, _by_kind(evidence.kinds, asking))
    )
    by_words = logits - _log_sum(logits)
    by_links = _LEAST_VISITS * (1.0 - _most(groups, evidence.visits)) - _BY_LINK
    told: Float32 = np.maximum(by_words, by_links).astype(np.float32)
    return told[groups] if evidence.visits.any() else by_words.astype(np.float32)[groups]


def _by_kind(kinds: npt.NDArray[np.intp], asking: Asking) -> Float32:
    """Return (n,) what the sort of passage says: a task is told by lessons, what is mine by me."""
    worth = np.zeros(len(PassageKind), np.float32)
    if asking.instruction:
        worth[PassageKind.NOTE] += _INSTRUCTION
    if asking.of_oneself:
        worth[list(_TOLD_BY_ONESELF)] += _OF_ONESELF
    return worth[kinds]


def by_collection(scores: Float32, groups: npt.NDArray[np.int64]) -> Float32:
    """Return (n,) ln softmax of each score among those of its collection. O(n)."""
    tops = _most(groups, scores)
    # In the order of the scores, so that the sum does not depend on that of the candidates.
    order = np.argsort(-scores, kind="stable")
    masses = np.bincount(groups[order], np.exp(scores - tops[groups])[order])
    told: Float32 = (scores - tops[groups] - np.log(masses)[groups]).astype(np.float32)
    return told


def _most(groups: npt.NDArray[np.int64], values: Float32) -> npt.NDArray[np.float64]:
    """Return the largest value of each collection."""
    most = np.full(int(groups.max(initial=-1)) + 1, -np.inf)
    np.maximum.at(most, groups, values)
    return most


def _log_sum(logits: npt.NDArray[np.float64]) -> float:
    top = logits.max(initial=-np.inf)
    return float(top + np.log(np.exp(logits - top).sum()))
