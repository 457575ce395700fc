import sys
import threading
from collections.abc import Iterator

import pytest

from graphmem.writing.turns import TURN_S, short_turns


@pytest.fixture(autouse=True)
def _same_after() -> Iterator[None]:
    before = sys.getswitchinterval()
    yield
    assert sys.getswitchinterval() == before


def test_turns_are_short_inside_and_as_before_after_even_when_something_fails() -> None:
    def fail() -> None:
        with short_turns():
            with short_turns():
                pass
            assert sys.getswitchinterval() == pytest.approx(TURN_S, rel=0.02)
            raise ValueError("x")

    with pytest.raises(ValueError, match="x"):
        fail()


def test_turns_that_are_shorter_stay() -> None:
    before = sys.getswitchinterval()
    sys.setswitchinterval(TURN_S / 5)
    try:
        with short_turns():
            assert sys.getswitchinterval() == pytest.approx(TURN_S / 5, rel=0.02)
    finally:
        sys.setswitchinterval(before)


def test_the_last_of_many_threads_makes_them_long_again() -> None:
    barrier = threading.Barrier(8)
    seen: list[bool] = []

    def work() -> None:
        barrier.wait(10)
        for _ in range(200):
            with short_turns():
                seen.append(sys.getswitchinterval() < 2 * TURN_S)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert all(seen)
