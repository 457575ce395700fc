"""Work arrays come back, clean for whoever is next, and only so many are held."""

from __future__ import annotations

from graphmem.views import work_pool
from graphmem.views.text_index import TextIndexArrays
from graphmem.views.work_pool import WorkPool


def test_what_was_given_back_is_taken_again_and_is_zero() -> None:
    pool, passages = WorkPool(), TextIndexArrays().passages()
    work = pool.take(10, 2)
    pool.give(work, 0, passages)
    again = pool.take(10, 2)
    assert again is work
    assert not again.passage.any()


def test_what_is_too_small_is_made_anew() -> None:
    pool, passages = WorkPool(), TextIndexArrays().passages()
    pool.give(pool.take(10, 2), 0, passages)
    assert len(pool.take(5_000, 2).passage) >= 5_000


def test_a_crowd_of_searches_leaves_no_more_than_a_few_behind() -> None:
    pool, passages = WorkPool(), TextIndexArrays().passages()
    crowd = [pool.take(1, 1) for _ in range(3 * work_pool._MAX_IDLE)]
    for work in crowd:
        pool.give(work, 0, passages)
    later = [pool.take(1, 1) for _ in crowd]
    kept = [one for one in later if any(one is other for other in crowd)]
    assert len(kept) == work_pool._MAX_IDLE
