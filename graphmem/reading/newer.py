"""Questions about now: of two passages that answer alike, the one that tells of a change is first.

"My API answers in 800 ms" and, weeks later, "it improved to 250 ms" answer "how fast is my API?"
alike. Only a question that asks for one value as it is now is touched; then a later passage of
the same speaker that tells of a change to another value of the kind asked for comes directly
before the earlier one. Where facts were extracted, they say the same of themselves; most such
changes are told in words that no extractor turns into one subject and relation.

Measured by scripts/beam_rules.py. The rule was made on the twenty update questions of BEAM, so
take the figure there as the best that it can do.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from graphmem.core.marks import proper_words
from graphmem.core.terms import STOP_WORDS, sentences, terms, words
from graphmem.reading.framing import OPENING
from graphmem.reading.values import Sought, sought, values_in
from graphmem_schemas import Hit, Passage, ScorePart

__all__ = [
    "N_LOOKED", "REPEATS", "asks_for_now", "is_of_now", "newer_first", "placed", "said_by",
    "spoken",
]  # fmt: skip

N_LOOKED = 16
"""So many of the best are looked at."""

# Of a question, this share of its words, by rarity, must stand in one sentence.
_COVERS = 0.2
# A reply to a turn is no change of it.
_LATER_BY = 2
_LOOKED_AT_CHARS = 1_000
# A word of change counts for a value that stands so many words behind it, or before it.
_N_BEFORE, _N_AFTER = 8, 2
# Where the value's name is asked for ("accuracy"), and scores differ by less than this share of
# what lies between the first and the last that are looked at, another value needs no such word.
_ALIKE = 0.35
_WHERE = re.compile(rf"{OPENING}where\b", re.IGNORECASE)
_PLACED = re.compile(r"\b(?:at|for|from|in|near|on|to) (?:the )?((?:[A-Z]\S*\s?)+)")
# Two sentences that share so much of their words but for the value say the same of another value.
_SAME_WORDS = 0.5
_LONG_AGO = datetime.min.replace(tzinfo=UTC)

REPEATS = frozenset({"assistant", "ai", "bot", "system", "tool"})
"""What these say of somebody's life is mostly a repetition or a proposal."""

# What stands between fences is nobody's word. A turn may have been cut before the last of them.
_CODE = re.compile(r"```.*?(?:```|$)", re.DOTALL)

_ONE_VALUE = re.compile(
    r"^\W*(?:what (?:is|are|'s) (?:the|my|our)\b|how (?:many|much|long|often|old|far)\b"
    r"|when (?:is|are|do|does)\b|what time\b|what (?:\w+ ){1,5}(?:is|are|do|does|has|have)\b"
    r"|where (?:is|are|do|does)\b|who (?:is|are)\b)",
    re.IGNORECASE,
)
_THEN = re.compile(
    r"\b(?:did|was|were|had|originally|initially|at first|first time|used to|previous(?:ly)?"
    r"|earlier|before|order|between|across|different|compared?|throughout|over time|ago"
    r"|summar\w*)\b",
    re.IGNORECASE,
)
# "Do I drink coffee?", "which team leads Atlas?": whatever the answer is, it is that of today.
_OF_NOW = re.compile(
    r"^\W*(?:(?:so|and|but|ok|okay|hey),? )?(?:am|is|are|do|does|has|have|can|who|whom|whose|what"
    r"|which|where|when|how)\b",
    re.IGNORECASE,
)
_CHANGE = re.compile(
    r"\b(?:now|recent\w*|resched\w+|increas\w+|extend\w*|updat\w+|chang\w+|new|improv\w+|reach\w*"
    r"|grow\w*|shorten\w*|decreas\w+|reduc\w+|instead|moved|push\w*|another|more|added|total"
    r"|currently|latest|postpon\w+|rais\w+|lower\w*|dropp\w+|rose|switch\w+|these days|nowadays"
    r")\b",
    re.IGNORECASE,
)


def asks_for_now(question: str) -> bool:
    """Whether a question asks for one value, or for anything, as it is now."""
    if _THEN.search(question):
        return False
    return _ONE_VALUE.search(question) is not None or (
        _NOW.search(question) is not None and _OF_NOW.search(question) is not None
    )


