"""What a passage's marks, moment, shape and surroundings say about a question.

Called for the same rows as `describe`, whose columns and bits it goes on from.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from graphmem.core.kernels.compile import kernel
from graphmem.core.kernels.evidence import Asked, find_term
from graphmem.core.kernels.lexical import TITLE_BIT, B, Forward, Passages, Work, saturate
from graphmem.core.lexical import Feature, PassageKind
from graphmem.core.marks import FIRST_PERSON_SHIFT, MAX_FIRST_PERSON

__all__ = [
    "LENGTH_SCALE", "N_VOICES", "Marks", "Wanted", "best_of_sources", "mark", "voice_of",
    "voices_of",
]  # fmt: skip

_Int16 = npt.NDArray[np.int16]
_Int32 = npt.NDArray[np.int32]
_Int64 = npt.NDArray[np.int64]
_Float32 = npt.NDArray[np.float32]
_Bytes = npt.NDArray[np.uint8]
_Bits = npt.NDArray[np.uint64]

# Lengths of texts are kept as whole numbers of 1/SCALE of their logarithm.
LENGTH_SCALE = 2_048
# Voices without a name: nobody, the user, another role. People's numbers come after them.
N_VOICES = 3
_ROLE_TURN, _ASKS_FLAG, _USER = int(PassageKind.ROLE_TURN), 1, 2
_NEIGHBOUR = 0.6
"""What a term of the passage before or after counts for."""
_DAY = 86_400
_WEEK = 7 * _DAY
# An interval of up to so many days is a day, or a weekend; of up to so many, a week.
_DAYS, _DAYS_OF_WEEK = 3, 8
_LONG_AGO = -(2**62)

_TIME_WANTED, _NUMBER_WANTED = int(Feature.TIME_WANTED), int(Feature.NUMBER_WANTED)
_PLACE_WANTED, _PREFERENCE = int(Feature.PLACE_WANTED), int(Feature.PREFERENCE)
_LENGTH_ASKED, _FIRST_PERSON = int(Feature.LENGTH_ASKED), int(Feature.FIRST_PERSON)
_LENGTH_OF_SPEAKER, _DATE = int(Feature.LENGTH_OF_SPEAKER), int(Feature.DATE)
_COVERAGE_NEAR, _ASKS, _NEXT = int(Feature.COVERAGE_NEAR), int(Feature.ASKS), int(Feature.NEXT)
_PAIRS, _SESSION_BEST = int(Feature.PAIRS), int(Feature.SESSION_BEST)
_PROPER_COVERAGE, _PROPER = int(Feature.PROPER_COVERAGE), int(Feature.PROPER)
_REST_COVERAGE, _DATED = int(Feature.REST_COVERAGE), int(Feature.DATED)
_LENGTH, _POSITION, _SENTENCES = (
    int(Feature.LENGTH), int(Feature.POSITION), int(Feature.SENTENCES),
)  # fmt: skip


class Marks(NamedTuple):
    """What is kept of each row besides its terms, and sums by voice and source.

    Attributes:
        marks: `Mark`s and first-person words.
        log_lengths: ln(1 + characters) in units of 1/LENGTH_SCALE.
        title_lengths: terms of the title.
        n_months: how many intervals of months it names.
        positions: places in their sources.
        tails: by source: its last row.
        n_said: by voice: living passages.
        total_said: by voice: sum of their log lengths.
        squares_said: by voice: sum of the squares.
    """

    marks: npt.NDArray[np.uint16]
    log_lengths: npt.NDArray[np.uint16]
    title_lengths: _Bytes
    n_months: _Bytes
    positions: _Int64
    tails: _Int32
    n_said: _Int64
    total_said: _Int64
    squares_said: _Int64


class Wanted(NamedTuple):
    """What a question wants, for the kernel.

    Attributes:
        wants: `Want`s.
        dates: (n, 3) month, day and year of each date; 0 for none.
        spans: (m, 2) seconds since 1970, the second exclusive.
        proper: (1,) the bits of the terms that name something.
        proper_mass: sum of their idfs, those that no passage has included.
        pairs: (m,) the bits of two terms that follow each other.
        firsts: (m,) numbers of the first of the two.
        seconds: (m,) numbers of the second.
        follower_bits: (m,) `follower_bit` of the second.
        shares: (m,) their shares of all pairs.
        average: mean length of a passage.
    """

    wants: int
    dates: _Int32
    spans: _Int64
    proper: _Bits
    proper_mass: float
    pairs: _Bits
    firsts: _Int32
    seconds: _Int32
    follower_bits: _Bytes
    shares: _Float32
    average: float


@kernel()
def voice_of(speaker: int, kind: int, flags: int) -> int:
    """Return the number of a voice."""
    if speaker >= 0:
        return N_VOICES + speaker
    return 0 if kind != _ROLE_TURN else 1 if flags & _USER else 2


def voices_of(speaker: _Int32, kind: _Bytes, flags: _Bytes) -> _Int64:
    """Return (n,) the numbers of many voices."""
    role = np.where(kind != _ROLE_TURN, 0, np.where(flags & _USER, 1, 2))
    voices: _Int64 = np.where(speaker >= 0, N_VOICES + speaker, role).astype(np.int64)
    return voices


# Each helper goes through all rows, because taking an array out of a tuple costs as much as
# what is done with it for one row.


@kernel()
def mark(
    rows: _Int64, asked: Asked, wanted: Wanted, index: tuple[Passages, Forward, Marks],
    work: Work, found: tuple[_Float32, _Bits, _Bits, _Bits],
) -> None:  # fmt: skip
    """Fill the columns from `Feature.TIME_WANTED` on, but for those of months.

    O(rows x terms x log(terms of a row)).

    Args:
        rows: as they were given to `describe`.
        asked: the same.
        wanted: what else the question says.
        index: facts by row, terms of rows, and marks.
        work: with the scores of `scan` and `best_of_sources`.
        found: what `describe` returned; its first part is filled.
    """
    passages, forward, marks = index
    out, covered, _, around = found
    _fit(rows, wanted, passages, marks, out)
    _agree(rows, wanted.dates, passages.at, out)
    _lie_in(rows, wanted.spans, passages.at, out)
    _stand(rows, passages, marks, work, out)
    _cover(rows, asked, forward, (out, covered, around))
    _name(rows, asked, wanted, (passages, forward), covered, out)
    _follow(rows, wanted, forward, covered, out)


@kernel()
def best_of_sources(n_touched: int, passages: Passages, work: Work) -> None:
    """Write each source's best window to `work.best`. O(touched)."""
    touched, windows, best, source = work.touched, work.window, work.best, passages.source
    for at in range(n_touched):
        row = int(touched[at])
        number = int(source[row])
        best[number] = max(best[number], windows[row])


