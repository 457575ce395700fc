"""Third stage: passages → vectors and extractions.

In: `PassageDraft`s. Out: `ReadPassage`s in the same order. One encoder run a passage gives its
vector and the token states that the extractor reads. While some are parsed and stored, the next
ones are encoded on other cores; nothing depends on what else is in the portion.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import numpy as np

from graphmem.core.extraction import Extraction
from graphmem.ports import Embedder, Encoding, ExtractionInput, Extractor, Float32, Models
from graphmem.writing.segment import PassageDraft
from graphmem.writing.turns import short_turns

__all__ = [
    "MAX_PORTION", "Encoded", "ReadPassage", "ahead", "embed", "embedding_text", "encode",
    "encoding_jobs", "extract", "n_helpers", "paired", "portion",
]  # fmt: skip

MAX_PORTION, MIN_PORTION = 32, 4
# Portions that are encoded while others are parsed and stored; the states of one take 12 MB at
# most.
AHEAD = 8
# Roles say nothing about who speaks; in front of every turn they only blur its vector.
_ROLES = frozenset(("user", "assistant", "system", "tool", "human", "ai", "bot", "developer"))


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """What the models made of some passages: token states where they are wanted, and vectors."""

    encodings: Sequence[Encoding]
    vectors: Sequence[Float32] | Float32


_In = TypeVar("_In")
_Job = Callable[[], Encoded]


@dataclass(frozen=True, slots=True, eq=False)
class ReadPassage:
    """A passage with all that was made of it: (d,) float32 vector and extraction.

    The vector is None where the passage is stored with one.
    """

    draft: PassageDraft
    vector: Float32 | None
    extraction: Extraction


def embedding_text(draft: PassageDraft) -> str:
    """Return the text as it is embedded: what it is about or who says it stands in front."""
    return _prefix(draft) + draft.text


def portion(n_left: int) -> int:
    """Return how many of the passages that are left to read next: fewer towards the end.

    When the encoder is done, nothing runs beside what is still to be parsed and stored, so that
    the last portion is small. A passage takes a helper about twice as long as it takes to be
    parsed and stored: while half of what is left is, the other half becomes ready. Smaller
    portions would cost more commits.
    """
    return min(MAX_PORTION, max(MIN_PORTION, n_left // 2))


def ahead(
    items: Iterable[_In], jobs: Callable[[_In], Sequence[_Job]], n_helpers: Callable[[], int]
) -> Generator[tuple[_In, Encoded]]:
    """Yield items in order with what their jobs made; helpers are a few items ahead.

    Who asks for an item does those of its jobs that wait himself, and while a helper is still at
    the last of them, some of the next item's. So no processor is idle, and none has more than one
    thread, which would cost both their caches: a tenth of the whole, measured.
    Close it to stop: what was not asked for is dropped.

    Args:
        items: taken one by one, as the helpers need them.
        jobs: what is to be done for an item, each part on its own.
        n_helpers: how many threads to start, 1 or more; asked when there is a first job.
    """
    waiting: deque[tuple[_In, _Parts]] = deque()
    with ExitStack() as stack:
        pool: ThreadPoolExecutor | None = None
        for item in items:
            todo = jobs(item)
            if todo and pool is None:
                stack.enter_context(short_turns())
                pool = ThreadPoolExecutor(n_helpers(), thread_name_prefix="graphmem-encode")
                stack.callback(pool.shutdown, wait=True, cancel_futures=True)
            waiting.append((item, _Parts(pool, todo)))
            if len(waiting) > AHEAD:
                yield _first(waiting)
        while waiting:
            yield _first(waiting)


class _Parts:
    """The jobs of an item, which a pool does in order unless somebody else is sooner."""

    def __init__(self, pool: ThreadPoolExecutor | None, jobs: Sequence[_Job]) -> None:
        self._jobs = jobs
        self._made = [pool.submit(job) for job in jobs] if pool else []
        self._next = 0

    @property
    def shared(self) -> bool:
        """Whether it pays to work ahead on them: an encoder that takes all at once has threads."""
        return len(self._jobs) > 1

    @property
    def ready(self) -> bool:
        """Whether all are done."""
        return all(made.done() for made in reversed(self._made))

    def do_one(self) -> bool:
        """Do the first that nobody has begun; return whether there was one."""
        while self._next < len(self._jobs):
            at = self._next
            self._next += 1
            if self._made[at].cancel():
                self._made[at] = _done(self._jobs[at])
                return True
        return False

    def joined(self) -> Encoded:
        """Wait for what is not done, and put the parts together."""
        parts = [made.result() for made in self._made]
        return Encoded(
            [encoding for part in parts for encoding in part.encodings],
            [vector for part in parts for vector in part.vectors],
        )


def _first(waiting: deque[tuple[_In, _Parts]]) -> tuple[_In, Encoded]:
    """Take the first item, and do what no helper has begun until all of it is done."""
    item, parts = waiting.popleft()
    while parts.do_one():
        pass
    for _, later in waiting:
        while later.shared and not parts.ready and later.do_one():
            pass
    return item, parts.joined()


def _done(job: _Job) -> Future[Encoded]:
    """Do a job; what it raises is raised where its item is asked for, after those before it."""
    made: Future[Encoded] = Future()
    try:
        made.set_result(job())
    except Exception as error:
        made.set_exception(error)
    return made


def embed(drafts: Sequence[PassageDraft], embedder: Embedder) -> Encoded:
    """Return the vectors of passages, without token states."""
    return Encoded((), embedder.embed([embedding_text(draft) for draft in drafts]))


def encode(drafts: Sequence[PassageDraft], models: Models) -> Encoded:
    """Return the token states that the extractor wants, and the vectors: one run if it can be."""
    if not models.extractor.needs_states:
        return embed(drafts, models.embedder)
    encodings = models.encoder.encode([embedding_text(draft) for draft in drafts])
    bodies = [
        _without_prefix(encoding, len(_prefix(draft)))
        for encoding, draft in zip(encodings, drafts, strict=True)
    ]
    if models.embedder is models.encoder:
        return Encoded(bodies, [encoding.vector for encoding in encodings])
    return Encoded(bodies, embed(drafts, models.embedder).vectors)


def encoding_jobs(drafts: Sequence[PassageDraft], models: Models) -> list[_Job]:
    """Return what encodes the passages: one by one where the encoder works so, else at once."""
    if not drafts:
        return []
    if _n_threads(models) == 1:
        return [partial(encode, drafts, models)]
    return [partial(encode, [draft], models) for draft in drafts]


def n_helpers(models: Models) -> int:
    """Return how many threads should encode beside the one that parses, which helps."""
    return max(1, _n_threads(models) - 1)


def _n_threads(models: Models) -> int:
    one_run = models.extractor.needs_states and models.embedder is models.encoder
    return models.encoder.threads if one_run else 1


def extract(
    drafts: Sequence[PassageDraft],
    addressees: Sequence[str | None],
    encoded: Encoded,
    extractor: Extractor,
) -> list[ReadPassage]:
    """Parse passages that are encoded.

    Args:
        drafts: the passages.
        addressees: for each whom it is said to, where one other person takes part.
        encoded: what `encode` made of the same passages.
        extractor: finds names, events and facts.
    """
    if not drafts:
        return []
    inputs = [
        ExtractionInput(draft.text, draft.speaker, addressee, draft.title, draft.at)
        for draft, addressee in zip(drafts, addressees, strict=True)
    ]
    return paired(drafts, encoded, extractor.extract(inputs, encoded.encodings))


def paired(
    drafts: Sequence[PassageDraft], encoded: Encoded, extractions: Sequence[Extraction]
) -> list[ReadPassage]:
    """Put passages together with their vectors and with what was found in them."""
    return [
        ReadPassage(draft, vector, extraction)
        for draft, vector, extraction in zip(drafts, encoded.vectors, extractions, strict=True)
    ]


def _prefix(draft: PassageDraft) -> str:
    if draft.speaker and draft.speaker.casefold() not in _ROLES:
        return f"{draft.speaker}: "
    return f"{draft.title}. " if draft.title else ""


def _without_prefix(encoding: Encoding, n_chars: int) -> Encoding:
    """Drop the pieces of the prefix and count offsets from the passage's own first character."""
    if not n_chars:
        return encoding
    offsets = encoding.offsets - np.int32(n_chars)
    # Pieces are in the order of the text, so that what is left is a view.
    n_before = np.count_nonzero(offsets[:, 0] < 0)
    return Encoding(encoding.vector, encoding.states[n_before:], offsets[n_before:])
