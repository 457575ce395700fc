"""The facts whose subject a question asks about, and what it says beside that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from graphmem.core.terms import is_user, words
from graphmem.ports import GraphReader
from graphmem.reading.current import facts_about
from graphmem_schemas import Entity, Hit, Proposition

__all__ = ["of_asked_subject"]

_ONESELF = frozenset({"i", "we"})
_OWN = ("my", "our")
_BESIDE = frozenset({"the", "today"})
# How one says what one is called.
_CALLED = ("be", "have name")


def of_asked_subject(
    said: list[str], told: Iterable[tuple[Proposition, Hit]], reader: GraphReader, space: str
) -> Iterator[tuple[Proposition, Hit, set[str]]]:
    """Yield the facts whose subject a question is about, with what it says beside that.

    One read, and a few for each subject.

    Args:
        said: the words from the subject on, as `graphmem.core.terms.words` gives them.
        told: facts, each with the passage that states it.
        reader: the store.
        space: the space.
    """
    by_subject: dict[str, list[tuple[Proposition, Hit]]] = {}
    for fact, hit in told:
        by_subject.setdefault(fact.subject, []).append((fact, hit))
    for subject in reader.get(space, sorted(by_subject)):
        if isinstance(subject, Entity):
            for left in _beside(said, subject, reader, space):
                yield from ((fact, hit, left) for fact, hit in by_subject[subject.uid])


def _beside(
    said: list[str], subject: Entity, reader: GraphReader, space: str
) -> Iterator[set[str]]:
    """Yield what a question says beside each name that it calls a subject by."""
    if said and said[0] in _ONESELF:
        if is_user(subject.name):
            yield set(said[1:]) - _BESIDE
        return
    for name in _names_of(subject, reader, space):
        called = words(name)
        if called and any(said[at : at + len(called)] == called for at in (0, 1)):
            yield set(said) - set(called) - _BESIDE


def _names_of(subject: Entity, reader: GraphReader, space: str) -> Iterator[str]:
    yield from (subject.name, *subject.aliases)
    owner, _, owned = subject.name.partition("'s ")
    if owned and is_user(owner):
        yield from (f"{own} {owned}" for own in _OWN)
    told = [fact for way in _CALLED for fact in facts_about([subject.uid], way, reader, space)]
    objects = [
        fact.object
        for fact in told
        if fact.object and fact.status == "current" and not (fact.negated or fact.doubtful)
    ]
    for node in reader.get(space, objects) if objects else ():
        if isinstance(node, Entity) and node.kind == "person" and node.name[:1].isupper():
            yield node.name
