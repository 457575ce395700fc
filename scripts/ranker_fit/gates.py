"""Which signals may count for which sorts of passages, and which of them share a weight."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from graphmem.core.lexical import PassageKind
from graphmem.reading.pairs import SUMMARIES
from graphmem.reading.ranker import WEIGHED_NAMES
from graphmem.reading.signals import SIGNALS

__all__ = ["FINAL", "FIRST", "PAIRED", "Column", "are_of", "design", "table"]

Column = tuple[str, tuple[PassageKind, ...]]
"""A signal and the sorts of passages that share one weight for it."""

_NOTE, _TITLED, _PERSON, _ROLE, _SECTION = PassageKind
_ALL = tuple(PassageKind)
_TEXTS = (_NOTE, _TITLED, _SECTION)

PAIRED: tuple[PassageKind, ...] = (_TITLED, _SECTION)
"""The sorts that are looked at in pairs."""

_ABOUT_SPEAKERS = ("user", "speaker", "length of speaker", "first person", "preference")
_OF_TEXTS = tuple(
    signal.name for signal in SIGNALS if signal.name not in (*_ABOUT_SPEAKERS, "walk")
)
_OF_TURNS = tuple(signal.name for signal in SIGNALS if signal.name != "walk")
_OF_PAIRS = (*_OF_TEXTS, "walk", *SUMMARIES)

FIRST: tuple[tuple[Column, ...], ...] = (
    (
        *((name, _TEXTS) for name in _OF_TEXTS),
        *((name, (_SECTION,)) for name in _OF_TEXTS),
    ),
    tuple((name, (_PERSON,)) for name in _OF_TURNS),
    tuple((name, (_ROLE,)) for name in _OF_TURNS),
)
"""The first stage, by families that share no weight: texts, of which sections add something to
what all share, and each sort of turns."""

FINAL: tuple[Column, ...] = (
    *((name, PAIRED) for name in _OF_PAIRS),
    *((name, (_SECTION,)) for name in _OF_PAIRS),
)
"""The last stage of the sorts that are looked at in pairs; the others keep their first score."""


def are_of(kinds: npt.NDArray[np.intp], columns: tuple[Column, ...]) -> npt.NDArray[np.bool_]:
    """Return (n,) which of some passages any of the columns counts for."""
    return np.isin(kinds, [kind for _, sorts in columns for kind in sorts])


def design(
    values: npt.NDArray[np.float32],
    kinds: npt.NDArray[np.intp],
    columns: tuple[Column, ...],
    names: tuple[str, ...],
) -> npt.NDArray[np.float32]:
    """Return (n, len(columns)): each column's signal where its gate is open, else 0."""
    places = [names.index(name) for name, _ in columns]
    gates = np.array([[kind in sorts for _, sorts in columns] for kind in _ALL])
    chosen: npt.NDArray[np.float32] = values[:, places] * gates[kinds]
    return chosen.astype(np.float32)


def table(
    weights: npt.NDArray[np.float64], columns: tuple[Column, ...], n_names: int
) -> npt.NDArray[np.float32]:
    """Return (kinds, n_names): the weights of `columns` as `Ranker` keeps them."""
    names = WEIGHED_NAMES if n_names == len(WEIGHED_NAMES) else WEIGHED_NAMES[: len(SIGNALS)]
    out = np.zeros((len(_ALL), n_names), np.float32)
    for weight, (name, sorts) in zip(weights.tolist(), columns, strict=True):
        for kind in sorts:
            out[kind, names.index(name)] += weight
    return out
