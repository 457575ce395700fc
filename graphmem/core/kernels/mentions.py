"""Two steps from passages: to the entities that they mention, and to other names of these."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from graphmem.core.kernels.compile import kernel
from graphmem.core.kernels.links import Links, gather_links

__all__ = ["MentionCodes", "count_mentions", "gather_mentions"]

Rows = npt.NDArray[np.int64]

# A name with more links than this is not looked through for its short forms.
_MAX_LINKS = 256


class MentionCodes(NamedTuple):
    """What the codes of links mean here.

    Attributes:
        bits: `WeightCodes.level_bits`.
        mentions: (65536,) bool by code: leads from a passage to what it mentions.
        titles: (65536,) bool by code: the same with the weight of a title.
        names: (65536,) bool by code: leads from a name to a short form or to a merged one.
        longer: (65536,) bool by code: leads back, from a short form to the name.
    """

    bits: int
    mentions: npt.NDArray[np.bool_]
    titles: npt.NDArray[np.bool_]
    names: npt.NDArray[np.bool_]
    longer: npt.NDArray[np.bool_]


@kernel()
def gather_mentions(
    rows: Rows, links: Links, codes: MentionCodes
) -> tuple[Rows, npt.NDArray[np.int32], npt.NDArray[np.bool_]]:
    """Return starts (n + 1,), entity rows (m,) and whether each is the passage's title (m,).

    Entities come in the order of their rows, each once a passage. O(links of the rows and of
    what they mention).

    Args:
        rows: (n,) of passages; below 0 for one without links.
        links: of the space.
        codes: what they mean.
    """
    mask = (1 << codes.bits) - 1
    starts = np.zeros(len(rows) + 1, np.int64)
    found = np.empty(64 + 16 * len(rows), np.int64)
    size = 0
    for at in range(len(rows)):
        first = size
        if rows[at] >= 0:
            near, kinds = gather_links(links, rows[at], mask)
            for i in range(len(near)):
                if not codes.mentions[kinds[i]]:
                    continue
                found, size = _put(found, size, 2 * int(near[i]) + int(codes.titles[kinds[i]]))
                if links.degrees[near[i]] <= _MAX_LINKS:
                    others, others_kinds = gather_links(links, near[i], mask)
                    for j in range(len(others)):
                        if codes.names[others_kinds[j]]:
                            found, size = _put(found, size, 2 * int(others[j]))
        size = _distinct(found, first, size)
        starts[at + 1] = size
    entities = (found[:size] >> 1).astype(np.int32)
    return starts, entities, (found[:size] & 1).astype(np.bool_)


@kernel()
def count_mentions(
    entities: npt.NDArray[np.int32], links: Links, codes: MentionCodes
) -> npt.NDArray[np.int32]:
    """Return (e,) how many passages mention each entity, by its longer and merged names too."""
    mask = (1 << codes.bits) - 1
    out = np.empty(len(entities), np.int32)
    for at in range(len(entities)):
        out[at] = links.counts[entities[at]]
        if links.degrees[entities[at]] > _MAX_LINKS:
            continue
        near, kinds = gather_links(links, entities[at], mask)
        for i in range(len(near)):
            if codes.longer[kinds[i]]:
                out[at] += links.counts[near[i]]
    return out


@kernel()
def _put(found: Rows, size: int, value: int) -> tuple[Rows, int]:
    if size == len(found):
        wider = np.empty(2 * len(found), np.int64)
        wider[:size] = found
        found = wider
    found[size] = value
    return found, size + 1


@kernel()
def _distinct(found: Rows, first: int, size: int) -> int:
    """Sort the entries from `first` on and keep one an entity: that of the title, if any."""
    found[first:size] = np.sort(found[first:size])
    kept = first
    for at in range(first, size):
        if kept > first and found[kept - 1] >> 1 == found[at] >> 1:
            found[kept - 1] = found[at]
        else:
            found[kept] = found[at]
            kept += 1
    return kept
