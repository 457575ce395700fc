"""What was said of one scope at one moment, each source heard to its end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from graphmem.core.contents import Claim, Content
from graphmem.core.registry import Registry

__all__ = ["Said", "last_words"]


@dataclass(slots=True)
class Said:
    """Claims by what they say.

    Attributes:
        standing: what some source has not taken back by the end of the moment.
        overtaken: what every source that said it took back, and what with.
    """

    claims: dict[Content, list[Claim]] = field(default_factory=dict)
    standing: dict[Content, None] = field(default_factory=dict)
    overtaken: dict[Content, tuple[Content, ...]] = field(default_factory=dict)


def last_words(claims: Iterable[Claim], registry: Registry) -> Said:
    """Find what a moment leaves standing: within a source, what comes later takes back.

    What several sources say stays side by side. Of what is taken back in several, the first by
    uid says what with, so that facts never close each other in a ring.
    Time: O(n log n), times the contents of a source.
    """
    said = Said()
    for claim in claims:
        said.claims.setdefault(claim.content, []).append(claim)
    if len(said.claims) == 1:
        said.standing = dict.fromkeys(said.claims)
        return said
    told = sorted((c for group in said.claims.values() for c in group), key=_place)
    standing: set[Content] = set()
    taken_back: dict[Content, tuple[Content, ...]] = {}
    for _, source in groupby(told, key=lambda claim: claim.source):
        for content, closers in _closers(list(source), registry).items():
            if closers:
                taken_back.setdefault(content, closers)
            else:
                standing.add(content)
    for content in said.claims:
        if content in standing:
            said.standing[content] = None
        else:
            said.overtaken[content] = taken_back[content]
    return said


def _place(claim: Claim) -> tuple[str, int, str]:
    return claim.source, claim.position, claim.content.uid


def _closers(claims: Sequence[Claim], registry: Registry) -> dict[Content, tuple[Content, ...]]:
    """Return what one source took each content back with, nothing where it stands by it.

    Args:
        claims: of one source, in its order.
    """
    open_: dict[Content, tuple[Content, ...]] = {}
    for _, passage in groupby(claims, key=lambda claim: claim.position):
        now = dict.fromkeys(claim.content for claim in passage)
        for earlier in open_:
            closers = tuple(one for one in now if registry.closes(one, earlier))
            if closers and earlier not in now:
                open_[earlier] = open_[earlier] or closers
        open_.update(dict.fromkeys(now, ()))
    return open_
