import numpy as np

from graphmem.views.casts import Casts, joined_casts


def test_whom_nothing_is_left_of_is_no_longer_in_the_cast() -> None:
    casts = Casts(np.array([0, 0, 1]), np.array([5, 6, -1]))
    assert casts.of(0) == {5, 6}
    assert casts.of(1) == frozenset()
    casts.count(0, 6, -1)
    casts.count(1, 7, +1)
    assert casts.of(0) == {5}
    assert casts.of(1) == {7}
    casts.count(0, 5, -1)
    assert casts.of(0) == frozenset()


def test_sources_that_share_people_by_way_of_others_are_one_conversation() -> None:
    casts = {0: frozenset({1, 2}), 1: frozenset({2, 3}), 2: frozenset({4}), 3: frozenset[int]()}
    told = joined_casts(casts)
    assert told[0] == told[1]
    assert told[0] != told[2]
    assert told[3] == -1
    assert joined_casts(dict(reversed(casts.items()))) == told
