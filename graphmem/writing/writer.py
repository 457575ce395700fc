"""The write path, end to end: what comes in at `add` goes out as commits and a receipt.

segment → extract → (in the store's transaction: resolve → reconcile → compose) → stored.
Whole sources are committed together, so that no source is ever half there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from graphmem.core.changes import Changes
from graphmem.core.collector import collector_paused
from graphmem.core.extraction import Extraction
from graphmem.core.uids import content_uid
from graphmem.ports import Clock, GraphReader, GraphStore, Models, Progress
from graphmem.writing.accept import SourceText
from graphmem.writing.compose import Composed, SourceReading, compose
from graphmem.writing.extract import (
    Encoded,
    ReadPassage,
    ahead,
    embed,
    encoding_jobs,
    extract,
    n_helpers,
    paired,
    portion,
)
from graphmem.writing.prepare import PreparedSource, addressees_of
from graphmem.writing.segment import PassageDraft, segment
from graphmem_schemas import Receipt

__all__ = ["Writer", "merge_receipts"]


@dataclass(frozen=True, slots=True, eq=False)
class _Segmented:
    text: SourceText
    uid: str
    drafts: list[PassageDraft]


@dataclass(frozen=True, slots=True, eq=False)
class _Portion:
    """Passages that are read together.

    Attributes:
        fresh: those that are not stored yet.
        addressees: whom each of them is said to.
        n_passed: how many passages are dealt with once these are read.
        completed: the sources that are whole then, and can be stored.
    """

    fresh: list[PassageDraft]
    addressees: list[str | None]
    n_passed: int
    completed: list[_Segmented]


_Jobs = Callable[[_Portion], Sequence[Callable[[], Encoded]]]
_Read = Callable[[_Portion, Encoded], list[ReadPassage]]


class Writer:
    """Writes into one space of a store."""

    def __init__(self, store: GraphStore, space: str, models: Models, clock: Clock) -> None:
        self._store, self._space, self._models, self._clock = store, space, models, clock

    def add(self, texts: Sequence[SourceText], progress: Progress) -> Receipt:
        """Add sources, extracting from what is new in them.

        Args:
            texts: what `accept` made of the caller's content.
            progress: hears ("reading", passages done, passages in all).
        """
        models = self._models
        return self._write(
            texts,
            lambda new: encoding_jobs(new.fresh, models),
            lambda: n_helpers(models),
            lambda new, encoded: extract(new.fresh, new.addressees, encoded, models.extractor),
            progress,
        )

    def add_given(
        self,
        texts: Sequence[SourceText],
        extraction_of: Callable[[PassageDraft], Extraction],
        progress: Progress,
    ) -> Receipt:
        """Add sources whose extractions the caller has; see `add`.

        What is extracted from a passage that is stored is added to it.
        """
        met: set[str] = set()

        def read(new: _Portion, encoded: Encoded) -> list[ReadPassage]:
            found = paired(new.fresh, encoded, [extraction_of(draft) for draft in new.fresh])
            met.update(draft.uid for draft in new.fresh)
            known = [d for source in new.completed for d in source.drafts if d.uid not in met]
            more = [ReadPassage(draft, None, extraction_of(draft)) for draft in known]
            return found + [passage for passage in more if _says_something(passage.extraction)]

        def jobs(new: _Portion) -> list[Callable[[], Encoded]]:
            return [lambda: embed(new.fresh, self._models.embedder)] if new.fresh else []

        return self._write(texts, jobs, lambda: 1, read, progress)

    def commit(self, sources: Sequence[PreparedSource], *, more: bool = False) -> Receipt:
        """Store sources that were read elsewhere, all of them in one commit.

        Doing it again changes nothing.

        Args:
            sources: what `prepare` made.
            more: whether passages that are stored gain what was found in them now; else they
                stay as they are.
        """
        wanted = {p.draft.uid: p for source in sources for p in source.passages}
        known = self._store.get(self._space, list(wanted))
        read = {
            uid: passage
            for (uid, passage), node in zip(wanted.items(), known, strict=True)
            if node is None or (more and _says_something(passage.extraction))
        }
        batch = [_Segmented(s.text, s.uid, [p.draft for p in s.passages]) for s in sources]
        with collector_paused():
            receipt = self._commit(batch, read)
        return receipt.model_copy(update={"sources": tuple(source.uid for source in sources)})

    def _write(
        self,
        texts: Sequence[SourceText],
        jobs: _Jobs,
        n_helpers: Callable[[], int],
        read: _Read,
        progress: Progress,
    ) -> Receipt:
        sources = [self._segment(text) for text in texts]
        total, done = sum(len(source.drafts) for source in sources), 0

        def told(n_passed: int) -> None:
            nonlocal done
            done += n_passed
            progress("reading", done, total)

        receipts: list[Receipt] = []
        with closing(ahead(self._portions(sources), jobs, n_helpers)) as portions:
            while (receipt := self._write_next(portions, read, told)) is not None:
                receipts.append(receipt)
        progress("reading", total, total)
        return merge_receipts(receipts, [source.uid for source in sources])

    # To the end of the call: what was made is gone then, and the collector need not look at it.
    @collector_paused()
    def _write_next(
        self,
        portions: Iterator[tuple[_Portion, Encoded]],
        read: _Read,
        told: Callable[[int], None],
    ) -> Receipt | None:
        """Read portions until some sources are whole, and store these; None where none is left."""
        passages: dict[str, ReadPassage] = {}
        for new, encoded in portions:
            passages.update((passage.draft.uid, passage) for passage in read(new, encoded))
            told(new.n_passed)
            if new.completed:
                return self._commit(new.completed, passages)
        return None

    def _portions(self, sources: Sequence[_Segmented]) -> Iterator[_Portion]:
        """Yield what to read together; the last of some sources says that they are whole."""
        n_left = sum(len(source.drafts) for source in sources)
        for batch in _batches(sources):
            drafts = [draft for source in batch for draft in source.drafts]
            addressees = [who for source in batch for who in addressees_of(source.drafts)]
            known = self._store.get(self._space, [draft.uid for draft in drafts])
            fresh = [at for at, node in enumerate(known) if node is None]
            n_known = len(drafts) - len(fresh)
            # Sources that are stored as they are come too: they may say more than they did.
            while batch:
                n = portion(n_left)
                now, fresh = fresh[:n], fresh[n:]
                completed, batch = ([], batch) if fresh else (batch, [])
                yield _Portion(
                    [drafts[at] for at in now],
                    [addressees[at] for at in now],
                    len(now) + n_known,
                    completed,
                )
                n_left -= len(now) + n_known
                n_known = 0

    def _segment(self, text: SourceText) -> _Segmented:
        uid = content_uid("source", text.name)
        return _Segmented(text, uid, segment(text, uid))

    def _commit(self, batch: Sequence[_Segmented], passages: Mapping[str, ReadPassage]) -> Receipt:
        if not passages:
            return Receipt(seq=0)
        now = self._clock()
        readings = [
            SourceReading(
                source.text,
                source.uid,
                tuple(draft.uid for draft in source.drafts),
                {d.uid: passages[d.uid] for d in source.drafts if d.uid in passages},
            )
            for source in batch
        ]
        last: list[Composed] = []

        def plan(reader: GraphReader) -> Changes:
            last[:] = [compose(readings, reader, self._space, now)]
            return last[0].changes

        commit = self._store.apply(self._space, plan)
        if not commit.seq:
            return Receipt(seq=0)
        composed = last[0]
        return Receipt(
            seq=commit.seq,
            added={label: tuple(uids) for label, uids in composed.added.items()},
            confirmed={label: tuple(uids) for label, uids in composed.confirmed.items()},
            superseded=composed.superseded,
            contradicted=composed.contradicted,
            notes=_notes(passages.values()),
        )


def _says_something(extraction: Extraction) -> bool:
    found = (extraction.mentions, extraction.events, extraction.propositions)
    return any(found) or bool(extraction.prescriptions)


def _batches(sources: Sequence[_Segmented]) -> Iterator[list[_Segmented]]:
    """Yield sources that are stored together: one disk sync, while the next are encoded."""
    n_left = sum(len(source.drafts) for source in sources)
    batch: list[_Segmented] = []
    n_passages = 0
    for source in sources:
        if batch and n_passages + len(source.drafts) > portion(n_left):
            yield batch
            n_left -= n_passages
            batch, n_passages = [], 0
        batch.append(source)
        n_passages += len(source.drafts)
    if batch:
        yield batch


def _notes(passages: Iterable[ReadPassage]) -> tuple[str, ...]:
    unparsed = Counter(
        p.extraction.language
        for p in passages
        if not p.extraction.parsed and p.extraction.language
    )
    return tuple(
        f"{n} passages in language {language!r} are not parsed: they have their text, names and "
        "vectors, but no events or facts"
        for language, n in sorted(unparsed.items())
    )


def merge_receipts(receipts: Sequence[Receipt], sources: Sequence[str]) -> Receipt:
    """Return one receipt for several, in order, each uid once."""

    def joined(field: str) -> dict[str, tuple[str, ...]]:
        merged: dict[str, list[str]] = {}
        for receipt in receipts:
            for label, uids in getattr(receipt, field).items():
                merged.setdefault(label, []).extend(uids)
        return {label: tuple(dict.fromkeys(uids)) for label, uids in merged.items()}

    def flat(field: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(uid for r in receipts for uid in getattr(r, field)))

    return Receipt(
        seq=max((receipt.seq for receipt in receipts), default=0),
        sources=tuple(dict.fromkeys(sources)),
        added=joined("added"),
        confirmed=joined("confirmed"),
        superseded=flat("superseded"),
        contradicted=flat("contradicted"),
        notes=flat("notes"),
    )
