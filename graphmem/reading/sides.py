"""What passages say against each other: what took a fact's place, and what denies it.

Facts that were extracted know it of themselves (SUPERSEDES, CONTRADICTS). Of what no fact was
extracted from, only a plain denial is seen: "I have never written a Flask route" against a turn
that tells of one, where the question is whether I have.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from graphmem.core.scopes import begun
from graphmem.core.terms import sentences, terms
from graphmem.ports import GraphReader
from graphmem.reading.newer import N_LOOKED, REPEATS, spoken
from graphmem_schemas import Edge, EdgeKind, Hit, Passage, Proposition

__all__ = ["N_ASKED", "Pair", "Sides", "Stated", "denials", "marked", "stated_by", "stated_sides"]

# Of a question, this share of its words, by rarity, must stand in a fact, and in what a sentence
# tells or denies.
_FACT_COVERS, _COVERS = 0.2, 0.4
_N_DENIED = 12
# Passages state many facts: so many of the best are asked for theirs, in two milliseconds.
N_ASKED = 8
_DENIES = re.compile(
    r"\b(?:never|(?:have|has|had|did|do|does|was|were|is|are)(?:n['’]t| not)|no longer)\b",
    re.IGNORECASE,
)

Pair = tuple[str, str]
"""Uids of two passages."""

Stated = Mapping[str, frozenset[str]]
"""By the uid of a fact, the uids of the passages that state it."""


@dataclass(frozen=True, slots=True)
class Sides:
    """Pairs of passages, by uid.

    Attributes:
        newer: the first states what took the place of what the second states.
        still: the first states what held, and the second what took its place later.
        against: the two state opposites; each pair stands there both ways.
    """

    newer: frozenset[Pair] = frozenset()
    still: frozenset[Pair] = frozenset()
    against: frozenset[Pair] = frozenset()


def stated_by(passages: Sequence[str], reader: GraphReader, space: str) -> Stated:
    """Return what passages state. One read; the more of them, the longer."""
    edges = reader.neighbours(space, passages, ["EVIDENCED_BY"]) if passages else []
    stated: dict[str, set[str]] = {}
    for edge in edges:
        stated.setdefault(edge.start, set()).add(edge.end)
    return {fact: frozenset(ends) for fact, ends in stated.items()}


def stated_sides(
    stated: Stated,
    shares: Mapping[str, float],
    reader: GraphReader,
    space: str,
    now: datetime,
) -> Sides:
    """Return what the facts that passages state say of each other; two reads at most.

    Args:
        stated: by the best passages.
        shares: of the question, by term: facts about something else count nothing.
        reader: the store.
        space: the space.
        now: world time that is asked for: what is only to come has taken no place yet.
    """
    kinds: list[EdgeKind] = ["SUPERSEDES", "CONTRADICTS"]
    edges = reader.neighbours(space, sorted(stated), kinds) if stated else []
    # Mostly there are none, and the facts themselves, of which there are many, are not read.
    uids = sorted(stated.keys() & {uid for edge in edges for uid in (edge.start, edge.end)})
    nodes = reader.get(space, uids) if len(uids) > 1 else []
    facts = [node for node in nodes if isinstance(node, Proposition)]
    chains = _chains(edges)
    about = {fact.uid for fact in facts if _share(fact.text, shares) >= _FACT_COVERS}
    # "Moved to Oslo" has no word of "where does she live?", but what it took the place of has.
    about.update(*(chain for chain in chains if not chain.isdisjoint(about)))
    to_come = {fact.uid for fact in facts if not begun(fact, now)}
    told = partial(_told, stated)
    newer: set[Pair] = set()
    against: set[Pair] = set()
    for edge in edges:
        if edge.start not in stated or edge.end not in stated:
            continue
        if about.isdisjoint((edge.start, edge.end)):
            continue
        pairs = told(edge.start, edge.end)
        if edge.kind == "CONTRADICTS":
            against |= pairs | {(b, a) for a, b in pairs}
        elif edge.start not in to_come:
            newer |= pairs
    still = {
        pair
        for chain in chains
        for held in (about & chain) - to_come
        for later in to_come & chain
        for pair in told(held, later)
    }
    return Sides(frozenset(newer), frozenset(still), frozenset(against))


def _told(stated: Stated, one: str, other: str) -> set[Pair]:
    """Return each passage that states one fact with each that states the other.

    A passage that states both tells of the change itself.
    """
    ends = stated[one], stated[other]
    return {(a, b) for a in ends[0] - ends[1] for b in ends[1] - ends[0]}


def _chains(edges: Sequence[Edge]) -> list[set[str]]:
    """Return the facts that took each other's place, be it by way of others."""
    chains: list[set[str]] = []
    for edge in edges:
        if edge.kind == "SUPERSEDES":
            joined = {edge.start, edge.end}
            apart = [chain for chain in chains if chain.isdisjoint(joined)]
            joined.update(*(chain for chain in chains if not chain.isdisjoint(joined)))
            chains = [*apart, joined]
    return chains


def denials(
    hits: Sequence[Hit], passages: Mapping[str, Passage], shares: Mapping[str, float]
) -> frozenset[Pair]:
    """Return the best passage that denies what is asked with the best that tells of it.

    Args:
        hits: passages, best first; the first N_LOOKED are looked at.
        passages: by uid.
        shares: of the question, by term.
    """
    first: dict[bool, str] = {}
    for hit in hits[:N_LOOKED]:
        passage = passages.get(hit.uid)
        if passage and passage.speaker and passage.speaker.casefold() not in REPEATS:
            side = _side(passage.text, shares)
            if side is not None:
                first.setdefault(side, hit.uid)
    if len(first) < len((True, False)):
        return frozenset()
    return frozenset({(first[True], first[False]), (first[False], first[True])})


def marked(hits: Sequence[Hit], against: frozenset[Pair]) -> tuple[Hit, ...]:
    """Return hits that say which of the others speak against them."""
    there = [hit.uid for hit in hits]
    found = []
    for hit in hits:
        others = tuple(uid for uid in there if (hit.uid, uid) in against)
        found.append(hit.model_copy(update={"opposed_to": others}) if others else hit)
    return tuple(found)


def _side(text: str, shares: Mapping[str, float]) -> bool | None:
    """Return whether a text tells of what is asked (True) or denies it; None for neither."""
    tells = False
    for sentence in sentences(spoken(text)):
        denial = _DENIES.search(sentence)
        if denial is None:
            tells = tells or _share(sentence, shares) >= _COVERS
            continue
        denied = " ".join(sentence[denial.end() :].split()[:_N_DENIED])
        if _share(denied, shares) >= _COVERS:
            return False
        tells = tells or _share(sentence[: denial.start()], shares) >= _COVERS
    return tells or None


def _share(text: str, shares: Mapping[str, float]) -> float:
    return sum(shares.get(term, 0.0) for term in set(terms(text)))