@kernel()
def _fit(rows: _Int64, wanted: Wanted, passages: Passages, marks: Marks, out: _Float32) -> None:
    """Fill how far what a row holds fits what is wanted, and how long it is for its speaker."""
    speaker, kind, flags = passages.speaker, passages.kind, passages.flags
    held, log_lengths = marks.marks, marks.log_lengths
    n_said, total, squares = marks.n_said, marks.total_said, marks.squares_said
    for at in range(len(rows)):
        row = int(rows[at])
        fits = int(held[row]) & wanted.wants
        out[at, _TIME_WANTED] = 1.0 if fits & 1 else 0.0
        out[at, _NUMBER_WANTED] = 1.0 if fits & 2 else 0.0
        out[at, _PLACE_WANTED] = 1.0 if fits & 4 else 0.0
        own = int(held[row]) >> FIRST_PERSON_SHIFT
        out[at, _FIRST_PERSON] = own / MAX_FIRST_PERSON
        voice = voice_of(int(speaker[row]), int(kind[row]), int(flags[row]))
        n = max(1, n_said[voice])
        mean = total[voice] / n
        deviation = np.sqrt(max(squares[voice] / n - mean * mean, 0.0))
        if deviation > 0.0:
            sigmas = (log_lengths[row] - mean) / deviation
            out[at, _LENGTH_OF_SPEAKER] = min(1.0, max(-1.0, sigmas / 4.0))
        if kind[row] != _ROLE_TURN or flags[row] & _USER:
            out[at, _PREFERENCE] = 1.0 if fits & 8 else 0.0
            if wanted.wants & 8:
                out[at, _LENGTH_ASKED] = out[at, _LENGTH_OF_SPEAKER]


