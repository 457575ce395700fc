"""Questions about now: of two passages that answer alike, the one that tells of a change is first.

"My API answers in 800 ms" and, weeks later, "it improved to 250 ms" answer "how fast is my API?"
alike. Only a question that asks for one value as it is now is touched; then a later passage of
the same speaker that has another value of the kind asked for, and says that something changed,
takes the earlier one's place. Where facts were extracted, they say the same of themselves; most
such changes are told in words that no extractor turns into one subject and relation.

Measured in docs/quality.md. The rule was made on the twenty update questions of BEAM, so take the
figure there as the best that it can do.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from graphmem.core.terms import sentences, terms
from graphmem.reading.values import ValueKind, asked_kind, values_in
from graphmem_schemas import Hit, Passage, ScorePart

__all__ = ["N_LOOKED", "asks_for_now", "newer_first"]

N_LOOKED = 16
"""So many of the best are looked at."""

# Of a question, this share of its words, by rarity, must stand in one sentence.
_COVERS = 0.2
# A reply to a turn is no change of it.
_LATER_BY = 2
_LOOKED_AT_CHARS = 1_000
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
# What an agent says of a value is mostly a repetition or a proposal.
_REPEATS = frozenset({"assistant", "ai", "bot", "system", "tool"})

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
_CHANGE = re.compile(
    r"\b(?:now|recent\w*|resched\w+|increas\w+|extend\w*|updat\w+|chang\w+|new|improv\w+|reach\w*"
    r"|grow\w*|shorten\w*|decreas\w+|reduc\w+|instead|moved|push\w*|another|more|added|total"
    r"|currently|latest)\b",
    re.IGNORECASE,
)


def asks_for_now(question: str) -> bool:
    """Whether a question asks for one value as it is now."""
    return _ONE_VALUE.search(question) is not None and _THEN.search(question) is None


@dataclass(frozen=True, slots=True)
class _Said:
    """What decides between two passages.

    Attributes:
        values: of the kind asked for, in sentences that are about the question.
    """

    speaker: str
    source: str
    at: datetime
    position: int
    values: frozenset[str]
    tells_change: bool

    def changes(self, other: _Said) -> bool:
        """Whether this is a later word of the same speaker with a value that the other lacks."""
        return (
            self.tells_change
            and self.speaker == other.speaker
            and bool(self.values - other.values)
            and self._is_later(other)
        )

    def _is_later(self, other: _Said) -> bool:
        if self.source == other.source:
            return self.position >= other.position + _LATER_BY
        return self.at > other.at > _LONG_AGO


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the question wants: its terms with their share of it, the kind of value, its own."""

    weights: Mapping[str, float]
    kind: ValueKind
    values: frozenset[str]


def newer_first(
    question: str,
    hits: Sequence[Hit],
    passages: Mapping[str, Passage],
    began: Mapping[str, datetime | None],
    weights: Mapping[str, float],
) -> tuple[Hit, ...]:
    """Let what tells of a change and what it changes trade places; the rest stays where it is.

    Args:
        question: one for which `asks_for_now` holds.
        hits: passages, best first.
        passages: by uid.
        began: when each source began, by uid.
        weights: the question's terms with their share of what it asks.

    Returns:
        The hits; those that traded places trade scores, with a part that says so. At most
        N_LOOKED² / 2 trades, each found in as many comparisons.
    """
    kind, terms_asked = asked_kind(question), frozenset(weights)
    asked = _Asked(weights, kind, values_in(question, kind, terms_asked))
    order = list(range(min(N_LOOKED, len(hits))))
    said = {at: _said(passages.get(hits[at].uid), began, asked) for at in order}
    # Whoever rises is later than whom it passes, so that nothing goes in a circle.
    while (pair := _first_pair(order, said)) is not None:
        above, below = pair
        order[above], order[below] = order[below], order[above]
    first = [_placed(hits[at], hits[place]) for place, at in enumerate(order)]
    return (*first, *hits[len(order) :])


def _first_pair(order: list[int], said: Mapping[int, _Said | None]) -> tuple[int, int] | None:
    """Return places of the first passage that is changed by one below it, and of that one."""
    for above, one in enumerate(order):
        earlier = said[one]
        if earlier is None or not earlier.values:
            continue
        for below in range(above + 1, len(order)):
            later = said[order[below]]
            if later is not None and later.changes(earlier):
                return above, below
    return None


def _said(
    passage: Passage | None, began: Mapping[str, datetime | None], asked: _Asked
) -> _Said | None:
    if passage is None or not passage.speaker or passage.speaker.casefold() in _REPEATS:
        return None
    text = passage.text[:_LOOKED_AT_CHARS]
    at = passage.at or began.get(passage.source) or _LONG_AGO
    tells = _CHANGE.search(text) is not None
    return _Said(
        passage.speaker, passage.source, at, passage.position, _values(text, asked), tells
    )


def _values(text: str, asked: _Asked) -> frozenset[str]:
    found: set[str] = set()
    for sentence in sentences(text):
        values = values_in(sentence, asked.kind, frozenset(asked.weights))
        if values and sum(asked.weights.get(t, 0.0) for t in set(terms(sentence))) >= _COVERS:
            found |= values
    return frozenset(found - asked.values)


def _placed(hit: Hit, place: Hit) -> Hit:
    """Return the hit with the score of the one whose place it has."""
    if hit is place:
        return hit
    shift = ScorePart(name="newer", value=round(place.score - hit.score, 6))
    return hit.model_copy(update={"score": place.score, "parts": (*hit.parts, shift)})
