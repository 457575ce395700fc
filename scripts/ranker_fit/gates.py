"""Which signals may count for which sorts of passages, and which of them share a weight."""

from __future__ import annotations

from itertools import chain

import numpy as np
import numpy.typing as npt

from graphmem.core.lexical import PassageKind
from graphmem.reading.ranker import WEIGHED_NAMES
from graphmem.reading.signals import SIGNALS

__all__ = ["FINAL", "FIRST", "PAIRED", "Column", "design", "table"]

Column = tuple[str, tuple[PassageKind, ...]]
"""A signal and the sorts of passages that share one weight for it."""

_NOTE, _TITLED, _PERSON, _ROLE, _SECTION = PassageKind
_ALL = tuple(PassageKind)
_TURNS = (_PERSON, _ROLE)
_TEXTS = (_NOTE, _TITLED, _SECTION)

PAIRED: tuple[PassageKind, ...] = (_TITLED, _SECTION)
"""The sorts that are looked at in pairs."""

_EVERYWHERE = (
    "passage", "sentence", "dense", "relation", "best piece", "mean piece", "feedback",
    "coverage", "proper coverage", "rest coverage", "proper", "pairs of terms",
)  # fmt: skip
_OF_TEXTS = ("title share", "title exact", "rarest", "sentences")
_OF_TURNS = (
    "window", "dense next", "dense before", "dense session", "dense window", "dense wide window",
    "dense with question", "coverage near", "next", "number wanted", "first person", "speaker",
    "date",
)  # fmt: skip
_OF_PEOPLE = (
    "session", "session best", "answer", "dense answer", "asks", "time wanted", "place wanted",
)  # fmt: skip
_OF_ROLES = (
    "user", "preference", "length asked", "length of speaker", "passage", "window", "session",
    "session best", "answer", "dense answer", "feedback",
)  # fmt: skip
_OF_SECTIONS = (
    "near", "starts", "ends", "both", "overlap", "dated", "implied", "length",
    "window", "dense", "passage", "dense window", "dense before", "rarest", "title exact",
)  # fmt: skip

FIRST: tuple[Column, ...] = tuple(
    chain(
        ((name, _ALL) for name in _EVERYWHERE),
        ((name, _TEXTS) for name in _OF_TEXTS),
        ((name, _TURNS) for name in _OF_TURNS),
        ((name, (_PERSON,)) for name in _OF_PEOPLE),
        ((name, (_ROLE,)) for name in _OF_ROLES),
        ((name, (_SECTION,)) for name in _OF_SECTIONS),
        ((name, (_NOTE,)) for name in ("passage", "dense")),
    )
)
"""The first stage: what all share, and what each sort adds."""

_LAST = (
    "together", "best partner", "best as source", "is source", "first score", "walk",
    "sentence", "title share", "title exact", "rarest", "best piece", "mean piece", "relation",
    "dense", "passage", "coverage",
)  # fmt: skip
_LAST_OF_SECTIONS = (
    "together", "best partner", "best as source", "is source", "first score", "walk", "near",
    "starts", "length", "implied",
)  # fmt: skip

FINAL: tuple[Column, ...] = tuple(
    chain(
        ((name, PAIRED) for name in _LAST),
        ((name, (_SECTION,)) for name in _LAST_OF_SECTIONS),
    )
)
"""The last stage of the sorts that are looked at in pairs; the others keep their first score."""


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
