import gc
import threading

import pytest

from graphmem.core.collector import collector_paused


def test_the_collector_is_off_inside_and_on_after_even_when_something_fails() -> None:
    with collector_paused():
        assert not gc.isenabled()
        with collector_paused():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ValueError, match="x"), collector_paused():
        raise ValueError("x")
    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off() -> None:
    gc.disable()
    try:
        with collector_paused():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_the_last_of_many_threads_turns_it_on_again() -> None:
    barrier = threading.Barrier(8)

    def work() -> None:
        barrier.wait(10)
        for _ in range(200):
            with collector_paused():
                assert not gc.isenabled()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert gc.isenabled()
