"""A question in pieces: what several passages answer together is asked for piece by piece."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

import numpy as np

from graphmem.core.names import is_capitalised
from graphmem.ports import Embedder, Float32
from graphmem.reading.aside import Aside, Shared

__all__ = [
    "MAX_PIECES",
    "Parts",
    "embed_ahead",
    "embed_parts",
    "has_few_threads",
    "in_parts",
    "pieces",
    "relation",
]

_T = TypeVar("_T")

MAX_PIECES = 5
# With more threads than these, all parts are embedded at once, beside all else.
_FEW_THREADS = 2

_WORD = re.compile(r"\w[\w'’\-]*")
# Where one piece ends and the next begins.
_SEAM = re.compile(
    r"[,;?]|\.\s|\b(?:that|which|who|whom|whose|where|when|of the|in the|at the|by the|for the"
    r"|from the|to the|on the|with the|of|by|and|or|in|than|between|with)\b",
    re.IGNORECASE,
)
_EMPTY = frozenset(
    """
    a an the of in on at to for by with from and or is are was were be been did does do has have
    had that this these those it its as which who whom whose what when where why how many much
    there their his her he she they them than not no s
    """.split()
)
_OPENING = _EMPTY | frozenset("name both same if while after during tell".split())
# A piece of fewer words that carry meaning than this goes with the next one.
_MIN_WORDS = 2


def in_parts(question: str) -> list[str]:
    """Return the question, what it asks without its names, and its pieces."""
    return [question, relation(question), *pieces(question)]


def embed_parts(embedder: Embedder, question: str) -> Float32:
    """Return (2 + p, d) the vectors of `in_parts`; parts that are the same are embedded once."""
    parts = in_parts(question)
    distinct = {part: at for at, part in enumerate(dict.fromkeys(parts))}
    vectors: Float32 = embedder.embed(list(distinct))[[distinct[part] for part in parts]]
    return vectors


class Parts:
    """The vectors of a question's parts, which may still be being made.

    Args:
        own: waits for the (d,) vector of each distinct part, the question's first.
        places: which of these each of `in_parts` is.
        aside: the thread that makes them.
    """

    def __init__(
        self, own: Sequence[Callable[[], Float32]], places: Sequence[int], aside: Aside
    ) -> None:
        self._own, self._places, self._aside = own, list(places), aside

    def __call__(self) -> Float32:
        """Return the vectors that `embed_parts` returns."""
        return np.stack([own() for own in self._own])[self._places]

    def begin(self, look: Callable[[Float32, int], _T]) -> Callable[[], list[_T]]:
        """Look something up with each part but the question, as soon as that has its vector.

        In the thread, and in that of whoever waits for what is returned.

        Args:
            look: is given a (d,) vector and which of `in_parts` it is the first of.
        """
        begun = [
            Shared(partial(self._look, look, at), self._aside) for at in range(1, len(self._own))
        ]

        def found() -> list[_T]:
            # From the end, which the thread comes to last, so that the two share what is left.
            return [one.result() for one in reversed(begun)][::-1]

        return found

    def _look(self, look: Callable[[Float32, int], _T], at: int) -> _T:
        return look(self._own[at](), self._places.index(at))


def has_few_threads(embedder: Embedder) -> bool:
    """Whether an embedder of this machine makes the best of it with one text at a time."""
    return 0 < getattr(embedder, "threads", 0) <= _FEW_THREADS


def embed_ahead(embedder: Embedder, question: str, aside: Aside) -> tuple[Float32, Parts]:
    """Return the (d,) vector of a question, and those of its parts.

    An embedder of this machine embeds the parts in another thread meanwhile, and in that of
    whoever waits for them. Others are asked once.

    Args:
        embedder: of the space.
        question: as far as it counts.
        aside: the other thread.
    """
    parts = in_parts(question)
    first, *others = dict.fromkeys(parts)
    places = [[first, *others].index(part) for part in parts]
    if not getattr(embedder, "threads", 0) or not others:
        vectors: Float32 = embedder.embed([first, *others])
        known = [partial(vectors.__getitem__, at) for at in range(len(vectors))]
        return vectors[0], Parts(known, places, aside)

    batches = [[other] for other in others] if has_few_threads(embedder) else [others]
    begun = [Shared(partial(embedder.embed, batch), aside) for batch in batches]
    try:
        own = embedder.embed([first])[0]
        if len(begun) > 1:
            # The other thread looks the question's words up before, so it has as much to do.
            begun[-1].result()
    except BaseException:
        for one in begun:
            one.give_up()
        raise
    waiting = [
        partial(_row_of, one, row)
        for one, batch in zip(begun, batches, strict=True)
        for row in range(len(batch))
    ]
    return own, Parts([lambda: own, *waiting], places, aside)


def _row_of(vectors: Shared[Float32], row: int) -> Float32:
    vector: Float32 = vectors.result()[row]
    return vector


def pieces(question: str) -> list[str]:
    """Return up to `MAX_PIECES` parts of a question that each ask for something. O(n)."""
    found: list[str] = []
    pending = ""
    for part in _SEAM.split(question):
        if not any(word.lower() not in _EMPTY for word in _WORD.findall(part)):
            continue
        pending = f"{pending} {part.strip()}".strip()
        if sum(word.lower() not in _EMPTY for word in _WORD.findall(pending)) >= _MIN_WORDS:
            found.append(pending)
            pending = ""
    if pending and found:
        found[-1] += " " + pending
    elif pending:
        found.append(pending)
    return found[:MAX_PIECES]


def relation(question: str) -> str:
    """Return the question without its names and numbers: what is asked of them. O(n)."""
    words = _WORD.findall(question)
    kept = [word for at, word in enumerate(words) if not _is_name(word, at)]
    return " ".join(kept) or question


def _is_name(word: str, at: int) -> bool:
    if at == 0 and word.lower() in _OPENING:
        return False
    return is_capitalised(word) or word[0].isdigit()
