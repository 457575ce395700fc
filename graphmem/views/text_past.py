"""The text index as it was at a moment: what was said later is in no count and beside nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from graphmem.core.kernels.marks import voices_of
from graphmem.core.kernels.parts import measure_part, rows_of_sources
from graphmem.core.kernels.past import count_terms, link_past
from graphmem.views.casts import Casts
from graphmem.views.columns import Column
from graphmem.views.speakers import Speakers
from graphmem.views.text_index import TextIndexArrays

__all__ = ["arrays_at", "holds_any"]

Rows = npt.NDArray[np.int64]


def arrays_at(arrays: TextIndexArrays, until: int | None) -> TextIndexArrays:
    """Return the index without what was said after a moment; itself where nothing was.

    O(rows + terms of the rows on the smaller side of the moment). Only to be read, and not to
    be kept beyond the next change of `arrays`, but that what a question began with stays.

    Args:
        arrays: the index.
        until: seconds since 1970; None is no limit.
    """
    if until is None:
        return arrays
    alive = arrays.rows["alive"].values > 0
    late = alive & (arrays.rows["at"].values > until)
    return _Past(arrays, alive & ~late, late) if late.any() else arrays


def holds_any(arrays: TextIndexArrays) -> bool:
    """Return whether there are passages, whenever they were said."""
    return isinstance(arrays, _Past) or arrays.n_passages > 0


class _Past(TextIndexArrays):
    """What counts of an index; all that is not said here is as it is there.

    Args:
        now: the whole index.
        told: (n,) by row: whether it counts.
        late: (n,) whether it is alive and does not.
    """

    def __init__(self, now: TextIndexArrays, told: Any, late: Any) -> None:
        # The base class's own beginning is left out: each array is either made here or is `now`'s.
        self._now = now
        alive = told.astype(np.uint8)
        passages = now.passages()
        self.tails = Column(np.full(len(now.tails), -1, np.int32))
        links = link_past(
            alive, passages.before, passages.after, passages.source, self.tails.values
        )
        own = zip(("alive", "before", "after"), (alive, *links), strict=True)
        self.rows = {**now.rows, **{name: Column(values) for name, values in own}}
        self.n_passages = int(np.count_nonzero(told))
        self.n_sources = int(np.count_nonzero(self.tails.values >= 0))
        is_fewer = int(np.count_nonzero(late)) < self.n_passages
        self._count_some(np.flatnonzero(late if is_fewer else told), is_fewer)
        names = ("speaker", "kind", "flags", "log_length")
        speaker, kind, flags, length = (now.rows[name].values[told] for name in names)
        self.voices = Speakers(now.voices.names, speaker, voices_of(speaker, kind, flags), length)
        self.casts = _PastCasts(self)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._now, name)

    def _count_some(self, rows: Rows, are_late: bool) -> None:
        """Count what rows hold: what counts, or what is to be taken out of all."""
        now, sign = self._now, -1 if are_late else 1
        passages, forward = now.passages(), now.forward()
        sizes = measure_part(rows, passages, forward)
        frequencies = now.frequencies.values * np.int32(are_late)
        count_terms(rows, sign, forward, passages.title, frequencies)
        self.frequencies = Column(frequencies)
        lengths = now.source_lengths.values * int(are_late)
        np.add.at(lengths, passages.source[rows], sign * passages.lengths[rows].astype(np.int64))
        self.source_lengths = Column(lengths)
        self.total_length = now.total_length * are_late + sign * sizes.length
        self.n_sentences = now.n_sentences * are_late + sign * sizes.n_sentences
        self.total_sentence_length = (
            now.total_sentence_length * are_late + sign * sizes.sentence_length
        )


class _PastCasts(Casts):
    """Who had spoken in each source."""

    def __init__(self, past: TextIndexArrays) -> None:
        self._past = past

    def of(self, source: int) -> frozenset[int]:
        """Return the people who had spoken in a source. O(its passages)."""
        rows, tails = self._past.rows, self._past.tails.values
        sources = np.array([source], np.int32)
        told = rows_of_sources(sources, tails, rows["before"].values, len(rows["alive"]))
        return frozenset(np.unique(rows["speaker"].values[told]).tolist()) - {-1}
