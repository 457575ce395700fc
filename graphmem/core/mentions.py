"""Which entities some passages mention, in arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from graphmem.core.uid_index import Keys, to_keys
from graphmem.core.walk import Link

__all__ = ["Mentions", "Said", "gathered"]


class Mentions(NamedTuple):
    """What n passages mention: m mentions of e entities.

    The short forms of a name and the names that were merged with it count as mentioned, too.

    Attributes:
        starts: (n + 1,) int64: where each passage's mentions begin.
        numbers: (m,) int32: the entity of each mention, 0 to e - 1; each once a passage.
        titled: (m,) bool: whether the entity is what the passage's title names.
        keys: (e,) the entities.
        counts: (e,) int32: about how many passages of the space mention each.
        n_passages: how many passages of the space mention anything.
    """

    starts: npt.NDArray[np.int64]
    numbers: npt.NDArray[np.int32]
    titled: npt.NDArray[np.bool_]
    keys: Keys
    counts: npt.NDArray[np.int32]
    n_passages: int


class Said(NamedTuple):
    """What n passages say with the m names that they mention, and with each other's titles.

    How much is said is the score of the best sentence with the name, over that of the best
    sentence of all: 0 to 1.

    Attributes:
        mentions: (m,) float32: how much is said with each mention.
        asked: (e,) bool: whether the question has the entity's name.
        titles: (t, n) float32: how much the first t passages say with the title of each of the
            n; -1 where they do not have it.
        by_titles: (t, n) float32: how much each of the n says with the title of the first t.
        rarity: (n,) float32: how rare the rarest word of each title is, 0 to 1.
    """

    mentions: npt.NDArray[np.float32]
    asked: npt.NDArray[np.bool_]
    titles: npt.NDArray[np.float32]
    by_titles: npt.NDArray[np.float32]
    rarity: npt.NDArray[np.float32]


def gathered(
    passages: Sequence[str],
    links_of: Callable[[Sequence[str]], Sequence[Link]],
    title_weight: float,
    n_passages: int,
) -> Mentions:
    """Return what passages mention, by two readings of links: theirs, and those of the names.

    Args:
        passages: uids, each once.
        links_of: returns the links at some uids.
        title_weight: from which weight on a mention is that of the title.
        n_passages: how many passages mention anything.
    """
    named: dict[str, dict[str, bool]] = {uid: {} for uid in passages}
    for link in links_of(passages):
        if link.kind == "MENTIONS" and link.outgoing:
            named[link.uid][link.neighbour] = link.weight > title_weight
    first = sorted({entity for found in named.values() for entity in found})
    others: dict[str, list[str]] = {}
    counts: dict[str, int] = dict.fromkeys(first, 0)
    for link in links_of(first):
        counts[link.uid] += link.kind == "MENTIONS"
        if link.kind == "SAME_AS" or (link.kind == "SHORT_FOR" and not link.outgoing):
            others.setdefault(link.uid, []).append(link.neighbour)
    for entity, names in others.items():
        for name in names:
            counts[name] = counts.get(name, 0) + counts[entity]
    entities = sorted(counts)
    number = {uid: at for at, uid in enumerate(entities)}
    starts, rows = [0], []
    for uid in passages:
        found = dict.fromkeys((n for e in named[uid] for n in others.get(e, ())), False)
        found |= named[uid]
        rows += sorted((number[entity], titled) for entity, titled in found.items())
        starts.append(len(rows))
    return Mentions(
        starts=np.array(starts, np.int64),
        numbers=np.array([at for at, _ in rows], np.int32),
        titled=np.array([titled for _, titled in rows], np.bool_),
        keys=to_keys(entities),
        counts=np.array([counts[uid] for uid in entities], np.int32),
        n_passages=n_passages,
    )
