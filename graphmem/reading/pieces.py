"""A question in pieces: what several passages answer together is asked for piece by piece."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, partial

import numpy as np

from graphmem.core.aside import Aside, Shared
from graphmem.core.names import is_capitalised
from graphmem.ports import Embedder, Float32

__all__ = [
    "MAX_PIECES",
    "embed_ahead",
    "embed_parts",
    "has_few_threads",
    "in_parts",
    "pieces",
    "relation",
]

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


def has_few_threads(embedder: Embedder) -> bool:
    """Whether an embedder of this machine makes the best of it with one text at a time."""
    return 0 < getattr(embedder, "threads", 0) <= _FEW_THREADS


def embed_ahead(
    embedder: Embedder, question: str, aside: Aside
) -> tuple[Float32, Callable[[], Float32]]:
    """Return the (d,) vector of a question, and what waits for those that `embed_parts` returns.

    An embedder of this machine embeds the parts in another thread meanwhile, and in that of
    whoever waits for them. Others are asked once.

    Args:
        embedder: of the space.
        question: as far as it counts.
        aside: the other thread.
    """
    parts = in_parts(question)
    first, *others = dict.fromkeys(parts)
    if not getattr(embedder, "threads", 0) or not others:
        vectors = embed_parts(embedder, question)
        return vectors[0], lambda: vectors

    batches = [[other] for other in others] if has_few_threads(embedder) else [others]
    begun = [Shared(partial(embedder.embed, batch), aside) for batch in batches]
    try:
        own = embedder.embed([first])
        if len(begun) > 1:
            # The other thread looks the question's words up before, so it has as much to do.
            begun[-1].result()
    except BaseException:
        for one in begun:
            one.give_up()
        raise

    def all_parts() -> Float32:
        # From the end, which the other thread comes to last, so that the two share what is left.
        found = [one.result() for one in reversed(begun)]
        distinct = np.concatenate([own, *reversed(found)])
        places = {part: at for at, part in enumerate([first, *others])}
        vectors: Float32 = distinct[[places[part] for part in parts]]
        return vectors

    return own[0], cache(all_parts)


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
