"""What each passage of a pool shows of a question: the registry of the ranker's features.

A signal is a column of numbers over the candidates. Weights by the sort of passage say how much it
counts (`weights.json`); a signal that a sort has no weight for is gated off there. So gates come
from the passage alone: whether it has a title, a speaker, a role.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from graphmem.core.lexical import Feature, PassageKind
from graphmem.ports import Float32
from graphmem.reading.evidence import Evidence

__all__ = ["SIGNALS", "Signal", "signals_of"]

_LEAST_TOP = 1e-6
_MOST = np.float32(2)
_TURN_KINDS = (PassageKind.PERSON_TURN, PassageKind.ROLE_TURN)


@dataclass(frozen=True, slots=True)
class Signal:
    """One feature of the ranker.

    Attributes:
        name: in `weights.json` and in the parts of a score.
        source: where its formula is from.
        column: returns (n,) its raw values.
        scale: returns (n,) what it is divided by the maximum of, in its own collection; None
            leaves it as it is.
    """

    name: str
    source: str
    column: Callable[[Evidence], Float32]
    scale: Callable[[Evidence], Float32] | None = None


def signals_of(evidence: Evidence) -> Float32:
    """Return (n, len(SIGNALS)) the features of the candidates. O(n)."""
    out = np.empty((len(evidence), len(SIGNALS)), np.float32)
    out[:, _PLAIN] = evidence.words[:, _FEATURES]
    for at, column in _OTHERS:
        out[:, at] = column(evidence)
    groups = evidence.collections
    scales = out[:, _SCALES]
    if groups.any():
        tops = np.full((int(groups.max()) + 1, len(_SCALED)), _LEAST_TOP, np.float32)
        np.maximum.at(tops, groups, scales)
        tops = tops[groups]
    else:
        tops = scales.max(axis=0, initial=_LEAST_TOP)
    # A neighbour may be far better than all candidates of a small collection.
    out[:, _SCALED] = np.clip(out[:, _SCALED] / tops, np.float32(0), _MOST)
    return out


@dataclass(frozen=True, slots=True)
class _Words:
    """A column of what the words say."""

    feature: Feature

    def __call__(self, evidence: Evidence) -> Float32:
        return evidence.words[:, self.feature]


def _relative(name: str, source: str, feature: Feature) -> Signal:
    return Signal(name, source, _Words(feature), _Words(feature))


def _as_is(name: str, source: str, feature: Feature) -> Signal:
    return Signal(name, source, _Words(feature))


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


def _feedback(evidence: Evidence) -> Float32:
    return evidence.feedback


def _with_question(evidence: Evidence) -> Float32:
    return evidence.windows[:, 0]


def _close_window(evidence: Evidence) -> Float32:
    return evidence.windows[:, 1]


def _wide_window(evidence: Evidence) -> Float32:
    return evidence.windows[:, 2]


def _asks_user(evidence: Evidence) -> Float32:
    """1 where the side speaks that the question is about: "did you say" means the assistant."""
    user = evidence.words[:, Feature.USER]
    return np.float32(1) - user if evidence.asks_assistant else user


def _date(evidence: Evidence) -> Float32:
    """How far it was told in the time that the question names.

    Half of it where no word of the question stands in it and one stands in another that was told
    then; turns often answer without.
    """
    told, words = evidence.words[:, Feature.DATE], evidence.words[:, Feature.PASSAGE]
    silent = (words <= 0) & ~np.isin(evidence.kinds, _TURN_KINDS)
    if not ((told > 0) & (words > 0)).any():
        return told
    return np.where(silent, np.float32(0.5) * told, told)


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
    Signal("answer", _TURNS, _Words(Feature.ANSWER), _Words(Feature.PASSAGE)),
    Signal("next", _TURNS, _Words(Feature.NEXT), _Words(Feature.PASSAGE)),
    Signal("dense", _DENSE, _cosine, _cosine),
    Signal("relation", _DENSE, _relation, _relation),
    Signal("best piece", _DENSE, _best_piece, _best_piece),
    Signal("mean piece", _DENSE, _mean_piece, _mean_piece),
    Signal("pseudo feedback", "Rocchio 1971, on the best five by cosine", _feedback, _feedback),
    Signal("dense next", _TURNS, lambda e: e.around[:, 1], _cosine),
    Signal("dense before", _TURNS, lambda e: e.around[:, 0], _cosine),
    Signal("dense answer", _TURNS, _answers, _cosine),
    Signal("dense session", _TURNS, lambda e: e.session_cosines, _cosine),
    Signal("dense with question", _JOINED, _with_question, _with_question),
    Signal("dense window", _JOINED, _close_window, _close_window),
    Signal("dense wide window", _JOINED, _wide_window, _wide_window),
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
    Signal("date", _TURNS, _date),
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


def _place_of(column: Callable[[Evidence], Float32]) -> int:
    return [signal.column for signal in SIGNALS].index(column)


# In one step what would take one a signal, since a search does this twice.
_PLAIN, _FEATURES = (
    list(column)
    for column in zip(
        *((at, s.column.feature) for at, s in enumerate(SIGNALS) if isinstance(s.column, _Words)),
        strict=True,
    )
)
_OTHERS = [(at, s.column) for at, s in enumerate(SIGNALS) if not isinstance(s.column, _Words)]
_SCALED, _SCALES = (
    list(column)
    for column in zip(
        *((at, _place_of(s.scale)) for at, s in enumerate(SIGNALS) if s.scale is not None),
        strict=True,
    )
)
