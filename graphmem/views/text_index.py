"""The inverted and forward index over the passages of one space, in arrays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from graphmem.core.kernels.dated import MonthsOfRows
from graphmem.core.kernels.lexical import Forward, Passages, Postings
from graphmem.core.kernels.marks import Marks, voices_of
from graphmem.core.kernels.postings import link_postings, merge_postings
from graphmem.core.marks import marks_of
from graphmem.core.months import Months, months
from graphmem.core.uid_index import UidIndex
from graphmem.views.casts import Casts
from graphmem.views.columns import Column
from graphmem.views.name_terms import NameTerms
from graphmem.views.packed_texts import read_texts, write_texts
from graphmem.views.passage_facts import flags_of, kind_of, seconds_of, text_length, title_key
from graphmem.views.passage_terms import PassageTerms, read_terms
from graphmem.views.speakers import Speakers
from graphmem.views.text_compaction import compacted
from graphmem_schemas import Entity, Passage

__all__ = ["TextIndexArrays"]

Array = npt.NDArray[Any]

_MAX_COUNT = 255
_MIN_MERGE = 200_000

_ROW_TYPES: dict[str, Any] = {
    "alive": np.uint8, "length": np.int32, "before": np.int32, "after": np.int32,
    "source": np.int32, "speaker": np.int32, "title": np.int32, "kind": np.uint8,
    "flags": np.uint8, "at": np.int64, "position": np.int64, "uid": np.int32,
    "start": np.int64, "size": np.int32, "sentence_start": np.int64, "n_sentences": np.uint8,
    "marks": np.uint16, "log_length": np.uint16, "title_length": np.uint8,
    "month_start": np.int64, "n_months": np.uint8,
}  # fmt: skip


class TextIndexArrays:
    """Terms, rows and postings. Rows are never renumbered; removed ones only stop counting.

    Attributes:
        vocabulary: number of each term; titles are terms with a leading NUL.
        frequencies: by term: in how many living passages it stands.
        voices: the people who say living passages.
        casts: who speaks in each source.
        n_sources: sources of living passages.
        n_passages: living passages.
        total_length: sum of their lengths in terms.
        n_sentences: number of their sentences.
        total_sentence_length: sum of the lengths of their sentences with titles.
    """

    def __init__(self, arrays: Mapping[str, Array] | None = None) -> None:
        given = arrays or {}
        self.rows = {name: Column(_own(given, name, kind)) for name, kind in _ROW_TYPES.items()}
        self.uids = UidIndex.from_arrays(_part(given, "u_")) if given else UidIndex()
        self.sources = UidIndex.from_arrays(_part(given, "s_")) if given else UidIndex()
        self.row_of = Column(_own(given, "row_of", np.int32))
        self.tails = Column(_own(given, "tails", np.int32))
        self.source_lengths = Column(_own(given, "source_lengths", np.int64))
        self.vocabulary = {text: at for at, text in enumerate(read_texts(given, "vocabulary"))}
        self.frequencies = Column(_own(given, "frequencies", np.int32))
        self.heads = Column(np.full(len(self.vocabulary), -1, np.int32))
        starts = _own(given, "starts", np.int64)
        self.starts = starts if len(starts) else np.zeros(1, np.int64)
        self.block: tuple[Array, Array] = (
            _own(given, "posting_rows", np.int32),
            _own(given, "posting_counts", np.uint8),
        )
        self.nexts = Column(np.empty(0, np.int32))
        self.new_rows = Column(np.empty(0, np.int32))
        self.new_counts = Column(np.empty(0, np.uint8))
        self.old = tuple(_own(given, n, k) for n, k in _FORWARD)
        self.new = tuple(Column(np.empty(0, kind)) for _, kind in _FORWARD)
        self.n_old = len(self.rows["uid"])
        self._count_living(read_texts(given, "speakers"))
        self.names = NameTerms(_part(given, "n_"))
        totals = given.get("totals", np.zeros(4, np.int64)).tolist()
        self.n_passages, self.total_length, self.n_sentences, self.total_sentence_length = totals

    # Writing

    def add(self, passages: Iterable[Passage]) -> None:
        """Index passages; one that is there already is replaced. O(terms)."""
        for passage in passages:
            self._add(passage)
        if len(self.new_rows) > max(_MIN_MERGE, len(self.block[0]) // 4):
            self.merge()

    def add_names(self, entities: Iterable[Entity]) -> None:
        """Learn which words name the entities; names count in no statistics."""
        self.names.add(entities, self._term)

    def remove(self, uids: Iterable[str]) -> None:
        """Stop counting passages, forget names; unknown uids are none of ours. O(terms)."""
        wanted = list(uids)
        self.names.remove(wanted)
        for number in self.uids.rows(wanted).tolist() if wanted else ():
            if number >= 0:
                self._remove(int(self.row_of.values[number]))
                self.row_of.values[number] = -1

    def merge(self) -> None:
        """Bring all postings and terms of rows into one block each. O(postings)."""
        self.starts, rows, counts = merge_postings(
            len(self.vocabulary), self.starts, self.block, self.heads.values,
            (self.nexts.values, self.new_rows.values, self.new_counts.values),
            self.rows["alive"].values,
        )  # fmt: skip
        self.block = (rows, counts)
        self.heads.values[:] = -1
        self.nexts, self.new_rows = Column(np.empty(0, np.int32)), Column(np.empty(0, np.int32))
        self.new_counts = Column(np.empty(0, np.uint8))
        for name, part in (("start", 0), ("sentence_start", 2), ("month_start", 5)):
            self.rows[name].values[self.n_old :] += len(self.old[part])
        self.old = tuple(
            np.concatenate([old, new.values]) for old, new in zip(self.old, self.new, strict=True)
        )
        self.new = tuple(Column(np.empty(0, kind)) for _, kind in _FORWARD)
        self.n_old = len(self.rows["uid"])

    def to_arrays(self) -> dict[str, Array]:
        """Return everything as arrays, from which `TextIndexArrays` makes the same again."""
        self.merge()
        arrays = {name: column.values for name, column in self.rows.items()}
        for prefix, part in (("u_", self.uids), ("s_", self.sources), ("n_", self.names)):
            arrays.update({prefix + name: values for name, values in part.to_arrays().items()})
        for name in ("row_of", "tails", "source_lengths", "frequencies"):
            arrays[name] = getattr(self, name).values
        arrays.update(write_texts("vocabulary", self.vocabulary))
        arrays.update(write_texts("speakers", self.voices.names))
        arrays["starts"] = self.starts
        arrays["posting_rows"], arrays["posting_counts"] = self.block
        arrays.update({name: values for (name, _), values in zip(_FORWARD, self.old, strict=True)})
        totals = self.n_passages, self.total_length, self.n_sentences, self.total_sentence_length
        arrays["totals"] = np.array(totals, np.int64)
        return arrays

    def compacted(self) -> TextIndexArrays:
        """Return the same without a trace of removed passages; itself where there is none."""
        if not self.n_dead:
            return self
        return TextIndexArrays(compacted(self.to_arrays()))

    # Reading

    @property
    def n_dead(self) -> int:
        """Rows of passages, and names, that were removed or replaced."""
        return len(self.rows["uid"]) - int(self.n_passages) + self.names.n_lost

    def postings(self) -> Postings:
        """Return the inverted index for the kernels."""
        return Postings(
            starts=self.starts,
            rows=self.block[0],
            counts=self.block[1],
            heads=self.heads.values,
            nexts=self.nexts.values,
            new_rows=self.new_rows.values,
            new_counts=self.new_counts.values,
        )

    def passages(self) -> Passages:
        """Return the facts by row for the kernels."""
        rows = self.rows
        return Passages(
            alive=rows["alive"].values,
            lengths=rows["length"].values,
            before=rows["before"].values,
            after=rows["after"].values,
            source=rows["source"].values,
            speaker=rows["speaker"].values,
            title=rows["title"].values,
            kind=rows["kind"].values,
            flags=rows["flags"].values,
            at=rows["at"].values,
            source_lengths=self.source_lengths.values,
        )

    def forward(self) -> Forward:
        """Return the forward index for the kernels."""
        old, new = self.old, [column.values for column in self.new]
        return Forward(
            starts=self.rows["start"].values,
            sizes=self.rows["size"].values,
            sentence_starts=self.rows["sentence_start"].values,
            n_sentences=self.rows["n_sentences"].values,
            old_terms=old[0],
            old_masks=old[1],
            old_sentences=old[2],
            old_voices=old[3],
            old_followers=old[4],
            new_terms=new[0],
            new_masks=new[1],
            new_sentences=new[2],
            new_voices=new[3],
            new_followers=new[4],
            n_old=self.n_old,
        )

    def marks(self) -> Marks:
        """Return what is kept of each row besides its terms, for the kernels."""
        rows, voices = self.rows, self.voices
        return Marks(
            marks=rows["marks"].values,
            log_lengths=rows["log_length"].values,
            title_lengths=rows["title_length"].values,
            n_months=rows["n_months"].values,
            positions=rows["position"].values,
            tails=self.tails.values,
            n_said=voices.n.values,
            total_said=voices.total.values,
            squares_said=voices.squares.values,
        )

    def months(self) -> MonthsOfRows:
        """Return the intervals of months of all rows, for the kernels."""
        rows, new = self.rows, [column.values for column in self.new]
        return MonthsOfRows(
            starts=rows["month_start"].values,
            sizes=rows["n_months"].values,
            before=rows["before"].values,
            after=rows["after"].values,
            old_from=self.old[5],
            old_to=self.old[6],
            old_kinds=self.old[7],
            new_from=new[5],
            new_to=new[6],
            new_kinds=new[7],
            n_old=self.n_old,
        )

    # Inner

    def _add(self, passage: Passage) -> None:
        number = int(self.uids.add([passage.uid])[0])
        self.row_of.extend_to(number + 1, -1)
        if self.row_of.values[number] >= 0:
            self._remove(int(self.row_of.values[number]))
        source = int(self.sources.add([passage.source])[0])
        self.tails.extend_to(source + 1, -1)
        self.source_lengths.extend_to(source + 1, 0)
        self._parts.extend_to(source + 1, 0)
        draft = read_terms(passage, self._term)
        row = self._append(passage, draft, number, source)
        self.row_of.values[number] = row
        self._link(row, source)
        self._count(row, draft, +1)

    def _term(self, text: str) -> int:
        number = self.vocabulary.setdefault(text, len(self.vocabulary))
        if number == len(self.heads):
            self.heads.extend_to(number + 1, -1)
            self.frequencies.extend_to(number + 1, 0)
        return number

    def _append(self, passage: Passage, draft: PassageTerms, number: int, source: int) -> int:
        row = len(self.rows["uid"])
        found = np.array(sorted(draft.counts), np.int32)
        title = self._term("\0" + title_key(passage.title)) if passage.title else -1
        named = months(passage.text)
        values = {
            "alive": 1, "length": draft.length, "before": -1, "after": -1, "source": source,
            "speaker": self.voices.number(passage.speaker), "title": title,
            "kind": kind_of(passage), "flags": flags_of(passage), "at": seconds_of(passage),
            "position": passage.position, "uid": number, "start": len(self.new[0]),
            "size": len(found), "sentence_start": len(self.new[2]),
            "n_sentences": len(draft.sentence_lengths), "marks": marks_of(passage.text),
            "log_length": text_length(passage.text),
            "title_length": min(draft.title_length, _MAX_COUNT),
            "month_start": len(self.new[5]), "n_months": len(named),
        }  # fmt: skip
        for name, value in values.items():
            self.rows[name].append(np.array([value], _ROW_TYPES[name]))
        ordered = found.tolist()
        masks = [draft.masks[term] for term in ordered]
        followers = [draft.followers.get(term, 0) for term in ordered]
        parts: tuple[object, ...] = (
            found, masks, draft.sentence_lengths, draft.voices, followers, *_columns(named),
        )  # fmt: skip
        for column, part, (_, kind) in zip(self.new, parts, _FORWARD, strict=True):
            column.append(np.array(part, kind))
        counts = np.array([min(draft.counts[term], _MAX_COUNT) for term in ordered], np.uint8)
        if title >= 0:
            found, counts = np.append(found, np.int32(title)), np.append(counts, np.uint8(1))
        self._post(row, found, counts)
        return row

    def _post(self, row: int, found: Array, counts: Array) -> None:
        first = len(self.new_rows)
        self.new_rows.append(np.full(len(found), row, np.int32))
        self.new_counts.append(counts)
        self.nexts.extend_to(first + len(found), -1)
        link_postings(self.heads.values, self.nexts.values, found, first)

    def _count_living(self, speaker_names: list[str]) -> None:
        """Count the living passages of each speaker and source."""
        alive = self.rows["alive"].values > 0
        names = ("speaker", "kind", "flags", "log_length", "source")
        speaker, kind, flags, length, source = (self.rows[n].values[alive] for n in names)
        self.voices = Speakers(speaker_names, speaker, voices_of(speaker, kind, flags), length)
        self.casts = Casts(source, speaker)
        self._parts = Column(np.bincount(source, minlength=len(self.sources)))
        self.n_sources = int(np.count_nonzero(self._parts.values))

    def _link(self, row: int, source: int) -> None:
        """Put a row in its place in its source: mostly at the end, so walk back from there."""
        position, before, after = (self.rows[n].values for n in ("position", "before", "after"))
        left, right = int(self.tails.values[source]), -1
        while left >= 0 and position[left] > position[row]:
            left, right = int(before[left]), left
        before[row], after[row] = left, right
        if left >= 0:
            after[left] = row
        if right >= 0:
            before[right] = row
        else:
            self.tails.values[source] = row

    def _remove(self, row: int) -> None:
        if row < 0:
            return
        before, after = self.rows["before"].values, self.rows["after"].values
        left, right = int(before[row]), int(after[row])
        if left >= 0:
            after[left] = right
        if right >= 0:
            before[right] = left
        else:
            self.tails.values[self.rows["source"].values[row]] = left
        self.rows["alive"].values[row] = 0
        self._count(row, self._draft_of(row), -1)

    def _draft_of(self, row: int) -> PassageTerms:
        arrays = self.old if row < self.n_old else tuple(column.values for column in self.new)
        start, size = int(self.rows["start"].values[row]), int(self.rows["size"].values[row])
        first = int(self.rows["sentence_start"].values[row])
        last = first + int(self.rows["n_sentences"].values[row])
        found = arrays[0][start : start + size].tolist()
        length = int(self.rows["length"].values[row])
        return PassageTerms(dict.fromkeys(found, 1), arrays[2][first:last].tolist(), length)

    def _count(self, row: int, draft: PassageTerms, sign: int) -> None:
        """Add a row to the totals, or take it out of them."""
        self.frequencies.values[list(draft.counts)] += sign
        if (title := int(self.rows["title"].values[row])) >= 0:
            self.frequencies.values[title] += sign
        self._count_owners(row, sign)
        self.source_lengths.values[self.rows["source"].values[row]] += sign * draft.length
        self.n_passages += sign
        self.total_length += sign * draft.length
        self.n_sentences += sign * len(draft.sentence_lengths)
        self.total_sentence_length += sign * sum(draft.sentence_lengths)

    def _count_owners(self, row: int, sign: int) -> None:
        """Count a passage of its source and its speaker; whom nothing is left of is gone."""
        source, parts = int(self.rows["source"].values[row]), self._parts.values
        self.n_sources += sign if parts[source] == (0 if sign > 0 else 1) else 0
        parts[source] += sign
        speaker, kind, flags, length = (
            int(self.rows[name].values[row]) for name in ("speaker", "kind", "flags", "log_length")
        )
        self.voices.count((speaker, kind, flags), length, sign)
        self.casts.count(source, speaker, sign)


_FORWARD: tuple[tuple[str, Any], ...] = (
    ("forward_terms", np.int32),
    ("forward_masks", np.uint16),
    ("sentence_lengths", np.uint16),
    ("sentence_voices", np.uint8),
    ("forward_followers", np.uint8),
    ("months_from", np.int16),
    ("months_to", np.int16),
    ("months_kind", np.uint8),
)


def _columns(named: list[Months]) -> tuple[list[int], list[int], list[int]]:
    return [one.start for one in named], [one.end for one in named], [one.kind for one in named]


def _own(arrays: Mapping[str, Array], name: str, kind: Any) -> Array:
    """Return an array that can be written; the kernels are compiled for such arrays only."""
    found = arrays.get(name)
    if found is None:
        return np.empty(0, kind)
    return found if found.flags.writeable else found.copy()


def _part(arrays: Mapping[str, Array], prefix: str) -> dict[str, Array]:
    return {name[2:]: values for name, values in arrays.items() if name.startswith(prefix)}
