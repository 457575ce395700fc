"""The write path, end to end: what comes in at `add` goes out as commits and a receipt.

segment → extract → (in the store's transaction: resolve → reconcile → compose) → stored.
Whole sources are committed together, so that no source is ever half there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from graphmem.core.changes import Changes
from graphmem.core.extraction import Extraction
from graphmem.core.uids import content_uid
from graphmem.ports import Clock, GraphReader, GraphStore, Models, Progress
from graphmem.writing.accept import SourceText
from graphmem.writing.collector import collector_paused
from graphmem.writing.compose import Composed, SourceReading, compose
from graphmem.writing.extract import Extracting, ReadPassage, given
from graphmem.writing.segment import PassageDraft, segment
from graphmem_schemas import Receipt

__all__ = ["COMMIT_PASSAGES", "Writer"]

# Sources are committed together up to this many passages: a commit is one disk sync.
COMMIT_PASSAGES = 256


@dataclass(frozen=True, slots=True, eq=False)
class _Segmented:
    text: SourceText
    uid: str
    drafts: list[PassageDraft]


_Chunks = Extracting | Generator[list[ReadPassage]]
_Read = Callable[[list[_Segmented], list[PassageDraft]], _Chunks]


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

        def read(batch: list[_Segmented], fresh: list[PassageDraft]) -> _Chunks:
            to = {
                d.uid: who for s in batch for d, who in zip(s.drafts, _addressees(s), strict=True)
            }
            return Extracting(fresh, [to[draft.uid] for draft in fresh], self._models)

        return self._write(texts, read, progress)

    def add_given(
        self,
        texts: Sequence[SourceText],
        extraction_of: Callable[[PassageDraft], Extraction],
        progress: Progress,
    ) -> Receipt:
        """Add sources whose extractions the caller has; see `add`.

        What is extracted from a passage that is stored is added to it.
        """

        def read(
            batch: list[_Segmented], fresh: list[PassageDraft]
        ) -> Generator[list[ReadPassage]]:
            yield from given(
                fresh, [extraction_of(draft) for draft in fresh], self._models.embedder
            )
            new = {draft.uid for draft in fresh}
            known = [d for source in batch for d in source.drafts if d.uid not in new]
            more = [ReadPassage(draft, None, extraction_of(draft)) for draft in known]
            yield [passage for passage in more if _says_something(passage.extraction)]

        return self._write(texts, read, progress)

    def _write(
        self,
        texts: Sequence[SourceText],
        read: _Read,
        progress: Progress,
    ) -> Receipt:
        sources = [self._segment(text) for text in texts]
        total, done = sum(len(source.drafts) for source in sources), 0
        receipts: list[Receipt] = []
        with ExitStack() as open_chunks:
            readings = self._readings(sources, read, open_chunks)
            current = next(readings, None)
            while current is not None:
                batch, chunks, n_known = current
                done += n_known
                passages: dict[str, ReadPassage] = {}
                for chunk in chunks:
                    passages.update((passage.draft.uid, passage) for passage in chunk)
                    done += sum(passage.vector is not None for passage in chunk)
                    progress("reading", done, total)
                # The encoder begins with the next batch while this one is stored.
                current = next(readings, None)
                receipts.append(self._commit(batch, passages))
        progress("reading", total, total)
        return _merge(receipts, [source.uid for source in sources])

    def _readings(
        self, sources: Sequence[_Segmented], read: _Read, open_chunks: ExitStack
    ) -> Iterator[tuple[list[_Segmented], _Chunks, int]]:
        """Yield batches with what reads them and how many of their passages are stored."""
        for batch in _batches(sources):
            fresh = self._fresh(batch)
            chunks = read(batch, fresh)
            open_chunks.callback(chunks.close)
            yield batch, chunks, sum(len(source.drafts) for source in batch) - len(fresh)

    def _segment(self, text: SourceText) -> _Segmented:
        uid = content_uid("source", text.name)
        return _Segmented(text, uid, segment(text, uid))

    def _fresh(self, batch: Sequence[_Segmented]) -> list[PassageDraft]:
        drafts = [draft for source in batch for draft in source.drafts]
        known = self._store.get(self._space, [draft.uid for draft in drafts])
        return [draft for draft, node in zip(drafts, known, strict=True) if node is None]

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

        with collector_paused():
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
    return bool(extraction.mentions or extraction.events or extraction.propositions)


def _addressees(source: _Segmented) -> list[str | None]:
    """In a conversation of two, each speaks to the other; else nobody can say who "you" is."""
    speakers = list(dict.fromkeys(d.speaker for d in source.drafts if d.speaker))
    if len(speakers) != 2:
        return [None] * len(source.drafts)
    other = dict(zip(speakers, reversed(speakers), strict=True))
    return [other.get(d.speaker) if d.speaker else None for d in source.drafts]


def _batches(sources: Sequence[_Segmented]) -> Iterator[list[_Segmented]]:
    batch: list[_Segmented] = []
    n_passages = 0
    for source in sources:
        if batch and n_passages + len(source.drafts) > COMMIT_PASSAGES:
            yield batch
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


def _merge(receipts: Sequence[Receipt], sources: Sequence[str]) -> Receipt:
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
