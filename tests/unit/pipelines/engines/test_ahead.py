"""How tasks are put together and handed out: in order, and never too many."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from graphmem_pipelines.engines.ahead import Portion, in_order, portions
from graphmem_pipelines.engines.base import Outcome
from graphmem_pipelines.ledger.rows import Item


def tasks(*sizes: int) -> list[Item]:
    return [Item(n, f"k{n}", "/f", "text", size) for n, size in enumerate(sizes, start=1)]


class Workers:
    """Counts what is under way."""

    def __init__(self) -> None:
        self.flying: list[Portion] = []
        self.most = self.most_bytes = 0

    def start(self, portion: Portion) -> Portion:
        self.flying.append(portion)
        self.most = max(self.most, len(self.flying))
        n_bytes = sum(task.size for some in self.flying for task in some)
        self.most_bytes = max(self.most_bytes, n_bytes)
        return portion

    def finish(self, portion: Portion, flight: Portion) -> Iterator[Outcome]:
        assert portion is flight is self.flying[0]
        yield from (Outcome(task.n) for task in portion)
        self.flying.remove(portion)


@given(st.lists(st.integers(0, 40_000), max_size=40))
def test_portions_are_bounded_and_leave_nothing_out(sizes: list[int]) -> None:
    found = list(portions(tasks(*sizes)))
    assert [task for portion in found for task in portion] == tasks(*sizes)
    for portion in found:
        assert 1 <= len(portion) <= 8
        assert len(portion) == 1 or sum(task.size for task in portion) <= 16_384


@given(st.lists(st.integers(0, 9_000_000), max_size=40), st.integers(1, 5))
def test_outcomes_come_in_order_and_few_are_under_way(sizes: list[int], n_ahead: int) -> None:
    workers = Workers()
    found = list(in_order(tasks(*sizes), n_ahead, workers.start, workers.finish))
    assert [one.n for one in found] == list(range(1, len(sizes) + 1))
    assert workers.most <= n_ahead
    # What is over the limit is the last one alone.
    assert workers.most_bytes <= 16_000_000 + max(sizes, default=0) + 16_384
    assert not workers.flying


def test_tasks_are_taken_as_they_are_needed() -> None:
    taken: list[int] = []

    def some() -> Iterator[Item]:
        for task in tasks(*[20_000] * 100):
            taken.append(task.n)
            yield task

    workers = Workers()
    outcomes = in_order(some(), 2, workers.start, workers.finish)
    assert not taken
    assert next(outcomes).n == 1
    # Two are under way, and one was looked at to see that it does not fit to the second.
    assert taken == [1, 2, 3]
    outcomes.close()
    assert taken == [1, 2, 3]
