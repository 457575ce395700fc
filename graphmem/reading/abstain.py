"""Whether the memory knows: one score for all kinds of memory.

It is the product of two chances. *Held*: that the memory is about the question at all, by the
best cosine and by the share of the question's words (by inverse document frequency) that stand
near the best passages; a name that nobody has speaks against it, and what asks for help and not
for a fact need not be said anywhere, as far as anything is about it at all. *Said*, where people
or roles talk: that just this was said. *Own*: the one named speaker has more said of them than
the others have (a question about the wrong person is answered by nobody). *Focus*: the thing that
is asked for ("which **yoga pose** did …") stands near the best passages. *Gap*: how rare the
rarest word is that the best of them and its neighbours lack, which tells the more, the more of
the other words they have. Documents need several passages together, where what one lacks tells
nothing: there *said* is 1.

`scripts/abstention.py` fits both logistic models together on the bench sets, with the questions
that these hold no answer to and with questions of other memories, and prints what they reach.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log

import numpy as np
import numpy.typing as npt

from graphmem.core.lexical import Feature, PassageKind
from graphmem.ports import TextMatch
from graphmem.reading.analyse import Question
from graphmem.reading.candidates import Pool
from graphmem.reading.decline import nothing_about
from graphmem.reading.rank import Ranked
from graphmem.reading.request import REQUEST, asked_for, asks_for_help, names_of

__all__ = [
    "BAR",
    "HELD",
    "NO_WORD",
    "SAID",
    "Signs",
    "Verdict",
    "confidence_of",
    "judge",
    "signs_of",
]

# Below it the memory is taken not to know. About 5 % of the answerable questions about a named
# speaker, who are asked the most alike things, and 0 to 5 % of all others are below it.
BAR = 0.5
# The two models, the bias last. Fitted, then rounded.
SAID = {"own": 6.0, "focus": 2.0, "gap": -2.3, "rest": -2.5, "": 3.2}
HELD = {"cosine": 14.0, "covered": 4.5, "focus": 0.8, "helps": 5.5, "stranger": -2.5, "": -6.3}
# What helps need not say what is asked, so that less than half of nearness is enough of it.
_NEAR_ENOUGH = 2.5
# Where less than this is near, nothing is lacking beside the rest.
_MIN_REST = 0.3
_N_BEST = 60
_N_OWN = 20
_N_FOCUS = 3
_N_TOGETHER = 5
_N_MISSING = 4
_N_TOLD = 2
# What is told of a day is often written on the next one.
_A_DAY = 86_400
_TURNS = (PassageKind.PERSON_TURN, PassageKind.ROLE_TURN)

Held = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Signs:
    """What speaks for and against that the memory knows.

    Attributes:
        cosine: the best of a passage, -1 to 1.
        covered: share of the question's words near the best passages, 0 to 1.
        gap: the rarest word that is lacking there, relative to the rarest that there could be;
            about 0 to 1.1.
        focus: share of the thing asked for near the best passages; 1 where none is named.
        own: by how much more is said of the one named speaker than of others, -1 to 1.
        helps: how far anything is about what help is wanted with, 0 to 1, by the greater of
            `cosine` and `covered`; 0 where a fact is asked for.
        stranger: whether a name is of nobody who speaks and of nothing that is a title.
        named: whether exactly one speaker is named.
        talks: whether people or roles talk.
    """

    cosine: float
    covered: float = 1.0
    gap: float = 0.0
    focus: float = 1.0
    own: float = 0.0
    helps: float = 0.0
    stranger: bool = False
    named: bool = False
    talks: bool = False

    @property
    def rest(self) -> float:
        """What a word is lacking beside: `covered`, .3 at least."""
        return max(self.covered, _MIN_REST)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How sure the memory is that it knows.

    Attributes:
        confidence: 0 to 1: the chance that the memory holds an answer, where about five in six
            of all questions have one; `BAR` parts what it knows from what it does not.
        reason: why it abstains, None where it does not.
        closest: the uid of the passage that comes closest, where it abstains and has one.
    """

    confidence: float
    reason: str | None = None
    closest: str | None = None


NO_WORD = Verdict(0.0, "the question has no word that says what to look for")


def judge(question: Question, match: TextMatch, ranked: Ranked) -> Verdict:
    """Score how far the best passages, each with its neighbours, answer the question.

    Args:
        question: taken apart.
        match: what its words find.
        ranked: the candidates.
    """
    if not ranked.order:
        nothing, unfit = "the memory holds no passage yet", "nothing that was said by then fits"
        return Verdict(0.0, nothing if match.is_empty else unfit)
    named = match.terms or match.speakers or match.titles
    if not (named or _is_told_then(question, match, ranked)):
        return NO_WORD
    signs, near = signs_of(question, match, ranked)
    confidence = confidence_of(signs)
    if confidence >= BAR:
        return Verdict(confidence)
    closest = ranked.pool.uids[_closest(match, ranked, signs)]
    return Verdict(confidence, _reason(question.text, match, near, signs), closest)


