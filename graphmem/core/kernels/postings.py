"""Building an inverted index: newest postings in chains, older ones in one sorted block."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from graphmem.core.kernels.compile import kernel

__all__ = ["link_postings", "merge_postings"]

_Int32 = npt.NDArray[np.int32]
_Int64 = npt.NDArray[np.int64]
_Bytes = npt.NDArray[np.uint8]


@kernel()
def link_postings(heads: _Int32, nexts: _Int32, terms: _Int32, first: int) -> None:
    """Put new postings in front of their terms' chains.

    Args:
        heads: by term: the newest posting, -1 where there is none.
        nexts: by posting: the one before it in the chain.
        terms: of the new postings, which have the numbers first, first + 1, ….
    """
    for offset in range(len(terms)):
        term = terms[offset]
        nexts[first + offset] = heads[term]
        heads[term] = first + offset


@kernel()
def merge_postings(
    n_terms: int,
    starts: _Int64,
    block: tuple[_Int32, _Bytes],
    heads: _Int32,
    chains: tuple[_Int32, _Int32, _Bytes],
    alive: _Bytes,
) -> tuple[_Int64, _Int32, _Bytes]:
    """Return one block with the living postings of the old block and of the chains.

    A term's postings stand in the order of their rows. O(postings).

    Args:
        n_terms: number of terms.
        starts: (terms of the old block + 1) where each term's postings begin in it.
        block: rows and term frequencies of the old block.
        heads: by term: the newest posting of its chain.
        chains: the one before, row and term frequency, by posting.
        alive: by row: 0 where it was removed.

    Returns:
        Starts, rows and term frequencies of the new block.
    """
    old_rows, old_counts = block
    nexts, rows, counts = chains
    n_old = len(starts) - 1
    out_starts = _merged_starts(n_terms, starts, old_rows, heads, chains, alive)
    out_rows = np.empty(out_starts[n_terms], np.int32)
    out_counts = np.empty(out_starts[n_terms], np.uint8)
    for term in range(n_terms):
        to = out_starts[term]
        if term < n_old:
            for at in range(starts[term], starts[term + 1]):
                if alive[old_rows[at]]:
                    out_rows[to] = old_rows[at]
                    out_counts[to] = old_counts[at]
                    to += 1
        # A chain runs from the newest row to the oldest.
        to = out_starts[term + 1] - 1
        at = heads[term]
        while at >= 0:
            if alive[rows[at]]:
                out_rows[to] = rows[at]
                out_counts[to] = counts[at]
                to -= 1
            at = nexts[at]
    return out_starts, out_rows, out_counts


@kernel()
def _merged_starts(
    n_terms: int,
    starts: _Int64,
    old_rows: _Int32,
    heads: _Int32,
    chains: tuple[_Int32, _Int32, _Bytes],
    alive: _Bytes,
) -> _Int64:
    """Return where each term's postings will begin."""
    nexts, rows, _ = chains
    out = np.zeros(n_terms + 1, np.int64)
    for term in range(n_terms):
        size = 0
        if term < len(starts) - 1:
            for at in range(starts[term], starts[term + 1]):
                size += alive[old_rows[at]]
        at = heads[term]
        while at >= 0:
            size += alive[rows[at]]
            at = nexts[at]
        out[term + 1] = out[term] + size
    return out
