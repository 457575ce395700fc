"""The index of runs against looking at all of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from graphmem.core.skeleton import grams, likeness
from graphmem.views.runs import RunIndex
from graphmem_schemas import Query

START = datetime(2026, 1, 1, tzinfo=UTC)
SORTS = st.lists(st.sampled_from("wash dry put _ in with".split()), min_size=1, max_size=5).map(
    " ".join
)
RUNS = st.lists(st.tuples(SORTS, st.integers(0, 3)), max_size=15)


def query(number: int, skeleton: str, hour: int) -> Query:
    at = START + timedelta(hours=hour)
    return Query(
        uid=f"q{number:02}", recorded_at=at, text=skeleton, skeleton=skeleton,
        shown=(f"s{number % 3}",),
    )  # fmt: skip


@given(RUNS, st.sets(st.integers(0, 14)), SORTS, st.integers(1, 6))
def test_the_likest_runs_are_found_newest_first(
    runs: list[tuple[str, int]], gone: set[int], asked: str, k: int
) -> None:
    index = RunIndex()
    queries = [query(n, sort, hour) for n, (sort, hour) in enumerate(runs)]
    for one in queries:
        index.put(one)
    left = [one for n, one in enumerate(queries) if n not in gone]
    for number in sorted(gone):
        index.remove(f"q{number:02}")
    wanted = [(likeness(grams(asked, ()), grams(q.skeleton, ())), q) for q in left]
    wanted = [(score, q) for score, q in wanted if score]
    best = sorted((-round(s, 6), -q.recorded_at.timestamp()) for s, q in wanted)[:k]
    found = index.similar(asked, k)
    at = {q.uid: q.recorded_at.timestamp() for q in queries}
    assert [(-one.score, -at[one.uid]) for one in found] == best
    assert index.slots() == {slot for q in left for slot in q.shown}


def test_questions_that_are_no_runs_are_not_found() -> None:
    index = RunIndex()
    index.put(Query(uid="q", recorded_at=START, text="wash"))
    assert index.similar("wash", 3) == []


def test_a_sort_with_many_runs_gives_its_newest() -> None:
    index = RunIndex()
    for number in range(50):
        index.put(query(number, "wash _", number))
    assert [one.uid for one in index.similar("wash _", 2)] == ["q49", "q48"]
