"""What a context shows together or not at all: both sides, and an answer with its question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from graphmem_schemas import Hit, Passage

__all__ = ["belonging"]

_ASKING = frozenset("?？؟⁇¿")


def belonging(hits: Sequence[Hit], passages: Mapping[str, Passage]) -> dict[str, tuple[Hit, ...]]:
    """Return for each hit what is to stand in a context with it: itself first.

    A hit never goes without those that say the opposite, nor they without it. A turn that answers
    goes with the question before it, where that was found too; the question may stand alone.
    O(hits), times how many say the opposite of one another.

    Args:
        hits: passages, best first.
        passages: by uid, of all hits.
    """
    there = {hit.uid: hit for hit in hits}
    at = {(passages[uid].source, passages[uid].position): hit for uid, hit in there.items()}
    found = {}
    for hit in hits:
        members = {hit.uid: hit}
        left = [hit]
        while left:
            one = left.pop()
            more = [there[uid] for uid in one.opposed_to if uid in there]
            more += _question(one, passages[one.uid], at)
            left += [other for other in more if other.uid not in members]
            members |= {other.uid: other for other in more}
        found[hit.uid] = tuple(members.values())
    return found


def _question(hit: Hit, passage: Passage, at: Mapping[tuple[str, int], Hit]) -> tuple[Hit, ...]:
    """Return the turn before a hit, if somebody else asks something there."""
    before = at.get((passage.source, passage.position - 1))
    if before is None or None in (hit.speaker, before.speaker) or hit.speaker == before.speaker:
        return ()
    return (before,) if _asks(before.text) and not _asks(hit.text) else ()


def _asks(text: str) -> bool:
    """Return whether a text ends in a question, whatever quotes or pictures stand behind it."""
    for sign in reversed(text):
        if sign in _ASKING:
            return True
        if sign.isalnum():
            return False
    return False
