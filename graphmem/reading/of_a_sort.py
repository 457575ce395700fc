"""A fact that answers "which instrument does Emil play?" though nobody said "instrument".

All else that is asked stands in the fact or its passage, and what the fact is about is of the sort
that is asked for: "cello".
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from graphmem.core.scopes import holds
from graphmem.core.terms import terms, words
from graphmem.core.wording import third_person
from graphmem.ports import Embedder, GraphReader
from graphmem.reading.asked_subject import of_asked_subject
from graphmem.reading.facts import facts_of
from graphmem.reading.framing import OPENING
from graphmem.reading.sorts import is_one, is_sort
from graphmem.reading.statements import Wanted
from graphmem_schemas import Entity, Hit, Proposition

__all__ = ["is_of_a_sort"]

_ASKED = re.compile(
    rf"{OPENING}(?:what|which)(?: (?:kind|type|sort|make|brand) of)?"
    r" (?P<sort>(?:[\w'-]+ ){1,3}?)(?P<helper>do|does|is|are|am) (?P<rest>.+)",
    re.IGNORECASE | re.DOTALL,
)
# So many things are looked at: a question that is declined may take a moment more.
_MOST = 6
_IS = frozenset({"is", "are", "am"})
_HAVING = frozenset({"have", "own", "got"})


def is_of_a_sort(
    question: str,
    hits: Sequence[Hit],
    wanted: Wanted,
    reader: GraphReader,
    space: str,
    embedder: Embedder,
) -> bool:
    """Whether a passage among the hits states a fact about something of the sort asked for.

    Two reads, a few for each subject, and at most six short texts to embed.

    Args:
        question: what is asked.
        hits: passages.
        wanted: which facts count; of a time that is over, none answers by itself.
        reader: the store.
        space: the space.
        embedder: tells of which sort a thing is.
    """
    asked = _ASKED.match(question)
    if asked is None or wanted.before or wanted.since is not None:
        return False
    sort = asked["sort"].strip()
    if not is_sort(sort):
        return False
    said, helper = words(asked["rest"]), asked["helper"].lower()
    told = [
        (fact, hit)
        for fact, hit in facts_of(hits, ("proposition",), reader, space)
        if isinstance(fact, Proposition) and _is_sure(fact, wanted)
    ]
    about = of_asked_subject(said, told, reader, space)
    fitting = [fact for fact, hit, left in about if _says(fact, hit.text, left, helper)]
    return is_one(sort, _things(fitting[:_MOST], reader, space), embedder)


def _is_sure(fact: Proposition, wanted: Wanted) -> bool:
    """Whether a fact is told to be so now: of who "played" nobody asks what they play."""
    verb = fact.predicate.partition(" ")[0]
    forms = _IS if verb == "be" else {verb, third_person(verb)}
    now = not forms.isdisjoint(words(fact.text))
    return now and not (fact.negated or fact.doubtful) and holds(fact, wanted.at, wanted.now)


def _says(fact: Proposition, text: str, left: set[str], helper: str) -> bool:
    """Whether a fact and its passage say all that is asked but the sort of thing."""
    verb = fact.predicate.partition(" ")[0]
    if verb == "be":
        is_asked = helper not in ("do", "does")
    elif verb == "have":
        is_asked = not _HAVING.isdisjoint(left)
    else:
        is_asked = not set(terms(verb)).isdisjoint(terms(" ".join(left)))
    rest = terms(" ".join(left - _HAVING))
    return is_asked and set(rest) <= set(terms(f"{fact.predicate} {text}"))


def _things(facts: Sequence[Proposition], reader: GraphReader, space: str) -> list[str]:
    """Return what facts are about, each once."""
    uids = [fact.object for fact in facts if fact.object]
    named = [node.name for node in reader.get(space, uids) if isinstance(node, Entity)]
    values = [fact.value for fact in facts if fact.value]
    return list(dict.fromkeys([*named, *values]))
