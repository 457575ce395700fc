"""Questions about a time that is over: "where did Nadia live in 2021?" asks for what held then.

A passage that states what held then comes before one that states what took its place later; and
one of which a fact that held at its end says all that is asked ("Nadia lives in Porto") before
those that only name her and were told then. Only facts know either, so what no fact was extracted
from stays where it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from graphmem.core.scopes import holds
from graphmem.core.terms import terms
from graphmem.ports import GraphReader
from graphmem.reading.analyse import Question, Then
from graphmem.reading.newer import N_LOOKED, placed
from graphmem.reading.sides import Pair, Stated
from graphmem_schemas import Entity, Hit, Proposition

__all__ = ["facts_first", "telling_first", "telling_then", "topic_of"]

# Of what is asked, but for the time, a fact has to say this share, by rarity.
_ALL = 0.99
# Who or what, and what of it: a fact that only has the name in it answers nothing.
_LEAST_TERMS = 2
# Of a day or a week what was done is asked, and not what held.
_LEAST_SPAN = timedelta(days=27)


def facts_first(hits: Sequence[Hit], pairs: frozenset[Pair], reason: str) -> tuple[Hit, ...]:
    """Put what held then, or holds now, directly before what did not; the rest keeps its order.

    Args:
        hits: passages, best first; the first N_LOOKED are looked at.
        pairs: of each, what the first passage states held then and what the second states did
            not.
        reason: the name of the part of the score that says so.

    Returns:
        The hits; those that moved have the score of their place, with a part that says so. At
        most N_LOOKED² / 2 moves.
    """
    order = list(range(min(N_LOOKED, len(hits))))
    for _ in range(N_LOOKED * N_LOOKED // 2):
        found = next(
            (
                (above, below)
                for above, one in enumerate(order)
                for below in range(above + 1, len(order))
                if (hits[order[below]].uid, hits[one].uid) in pairs
            ),
            None,
        )
        if found is None:
            break
        above, below = found
        order.insert(above, order.pop(below))
    return _moved(hits, order, reason)


def telling_then(
    stated: Stated,
    topic: Mapping[str, float],
    then: Then,
    now: datetime,
    reader: GraphReader,
    space: str,
) -> frozenset[str]:
    """Return the passages that state a fact that held then and says all that is asked.

    Of whom or what the fact is has to be named in the question, and the time a month or longer.

    Args:
        stated: by the best passages.
        topic: of what is asked, but for its time, the weight of each term.
        then: the time that is asked for.
        now: system time.
        reader: the store; asked twice at most.
        space: the space.
    """
    if len(topic) < _LEAST_TERMS or then.until - then.since < _LEAST_SPAN:
        return frozenset()
    facts = [
        fact
        for fact in reader.get(space, sorted(stated))
        if isinstance(fact, Proposition)
        # Of several in that time, the last: what had ended by then is not lifted over it.
        and holds(fact, then.until, now)
        and not fact.negated
        and _says_all(fact.text, topic)
    ]
    subjects = reader.get(space, sorted({fact.subject for fact in facts})) if facts else []
    meant = {one.uid for one in subjects if isinstance(one, Entity) and _is_named(one, topic)}
    return frozenset().union(*(stated[fact.uid] for fact in facts if fact.subject in meant))


def telling_first(
    hits: Sequence[Hit], telling: frozenset[str], topic: Mapping[str, float]
) -> tuple[Hit, ...]:
    """Put some passages before those that say less than all that is asked.

    Args:
        hits: passages, best first; the first N_LOOKED are looked at.
        telling: from `telling_then`.
        topic: as there.

    Returns:
        The hits; those that moved have the score of their place, with a part that says so.
    """
    looked = hits[:N_LOOKED]
    # What says all of it itself may tell of that very time, so nothing is put before it.
    stays = [hit.uid in telling or _says_all(hit.text, topic) for hit in looked]
    order = list(range(len(looked)))
    for at, hit in enumerate(looked):
        if hit.uid in telling:
            place = at
            while place and not stays[order[place - 1]]:
                place -= 1
            order.insert(place, order.pop(at))
    return _moved(hits, order, "then")


def _says_all(text: str, topic: Mapping[str, float]) -> bool:
    said = sum(topic.get(term, 0.0) for term in set(terms(text)))
    return said >= _ALL * sum(topic.values())


def _is_named(entity: Entity, topic: Mapping[str, float]) -> bool:
    names = (terms(name) for name in (entity.name, *entity.aliases))
    return any(name and topic.keys() >= set(name) for name in names)


def topic_of(question: Question, shares: Mapping[str, float]) -> dict[str, float]:
    """Return what a question asks but for the time, with the weight of each term.

    Args:
        question: taken apart.
        shares: the weight of each of its terms.
    """
    return {t: n for t, n in shares.items() if t not in question.times and not t.isdigit()}


def _moved(hits: Sequence[Hit], order: Sequence[int], reason: str) -> tuple[Hit, ...]:
    first = [placed(hits[at], hits[place].score, reason) for place, at in enumerate(order)]
    return (*first, *hits[len(order) :])
