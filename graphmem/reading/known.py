"""What the memory knows, though no passage says it in the words of the question.

"I moved to Leeds" shares no word with "Where do I live?". Where a fact holds whose relation, or
another way to say it, is all that is asked of its subject, it is an answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from graphmem.core.registry import Registry
from graphmem.core.scopes import holds
from graphmem.core.terms import words
from graphmem.ports import GraphReader
from graphmem.reading.asked_subject import of_asked_subject
from graphmem.reading.current import read_registry
from graphmem.reading.facts import facts_of
from graphmem.reading.framing import OPENING
from graphmem.reading.statements import Wanted
from graphmem_schemas import Hit, Proposition

__all__ = ["is_known"]

# "Where does she live", and not "who lives with her": the fact's object is asked for, by a word
# that says of which sort it is.
_ASKED = re.compile(
    rf"{OPENING}(?:where|(?:what|which)"
    r" (?:city|company|country|employer|firm|organi[sz]ation|place|town|village))"
    r" (?:do|does|is|are|am) (?P<rest>.+)",
    re.IGNORECASE | re.DOTALL,
)
# Of these an object is a place or an employer; each is the first way of a family.
_SORTS = frozenset({"live in", "dwell in", "work at", "be headquartered in"})


def is_known(
    question: str, hits: Sequence[Hit], wanted: Wanted, reader: GraphReader, space: str
) -> bool:
    """Whether a passage among the hits states a fact that answers a question by itself.

    Only relations to a place or an employer count, of which a subject has one at a time. Two
    reads, and a few for each subject of such facts.

    Args:
        question: what is asked.
        hits: passages.
        wanted: which facts count; of a time that is over, none answers by itself.
        reader: the store.
        space: the space.
    """
    asked = _ASKED.match(question)
    if asked is None or wanted.before or wanted.since is not None:
        return False
    registry = read_registry(reader, space)
    told = [
        (fact, hit)
        for fact, hit in facts_of(hits, ("proposition",), reader, space)
        if isinstance(fact, Proposition) and _answers(fact, registry, wanted)
    ]
    about = of_asked_subject(words(asked["rest"]), told, reader, space)
    return any(left and left <= _words_of(fact.predicate, registry) for fact, _, left in about)


def _answers(fact: Proposition, registry: Registry, wanted: Wanted) -> bool:
    is_sure = not (fact.negated or fact.doubtful)
    known = registry.is_functional(fact.predicate) and not _SORTS.isdisjoint(
        registry.family_of(fact.predicate)
    )
    return is_sure and known and holds(fact, wanted.at, wanted.now)


def _words_of(predicate: str, registry: Registry) -> frozenset[str]:
    """Return the words in which a relation is asked for; who is "out of work" has none."""
    ways = (way.split() for way in registry.family_of(predicate))
    return frozenset(word for way in ways if "out" not in way for word in way)
