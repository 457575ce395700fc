"""What lexical search is asked, and what it can say about a passage."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from graphmem.core.marks import AskedDate, Want

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

    # Kernels are compiled with these numbers: `core/kernels/compile.py` lists this file among
    # those whose change makes compiled code stale.

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

    # What fits the sort of answer that is wanted; 0 to 1 unless said otherwise. The four that say
    # "wanted" are 0 for any other question.
    TIME_WANTED = 12
    """1 where a time is wanted and the passage tells one."""
    NUMBER_WANTED = 13
    """1 where a number is wanted and the passage has one."""
    PLACE_WANTED = 14
    """1 where a place is wanted and the passage has "in", "at", "to" before a capital."""
    PREFERENCE = 15
    """1 where advice is wanted and the passage, not the assistant's, tells likes or habits."""
    LENGTH_ASKED = 16
    """`LENGTH_OF_SPEAKER` where advice is wanted, not of the assistant; -1 to 1."""
    FIRST_PERSON = 17
    """First-person words near its beginning: thirds of three."""
    LENGTH_OF_SPEAKER = 18
    """How its length deviates from what its speaker mostly says, in ln; -1 to 1 is 4 sigma."""
    DATE = 19
    """Its moment agrees with a time that the question names: 1 on a day, .9 beside it, .7 within
    seven days of it, .4 in the rest of its month; .7 in a week, .5 in a month or longer, .3 soon
    after that."""

    # What stands around it.
    COVERAGE_NEAR = 20
    """`COVERAGE` where a term of the passage before or after counts for .6."""
    ASKS = 21
    """1 where it ends with a question."""
    NEXT = 22
    """BM25 of the passage after it."""
    PAIRS = 23
    """Share of the question's pairs of neighbouring terms that follow each other in it."""
    SESSION_BEST = 24
    """The best `WINDOW` of its source."""
    PROPER_COVERAGE = 25
    """Share of the question's proper words, by inverse document frequency, that it contains."""
    REST_COVERAGE = 26
    """The same of the other words."""
    PROPER = 27
    """BM25 of the proper words; a term counts once a sentence."""

    # The years and months that it names, against those that the question names; 0 where that
    # names none. A passage without any has those of its neighbours, at half.
    NEAR = 28
    """exp(-gap in years / 3) of its nearest interval."""
    STARTS = 29
    """1 where an interval starts in the year in which the question's starts."""
    ENDS = 30
    """The same of the ends."""
    BOTH = 31
    """1 where a range starts and ends within a year of the question's."""
    OVERLAP = 32
    """Intersection over union of its best range or decade."""
    DATED = 33
    """1 where it names a year itself, whatever the question."""
    IMPLIED = 34
    """Share of the question's interval between its first date and the first of the next dated
    passage of its source."""

    # Its shape.
    LENGTH = 35
    """ln(1 + terms) / 5, without the title; up to about 2."""
    POSITION = 36
    """Its place in its source: 0 for the first, below 1 for the last."""
    SENTENCES = 37
    """ln of the number of its sentences; up to ln 12."""


@dataclass(frozen=True, slots=True)
class TextQuery:
    """A question as lexical search takes it.

    Attributes:
        words: all words in order, casefolded: names and titles are found in them.
        terms: stems of the words that carry meaning, in order.
        until: moment in seconds since 1970 after which nothing counts; None is no limit.
        proper: those of `terms` that name something.
        wants: the sort of answer.
        dates: that the question names with a month.
        months: the one interval of months that it asks about, half open, from the year 0.
        spans: the intervals of time that it names with a year or from now on, half open, in
            seconds since 1970.
        last: whether of what answers alike the last is wanted.
    """

    words: tuple[str, ...]
    terms: tuple[str, ...]
    until: int | None = None
    proper: frozenset[str] = frozenset()
    wants: Want = Want.NOTHING
    dates: tuple[AskedDate, ...] = ()
    months: tuple[int, int] | None = None
    spans: tuple[tuple[int, int], ...] = ()
    last: bool = False


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
