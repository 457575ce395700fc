"""A parsed passage as plain parallel lists: what every rule of this package reads.

Pulling the columns out of a `Doc` once is several times as fast as asking token objects.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

__all__ = ["Parse", "make_parse"]

_NOTHING: frozenset[str] = frozenset()


@dataclass(slots=True, eq=False)
class Parse:
    """Words and Universal Dependencies of one passage.

    Attributes:
        words: the surface words; blanks are not words.
        lower: the same in lower case.
        tags: Penn Treebank tags.
        deps: UD relations with their subtypes ("nsubj:pass"); "ROOT" for a root.
        heads: token numbers; a root is its own head.
        starts: character offset of each word.
        ends: exclusive character offset of each word.
        children: token numbers below each word, in order.
        below: the relations of those; rules mostly ask for what is not among them.
        sentences: half-open token ranges, in order.
        states: (n, 768) float32: the encoder's states of the words, standardised.
        keys: (n,) hashes of the words in lower case.
        entities: token ranges and labels of a named entity recogniser, where there is one.
    """

    text: str
    words: list[str]
    lower: list[str]
    tags: list[str]
    deps: list[str]
    heads: list[int]
    starts: list[int]
    ends: list[int]
    sentences: list[tuple[int, int]]
    states: npt.NDArray[np.float32]
    keys: npt.NDArray[np.uint64]
    children: list[Sequence[int]] = field(default_factory=list)
    below: list[Set[str]] = field(default_factory=list)
    entities: list[tuple[int, int, str]] | None = None

    def __len__(self) -> int:
        return len(self.words)

    def surface(self, start: int, end: int) -> str:
        """Return the verbatim text of a token range, on one line."""
        return " ".join(self.text[self.starts[start] : self.ends[end - 1]].split())

    def child(self, token: int, dep: str) -> int | None:
        """Return the first child with the relation, or None."""
        if dep not in self.below[token]:
            return None
        for child in self.children[token]:
            if self.deps[child] == dep:
                return child
        return None

    def subtree(self, token: int) -> list[int]:
        """Return the token and all below it, unsorted."""
        found = [token]
        for node in found:
            found.extend(self.children[node])
        return found

    def touches(self, token: int) -> bool:
        """Whether nothing stands between the token and the one before it."""
        return token > 0 and self.starts[token] == self.ends[token - 1]


def make_parse(
    text: str,
    columns: tuple[list[str], list[str], list[str], list[str], list[int]],
    offsets: npt.NDArray[np.int64],
    sentence_starts: list[int],
    states: npt.NDArray[np.float32],
    keys: npt.NDArray[np.uint64],
) -> Parse:
    """Build a parse from what a pipeline gives.

    Args:
        text: the passage.
        columns: words, the same in lower case, tags, dependency labels and heads (token numbers).
        offsets: (n, 2) character offsets of the words.
        sentence_starts: first token of each sentence, in order, starting with 0.
        states: (n, 768) standardised states.
        keys: (n,) hashes of the words in lower case.
    """
    words, lower, tags, deps, heads = columns
    n_words = len(words)
    ends = [*sentence_starts[1:], n_words] if sentence_starts else []
    under: dict[int, list[int]] = {}
    for token, head in enumerate(heads):
        if head != token:
            under.setdefault(head, []).append(token)
    # Most words have nothing below them, and share this nothing.
    children: list[Sequence[int]] = [()] * n_words
    below: list[Set[str]] = [_NOTHING] * n_words
    for head, tokens in under.items():
        children[head] = tokens
        below[head] = {deps[token] for token in tokens}
    return Parse(
        text=text,
        words=words,
        lower=lower,
        tags=tags,
        deps=deps,
        heads=heads,
        starts=offsets[:, 0].tolist(),
        ends=offsets[:, 1].tolist(),
        sentences=list(zip(sentence_starts, ends, strict=True)),
        states=states,
        keys=keys,
        children=children,
        below=below,
    )
