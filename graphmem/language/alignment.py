"""From the encoder's word pieces to the words of the tokenizer."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from graphmem.core.kernels.compile import kernel
from graphmem.core.kernels.half import WIDENED, widen_bits
from graphmem.ports import Encoding

__all__ = ["N_STATES", "align_states"]

N_STATES = 768

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


def align_states(encoding: Encoding, offsets: Ints, missing: Floats) -> Floats:
    """Give each word the mean state of the pieces that overlap it.

    Args:
        encoding: of the same text; its pieces are in text order.
        offsets: (n, 2) character offsets of the words, in text order.
        missing: (768,) the state of a word without any piece (blanks, past the window).

    Returns:
        (n, 768) float32.
    """
    rows = np.empty((len(offsets), N_STATES), np.float32)
    halves = np.ascontiguousarray(encoding.states).view(np.uint16)
    pieces = np.ascontiguousarray(encoding.offsets)
    _fill(halves, pieces, offsets, missing, rows, rows.view(np.uint32))
    return rows


@kernel()
def _fill(
    halves: npt.NDArray[np.uint16],
    pieces: npt.NDArray[np.int32],
    words: Ints,
    missing: Floats,
    rows: Floats,
    bits: npt.NDArray[np.uint32],
) -> None:
    """Fill in the rows; pieces and words each come in text order, so that one pass does.

    `bits` is the memory of `rows`. A piece is widened where it is needed, while it is at hand.
    """
    n_pieces, first, last = len(pieces), 0, 0
    more_bits = np.empty(N_STATES, np.uint32)
    more = more_bits.view(np.float32)
    for word in range(len(words)):
        while first < n_pieces and pieces[first, 1] <= words[word, 0]:
            first += 1
        while last < n_pieces and pieces[last, 0] < words[word, 1]:
            last += 1
        row = rows[word]
        if last <= first:
            for column in range(N_STATES):
                row[column] = missing[column]
            continue
        widen_bits(halves[first], bits[word])
        for piece in range(first + 1, last):
            widen_bits(halves[piece], more_bits)
            for column in range(N_STATES):
                row[column] += more[column]
        n_own = np.float32(last - first)
        for column in range(N_STATES):
            row[column] = row[column] * WIDENED / n_own
