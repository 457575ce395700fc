"""From the encoder's word pieces to the words of the tokenizer."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from graphmem.core.kernels.compile import kernel
from graphmem.core.kernels.half import widen
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
    _fill(widen(encoding.states), np.ascontiguousarray(encoding.offsets), offsets, missing, rows)
    return rows


@kernel()
def _fill(
    states: Floats, pieces: npt.NDArray[np.int32], words: Ints, missing: Floats, rows: Floats
) -> None:
    """Fill in the rows; pieces and words each come in text order, so that one pass does."""
    n_pieces, first, last = len(pieces), 0, 0
    for word in range(len(words)):
        while first < n_pieces and pieces[first, 1] <= words[word, 0]:
            first += 1
        while last < n_pieces and pieces[last, 0] < words[word, 1]:
            last += 1
        if last <= first:
            rows[word] = missing
            continue
        rows[word] = states[first]
        for piece in range(first + 1, last):
            rows[word] += states[piece]
        if last - first > 1:
            rows[word] /= np.float32(last - first)
