"""Whether the memory knows: one score without a model, and a reason that names what is missing.

Three signs, each from 0 to about 1. *Own*: who is asked about has more said of them than the
others have (a question about the wrong person is answered by nobody). *Focus*: the thing that is
asked for ("which **yoga pose** did …") stands near the best passages. *Gap*: how rare the rarest
word is that the best passage and its neighbours lack. Cosines tell nothing of this kind; but where
no word is shared at all, a low one shows that the question is about something else, and
sooner where it has a name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import log

import numpy as np
import numpy.typing as npt

from graphmem.core.lexical import Feature, PassageKind
from graphmem.core.terms import terms
from graphmem.ports import TextMatch
from graphmem.reading.candidates import Pool
from graphmem.reading.rank import Ranked

__all__ = ["BAR", "Verdict", "judge"]

# Below it the memory is taken not to know; docs/quality.md says how often that is right.
BAR = -0.9
_OWN, _FOCUS, _GAP = 2.0, 0.5, 0.5
# What stands for `own` where people talk and the question does not name one of them alone, and
# where nobody talks: set so that one bar serves both.
_NOT_ONE, _NOBODY = 0.3, 0.0
# Where no word of the question is near, a lower cosine than this says that nothing is.
_STRANGE = 0.3
# The same where the question has a name: a word may be said otherwise, a name is not.
_STRANGE_NAME = 0.45
_N_OWN = 60
_N_FOCUS = 3
_N_TOGETHER = 5
_TURNS = (PassageKind.PERSON_TURN, PassageKind.ROLE_TURN)

_WORD = re.compile(r"\w+")
_NAME = re.compile(r"(?<=[^\W_] )[A-Z]\w+")
_ASKED_FOR = re.compile(
    r"\b(?:what|which|how many|how much)\s+(.+?)\s+"
    r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|might)\b",
    re.IGNORECASE,
)
# Words of the request, not of what is asked for.
_REQUEST = frozenset(
    terms(
        "list order mention describe summarize explain tell give detail question conversation "
        "kind type sort name thing time first last recently different many long happen chat "
        "brief comprehensive item discuss aspect walk bring"
    )
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How sure the memory is that it knows.

    Attributes:
        confidence: higher is surer; `BAR` parts what it knows from what it does not.
        reason: why it abstains, None where it does not.
    """

    confidence: float
    reason: str | None


_NO_WORD = Verdict(-9.0, "the question has no word that says what to look for")


def judge(question: str, match: TextMatch, ranked: Ranked) -> Verdict:
    """Score how far the best passages, each with its neighbours, cover the question.

    Args:
        question: its text.
        match: what its words find.
        ranked: the candidates.
    """
    pool, best = ranked.pool, ranked.order
    if not best:
        nothing = "the memory holds no passage yet"
        return Verdict(-9.0, "nothing that was said by then fits" if match.n_passages else nothing)
    if not (match.terms or match.speakers or match.titles):
        return _NO_WORD
    # The time that a question asks about is rarely a word of its answer.
    wanted = np.array([not (t in _REQUEST or t.isdigit()) for t in match.terms], bool)
    if not wanted.any() and not any(term.isdigit() for term in match.terms):
        return _NO_WORD
    if not wanted.any():
        return Verdict(0.0, None)
    masses = np.array(match.idfs) * wanted
    held = _held(match, pool, best)
    window = int((held @ masses).argmax())
    missing = [at for at in np.flatnonzero(wanted).tolist() if not held[window, at]]
    rarest = max(missing, key=lambda at: masses[at], default=None)
    gap = masses[rarest] / log(match.n_passages + 2) if rarest is not None else 0.0
    own = _own(match, pool, best, float(masses.sum()))
    confidence = _OWN * own + _FOCUS * (_focus(question, match, held) - 1.0) - _GAP * float(gap)
    strange = _STRANGE_NAME if _names_a_stranger(question, match) else _STRANGE
    if not held[:, wanted].any() and float(ranked.cosines[best[:_N_OWN]].max()) < strange:
        confidence = min(confidence, BAR - 1.0)
    if confidence >= BAR:
        return Verdict(confidence, None)
    return Verdict(confidence, _reason(question, match, missing, own))


def _names_a_stranger(question: str, match: TextMatch) -> bool:
    """Whether the question has a name, of nobody who speaks and of nothing that is a title."""
    return not match.speakers and not match.titles and _NAME.search(question) is not None


def _held(match: TextMatch, pool: Pool, best: list[int]) -> npt.NDArray[np.bool_]:
    """Return (windows, terms) which terms stand in each of the best windows.

    What people say is said in one place; a question over documents may need several together,
    so these count as one.
    """
    if pool.evidence.features[best[0], Feature.KIND] in _TURNS:
        bits = pool.evidence.covered_near[best[:_N_FOCUS]]
        return _bits(bits, len(match.terms))
    bits = pool.evidence.covered[best[:_N_TOGETHER]]
    return _bits(np.bitwise_or.reduce(bits, keepdims=True), len(match.terms))


def _bits(packed: npt.NDArray[np.uint64], n_bits: int) -> npt.NDArray[np.bool_]:
    places = np.arange(n_bits, dtype=np.uint64)
    bits: npt.NDArray[np.bool_] = ((packed[:, None] >> places) & np.uint64(1)).astype(np.bool_)
    return bits


def _own(match: TextMatch, pool: Pool, best: list[int], mass: float) -> float:
    """Return by how much more is said of the named speaker than of the others."""
    if len(match.speakers) != 1:
        kind = pool.evidence.features[best[0], Feature.KIND]
        return _NOT_ONE if kind == PassageKind.PERSON_TURN else _NOBODY
    of_speaker, of_others = match.owned(pool.rows[best[:_N_OWN]])
    return float(of_speaker.max() - of_others.max()) / max(mass, 1e-9)


def _focus(question: str, match: TextMatch, held: npt.NDArray[np.bool_]) -> float:
    """Return which share of the thing asked for stands near the best passages; 1 for none."""
    asked = _ASKED_FOR.search(question)
    phrase = set(terms(asked.group(1))) - _REQUEST if asked else set()
    places = [at for at, term in enumerate(match.terms) if term in phrase]
    if not places:
        return 1.0
    masses = np.array([match.idfs[at] for at in places])
    return float((held[:, places] @ masses).max() / masses.sum())


def _reason(question: str, match: TextMatch, missing: list[int], own: float) -> str:
    if len(match.speakers) == 1 and own < 0.0:
        return f"what the question asks of {match.speakers[0]} is only said of others"
    stems = {match.terms[at] for at in missing}
    named = dict.fromkeys(w for w in _WORD.findall(question) if stems.intersection(terms(w)))
    words = ", ".join(f"'{word}'" for word in named)
    about = " about the rest of the question" if len(missing) < len(match.terms) else ""
    return f"no passage{about} says anything of {words}"
