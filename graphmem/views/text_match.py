"""One question's way through the text index: which passages share words with it, and how."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from math import log
from threading import RLock
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from graphmem.core.kernels.dated import compare_months
from graphmem.core.kernels.distinct import numbered
from graphmem.core.kernels.evidence import Asked, describe, owned
from graphmem.core.kernels.lexical import Sought, scan
from graphmem.core.kernels.marks import best_of_sources, mark
from graphmem.core.kernels.parts import rows_of_term
from graphmem.core.kernels.said import MentionLists, mention_scores
from graphmem.core.kernels.windows import rows_around
from graphmem.core.lexical import MAX_QUERY_TERMS, PassageKind, TextEvidence, TextQuery
from graphmem.core.mentions import Mentions, Said
from graphmem.core.terms import terms
from graphmem.core.uid_index import Keys
from graphmem.views.casts import joined_casts
from graphmem.views.passage_facts import ASKS
from graphmem.views.speakers import Few
from graphmem.views.text_best import best_of, first_of, last_alike, told_in
from graphmem.views.text_index import TextIndexArrays
from graphmem.views.text_part import LookedUp, describe_part, idf_of, part_of
from graphmem.views.text_past import holds_any
from graphmem.views.wanted import wanted_of
from graphmem.views.work_pool import WorkPool

__all__ = ["Match", "Statistics"]

Rows = npt.NDArray[np.int64]
Float32 = npt.NDArray[np.float32]

_MAX_TITLE_WORDS = 12
# A title that dozens of passages share says which document, not which passage.
_MAX_PER_TITLE = 20
# A word that more passages have is a hub: a title of it says nothing about any of them.
_HUB_PASSAGES, _HUB_SHARE = 30, 0.05
# In a large space a question of more postings than this is asked for by its rarest words, unless
# these leave nothing to choose from. Some 3 ms, beside the encoder.
_LARGE, _MAX_POSTINGS, _MIN_POSTINGS = 100_000, 15_000, 300
_FAR_FUTURE = int(np.iinfo(np.int64).max)


class Statistics(NamedTuple):
    """How common words are in a whole space.

    Attributes:
        n_passages: how many passages it has.
        frequencies: in how many of them a term stands.
    """

    n_passages: int
    frequencies: Mapping[str, int]


class Match:
    """What one question finds; implements `ports.TextMatch`.

    Attributes:
        terms: the terms that count, in the order of the question.
        idfs: their inverse document frequencies (in ln), terms of no passage included.
        unknown: those of them that no passage has.
        mass: sum of `idfs`.
        speakers: the people whom the question names, where it does not name all.
        names: the terms of the names of those who talk, where these are few.
        names_speaker: whether the question names anyone who speaks, however many these are.
        titles: the titles that stand in the question.
        n_passages: how many passages count by the query's time.
        is_empty: whether there are none, of whatever time.
    """

    def __init__(
        self,
        arrays: TextIndexArrays,
        lock: RLock,
        pool: WorkPool,
        query: TextQuery,
        known: Statistics | None = None,
    ) -> None:
        """Look the question's words up.

        Args:
            arrays: the index, as it was by the query's time.
            lock: held while it is read.
            pool: of work arrays.
            query: the question.
            known: how common words are, where the index holds but a part of the passages.
        """
        self._arrays, self._lock, self._pool = arrays, lock, pool
        self._until = _FAR_FUTURE if query.until is None else query.until
        with lock:
            self.n_passages = known.n_passages if known else arrays.n_passages
            self.is_empty = not (self.n_passages or holds_any(arrays))
            self._query, self._few = query, Few(arrays.voices.numbers)
            self._cast = self._few.named(query.terms)
            self.names = self._few.names
            self.speakers = tuple(sorted(self._cast))
            self.names_speaker = arrays.voices.is_named(query.terms)
            chosen = list(dict.fromkeys(query.terms))
            # Where most passages are what these people say; pages may be about one of them.
            if 2 * arrays.voices.n_said >= arrays.n_passages:
                chosen = self._few.without_names(chosen)
            self.terms = tuple(chosen[:MAX_QUERY_TERMS])
            self.titles, self._title_numbers = self._named_titles(query)
            numbers = [self._number(term) for term in self.terms]
            dfs = [self._frequency(number) for number in numbers]
            if known:
                found = zip(self.terms, dfs, strict=True)
                dfs = [max(df, known.frequencies.get(term, 0)) for term, df in found]
            self.unknown = frozenset(t for t, df in zip(self.terms, dfs, strict=True) if not df)
            self.idfs = tuple(idf_of(self.n_passages, df) for df in dfs)
            self.mass = sum(self.idfs) + 1e-9
            self._numbers = dict(zip(self.terms, numbers, strict=True))
            self._months, self._has_bests = query.months, False
            self._scan(numbers)
            average = max(arrays.total_length / max(1, arrays.n_passages), 1e-9)
            self._wanted = wanted_of(query, self.terms, numbers, self.idfs, average)
            self._is_whole = known is None

    def best(self, n_best: int) -> Rows:
        """Return the rows with the best passages, windows and titles, in rising order."""
        with self._lock:
            touched = self._n_touched, self._until, self._arrays.passages(), self._work
            found = [
                best_of(scores, n_best, touched, self.keys)
                for scores in (self._work.passage, self._work.window)
            ]
            found += [self._titled(number) for number in self._title_numbers]
            scores = self._work.passage[: self._n_rows]
            if self._query.spans:
                found.append(told_in(self._query.spans, n_best, scores, touched, self.keys))
            if self._query.last:
                found.append(last_alike(n_best, scores, touched, self.keys))
            return np.array(sorted({row for rows in found for row in rows.tolist()}), np.int64)

    def find(self, keys: Keys) -> Rows:
        """Return the row of each key; -1 where it is no living passage within the time."""
        with self._lock:
            numbers = self._arrays.uids.find(keys)
            row_of = self._arrays.row_of.values
            if not len(row_of):
                return np.full(len(keys), -1, np.int64)
            rows = np.where(numbers >= 0, row_of[numbers], -1).astype(np.int64)
            rows[rows >= self._n_rows] = -1  # came while this question was being answered
            late = self._arrays.rows["at"].values[rows] > self._until
            return np.where(late, -1, rows)

    def keys(self, rows: Rows) -> Keys:
        """Return the key of each row's uid."""
        with self._lock:
            return self._arrays.uids.keys(self._arrays.rows["uid"].values[rows])

    def uids(self, rows: Rows) -> list[str]:
        """Return the uid of each row."""
        with self._lock:
            return self._arrays.uids.uids(self._arrays.rows["uid"].values[rows])

    def moments(self, rows: Rows) -> Rows:
        """Return when each row was told, in seconds since 1970; `LONG_AGO` where unknown."""
        with self._lock:
            told: Rows = self._arrays.rows["at"].values[rows]
        return told

    def around(self, rows: Rows) -> Rows:
        """Return the rows before and after each: (n, 2), -1 where the source begins or ends."""
        with self._lock:
            columns = [self._arrays.rows[name].values[rows] for name in ("before", "after")]
            return np.stack(columns, axis=1).astype(np.int64)

    def windows(self, rows: Rows, reach: int) -> Rows:
        """Return (n, 2 reach + 1) each row amid those beside it in its source, in their order.

        -1 where the source begins or ends, and from what is later than the query's time on.
        """
        out = np.empty((len(rows), 2 * reach + 1), np.int64)
        with self._lock:
            passages = self._arrays.passages()
            rows_around(rows, passages.before, passages.after, passages.at, self._until, out)
        return out

    def answers(self, rows: Rows) -> npt.NDArray[np.bool_]:
        """Return for each row whether the one before it in its source ends with a question."""
        with self._lock:
            passages = self._arrays.passages()
            before = passages.before[rows]
            asks = passages.flags[before] & ASKS > 0
            in_time = passages.at[before] <= self._until
        found: npt.NDArray[np.bool_] = (before >= 0) & asks & in_time
        return found

    def sources(self, rows: Rows) -> npt.NDArray[np.int32]:
        """Return a number for the source of each row."""
        with self._lock:
            values: npt.NDArray[np.int32] = self._arrays.rows["source"].values[rows]
            return values

    def collections(self, rows: Rows, kinds: npt.NDArray[np.intp]) -> npt.NDArray[np.int64]:
        """Return the number of what each row is a part of, counted from 0 in order of the rows.

        A conversation is all sources that people share, be it by way of others; a chat with an
        assistant is all of its sources, an article its sections; all other titled passages are
        one library, and all notes one pile.
        """
        with self._lock:
            arrays = self._arrays
            titles, sources = (arrays.rows[name].values[rows] for name in ("title", "source"))
            parts = np.where(kinds == PassageKind.SECTION, titles, -1)
            talks = kinds == PassageKind.PERSON_TURN
            if talks.any():
                parts = np.where(talks, self._casts(sources), parts)
        return numbered((kinds.astype(np.int64) << 32) + parts + 1)[1]

    def _casts(self, sources: npt.NDArray[np.int32]) -> Rows:
        """Return (n,) one who stands for all that take part in what each source is part of."""
        distinct, places = numbered(sources)
        casts = joined_casts({n: self._arrays.casts.of(n) for n in distinct.tolist()})
        found: Rows = np.fromiter(casts.values(), np.int64, len(casts))[places]
        return found

    def source_uids(self, rows: Rows) -> list[str]:
        """Return the uid of the source of each row."""
        return self._arrays.sources.uids(self.sources(rows))

    def describe(self, rows: Rows) -> TextEvidence:
        """Return all features of the rows. O(rows x terms)."""
        with self._lock:
            arrays = self._arrays
            passages, forward = arrays.passages(), arrays.forward()
            if not self._has_bests:
                best_of_sources(self._n_touched, self._scanned, self._work)
                self._has_bests = True
            found = describe(rows, self._asked, passages, forward, self._work)
            index = passages, forward, arrays.marks()
            mark(rows, self._asked, self._wanted, index, self._work, found)
            if self._months:
                compare_months(rows, *self._months, arrays.months(), found[0])
        return TextEvidence(*found[:3])

    def describe_part(self, rows: Rows) -> Float32 | None:
        """Return (n, len(Feature)) what words say of parts of a document or talk among all of it.

        None where nothing else is told by that: where it is too long, or is not here whole.
        """
        with self._lock:
            arrays = self._arrays
            part = part_of(arrays, rows)
            if not (self._is_whole and len(part)):
                return None
            work = self._pool.take(len(arrays.rows["uid"]), len(arrays.source_lengths))
            speakers = np.unique(arrays.rows["speaker"].values[part]).tolist()
            asked = self._asked_of(Few(arrays.voices.among(speakers)))
            told = describe_part(asked, rows, part, arrays, work)
            self._pool.give(work, told.n_touched, told.passages)
            if self._months:
                compare_months(rows, *self._months, arrays.months(), told.features)
        return told.features

    def owned(self, rows: Rows) -> tuple[Float32, Float32]:
        """Return the mass of terms that the rows say of the named speaker, and of the others.

        Zeros where not exactly one speaker is named.
        """
        if len(self._cast) != 1:
            return np.zeros(len(rows), np.float32), np.zeros(len(rows), np.float32)
        (speaker,) = self._cast.values()
        with self._lock:
            arrays = self._arrays
            asked = self._asked_of(self._few).asked
            found: tuple[Float32, Float32] = owned(
                rows, asked, speaker, arrays.passages(), arrays.forward()
            )
        return found

    def said(self, rows: Rows, mentions: Mentions, first: Rows) -> Said:
        """Return how much is said with each mention and with each other's titles."""
        with self._lock:
            arrays = self._arrays
            names = arrays.names.of(mentions.keys)
            lists = MentionLists(mentions.starts, mentions.numbers, mentions.titled, names)
            found = mention_scores(rows, first, lists, self._asked, arrays.forward())
            return Said(*found[:4], self._rarity(found.title_names))

    def _rarity(self, names: npt.NDArray[np.int32]) -> Float32:
        """Return ln(n / df) / ln n of the rarest term of each name, 0 for a hub's."""
        n = max(self.n_passages, 3)
        # What has come since the question began counts as rare.
        frequencies = self._arrays.frequencies.values
        known = (names >= 0) & (names < len(frequencies))
        found = np.full(names.shape, n, np.int64)
        found[known] = frequencies[names[known]]
        counts = found.min(axis=1)
        rarity = np.log(n / np.clip(counts, 2, n)) / log(n)
        return np.where(counts > max(_HUB_PASSAGES, _HUB_SHARE * n), 0.0, rarity).astype("f4")

    def close(self) -> None:
        """Give the work arrays back."""
        with self._lock:
            self._pool.give(self._work, self._n_touched, self._scanned)

    def __enter__(self) -> Match:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def _scan(self, numbers: list[int]) -> None:
        arrays = self._arrays
        self._n_rows = len(arrays.rows["uid"])
        self._work = self._pool.take(self._n_rows, len(arrays.source_lengths))
        known = [(n, idf) for n, idf in zip(numbers, self.idfs, strict=True) if n >= 0]
        self._asked = self._as_asked(numbers, self.idfs, self._cast)
        self._scanned = arrays.passages()
        n = max(1, arrays.n_passages)
        averages = (
            max(arrays.total_length / n, 1e-9),
            max(arrays.total_length / max(1, arrays.n_sources), 1e-9),
        )
        self._n_touched = scan(
            self._sought(known), averages, arrays.postings(), self._scanned, self._work
        )

    def _sought(self, known: list[tuple[int, float]]) -> Sought:
        """Return terms and idfs: in the order of the question, or the rarest first, if need be."""
        dfs = [self._frequency(number) for number, _ in known]
        n_whole = len(known)
        if self.n_passages >= _LARGE and sum(dfs) > _MAX_POSTINGS:
            order = sorted(range(len(known)), key=dfs.__getitem__)
            known, dfs = [known[at] for at in order], [dfs[at] for at in order]
            sums = list(accumulate(dfs))
            enough = 1 + sum(n < _MIN_POSTINGS for n in sums)
            n_whole = max(enough, sum(n <= _MAX_POSTINGS for n in sums))
        return Sought(
            terms=np.array([number for number, _ in known], np.int32),
            idfs=np.array([idf for _, idf in known], np.float32),
            n_whole=n_whole,
        )

    def _as_asked(
        self, numbers: list[int], idfs_of: Sequence[float], cast: Mapping[str, int]
    ) -> Asked:
        arrays = self._arrays
        # In the order of the question: sums must not depend on the numbers that terms have.
        known = [(n, at) for at, n in enumerate(numbers) if n >= 0]
        idfs = [idfs_of[at] for _, at in known]
        return Asked(
            terms=np.array([n for n, _ in known], np.int32),
            order=np.array([at for _, at in known], np.int64),
            idfs=np.array(idfs, np.float32),
            mass=self.mass,
            rarest=max(idfs, default=1.0) + 1e-9,
            titles=np.array(self._title_numbers, np.int32),
            speakers=np.array(sorted(cast.values()), np.int32),
            sentence_average=max(arrays.total_sentence_length / max(1, arrays.n_sentences), 1e-9),
            frequencies=arrays.frequencies.values,
            n_passages=arrays.n_passages,
        )

    def _number(self, term: str) -> int:
        """Return the term's number; -1 for one that no living passage has."""
        number = self._arrays.vocabulary.get(term, -1)
        return number if number >= 0 and self._arrays.frequencies.values[number] > 0 else -1

    def _frequency(self, number: int) -> int:
        return int(self._arrays.frequencies.values[number]) if number >= 0 else 0

    def _asked_of(self, few: Few) -> LookedUp:
        """Return the question as a talk of some people is asked it: their names say nothing."""
        kept = few.without_names(self.terms)
        idfs = dict(zip(self.terms, self.idfs, strict=True))
        # As they were looked up at first: what has come since may have brought a term.
        numbers = [self._numbers[term] for term in kept]
        named = few.named(self._query.terms)
        asked = self._as_asked(numbers, [idfs[term] for term in kept], named)
        return LookedUp(self._query, kept, numbers, asked)

    def _named_titles(self, query: TextQuery) -> tuple[tuple[str, ...], list[int]]:
        found: dict[str, int] = {}
        for start in range(len(query.words)):
            for end in range(start + 1, min(len(query.words), start + _MAX_TITLE_WORDS) + 1):
                key = " ".join(query.words[start:end])
                number = self._number("\0" + key)
                if number >= 0 and terms(key):
                    found[key] = number
        return tuple(found), list(found.values())

    def _titled(self, number: int) -> Rows:
        """Return the first passages of a title. O(its passages)."""
        columns = self._arrays.rows
        rows = rows_of_term(number, self._arrays.postings(), columns["alive"].values)
        rows = rows[columns["at"].values[rows] <= self._until]
        return first_of(rows, columns["position"].values[rows], _MAX_PER_TITLE, self.keys)
