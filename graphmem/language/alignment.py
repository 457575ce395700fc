"""From the encoder's word pieces to the words of the tokenizer."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from graphmem.ports import Encoding

__all__ = ["N_STATES", "align_states"]

N_STATES = 768


def align_states(
    encoding: Encoding, offsets: npt.NDArray[np.int64], missing: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """Give each word the mean state of the pieces that overlap it.

    Args:
        encoding: of the same text; its pieces are in text order.
        offsets: (n, 2) character offsets of the words, in text order.
        missing: (768,) the state of a word without any piece (blanks, past the window).

    Returns:
        (n, 768) float32.
    """
    states, pieces = encoding.states, encoding.offsets
    if not len(offsets) or not len(pieces):
        return np.tile(missing, (len(offsets), 1))
    first = np.searchsorted(pieces[:, 1], offsets[:, 0], side="right")
    last = np.searchsorted(pieces[:, 0], offsets[:, 1], side="left")
    rows = states[np.minimum(first, len(pieces) - 1)].astype(np.float32)
    for word in np.flatnonzero(last - first != 1):
        if last[word] > first[word]:
            rows[word] = states[first[word] : last[word]].mean(0, dtype=np.float32)
        else:
            rows[word] = missing
    return rows
