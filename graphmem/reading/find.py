"""A question's vectors, and what it finds by its words: what of it waits for what.

The encoder leaves Python's lock to others, long enough for all that words can tell. What the
question's own vector finds waits until its parts have theirs, too: the processors are busy with
these, and one look at all vectors serves all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import partial
from time import perf_counter

from graphmem.core.aside import Aside, Shared
from graphmem.ports import Clock, Embedder, TextIndex, TextMatch, VectorIndex
from graphmem.reading.analyse import Question, analyse, asked
from graphmem.reading.candidates import MIN_EACH, ByWords, look_up
from graphmem.reading.evidence import Asking
from graphmem.reading.gate import is_of_oneself
from graphmem.reading.in_time import NearestInTime
from graphmem.reading.pieces import embed_ahead, has_few_threads
from graphmem.reading.tasks import is_instruction
from graphmem_schemas import SearchRequest

__all__ = ["Finder", "Found", "since"]

_MAX_NAMES = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """A question, what it finds by its words, and its vectors.

    Attributes:
        by_words: its match must be closed.
        vectors: search by meaning, of what had been said by the moment that was asked about.
        n_each: how many of each kind of search count.
        names: of sources and entities, by uid, as far as they are known.
        timings: milliseconds since the start.
    """

    question: Question
    by_words: ByWords
    vectors: VectorIndex
    asking: Asking
    n_each: int
    names: dict[str, str]
    timings: dict[str, float]

    @property
    def match(self) -> TextMatch:
        """What the question's words find."""
        return self.by_words.match


@dataclass(frozen=True, slots=True, eq=False)
class _Looked:
    """What there is to know before a question has a vector; as in `Found`."""

    question: Question
    by_words: ByWords
    vectors: VectorIndex
    n_each: int
    names: dict[str, str]


@dataclass(slots=True, eq=False)
class Finder:
    """Finds for the questions of one space, many at once.

    Attributes:
        text: lexical search.
        vectors: search by meaning.
        catch_up: brings both up to the store; returns what tells its newest commit from all
            others.
        embedder: turns questions into vectors.
        clock: says what "now" is.
        remote: whether catching up is a journey, even where nothing is new.
    """

    text: TextIndex
    vectors: VectorIndex
    catch_up: Callable[[], Hashable]
    embedder: Embedder
    clock: Clock
    remote: bool
    _aside: Aside = field(default_factory=Aside, init=False)
    _parts: Aside = field(default_factory=Aside, init=False)
    _journey: Aside = field(default_factory=Aside, init=False)
    _seen: Hashable = field(default=None, init=False)
    _names: tuple[Hashable, dict[str, str]] = field(default=(None, {}), init=False)

    def find(self, request: SearchRequest, k: int, started: float, *, last: bool = False) -> Found:
        """Embed a question and look its words up; the match must be closed.

        Args:
            request: the question.
            k: how many hits are wanted.
            started: when, by `perf_counter`.
            last: whether of what answers alike the last is wanted.
        """
        # Where asking for news is a journey, it is not waited for: there mostly are none.
        seen = self._seen
        news = self._journey.start(self.catch_up) if self.remote and seen is not None else None
        look = partial(self._look_up, request, k, last=last)
        looking = Shared(partial(look, seen if news else None), self._aside)
        # Three threads would be in each other's way where there are but two processors.
        parts_aside = self._aside if has_few_threads(self.embedder) else self._parts
        try:
            own, parts = embed_ahead(self.embedder, asked(request.question), parts_aside)
            timings = {"embed": since(started)}
            newest = news.result() if news else seen
        except BaseException:
            if not looking.give_up():
                looking.result().by_words.match.close()
            raise
        looked = looking.result()
        if news and newest != seen:
            looked.by_words.match.close()
            looked = look(newest)
            self._seen = newest
        timings["match"] = since(started)
        said = looked.question.text
        about = is_instruction(said), is_of_oneself(said)
        asking = Asking(own, parts, looked.question.asks_assistant, *about)
        return Found(
            looked.question, looked.by_words, looked.vectors, asking,
            looked.n_each, looked.names, timings,
        )  # fmt: skip

    def _look_up(self, request: SearchRequest, k: int, known: Hashable, *, last: bool) -> _Looked:
        """Look words up; `known` is the commit that the views have; None to catch up first."""
        if known is None:
            known = self._seen = self.catch_up()
        names = self._names_at(known)
        question = analyse(request.question, request.as_of, self.clock(), last=last)
        n_each = max(MIN_EACH, 2 * k)
        found = look_up(self.text, self.vectors, question.query, n_each)
        vectors = self.vectors
        if question.query.until is not None:
            vectors = NearestInTime(vectors, found.match)
        return _Looked(question, found, vectors, n_each, names)

    def _names_at(self, commit: Hashable) -> dict[str, str]:
        """Return the names that were read since the commit, none of which it could change."""
        known, names = self._names
        if known != commit or len(names) > _MAX_NAMES:
            names = {}
            self._names = commit, names
        return names


def since(started: float) -> float:
    """Return the milliseconds since then."""
    return round((perf_counter() - started) * 1000.0, 3)
