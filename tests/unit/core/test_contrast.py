"""What runs of one sort teach."""

from __future__ import annotations

import random

from graphmem.core.beta import lower_bound, mean
from graphmem.core.contrast import RunOutline, draw


def run(uid: str, steps: str, *, succeeded: bool) -> RunOutline:
    return RunOutline(uid, tuple(steps), succeeded)


WON = [run(f"w{n}", "abc", succeeded=True) for n in range(6)]
LOST = [run(f"l{n}", "ax", succeeded=False) for n in range(4)]


def test_one_success_teaches_nothing_and_failures_alone_neither() -> None:
    assert draw(WON[:1]) == []
    assert draw(LOST) == []
    assert draw([]) == []


def test_shared_deciding_and_harmful_steps_are_told_apart() -> None:
    do, *deciding = draw([*WON, *LOST])
    assert (do.kind, do.steps) == ("do", ("a", "b", "c"))
    assert (len(do.supporting), len(do.contradicting)) == (6, 0)
    assert [(one.kind, one.steps) for one in deciding] == [
        ("distinguish", ("b",)), ("distinguish", ("c",)), ("avoid", ("x",)),
    ]  # fmt: skip
    avoid = deciding[-1]
    assert (len(avoid.supporting), len(avoid.contradicting)) == (4, 0)
    assert avoid.otherwise == (6, 6)


def test_a_failure_that_did_the_same_speaks_against_it() -> None:
    (do, *_) = draw([*WON, run("l9", "abc", succeeded=False)])
    assert do.contradicting == ("l9",)


def test_the_order_of_runs_does_not_matter() -> None:
    runs = [*WON, *LOST, run("w9", "aybc", succeeded=True), run("w8", "bc", succeeded=True)]
    first = draw(runs)
    for seed in range(5):
        random.Random(seed).shuffle(runs)
        assert draw(runs) == first


def test_many_successes_count_more_than_a_long_way() -> None:
    odd = [run(f"o{n}", "axyzbc", succeeded=True) for n in range(3)]
    assert draw([*WON, *odd])[0].steps == ("a", "b", "c")


def test_the_lower_bound_lies_below_the_mean_and_moves_with_the_evidence() -> None:
    for alpha, beta in ((1.0, 1.0), (31.0, 1.0), (2.0, 9.0)):
        assert 0.0 < lower_bound(alpha, beta) < mean(alpha, beta) < 1.0
        assert lower_bound(alpha + 1, beta) > lower_bound(alpha, beta)
        assert lower_bound(alpha, beta + 1) < lower_bound(alpha, beta)
    assert lower_bound(10.0, 10.0) > lower_bound(2.0, 2.0)