# "Who led Atlas?", "what happened in Oslo?"
_HAPPENED = re.compile(
    r"^\W*(?:who|what|which(?: \w+)?) (?:\w{2,}ed|led|took|went|got|said|came|gave|made|won|lost"
    r"|left|met|saw|told|bought|sold|wrote|built|found|held|kept|paid|ran|sent|taught|thought"
    r"|became|began|broke|chose|drove|ate|fell|flew|grew|knew|spent|spoke|wore)\b",
    re.IGNORECASE,
)
# "What do I drive now?" asks for what came last, in whatever words that is told.
_NOW = re.compile(
    r"\b(?:now|still|current(?:ly)?|today|these days|nowadays|at the moment|any ?more"
    r"|at present)\b",
    re.IGNORECASE,
)
# What turns one state into another, besides words of change.
_TURN = re.compile(
    r"\b(?:started|joined|left|quit|stopped|gave up|given up|sold|bought|traded|swapped|replaced"
    r"|cancel\w+|moved|took over|taken over|handed|passed (?:to|away)|promoted|became|died|gone"
    r"|split up|broke up|divorce\w*|married|engaged|retired|fired|laid off|hired|clos(?:ed|ing)"
    r"|reassigned|no longer|any ?more|instead|back (?:in|to|at)|put (?:up|down)|went (?:up|down)"
    r"|let (?:me|him|her|them|us) go|expired|finished|graduated|adopted|switched|changed)\b",
    re.IGNORECASE,
)


def is_of_now(question: str) -> bool:
    """Whether a question asks in the present: what took a fact's place answers it."""
    is_past = _THEN.search(question) or _HAPPENED.search(question)
    return _OF_NOW.search(question) is not None and is_past is None


