"""What the memory knows, though no passage says it in the words of the question.

"I moved to Leeds" shares no word with "Where do I live?". Where a fact holds whose relation, or
another way to say it, is all that is asked of its subject, it is an answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from graphmem.core.registry import Registry
from graphmem.core.scopes import holds
from graphmem.core.terms import is_user, terms
from graphmem.ports import GraphReader
from graphmem.reading.current import facts_about, read_registry
from graphmem.reading.facts import facts_of
from graphmem.reading.statements import Wanted
from graphmem_schemas import Entity, Hit, Proposition

__all__ = ["is_known"]

# "Where does she live", and not "who lives with her": what is asked for is the fact's object.
_ASKED = re.compile(
    r"\W*(?:(?:and|but|so|now)\W+)?(?:where|whom?|(?:what|which)(?: [\w'’-]+){0,2})"
    r" (?:do|does|is|are|am) (?P<rest>.+)",
    re.IGNORECASE | re.DOTALL,
)
_ONESELF = frozenset({"i", "we"})
_NOW = frozenset(terms("now currently nowadays still today these days at the moment"))
_WAYS = frozenset("about as at by for from in on to with".split())
# How one says what one is called.
_CALLED = ("be", "have name")


def is_known(
    question: str, hits: Sequence[Hit], wanted: Wanted, reader: GraphReader, space: str
) -> bool:
    """Whether a passage among the hits states a fact that answers a question by itself.

    Only relations of which a subject has one object at a time count. Two reads, and a few more
    where the passages state such facts.

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
    stated = [node for node, _ in facts_of(hits, ("proposition",), reader, space)]
    facts = [
        fact
        for fact in stated
        if isinstance(fact, Proposition)
        and not (fact.negated or fact.doubtful)
        and registry.is_functional(fact.predicate)
        and holds(fact, wanted.at, wanted.now)
    ]
    words = asked["rest"].casefold().split()
    asked_of = {
        fact.subject for fact in facts if _ways_in(words) <= _words_of(registry, fact.predicate)
    }
    subjects = {n.uid: n for n in reader.get(space, sorted(asked_of)) if isinstance(n, Entity)}
    return any(
        left and left <= set(terms(" ".join(registry.family_of(fact.predicate))))
        for fact in facts
        if fact.subject in subjects
        for left in _beside_subject(words, subjects[fact.subject], reader, space)
    )


def _beside_subject(
    words: list[str], subject: Entity, reader: GraphReader, space: str
) -> Iterator[set[str]]:
    """Yield what a question says beside each name that it calls a subject by."""
    said = set(terms(" ".join(words)))
    if words[0] in _ONESELF:
        if is_user(subject.name):
            yield said - _NOW
        return
    for name in _names_of(subject, reader, space):
        called = set(terms(name))
        if called and called <= said:
            yield said - called - _NOW


def _names_of(subject: Entity, reader: GraphReader, space: str) -> Iterator[str]:
    yield from (subject.name, *subject.aliases)
    told = [fact for way in _CALLED for fact in facts_about([subject.uid], way, reader, space)]
    objects = [fact.object for fact in told if fact.object and fact.status == "current"]
    for node in reader.get(space, objects) if objects else ():
        if isinstance(node, Entity):
            yield node.name


def _ways_in(words: list[str]) -> set[str]:
    return {word.strip("?.!,") for word in words} & _WAYS


def _words_of(registry: Registry, predicate: str) -> set[str]:
    return {word for way in registry.family_of(predicate) for word in way.split()}
