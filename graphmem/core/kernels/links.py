"""Loops over links: build the sorted lists, change single links, merge the newer ones in.

A link stands in the lists of both its ends, so every loop here handles two entries. An entry is
(neighbour, code); codes are those of `graphmem.core.weight_codes`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from graphmem.core.kernels.compile import kernel

__all__ = ["Links", "compact_links", "gather_links", "put_links", "sort_links"]

Ints = npt.NDArray[np.integer[Any]]
Codes = npt.NDArray[np.uint16]

_NONE = -1


class Links(NamedTuple):
    """Every node's list: a sorted part in one piece, and a chain of newer entries.

    Attributes:
        offsets: (b + 1,) int32 or int64: where the sorted parts of the first b nodes begin.
        neighbours: (e,) int32, ascending inside each node's part.
        codes: (e,) uint16.
        heads: (n,) int32: each node's newest chained entry, -1 for none.
        nexts: (c,) int32: the chained entry before this one, -1 at the end.
        new_neighbours: (c,) int32.
        new_codes: (c,) uint16.
        degrees: (n,) int32: how many links each node has.
        counts: (n,) int32: how many links of the counted kinds end at each node.
    """

    offsets: Ints
    neighbours: npt.NDArray[np.int32]
    codes: Codes
    heads: npt.NDArray[np.int32]
    nexts: npt.NDArray[np.int32]
    new_neighbours: npt.NDArray[np.int32]
    new_codes: Codes
    degrees: npt.NDArray[np.int32]
    counts: npt.NDArray[np.int32]


@kernel()
def _find(links: Links, node: int, neighbour: int, key: int, bits: int) -> int:
    """Return where the entry is: at or above 0 in the sorted part, -2 - i in the chain, or -1."""
    if node < len(links.offsets) - 1:
        low, high = int(links.offsets[node]), int(links.offsets[node + 1])
        end = high
        while low < high:
            middle = (low + high) // 2
            if links.neighbours[middle] < neighbour:
                low = middle + 1
            else:
                high = middle
        while low < end and links.neighbours[low] == neighbour:
            if links.codes[low] >> bits == key:
                return low
            low += 1
    at = int(links.heads[node])
    while at != _NONE:
        if links.new_neighbours[at] == neighbour and links.new_codes[at] >> bits == key:
            return -2 - at
        at = int(links.nexts[at])
    return _NONE


@kernel()
def _set(links: Links, place: int, code: int) -> None:
    if place >= 0:
        links.codes[place] = code
    else:
        links.new_codes[-2 - place] = code


@kernel()
def _append(links: Links, size: int, node: int, neighbour: int, code: int) -> None:
    links.new_neighbours[size] = neighbour
    links.new_codes[size] = code
    links.nexts[size] = links.heads[node]
    links.heads[node] = size


@kernel()
def put_links(
    links: Links,
    size: int,
    ends: tuple[Ints, Ints],
    codes: Codes,
    bits: int,
    counted: npt.NDArray[np.bool_],
) -> int:
    """Add, change or (level 0) remove links one by one, and return the chains' new size.

    O(log degree + chain) a link, on the end with fewer links; the chains must have room.

    Args:
        size: entries in all chains before.
        ends: the node and the neighbour of each link, never the same.
        codes: as seen from the first of the two.
        bits: `WeightCodes.level_bits`.
        counted: (n_slots,) which kinds go into `counts`.
    """
    flip, mask = 1 << bits, (1 << bits) - 1
    for i in range(len(codes)):
        first, second, code = int(ends[0][i]), int(ends[1][i]), int(codes[i])
        if links.degrees[second] < links.degrees[first]:
            first, second, code = second, first, code ^ flip
        level = code & mask
        place = _find(links, first, second, code >> bits, bits)
        before = 0
        if place == _NONE:
            if level == 0:
                continue
            _append(links, size, first, second, code)
            _append(links, size + 1, second, first, code ^ flip)
            size += 2
        else:
            before = (links.codes[place] if place >= 0 else links.new_codes[-2 - place]) & mask
            _set(links, place, code)
            other = code ^ flip
            _set(links, _find(links, second, first, other >> bits, bits), other)
        change = np.int32(level > 0) - np.int32(before > 0)
        links.degrees[first] += change
        links.degrees[second] += change
        if counted[code >> (bits + 1)]:
            links.counts[second if code & flip else first] += change
    return size


@kernel()
def gather_links(links: Links, node: int, mask: int) -> tuple[npt.NDArray[np.int32], Codes]:
    """Return the neighbours and codes of one node's links, in no order."""
    neighbours = np.empty(links.degrees[node], np.int32)
    codes = np.empty(links.degrees[node], np.uint16)
    n = 0
    if node < len(links.offsets) - 1:
        for at in range(links.offsets[node], links.offsets[node + 1]):
            if links.codes[at] & mask:
                neighbours[n], codes[n] = links.neighbours[at], links.codes[at]
                n += 1
    chained = links.heads[node]
    while chained != _NONE:
        if links.new_codes[chained] & mask:
            neighbours[n], codes[n] = links.new_neighbours[chained], links.new_codes[chained]
            n += 1
        chained = links.nexts[chained]
    return neighbours, codes


