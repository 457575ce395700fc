"""What lexical search is asked, and what it can say about a passage."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

__all__ = ["MAX_QUERY_TERMS", "Feature", "PassageKind", "TextEvidence", "TextQuery"]

# Coverage is kept in 64 bits, and nobody asks for more things at once.
MAX_QUERY_TERMS = 64


class PassageKind(IntEnum):
    """What a passage is by its own content; the weights of its score depend on it."""

    NOTE = 0
    TITLED = 1
    PERSON_TURN = 2
    ROLE_TURN = 3
    SECTION = 4
    """Titled like a dozen others: a part of one long document."""


class Feature(IntEnum):
    """Columns of what lexical search says about a passage.

    BM25 means Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework", with
    k1 = 1.2 and b = 0.75 unless said otherwise.
    """

    PASSAGE = 0
    """BM25 of title and text."""
    WINDOW = 1
    """BM25F over the passages around it in its source, weights .3 .6 1 .4 .2."""
    SENTENCE = 2
    """BM25 (b = 0.4) of its best sentence together with its title."""
    TITLE_SHARE = 3
    """Share of the title, by inverse document frequency, that the question names."""
    TITLE_EXACT = 4
    """Share of the question that the title is, where it stands in the question word by word."""
    RAREST = 5
    """Weight of the rarest question word in it, relative to the rarest of all."""
    SESSION = 6
    """BM25 of all of its source together."""
    ANSWER = 7
    """BM25 of the passage before it, where that one ends with a question."""
    SPEAKER = 8
    """1 where its speaker is named in the question and not every speaker is."""
    USER = 9
    """1 where the human side of a chat says it."""
    COVERAGE = 10
    """Share of the question's words, by inverse document frequency, that it contains."""
    KIND = 11
    """A `PassageKind`."""


@dataclass(frozen=True, slots=True)
class TextQuery:
    """A question as lexical search takes it.

    Attributes:
        words: all words in order, casefolded: names and titles are found in them.
        terms: stems of the words that carry meaning, in order.
        until: moment in seconds since 1970 after which nothing counts; None is no limit.
    """

    words: tuple[str, ...]
    terms: tuple[str, ...]
    until: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class TextEvidence:
    """What lexical search says about some passages.

    Attributes:
        features: (n, len(Feature)) float32.
        covered: (n,) uint64: bit i is set where the passage contains the i-th term.
        covered_near: (n,) uint64: the same for the passage and its two neighbours.
    """

    features: npt.NDArray[np.float32]
    covered: npt.NDArray[np.uint64]
    covered_near: npt.NDArray[np.uint64]
