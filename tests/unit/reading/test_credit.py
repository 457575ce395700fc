"""Credits are bounded, of alike questions only, and of nothing else's making."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmem.core.lexical import Feature, TextEvidence
from graphmem.core.uid_index import to_keys
from graphmem.ports import Float32, Judged
from graphmem.reading.candidates import Pool
from graphmem.reading.credit import LEAST_ALIKE, MARGIN, credited, credits_of
from graphmem.reading.rank import Ranked
from graphmem.reading.ranker import PART_NAMES
from graphmem.reading.seeds import ranking
from graphmem.reading.spread import Spread

UIDS = [f"p{n}" for n in range(6)]
ASKED = np.array([1.0, 0.0], np.float32)

rows = st.lists(
    st.builds(
        Judged,
        st.floats(LEAST_ALIKE, 1.0),
        st.floats(0.0, 1.0),
        st.sets(st.sampled_from(UIDS), min_size=1).map(lambda uids: tuple(sorted(uids))),
    ),
    max_size=8,
)


@dataclass(frozen=True, slots=True)
class Told:
    """Says the same of every question, and hears what was asked for."""

    rows: list[Judged]

    def alike(self, question: Float32, least: float) -> list[Judged]:
        return [row for row in self.rows if row.cosine >= least]


def ranked_of(scores: list[float]) -> Ranked:
    values = np.array(scores, np.float32)
    n = len(scores)
    evidence = TextEvidence(
        np.zeros((n, len(Feature)), np.float32), np.zeros(n, np.uint64), np.zeros(n, np.uint64)
    )
    pool = Pool(np.arange(n), UIDS[:n], to_keys(UIDS[:n]), evidence)
    parts = np.zeros((n, len(PART_NAMES) - 1), np.float32)
    parts[:, 0] = values
    order = ranking(values, pool.uids)
    return Ranked(pool, values, parts, values, order, {}, Spread({}, 0))


@given(rows, st.integers(1, 2_000))
def test_a_credit_stays_below_the_margin_however_often_it_is_said(
    said: list[Judged], times: int
) -> None:
    for credit in credits_of(said * times).values():
        assert -MARGIN < credit < MARGIN


@given(rows, st.randoms())
def test_it_does_not_count_what_was_said_first(said: list[Judged], random: object) -> None:
    other = list(said)
    random.shuffle(other)  # type: ignore[attr-defined]
    assert credits_of(other) == credits_of(said)


def test_credit_grows_with_what_was_of_use_and_falls_with_what_was_not() -> None:
    def credit(*shares: float, cosine: float = 1.0) -> float:
        return credits_of([Judged(cosine, share, ("p0",)) for share in shares]).get("p0", 0.0)

    assert 0.0 < credit(1.0) < credit(1.0, 1.0)
    assert credit(0.0) == -credit(1.0)
    assert credit(1.0, 0.0) == credit(0.5) == 0.0
    assert credit(1.0, cosine=LEAST_ALIKE) == 0.0
    assert 0.0 < credit(1.0, cosine=LEAST_ALIKE + 0.05) < credit(1.0)


def test_without_feedback_on_a_like_question_nothing_is_touched() -> None:
    ranked = ranked_of([3.0, 2.0, 1.0])
    far = Judged(LEAST_ALIKE - 0.01, 1.0, ("p2",))
    elsewhere = Judged(1.0, 1.0, ("somewhere else",))
    even = Judged(1.0, 0.5, ("p2",))
    assert credited(ranked, None, ASKED) is ranked
    for row in (far, elsewhere, even):
        assert credited(ranked, Told([row]), ASKED) is ranked


@given(st.lists(st.floats(2e-3, 30.0), min_size=1, max_size=6), rows)
def test_scores_move_by_less_than_the_margin_and_stay_the_sum_of_their_parts(
    scores: list[float], said: list[Judged]
) -> None:
    before = ranked_of(scores)
    after = credited(before, Told(said), ASKED)
    assert np.abs(after.scores - before.scores).max() <= MARGIN
    assert after.scores.min() > 0.0
    assert after.parts.sum(axis=1) == pytest.approx(after.scores, abs=1e-4)
    assert after.order == ranking(after.scores, after.pool.uids)
    assert after.pool is before.pool
    named = {uid for row in said for uid in row.used}
    for at, uid in enumerate(after.pool.uids):
        assert uid in named or after.scores[at] == before.scores[at]
