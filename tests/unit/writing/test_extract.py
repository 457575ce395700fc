"""Reading ahead: in order, bounded, stopped when nobody listens, and nobody waits for work."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from functools import partial
from itertools import islice

import numpy as np
import pytest

from graphmem.writing.extract import AHEAD, MAX_PORTION, MIN_PORTION, Encoded, ahead, portion


def made_of(number: int) -> Encoded:
    return Encoded((), [np.array([number], np.float32)])


def read(
    items: Iterator[int] | range, work: Callable[[int], Encoded], n_jobs: int = 2
) -> Generator[tuple[int, Encoded]]:
    """Each item has jobs that make its number, and the numbers above it by tenths."""
    return ahead(items, lambda n: [partial(work, n * 10 + i) for i in range(n_jobs)], lambda: 1)


def numbers(encoded: Encoded) -> list[int]:
    return [int(vector[0]) for vector in encoded.vectors]


@pytest.mark.parametrize("n_jobs", [0, 1, 5])
def test_items_come_in_order_with_what_their_jobs_made(n_jobs: int) -> None:
    found = [(n, numbers(encoded)) for n, encoded in read(range(50), made_of, n_jobs)]
    assert found == [(n, [n * 10 + i for i in range(n_jobs)]) for n in range(50)]


def test_only_a_few_are_taken_before_the_first_is_asked_for_again() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(100):
            taken.append(number)
            yield number

    made = read(items(), made_of)
    assert next(made)[0] == 0
    assert len(taken) == AHEAD + 1
    made.close()


def test_who_asks_does_what_no_helper_has_begun() -> None:
    helper_is_busy, go_on = threading.Event(), threading.Event()
    own: list[int] = []

    def work(number: int) -> Encoded:
        if threading.current_thread() is threading.main_thread():
            assert helper_is_busy.wait(30)
            own.append(number)
            go_on.set()
        else:
            helper_is_busy.set()
            assert go_on.wait(30)
        return made_of(number)

    assert numbers(next(read(range(1), work))[1]) == [0, 1]
    assert own == [1]


def test_who_waits_for_a_helper_goes_on_with_the_next_items() -> None:
    """The helper ends its first job only once all that comes after it is done."""
    helper_is_busy, go_on = threading.Event(), threading.Event()
    own: list[int] = []

    def work(number: int) -> Encoded:
        if threading.current_thread() is threading.main_thread():
            assert helper_is_busy.wait(30)
            own.append(number)
            if number == 21:
                go_on.set()
        elif not go_on.is_set():
            helper_is_busy.set()
            assert go_on.wait(30)
        return made_of(number)

    found = [numbers(encoded) for _, encoded in read(range(3), work)]
    assert found == [[0, 1], [10, 11], [20, 21]]
    assert own == [1, 10, 11, 20, 21]


@pytest.mark.parametrize("n_jobs", [2, 3])
def test_what_fails_ahead_is_told_where_it_is_asked_for(n_jobs: int) -> None:
    helper_is_busy, go_on = threading.Event(), threading.Event()

    def work(number: int) -> Encoded:
        if threading.current_thread() is not threading.main_thread():
            helper_is_busy.set()
            assert go_on.wait(30)
        elif number == 10:
            go_on.set()
            raise ValueError("ten")
        assert helper_is_busy.wait(30)
        return made_of(number)

    made = read(range(2), work, n_jobs)
    assert numbers(next(made)[1]) == list(range(n_jobs))
    with pytest.raises(ValueError, match="ten"):
        next(made)


def test_closing_drops_what_has_not_begun() -> None:
    begun: list[int] = []

    def work(number: int) -> Encoded:
        begun.append(number)
        return made_of(number)

    made = read(range(100), work)
    next(made)
    made.close()
    n_begun = len(begun)
    assert n_begun <= (AHEAD + 1) * 2
    assert not [t for t in threading.enumerate() if t.name.startswith("graphmem-encode")]


def test_an_error_of_the_work_comes_out() -> None:
    def work(number: int) -> Encoded:
        if number == 200:
            raise ValueError("two hundred")
        return made_of(number)

    made = read(range(40), work)
    assert [number for number, _ in islice(made, 20)] == list(range(20))
    with pytest.raises(ValueError, match="two hundred"):
        next(made)


@pytest.mark.parametrize("n", [1, 8, 9, 33, 128, 1_000])
def test_portions_shrink_towards_the_end(n: int) -> None:
    sizes, left = [], n
    while left > 0:
        sizes.append(min(portion(left), left))
        left -= sizes[-1]
    assert sum(sizes) == n
    assert sizes == sorted(sizes, reverse=True)
    assert max(sizes) <= MAX_PORTION
    assert sizes[-1] <= MIN_PORTION
