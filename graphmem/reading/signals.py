"""What each passage of a pool shows of a question: the registry of the ranker's features.

A signal is a column of numbers over the candidates. Weights by the sort of passage say how much it
counts (`weights.json`); a signal that a sort has no weight for is gated off there. So gates come
from the passage alone: whether it has a title, a speaker, a role.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from graphmem.core.lexical import Feature
from graphmem.ports import Float32
from graphmem.reading.evidence import Evidence

__all__ = ["SIGNALS", "Signal", "signals_of"]

_LEAST_TOP = 1e-6


@dataclass(frozen=True, slots=True)
class Signal:
    """One feature of the ranker.

    Attributes:
        name: in `weights.json` and in the parts of a score.
        source: where its formula is from.
        column: returns (n,) its raw values.
        scale: returns (n,) what it is divided by the maximum of; None leaves it as it is.
    """

    name: str
    source: str
    column: Callable[[Evidence], Float32]
    scale: Callable[[Evidence], Float32] | None = None


def signals_of(evidence: Evidence) -> Float32:
    """Return (n, len(SIGNALS)) the features of the candidates. O(n)."""
    out = np.zeros((len(evidence), len(SIGNALS)), np.float32)
    for at, signal in enumerate(SIGNALS):
        column = signal.column(evidence)
        if signal.scale is not None:
            top = float(signal.scale(evidence).max(initial=0.0))
            np.maximum(column, 0.0, out=out[:, at])
            out[:, at] /= max(top, _LEAST_TOP)
        else:
            out[:, at] = column
    return out


def _words(feature: Feature) -> Callable[[Evidence], Float32]:
    return lambda evidence: evidence.words[:, feature]


def _relative(name: str, source: str, feature: Feature) -> Signal:
    return Signal(name, source, _words(feature), _words(feature))


def _as_is(name: str, source: str, feature: Feature) -> Signal:
    return Signal(name, source, _words(feature))


def _cosine(evidence: Evidence) -> Float32:
    return evidence.cosines[:, 0]


def _relation(evidence: Evidence) -> Float32:
    return evidence.cosines[:, 1]


def _best_piece(evidence: Evidence) -> Float32:
    best: Float32 = evidence.pieces.max(axis=1, initial=-1.0)
    return best


def _mean_piece(evidence: Evidence) -> Float32:
    mean: Float32 = evidence.pieces.mean(axis=1)
    return mean


def _answers(evidence: Evidence) -> Float32:
    """Cosine of the passage before it, where that one asks."""
    return np.where(evidence.words[:, Feature.ANSWER] > 0, evidence.around[:, 0], np.float32(0))


def _asks_user(evidence: Evidence) -> Float32:
    """1 where the side speaks that the question is about: "did you say" means the assistant."""
    user = evidence.words[:, Feature.USER]
    return np.float32(1) - user if evidence.asks_assistant else user


_BM25 = "Robertson and Zaragoza 2009; retrieval over windows of turns, measured on LoCoMo"
_DENSE = "cosine over all-MiniLM-L6-v2"
_JOINED = "sum of the vectors beside each other, docs/adr/0011-units.md"
_TURNS = "answer types and discourse, measured on LoCoMo, BEAM and LongMemEval"
_TITLES = "titles and coverage, measured on MuSiQue, 2Wiki and HotpotQA"
_TIMES = "validity in time, measured on TimeQA"

SIGNALS: tuple[Signal, ...] = (
    _relative("passage", _BM25, Feature.PASSAGE),
    _relative("window", _BM25, Feature.WINDOW),
    _relative("sentence", _BM25, Feature.SENTENCE),
    _relative("session", _BM25, Feature.SESSION),
    _relative("session best", _BM25, Feature.SESSION_BEST),
    Signal("answer", _TURNS, _words(Feature.ANSWER), _words(Feature.PASSAGE)),
    Signal("next", _TURNS, _words(Feature.NEXT), _words(Feature.PASSAGE)),
    Signal("dense", _DENSE, _cosine, _cosine),
    Signal("relation", _DENSE, _relation, _relation),
    Signal("best piece", _DENSE, _best_piece, _best_piece),
    Signal("mean piece", _DENSE, _mean_piece, _mean_piece),
    Signal("feedback", "Rocchio 1971, on the best five by cosine", lambda e: e.feedback,
           lambda e: e.feedback),
    Signal("dense next", _TURNS, lambda e: e.around[:, 1], _cosine),
    Signal("dense before", _TURNS, lambda e: e.around[:, 0], _cosine),
    Signal("dense answer", _TURNS, _answers, _cosine),
    Signal("dense session", _TURNS, lambda e: e.session_cosines, _cosine),
    Signal("dense with question", _JOINED, lambda e: e.windows[:, 0], lambda e: e.windows[:, 0]),
    Signal("dense window", _JOINED, lambda e: e.windows[:, 1], lambda e: e.windows[:, 1]),
    Signal("dense wide window", _JOINED, lambda e: e.windows[:, 2], lambda e: e.windows[:, 2]),
    _as_is("title share", _TITLES, Feature.TITLE_SHARE),
    _as_is("title exact", _TITLES, Feature.TITLE_EXACT),
    _as_is("rarest", _TITLES, Feature.RAREST),
    _as_is("coverage", _TITLES, Feature.COVERAGE),
    _as_is("coverage near", _TURNS, Feature.COVERAGE_NEAR),
    _as_is("proper coverage", _TITLES, Feature.PROPER_COVERAGE),
    _as_is("rest coverage", _TITLES, Feature.REST_COVERAGE),
    _relative("proper", _TITLES, Feature.PROPER),
    _as_is("pairs of terms", _BM25, Feature.PAIRS),
    _as_is("speaker", _TURNS, Feature.SPEAKER),
    Signal("user", _TURNS, _asks_user),
    _as_is("asks", _TURNS, Feature.ASKS),
    _as_is("time wanted", _TURNS, Feature.TIME_WANTED),
    _as_is("number wanted", _TURNS, Feature.NUMBER_WANTED),
    _as_is("place wanted", _TURNS, Feature.PLACE_WANTED),
    _as_is("preference", _TURNS, Feature.PREFERENCE),
    _as_is("length asked", _TURNS, Feature.LENGTH_ASKED),
    _as_is("first person", _TURNS, Feature.FIRST_PERSON),
    _as_is("length of speaker", _TURNS, Feature.LENGTH_OF_SPEAKER),
    _as_is("date", _TURNS, Feature.DATE),
    _as_is("near", _TIMES, Feature.NEAR),
    _as_is("starts", _TIMES, Feature.STARTS),
    _as_is("ends", _TIMES, Feature.ENDS),
    _as_is("both", _TIMES, Feature.BOTH),
    _as_is("overlap", _TIMES, Feature.OVERLAP),
    _as_is("dated", _TIMES, Feature.DATED),
    _as_is("implied", _TIMES, Feature.IMPLIED),
    _as_is("length", _TIMES, Feature.LENGTH),
    _as_is("position", _TIMES, Feature.POSITION),
    _as_is("sentences", _TITLES, Feature.SENTENCES),
    Signal("walk", "Personalized PageRank, in ln of the most visited", lambda e: e.visits),
)  # fmt: skip