@kernel()
def _transpose(
    offsets: Ints, neighbours: npt.NDArray[np.int32], codes: Codes, flip: int
) -> tuple[npt.NDArray[np.int32], Codes]:
    """Return the same lists, each ascending: the mirror entries are met in the nodes' order."""
    cursors = offsets[:-1].copy()
    by_node = np.empty_like(neighbours)
    by_code = np.empty_like(codes)
    for node in range(len(offsets) - 1):
        for at in range(offsets[node], offsets[node + 1]):
            neighbour = neighbours[at]
            place = cursors[neighbour]
            cursors[neighbour] = place + 1
            by_node[place] = node
            by_code[place] = codes[at] ^ flip
    return by_node, by_code


@kernel()
def compact_links(links: Links, offsets: Ints, bits: int) -> tuple[npt.NDArray[np.int32], Codes]:
    """Return neighbours and codes of all links, in one sorted part a node. O(links).

    Args:
        offsets: (n + 1,) where each node's part shall begin: the running sum of the degrees.
        bits: `WeightCodes.level_bits`.

    Raises:
        ValueError: The offsets are others.
    """
    neighbours = np.empty(offsets[-1], np.int32)
    codes = np.empty(offsets[-1], np.uint16)
    for node in range(len(offsets) - 1):
        found, found_codes = gather_links(links, node, (1 << bits) - 1)
        if len(found) != offsets[node + 1] - offsets[node]:
            raise ValueError("offsets are not the running sum of the degrees")
        for at in range(len(found)):
            neighbours[offsets[node] + at], codes[offsets[node] + at] = found[at], found_codes[at]
    return _transpose(offsets, neighbours, codes, 1 << bits)


@kernel()
def sort_links(
    offsets: Ints, ends: tuple[Ints, Ints], codes: Codes, bits: int, counted: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.int32], Codes, npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Return neighbours, codes, degrees and counts of links given in any order. O(links).

    Of a link that comes twice the last wins. `offsets` is overwritten with what is kept.
    """
    cursors = offsets[:-1].copy()
    raw_neighbours = np.empty(offsets[-1], np.int32)
    raw_codes = np.empty(offsets[-1], np.uint16)
    flip = 1 << bits
    for i in range(len(codes)):
        first, second = ends[0][i], ends[1][i]
        raw_neighbours[cursors[first]], raw_codes[cursors[first]] = second, codes[i]
        cursors[first] += 1
        raw_neighbours[cursors[second]], raw_codes[cursors[second]] = first, codes[i] ^ flip
        cursors[second] += 1
    neighbours, codes = _transpose(offsets, raw_neighbours, raw_codes, flip)
    return _without_repeats(offsets, neighbours, codes, bits, counted)


@kernel()
def _without_repeats(
    offsets: Ints,
    neighbours: npt.NDArray[np.int32],
    codes: Codes,
    bits: int,
    counted: npt.NDArray[np.bool_],
) -> tuple[npt.NDArray[np.int32], Codes, npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    n_nodes = len(offsets) - 1
    degrees = np.zeros(n_nodes, np.int32)
    counts = np.zeros(n_nodes, np.int32)
    flip, mask = 1 << bits, (1 << bits) - 1
    size, start = np.int64(0), np.int64(0)
    for node in range(n_nodes):
        end = np.int64(offsets[node + 1])
        kept_from = size
        for at in range(start, end):
            neighbour, code = neighbours[at], codes[at]
            later = at + 1
            while later < end and neighbours[later] == neighbour:
                if codes[later] >> bits == code >> bits:
                    break
                later += 1
            replaced = later < end and neighbours[later] == neighbour
            if replaced or code & mask == 0:
                continue
            neighbours[size], codes[size] = neighbour, code
            size += 1
            if counted[code >> (bits + 1)] and not code & flip:
                counts[node] += 1
        degrees[node] = size - kept_from
        start = end
        offsets[node + 1] = size
    return neighbours[:size].copy(), codes[:size].copy(), degrees, counts
