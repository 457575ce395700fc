"""What a question names: entities and concepts that have one of its phrases for a name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graphmem.core.names import MAX_NAME_WORDS, normalise_name
from graphmem.core.terms import terms, words
from graphmem.ports import GraphReader
from graphmem_schemas import Concept, Entity

__all__ = ["named_in"]

# Whoever pastes a document as a question is answered for the names at its beginning.
_MAX_WORDS = 200

_Phrase = tuple[int, int, str]
"""Where it begins and ends among the question's words, and its normalised name."""


def named_in(question: str, reader: GraphReader, space: str) -> dict[str, str]:
    """Return uid and name of what the question names; of phrases that overlap, the longest.

    A name of which every word is too common to search for counts as none. Three reads;
    O(words · longest name).

    Args:
        question: in plain words.
        reader: the store.
        space: the space.
    """
    phrases = list(_phrases(words(question)[:_MAX_WORDS]))
    names = list(dict.fromkeys(name for _, _, name in phrases))
    if not names:
        return {}
    entities = reader.find(space, Entity.label, [f"={name}" for name in names])
    concepts = reader.find(space, Concept.label, names)
    uids: dict[str, None] = {}
    for name in _longest(phrases, {*concepts, *(key[1:] for key in entities)}):
        uids.update(dict.fromkeys((*entities.get(f"={name}", ()), *concepts.get(name, ()))))
    nodes = reader.get(space, list(uids)) if uids else []
    return {node.uid: node.name for node in nodes if isinstance(node, Entity | Concept)}


def _phrases(said: Sequence[str]) -> Iterator[_Phrase]:
    """Yield the phrases of the question that could be a name, the longest first."""
    for length in range(min(MAX_NAME_WORDS, len(said)), 0, -1):
        for start in range(len(said) - length + 1):
            name = normalise_name(" ".join(said[start : start + length]))
            if name and terms(name):
                yield start, start + length, name


def _longest(phrases: Sequence[_Phrase], known: set[str]) -> list[str]:
    """Return the known names, without those inside a longer one."""
    taken: set[int] = set()
    found: dict[str, None] = {}
    for start, end, name in phrases:
        if name in known and taken.isdisjoint(range(start, end)):
            taken.update(range(start, end))
            found[name] = None
    return list(found)
