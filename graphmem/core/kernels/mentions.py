"""Two steps from passages: to the entities that they mention, and to other names of these."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from graphmem.core.kernels.compile import kernel
from graphmem.core.kernels.links import Links

__all__ = ["MAX_LINKS", "MentionCodes", "gather_mentions"]

Rows = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]

MAX_LINKS = 256
"""A name with more links than this is not looked through for its short forms."""

# So many mentions of one passage are sorted by moving each to its place.
_FEW = 64
# Spreads rows over a table (Fibonacci hashing, Knuth, volume 3, section 6.4).
_SPREAD = 0x9E3779B97F4A7
_NONE = -1


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


def gather_mentions(
    rows: Rows, links: Links, codes: MentionCodes
) -> tuple[Rows, Numbers, Bools, Rows, Numbers]:
    """Return what passages mention, by other names too.

    A name is looked at once, whatever the number of passages that have it.
    O(links of the rows and of what they mention).

    Args:
        rows: (n,) of passages; below 0 for one without links.
        links: of the space.
        codes: what they mean.

    Returns:
        starts (n + 1,), the number of each entity mentioned (m,) in rising order and once a
        passage, whether it is the passage's title (m,), the rows of the entities by number, rising
        (e,), and how many passages mention each, by its longer and merged names too (e,).
    """
    near, ends, places, entities, numbers, name_ends = _found(rows, links, codes)
    order = np.argsort(entities)  # a tenth of the time that it takes in a kernel
    ranks = np.empty_like(order)
    ranks[order] = np.arange(len(order))
    starts, mentioned, titled = _listed(near, ends, (places, ranks[numbers], name_ends))
    distinct = entities[order]
    return starts, mentioned, titled, distinct, _count(distinct, links, codes)


@kernel()
def _found(
    rows: Rows, links: Links, codes: MentionCodes
) -> tuple[Rows, Rows, Rows, Rows, Rows, Rows]:
    """Return what `_near` returns, the place of each mention among the entities, these with their
    other names, the place of each of them, and where the names of each end.
    """
    near, ends = _near(rows, links, codes)
    first, places = _numbered(near >> 1)
    names, name_ends = _with_names(first, links, codes)
    entities, numbers = _numbered(names)
    return near, ends, places, entities, numbers, name_ends


@kernel()
def _near(rows: Rows, links: Links, codes: MentionCodes) -> tuple[Rows, Rows]:
    """Return twice the row of what each passage mentions, and 1 for a title; where each ends."""
    # Arrays are taken out of their tuples first: inside a loop that costs more than the work.
    offsets, neighbours, held = links.offsets, links.neighbours, links.codes
    heads, nexts = links.heads, links.nexts
    new_neighbours, new_codes, degrees = links.new_neighbours, links.new_codes, links.degrees
    mentions, titles, mask = codes.mentions, codes.titles, (1 << codes.bits) - 1
    room = 0
    for row in rows:
        room += int(degrees[row]) if row >= 0 else 0
    found, ends, size = np.empty(room, np.int64), np.zeros(len(rows) + 1, np.int64), 0
    for at in range(len(rows)):
        row = rows[at]
        if 0 <= row < len(offsets) - 1:
            for place in range(offsets[row], offsets[row + 1]):
                code = held[place]
                if code & mask and mentions[code]:
                    found[size] = 2 * np.int64(neighbours[place]) + int(titles[code])
                    size += 1
        chained = heads[row] if row >= 0 else _NONE
        while chained != _NONE:
            code = new_codes[chained]
            if code & mask and mentions[code]:
                found[size] = 2 * np.int64(new_neighbours[chained]) + int(titles[code])
                size += 1
            chained = nexts[chained]
        ends[at + 1] = size
    return found[:size], ends


@kernel()
def _numbered(rows: Rows) -> tuple[Rows, Rows]:
    """Return each row once, in the order in which they come, and the number of each. O(n)."""
    room = 16
    while room < 2 * len(rows):
        room *= 2
    table = np.full(room, -1, np.int64)
    distinct, numbers, size = np.empty(len(rows), np.int64), np.empty(len(rows), np.int64), 0
    for at in range(len(rows)):
        slot = (rows[at] * _SPREAD) >> 20 & (room - 1)
        while table[slot] >= 0 and distinct[table[slot]] != rows[at]:
            slot = (slot + 1) & (room - 1)
        if table[slot] < 0:
            table[slot], distinct[size] = size, rows[at]
            size += 1
        numbers[at] = table[slot]
    return distinct[:size], numbers


@kernel(inline="always")
def _has_names(row: int, links: Links) -> bool:
    """Whether a name has links besides those of the passages that mention it, and not too many."""
    return bool(links.counts[row] != links.degrees[row] <= MAX_LINKS)


@kernel()
def _with_names(rows: Rows, links: Links, codes: MentionCodes) -> tuple[Rows, Rows]:
    """Return the rows and behind them the other names of each; where each one's names end."""
    offsets, neighbours, held = links.offsets, links.neighbours, links.codes
    heads, nexts = links.heads, links.nexts
    new_neighbours, new_codes = links.new_neighbours, links.new_codes
    wanted, mask = codes.names, (1 << codes.bits) - 1
    size = len(rows)
    room = size
    for row in rows:
        room += links.degrees[row] - links.counts[row] if _has_names(row, links) else 0
    found, ends = np.empty(room, np.int64), np.empty(size + 1, np.int64)
    ends[0] = size
    for at in range(len(rows)):
        row = rows[at]
        found[at] = row
        if _has_names(row, links):
            if row < len(offsets) - 1:
                for place in range(offsets[row], offsets[row + 1]):
                    code = held[place]
                    if wanted[code] and code & mask:
                        found[size] = neighbours[place]
                        size += 1
            chained = heads[row]
            while chained != _NONE:
                code = new_codes[chained]
                if wanted[code] and code & mask:
                    found[size] = new_neighbours[chained]
                    size += 1
                chained = nexts[chained]
        ends[at + 1] = size
    return found[:size], ends


