"""What passages say that is no longer so, and what is so instead, for readers of a context."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from graphmem.core.scopes import begun
from graphmem.ports import GraphReader
from graphmem_schemas import Hit, Proposition

__all__ = ["remarks_on", "since_changed"]


def remarks_on(
    hits: Sequence[Hit], reader: GraphReader, space: str, now: datetime | None
) -> Callable[[Sequence[str]], dict[str, str]]:
    """Return what is to be said beside passages of a context.

    Args:
        hits: of which some are said to be opposed to others.
        reader: the store.
        space: the space.
        now: the present, for what is no longer so; None: as of another time nobody asks that.
    """
    opposed = {hit.uid for hit in hits if hit.opposed_to}

    def remarks(passages: Sequence[str]) -> dict[str, str]:
        said = since_changed(passages, reader, space, now) if now else {}
        for uid in opposed.intersection(passages):
            said[uid] = "; ".join((*filter(None, (said.get(uid),)), "the opposite is said, too"))
        return said

    return remarks


def since_changed(
    passages: Sequence[str], reader: GraphReader, space: str, now: datetime
) -> dict[str, str]:
    """Return for passages that state a superseded fact what holds since, in words.

    A passage that itself tells of the change needs no such remark, and what is only to come has
    changed nothing yet. Two reads of the store where nothing has changed.

    Args:
        passages: their uids.
        reader: the store.
        space: the space.
        now: world time.
    """
    stated: dict[str, set[str]] = {uid: set() for uid in passages}
    for edge in reader.neighbours(space, list(passages), ["EVIDENCED_BY"]) if passages else ():
        stated.get(edge.end, set()).add(edge.start)
    newer = _newer(set().union(*stated.values()), reader, space, now)
    latest = {uid: _latest(facts, newer) for uid, facts in stated.items()}
    texts = _texts({*newer, *set().union(*latest.values())}, reader, space)
    remarks: dict[str, str] = {}
    for uid, facts in latest.items():
        # What has become so again needs no remark either.
        said = {texts[fact][0] for fact in stated[uid] & texts.keys()}
        found = sorted({texts[fact] for fact in facts & texts.keys()})
        words = [f"since {when}: {text}" for text, when in found if text not in said]
        if words:
            remarks[uid] = "; ".join(words)
    return remarks


def _newer(facts: Iterable[str], reader: GraphReader, space: str, now: datetime) -> dict[str, str]:
    """Return for each superseded fact the one that took its place, and for that one too."""
    newer: dict[str, str] = {}
    left = set(facts)
    while left:
        edges = reader.neighbours(space, sorted(left), ["SUPERSEDES"])
        there = _begun({edge.start for edge in edges if edge.end in left}, reader, space, now)
        found = {e.end: e.start for e in edges if e.end in left and e.start in there}
        newer.update(found)
        left = set(found.values()) - newer.keys()
    return newer


def _begun(facts: set[str], reader: GraphReader, space: str, now: datetime) -> set[str]:
    """Return which of the facts have begun to hold."""
    found = reader.get(space, sorted(facts)) if facts else []
    return {node.uid for node in found if isinstance(node, Proposition) and begun(node, now)}


def _latest(facts: set[str], newer: Mapping[str, str]) -> set[str]:
    """Return what took the place of the facts in the end, unless these tell of it themselves."""
    ends = set()
    for fact in facts & newer.keys():
        chain = [fact]
        while chain[-1] in newer and newer[chain[-1]] not in chain:
            chain.append(newer[chain[-1]])
        if facts.isdisjoint(chain[1:]):
            ends.add(chain[-1])
    return ends


def _texts(facts: set[str], reader: GraphReader, space: str) -> dict[str, tuple[str, str]]:
    """Return what each fact says and since when it holds; without those that were retracted."""
    found = reader.get(space, sorted(facts)) if facts else []
    return {
        node.uid: (node.text, f"{node.valid_from:%Y-%m-%d}" if node.valid_from else "changed")
        for node in found
        if isinstance(node, Proposition) and node.status not in ("retired", "quarantined")
    }