@kernel()
def _agree(rows: _Int64, dates: _Int32, moments: _Int64, out: _Float32) -> None:
    """Fill how far a row's moment agrees with the dates of the question."""
    if not len(dates):
        return
    for at in range(len(rows)):
        moment = int(moments[rows[at]])
        if moment < _LONG_AGO:
            continue
        year, month, day = _civil(moment // _DAY)
        for number in range(len(dates)):
            asked_day, asked_year = dates[number, 1], dates[number, 2]
            if dates[number, 0] != month or (asked_year and asked_year != year):
                continue
            agrees = 0.5
            if asked_day:
                apart = abs(day - asked_day)
                agrees = 1.0 if apart == 0 else 0.9 if apart == 1 else 0.7 if apart <= 7 else 0.4
            out[at, _DATE] = max(out[at, _DATE], agrees)


@kernel()
def _lie_in(rows: _Int64, spans: _Int64, moments: _Int64, out: _Float32) -> None:
    """Fill how near a row's moment is to the intervals that the question names."""
    for at in range(len(rows) if len(spans) else 0):
        moment = int(moments[rows[at]])
        if moment < _LONG_AGO:
            continue
        for number in range(len(spans)):
            first, stop = spans[number, 0], spans[number, 1]
            agrees = 0.0
            if stop - first > _DAYS * _DAY:
                if first <= moment < stop:
                    agrees = 0.5 if stop - first > _DAYS_OF_WEEK * _DAY else 0.7
                elif stop <= moment < stop + max(_WEEK, (stop - first) // 12):
                    agrees = 0.3
            elif first <= moment < stop:
                agrees = 1.0
            elif first - _DAY <= moment < stop + _DAY:
                agrees = 0.9
            elif first - _WEEK <= moment < stop + _WEEK:
                agrees = 0.7
            out[at, _DATE] = max(out[at, _DATE], agrees)


@kernel()
def _civil(days: int) -> tuple[int, int, int]:
    """Return year, month and day of a day since 1970 (Hinnant, "chrono-Compatible Low-Level
    Date Algorithms", civil_from_days).
    """
    shifted = days + 719_468
    era = shifted // 146_097
    of_era = shifted - era * 146_097
    year_of_era = (of_era - of_era // 1_460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted_month = (5 * of_year + 2) // 153
    day = of_year - (153 * shifted_month + 2) // 5 + 1
    month = shifted_month + 3 if shifted_month < 10 else shifted_month - 9
    year = year_of_era + era * 400 + (1 if month <= 2 else 0)
    return year, month, day


@kernel()
def _stand(rows: _Int64, passages: Passages, marks: Marks, work: Work, out: _Float32) -> None:
    """Fill what a row's place and length say."""
    flags, after, source = passages.flags, passages.after, passages.source
    lengths, title_lengths = passages.lengths, marks.title_lengths
    positions, tails, n_months = marks.positions, marks.tails, marks.n_months
    scores, best = work.passage, work.best
    for at in range(len(rows)):
        row = int(rows[at])
        out[at, _ASKS] = 1.0 if flags[row] & _ASKS_FLAG else 0.0
        following = int(after[row])
        # A row that came after the scan has no score and no place in `work`.
        if 0 <= following < len(scores):
            out[at, _NEXT] = scores[following]
        number = int(source[row])
        if number < len(best):
            out[at, _SESSION_BEST] = best[number]
        out[at, _LENGTH] = np.log1p(lengths[row] - title_lengths[row]) / 5.0
        last = positions[tails[number]]
        out[at, _POSITION] = positions[row] / (last + 1.0)
        out[at, _DATED] = 1.0 if n_months[row] else 0.0


@kernel()
def _cover(
    rows: _Int64, asked: Asked, forward: Forward, found: tuple[_Float32, _Bits, _Bits]
) -> None:
    """Fill how much of the question a row covers together with its neighbours."""
    out, covered, around = found
    n_sentences = forward.n_sentences
    idfs, order, mass = asked.idfs, asked.order, asked.mass
    for at in range(len(rows)):
        row = int(rows[at])
        share = 0.0
        for term in range(len(idfs)):
            bit = np.uint64(1) << np.uint64(order[term])
            if covered[at] & bit:
                share += idfs[term]
            elif around[at] & bit:
                share += _NEIGHBOUR * idfs[term]
        out[at, _COVERAGE_NEAR] = share / mass
        out[at, _SENTENCES] = np.log(max(1, n_sentences[row]))


@kernel()
def _name(
    rows: _Int64, asked: Asked, wanted: Wanted, index: tuple[Passages, Forward],
    covered: _Bits, out: _Float32,
) -> None:  # fmt: skip
    """Fill how far a row has the proper words of the question, and how far the rest."""
    passages, forward = index
    terms, idfs, order = asked.terms, asked.idfs, asked.order
    lengths, starts, sizes = passages.lengths, forward.starts, forward.sizes
    old_terms, old_masks = forward.old_terms, forward.old_masks
    new_terms, new_masks = forward.new_terms, forward.new_masks
    proper, average = wanted.proper[0], wanted.average
    mass, rest = wanted.proper_mass + 1e-9, asked.mass - wanted.proper_mass + 1e-9
    for at in range(len(rows)):
        row = int(rows[at])
        is_old = row < forward.n_old
        found, masks = (old_terms, old_masks) if is_old else (new_terms, new_masks)
        norm = 1.0 - B + B * lengths[row] / average
        for term in range(len(terms)):
            bit = np.uint64(1) << np.uint64(order[term])
            if not covered[at] & bit:
                continue
            if not proper & bit:
                out[at, _REST_COVERAGE] += idfs[term] / rest
                continue
            out[at, _PROPER_COVERAGE] += idfs[term] / mass
            place = find_term(int(terms[term]), int(starts[row]), int(sizes[row]), found)
            times = _count_bits(int(masks[place]))
            out[at, _PROPER] += idfs[term] * saturate(times / norm)


@kernel()
def _follow(rows: _Int64, wanted: Wanted, forward: Forward, covered: _Bits, out: _Float32) -> None:
    """Fill how many pairs of the question follow each other in one sentence of a row."""
    pairs, firsts, seconds = wanted.pairs, wanted.firsts, wanted.seconds
    bits, shares = wanted.follower_bits, wanted.shares
    starts, sizes = forward.starts, forward.sizes
    old = forward.old_terms, forward.old_masks, forward.old_followers
    new = forward.new_terms, forward.new_masks, forward.new_followers
    for at in range(len(rows)):
        row = int(rows[at])
        found, masks, followers = old if row < forward.n_old else new
        start, size = int(starts[row]), int(sizes[row])
        for pair in range(len(firsts)):
            if covered[at] & pairs[pair] != pairs[pair]:
                continue
            place = find_term(int(firsts[pair]), start, size, found)
            if not followers[place] & bits[pair]:
                continue
            other = find_term(int(seconds[pair]), start, size, found)
            # One bit of eight stands for many terms: both in one sentence makes it sure enough.
            if masks[place] & masks[other] & ~np.uint16(TITLE_BIT):
                out[at, _PAIRS] += shares[pair]


@kernel()
def _count_bits(mask: int) -> int:
    count = 0
    while mask:
        mask &= mask - 1
        count += 1
    return count
