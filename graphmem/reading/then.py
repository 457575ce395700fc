"""Questions about a time that is over: "where did Nadia live in 2021?" asks for what held then.

A passage that states what held then comes before one that states what took its place later; and
one of which a fact that held at its end says all that is asked ("Nadia lives in Porto") before
those that only name her and were told then. Only facts know either, so what no fact was extracted
from stays where it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from graphmem.core.scopes import holds
from graphmem.core.terms import terms
from graphmem.ports import GraphReader
from graphmem.reading.analyse import Question, Then
from graphmem.reading.newer import N_LOOKED, placed
from graphmem.reading.sides import Pair
from graphmem_schemas import Hit, Proposition

__all__ = ["held_first", "stated_then", "topic_of"]

# Of what is asked, but for the time, a fact has to say this share, by rarity.
_ALL = 0.99
# Who or what, and what of it: a fact that only has the name in it answers nothing.
_LEAST_TERMS = 2


def held_first(hits: Sequence[Hit], pairs: frozenset[Pair]) -> tuple[Hit, ...]:
    """Put what held then directly before what did not; the rest keeps its order.

    Args:
        hits: passages, best first; the first N_LOOKED are looked at.
        pairs: of each, what the first passage states held then and what the second states did
            not.

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
    return _moved(hits, order)


def stated_then(  # a question of the store and of both clocks
    hits: Sequence[Hit],
    topic: Mapping[str, float],
    reader: GraphReader,
    space: str,
    then: Then,
    now: datetime,
) -> tuple[Hit, ...]:
    """Put what states a fact that held then, and that says all that is asked, before the rest.

    Args:
        hits: passages, best first; the first N_LOOKED are looked at.
        topic: of what is asked, but for its time, the weight of each term.
        reader: the store; asked twice at most.
        space: the space.
        then: the time that is asked for.
        now: system time.

    Returns:
        The hits; those that moved have the score of their place, with a part that says so.
    """
    looked = [hit.uid for hit in hits[:N_LOOKED]]
    if len(topic) < _LEAST_TERMS or not looked:
        return tuple(hits)
    edges = reader.neighbours(space, looked, ["EVIDENCED_BY"])
    facts = reader.get(space, sorted({edge.start for edge in edges}))
    least = _ALL * sum(topic.values())
    answers = {
        fact.uid
        for fact in facts
        if isinstance(fact, Proposition)
        # Of several in that time, the last: what had ended by then is not lifted over it.
        and holds(fact, then.until, now)
        and sum(topic.get(term, 0.0) for term in set(terms(fact.text))) >= least
    }
    telling = {edge.end for edge in edges if edge.start in answers}
    return _moved(hits, sorted(range(len(looked)), key=lambda at: looked[at] not in telling))


def topic_of(question: Question, shares: Mapping[str, float]) -> dict[str, float]:
    """Return what a question asks but for the time, with the weight of each term.

    Args:
        question: taken apart.
        shares: the weight of each of its terms.
    """
    return {t: n for t, n in shares.items() if t not in question.times and not t.isdigit()}


def _moved(hits: Sequence[Hit], order: Sequence[int]) -> tuple[Hit, ...]:
    first = [placed(hits[at], hits[place].score, "then") for place, at in enumerate(order)]
    return (*first, *hits[len(order) :])
