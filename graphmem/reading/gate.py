"""Which part of a mixed memory a question is about: P(collection | question), from content alone.

A memory may hold conversations, articles, a library of pages and notes. Scores of one collection
say nothing beside those of another, so each collection ranks its own passages, and what it is
asked about decides between them: ln P(collection) + ln softmax of the score inside it. Links
open what words have closed: a collection has no lower chance than the share of the walk's time
that its most visited passage has.

Source: the gate by sources that was measured on nine sets in one memory; softmax of
18 max cosine + 22 max BM25 share + 3 title in the question + 4 speaker named + 4 instruction.
"""

from __future__ import annotations

import re
from math import log

import numpy as np
import numpy.typing as npt

from graphmem.core.lexical import Feature, PassageKind
from graphmem.ports import Float32
from graphmem.reading.evidence import Evidence
from graphmem.reading.weights import WALK

__all__ = ["by_collection", "chances", "is_instruction"]

_COSINE, _WORDS, _TITLE, _SPEAKER, _INSTRUCTION = 18.0, 22.0, 3.0, 4.0, 4.0
# ln of the share of the walk's time that counts as none, which visits are told on.
_LEAST_VISITS = log(WALK.floor)
# BM25 of a passage that has every term of the question often.
_BM25_TOP = 2.2
_QUESTION = re.compile(
    r"^\W*(?:who|whom|whose|what|which|when|where|why|how|is|are|was|were|do|does|did|has|have|"
    r"had|can|could|will|would|should|in|on|at|for|of|to|from|by|with|between)\b",
    re.IGNORECASE,
)


def is_instruction(question: str) -> bool:
    """Whether a text asks for something to be done, and is no question."""
    return "?" not in question and _QUESTION.match(question) is None


def chances(evidence: Evidence, mass: float, *, instruction: bool) -> Float32:
    """Return (n,) ln P(collection of each candidate | question). O(n).

    Args:
        evidence: the candidates.
        mass: sum of the idfs of the question.
        instruction: from `is_instruction`.
    """
    words, groups = evidence.words, evidence.collections
    if not len(groups):
        return np.zeros(0, np.float32)
    notes = (evidence.kinds == PassageKind.NOTE).astype(np.float32)
    logits = (
        _COSINE * _most(groups, evidence.cosines[:, 0])
        + _WORDS * _most(groups, words[:, Feature.PASSAGE]) / max(_BM25_TOP * mass, 1e-9)
        + _TITLE * _most(groups, words[:, Feature.TITLE_EXACT])
        + _SPEAKER * _most(groups, words[:, Feature.SPEAKER])
        + (_INSTRUCTION * _most(groups, notes) if instruction else 0.0)
    )
    by_words = logits - _log_sum(logits)
    by_links = _LEAST_VISITS * (1.0 - _most(groups, evidence.visits))
    told: Float32 = np.maximum(by_words, by_links).astype(np.float32)
    return told[groups] if evidence.visits.any() else by_words.astype(np.float32)[groups]


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
