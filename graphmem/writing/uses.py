"""Which words of a passage name entities: what resolving is asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from graphmem.core.extraction import Argument, PropositionDraft
from graphmem.core.names import MAX_NAME_WORDS, normalise_name
from graphmem.writing.drafting import Place
from graphmem.writing.resolve import NameUse

__all__ = ["name_uses", "names_entity", "states_something"]

# Without a subject that is known, a fact would hang on the word "he".
_PRONOUNS = frozenset(
    "i me my mine myself you your yours yourself he him his himself she her hers herself it its "
    "itself we us our ours ourselves they them their theirs themselves this that these those who "
    "which what there one someone somebody something anyone everyone everybody nobody".split()
)
_LITERAL_KINDS = ("time", "quantity")
_YEAR = re.compile(r"\d{4}")


def name_uses(places: Sequence[Place]) -> list[NameUse]:
    """Return the names that the passages use, as resolving wants them."""
    uses: list[NameUse] = []
    for place in places:
        if place.about:
            uses.append(NameUse(place.about, "unknown", named=True, source=place.source))
        uses += [
            NameUse(m.name, m.kind, m.named, place.source)
            for m in place.extraction.mentions
            if m.named
        ]
        # Who takes part by name is linked to what happened, whatever else the source says.
        uses += [
            _use(argument, place.source)
            for event in place.extraction.events
            for argument in event.arguments
            if argument.named and names_entity(argument)
        ]
        for fact in place.extraction.propositions:
            if states_something(fact):
                uses += [
                    _use(argument, place.source)
                    for argument in (fact.subject, fact.object)
                    if names_entity(argument) and (fact.asserted or argument.named)
                ]
    return uses


def _use(argument: Argument, source: str) -> NameUse:
    return NameUse(argument.text, argument.kind, argument.named, source)


def names_entity(argument: Argument) -> bool:
    """Whether the words can be the name of something: no pronoun, date, amount or sentence."""
    return (
        not argument.literal
        and argument.kind not in _LITERAL_KINDS
        and _can_name(normalise_name(argument.text))
    )


@lru_cache(maxsize=8_192)
def _can_name(key: str) -> bool:
    return 0 < len(key.split()) <= MAX_NAME_WORDS and key not in _PRONOUNS


def states_something(fact: PropositionDraft) -> bool:
    """Whether a fact has a subject that is known and an object that says more than when."""
    return names_entity(fact.subject) and bool(fact.object.text.strip()) and not _tells_when(fact)


def _tells_when(fact: PropositionDraft) -> bool:
    """Whether the object only dates what happened, in words that later mean another day.

    "Mara moved last week", "started on Monday": the event keeps that, with the date. "Was born in
    1990", "is scheduled for Monday" and "lasted three hours" say more.
    """
    if fact.object.kind != "time":
        return False
    verb, _, preposition = fact.predicate.rpartition(" ")
    return fact.rule == "adverbial" or (
        fact.rule == "oblique"
        and fact.tense == "past"
        and preposition in ("in", "on", "at")
        and not verb.startswith("be ")
        and not _YEAR.search(fact.object.text)
    )