@kernel()
def _listed(near: Rows, ends: Rows, found: tuple[Rows, Rows, Rows]) -> tuple[Rows, Numbers, Bools]:
    """Return starts, entity and whether it is the title, once an entity and passage."""
    places, ranks, name_ends = found
    room = 0
    for place in places:
        room += 1 + name_ends[place + 1] - name_ends[place]
    listed, starts, size = np.empty(room, np.int64), np.zeros(len(ends), np.int64), 0
    for at in range(len(ends) - 1):
        first = size
        for mention in range(ends[at], ends[at + 1]):
            place = places[mention]
            listed[size] = 2 * ranks[place] + (near[mention] & 1)
            size += 1
            for name in range(name_ends[place], name_ends[place + 1]):
                listed[size] = 2 * ranks[name]
                size += 1
        size = _distinct(listed, first, size)
        starts[at + 1] = size
    listed = listed[:size]
    return starts, (listed >> 1).astype(np.int32), (listed & 1).astype(np.bool_)


@kernel()
def _distinct(found: Rows, first: int, size: int) -> int:
    """Sort the entries from `first` on and keep one an entity: that of the title, if any."""
    if size - first > _FEW:
        found[first:size].sort()
    for at in range(first + 1, size):  # nearly in order: links are, by row
        value, place = found[at], at
        while place > first and found[place - 1] > value:
            found[place] = found[place - 1]
            place -= 1
        found[place] = value
    kept = first
    for at in range(first, size):
        if kept > first and found[kept - 1] >> 1 == found[at] >> 1:
            found[kept - 1] = found[at]
        else:
            found[kept] = found[at]
            kept += 1
    return kept


@kernel()
def _count(entities: Rows, links: Links, codes: MentionCodes) -> Numbers:
    """Return (e,) how many passages mention each entity, by its longer and merged names too."""
    offsets, neighbours, held = links.offsets, links.neighbours, links.codes
    heads, nexts, counts = links.heads, links.nexts, links.counts
    new_neighbours, new_codes = links.new_neighbours, links.new_codes
    longer, mask = codes.longer, (1 << codes.bits) - 1
    out = np.empty(len(entities), np.int32)
    for at in range(len(entities)):
        row = entities[at]
        total = counts[row]
        if _has_names(row, links):
            if row < len(offsets) - 1:
                for place in range(offsets[row], offsets[row + 1]):
                    if longer[held[place]] and held[place] & mask:
                        total += counts[neighbours[place]]
            chained = heads[row]
            while chained != _NONE:
                if longer[new_codes[chained]] and new_codes[chained] & mask:
                    total += counts[new_neighbours[chained]]
                chained = nexts[chained]
        out[at] = total
    return out
