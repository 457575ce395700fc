"""Reading ahead: in order, bounded, and stopped when nobody listens."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import islice

import pytest

from graphmem.writing.extract import AHEAD, MAX_PORTION, MIN_PORTION, ahead, portion


def test_items_come_in_order_with_what_was_made_of_them() -> None:
    assert list(ahead(range(50), lambda n: n * n)) == [(n, n * n) for n in range(50)]


def test_only_a_few_are_taken_before_the_first_is_asked_for_again() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(100):
            taken.append(number)
            yield number

    made = ahead(items(), str)
    assert next(made) == (0, "0")
    assert len(taken) == AHEAD + 1
    made.close()


def test_closing_drops_what_has_not_begun() -> None:
    begun: list[int] = []
    go_on = threading.Event()

    def work(number: int) -> int:
        begun.append(number)
        if number == 1:
            go_on.wait(30)
        return number

    made = ahead(range(100), work)
    next(made)
    closing = threading.Thread(target=made.close)
    closing.start()
    go_on.set()
    closing.join(30)
    assert not closing.is_alive()
    assert len(begun) <= AHEAD + 1


def test_an_error_of_the_work_comes_out() -> None:
    def work(number: int) -> int:
        if number == 20:
            raise ValueError("twenty")
        return number

    made = ahead(range(40), work)
    assert [number for number, _ in islice(made, 20)] == list(range(20))
    with pytest.raises(ValueError, match="twenty"):
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