@dataclass(frozen=True, slots=True)
class _Said:
    """What decides between two passages.

    Attributes:
        values: of what is sought, in sentences that are about the question.
        changed: those of them that a word of change stands beside.
        wordings: terms of the sentences that give a value, but for the values.
        news: those of them that have a word of change.
        score: of the passage.
        turned: what it names in sentences that tell of a state that began or ended.
        names: which it names, in lower case; where it is asked "where", as places.
    """

    uid: str
    speaker: str | None
    source: str
    at: datetime
    position: int
    values: frozenset[str]
    changed: frozenset[str]
    wordings: tuple[frozenset[str], ...]
    news: tuple[frozenset[str], ...]
    score: float
    turned: frozenset[str]
    names: frozenset[str]

    def changes(self, other: _Said, asked: _Asked) -> bool:
        """Whether this is later and a fact of it took the place of one of the other, or it is a
        word of the same speaker with a value that the other lacks.
        """
        if not self._is_later(other):
            return False
        if (self.uid, other.uid) in asked.known:
            return True
        if self.speaker != other.speaker:
            return False
        if asked.of_now and self.speaker and (self.turned & other.names) - asked.names:
            return True
        if not other.values:
            return False
        if self._says_the_same(other):
            return bool(self.values - other.values)
        alike = asked.is_named and other.score - self.score <= _ALIKE * asked.spread
        return bool((self.values if alike else self.changed) - other.values)

    def _says_the_same(self, other: _Said) -> bool:
        """Whether it tells as news what a sentence of the other says, but for the value."""
        return any(
            len(mine & its) >= _SAME_WORDS * len(mine | its)
            for mine in self.news
            for its in other.wordings
        )

    def _is_later(self, other: _Said) -> bool:
        if self.source == other.source:
            return self.position >= other.position + _LATER_BY
        return self.at > other.at > _LONG_AGO


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the question wants: its terms with their share of it, of what a value, its own."""

    weights: Mapping[str, float]
    sought: Sought
    values: frozenset[str]
    known: frozenset[tuple[str, str]]
    spread: float
    of_now: bool
    where: bool
    names: frozenset[str]

    @property
    def is_named(self) -> bool:
        """Whether a value has a name; a count has that of what may well be counted twice."""
        return bool(self.sought.named) and self.sought.kind != "count"


def newer_first(
    question: str,
    hits: Sequence[Hit],
    passages: Mapping[str, Passage],
    began: Mapping[str, datetime | None],
    weights: Mapping[str, float],
    known: frozenset[tuple[str, str]] = frozenset(),
) -> tuple[Hit, ...]:
    """Put what tells of a change directly before what it changes; the rest keeps its order.

    Args:
        question: one for which `asks_for_now` holds.
        hits: passages, best first.
        passages: by uid; hits without theirs stay where they are.
        began: when each source began, by uid.
        weights: the question's terms with their share of what it asks.
        known: pairs of passages, of which the first states what took the place of what the
            second states.

    Returns:
        The hits; those that moved have the score of their place, with a part that says so. At
        most N_LOOKED² / 2 moves, each found in as many comparisons.
    """
    what = sought(question)
    own = frozenset(value.text for value in values_in(question, what))
    order = list(range(min(N_LOOKED, len(hits))))
    spread = hits[0].score - hits[order[-1]].score if order else 0.0
    of_now, names = _NOW.search(question) is not None, _names_in(question)
    where = _WHERE.match(question) is not None
    asked = _Asked(weights, what, own, known, spread, of_now, where, names)
    said = {at: _said(passages.get(hits[at].uid), began, asked, hits[at].score) for at in order}
    # Whoever rises is later than whom it passes; the bound is for dates that contradict positions.
    for _ in range(N_LOOKED * N_LOOKED // 2):
        pair = _first_pair(order, said, asked)
        if pair is None:
            break
        above, below = pair
        order.insert(above, order.pop(below))
    first = [placed(hits[at], hits[place].score, "newer") for place, at in enumerate(order)]
    return (*first, *hits[len(order) :])


def said_by(
    now: datetime, passages: Mapping[str, Passage], began: Mapping[str, datetime | None]
) -> dict[str, Passage]:
    """Return the passages that are not dated in the future: those have changed nothing yet."""
    return {uid: one for uid, one in passages.items() if _moment(one, began) <= now}


def _moment(passage: Passage, began: Mapping[str, datetime | None]) -> datetime:
    return passage.at or began.get(passage.source) or _LONG_AGO


def _first_pair(
    order: list[int], said: Mapping[int, _Said | None], asked: _Asked
) -> tuple[int, int] | None:
    """Return places of the first passage that is changed by one below it, and of that one."""
    for above, one in enumerate(order):
        earlier = said[one]
        if earlier is None:
            continue
        for below in range(above + 1, len(order)):
            later = said[order[below]]
            if later is not None and later.changes(earlier, asked):
                return above, below
    return None


def _said(
    passage: Passage | None,
    began: Mapping[str, datetime | None],
    asked: _Asked,
    score: float,
) -> _Said | None:
    if passage is None:
        return None
    values = changed = frozenset[str]()
    wordings = news = tuple[frozenset[str], ...]()
    named = frozenset[str](), frozenset[str]()
    if passage.speaker and passage.speaker.casefold() not in REPEATS:
        values, changed, wordings, news = _values(passage.text, asked)
        named = _turning(passage.text, asked)
    return _Said(
        passage.uid, passage.speaker, passage.source, _moment(passage, began), passage.position,
        values, changed, wordings, news, score, *named,
    )  # fmt: skip


def _turning(text: str, asked: _Asked) -> tuple[frozenset[str], frozenset[str]]:
    """Return what a text names where it tells of a state that began or ended, and in all."""
    if not asked.of_now:
        return frozenset(), frozenset()
    said = spoken(text)
    turns = [_names_in(one) for one in sentences(said) if _TURN.search(one)]
    names = _names_in(said)
    if asked.where:
        # Of whoever lives there, too, any news may be told: "Tilly bought a bike".
        names &= frozenset(words(" ".join(_PLACED.findall(said))))
    return frozenset[str]().union(*turns), names


def _names_in(text: str) -> frozenset[str]:
    found = frozenset(word.casefold() for word in proper_words(text))
    # "I", "We've" and "2" are written like names.
    return frozenset(
        word for word in found if not (word.isdigit() or re.split("['’]", word)[0] in STOP_WORDS)
    )


def _values(
    text: str, asked: _Asked
) -> tuple[frozenset[str], frozenset[str], tuple[frozenset[str], ...], tuple[frozenset[str], ...]]:
    """Return the values that a text gives, and those of them that it tells as a change.

    Then the sentences with a value, as their terms but for it, and those with a word of change.
    """
    found: set[str] = set()
    changed: set[str] = set()
    wordings: list[frozenset[str]] = []
    news: list[frozenset[str]] = []
    for sentence in sentences(spoken(text)):
        values = values_in(sentence, asked.sought)
        if not values or _share(sentence, asked) < _COVERS:
            continue
        given = {term for value in values for term in terms(value.text)}
        wording = frozenset(terms(sentence)) - given
        wordings.append(wording)
        if _CHANGE.search(sentence):
            news.append(wording)
        for value in values:
            found.add(value.text)
            before = sentence[: value.start].split()[-_N_BEFORE:]
            beside = before + sentence[value.end :].split()[:_N_AFTER]
            if _CHANGE.search(" ".join(beside)):
                changed.add(value.text)
    return (
        frozenset(found - asked.values),
        frozenset(changed - asked.values),
        tuple(filter(None, wordings)),
        tuple(filter(None, news)),
    )


def spoken(text: str) -> str:
    """Return the beginning of a text without code."""
    return _CODE.sub(" ", text)[:_LOOKED_AT_CHARS]


def _share(sentence: str, asked: _Asked) -> float:
    return sum(asked.weights.get(term, 0.0) for term in set(terms(sentence)))


def placed(hit: Hit, score: float, reason: str) -> Hit:
    """Return a hit with the score of the place that it has now, and a part that says why."""
    if hit.score == score:
        return hit
    shift = ScorePart(name=reason, value=round(score - hit.score, 6))
    return hit.model_copy(update={"score": score, "parts": (*hit.parts, shift)})