def _reason(question: str, match: TextMatch, near: Held, signs: Signs) -> str:
    wrong_person = signs.named and signs.own < 0.0
    wanted = [at for at, term in enumerate(match.terms) if term not in REQUEST]
    unknown = [at for at in wanted if match.terms[at] in match.unknown]
    missing = [] if wrong_person else unknown or [at for at in wanted if not near[at]]
    # One word that is there is not what is missing: it is with the others that it is not.
    if not unknown and len(missing) < _N_TOLD:
        missing = []
    rarest = sorted(missing or wanted, key=lambda at: -match.idfs[at])[:_N_MISSING]
    stems = {match.terms[at] for at in rarest}
    people = match.speakers if signs.named else ()
    return nothing_about(question, stems, people, together=not unknown)


def confidence_of(signs: Signs) -> float:
    """Return the chance that the memory holds an answer, 0 to 1."""
    held = _logistic(sum(HELD[name] * getattr(signs, name) for name in HELD if name) + HELD[""])
    if not signs.talks:
        return held
    said = sum(SAID[name] * getattr(signs, name) for name in SAID if name) + SAID[""]
    return held * _logistic(said)


def _is_told_then(question: Question, match: TextMatch, ranked: Ranked) -> bool:
    """Whether one of the best was told in a time that the question names, or on the day after."""
    if not question.query.spans:
        return False
    told = match.moments(ranked.pool.rows[ranked.order[:_N_FOCUS]])[:, None]
    first, stop = np.array(question.query.spans, np.int64).T
    return bool(((first <= told) & (told - _A_DAY < stop)).any())


def signs_of(question: Question, match: TextMatch, ranked: Ranked) -> tuple[Signs, Held]:
    """Return what speaks for an answer, and which terms stand in the best window.

    Args:
        question: taken apart.
        match: what its words find.
        ranked: the candidates, at least one.
    """
    said = question.text
    told_then = _is_told_then(question, match, ranked)
    times = question.times if told_then else frozenset[str]()
    pool, best = ranked.pool, ranked.order
    talks = pool.evidence.features[best[0], Feature.KIND] in _TURNS
    known = match.names_speaker or match.titles
    stranger = not known and not names_of(said).isdisjoint(match.terms)
    cosine = float(ranked.cosines[best[:_N_BEST]].max())
    wanted = _wanted(match, talks, times)
    if not wanted.any():
        helps = _helps(said, cosine)
        # The time may be all that is asked about.
        covered = 0.0 if question.query.spans and not told_then else 1.0
        signs = Signs(cosine, covered, stranger=stranger, helps=helps, talks=talks)
        return signs, np.ones(len(match.terms), np.bool_)
    masses = np.array(match.idfs) * wanted
    mass = float(masses.sum()) or 1.0
    stands = _held(len(match.terms), pool, best, talks)
    near = stands[int((stands @ masses).argmax())]
    covered = float(masses[near].sum()) / mass
    named = len(match.speakers) == 1
    signs = Signs(
        cosine=cosine,
        covered=covered,
        gap=float(masses[~near].max(initial=0.0)) / log(match.n_passages + 2),
        focus=_focus(said, match, stands),
        own=_own(match, pool, best) / mass if named else 0.0,
        named=named,
        helps=_helps(said, max(cosine, covered)),
        stranger=stranger,
        talks=talks,
    )
    return signs, near


def _wanted(match: TextMatch, talks: bool, times: frozenset[str]) -> Held:
    """Return (terms,) which of the question's terms an answer has to say; none of the times."""
    # The time that a question asks about is rarely a word of its answer.
    needless = REQUEST | times
    wanted = np.array([not (t in needless or t.isdigit()) for t in match.terms], np.bool_)
    # Who says it rarely says their own name; but it may be all that is asked for.
    others = wanted & np.array([t not in match.names for t in match.terms], np.bool_)
    return others if talks and others.any() else wanted


def _helps(question: str, nearest: float) -> float:
    return min(1.0, max(0.0, _NEAR_ENOUGH * nearest)) if asks_for_help(question) else 0.0


def _logistic(value: float) -> float:
    return 1.0 / (1.0 + exp(-value))


def _held(n_terms: int, pool: Pool, best: list[int], talks: bool) -> Held:
    """Return (windows, terms) which terms stand in each of the best windows.

    What people say is said in one place; a question over documents may need several together,
    so these count as one.
    """
    if talks:
        packed = pool.evidence.covered_near[best[:_N_FOCUS]]
    else:
        covered = pool.evidence.covered[best[:_N_TOGETHER]]
        packed = np.bitwise_or.reduce(covered, keepdims=True)
    places = np.arange(n_terms, dtype=np.uint64)
    bits: Held = ((packed[:, None] >> places) & np.uint64(1)).astype(np.bool_)
    return bits


def _own(match: TextMatch, pool: Pool, best: list[int]) -> float:
    of_speaker, of_others = match.owned(pool.rows[best[:_N_OWN]])
    return float(of_speaker.max() - of_others.max())


def _focus(question: str, match: TextMatch, held: Held) -> float:
    phrase = asked_for(question)
    places = [at for at, term in enumerate(match.terms) if term in phrase]
    if not places:
        return 1.0
    masses = np.array([match.idfs[at] for at in places])
    return float((held[:, places] @ masses).max() / max(float(masses.sum()), 1e-9))


def _closest(match: TextMatch, ranked: Ranked, signs: Signs) -> int:
    """Return the candidate that comes closest: where others are meant, what is said of them."""
    if signs.named and signs.own < 0.0:
        best = ranked.order[:_N_OWN]
        _, of_others = match.owned(ranked.pool.rows[best])
        return best[int(of_others.argmax())]
    return ranked.order[0]
