"""Whether a question asks about a subject, and what it says beside that."""

from __future__ import annotations

from collections.abc import Iterator

from graphmem.core.terms import is_user, words
from graphmem.ports import GraphReader
from graphmem.reading.current import facts_about
from graphmem_schemas import Entity

__all__ = ["beside_subject"]

_ONESELF = frozenset({"i", "we"})
_OWN = ("my", "our")
_BESIDE = frozenset({"the", "today"})
# How one says what one is called.
_CALLED = ("be", "have name")


def beside_subject(
    said: list[str], subject: Entity, reader: GraphReader, space: str
) -> Iterator[set[str]]:
    """Yield what a question says beside each name that it calls a subject by.

    Args:
        said: the words from the subject on, as `graphmem.core.terms.words` gives them.
        subject: of a fact.
        reader: the store; a few reads.
        space: the space.
    """
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
