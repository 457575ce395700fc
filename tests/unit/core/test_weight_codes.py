from __future__ import annotations

import numpy as np
import pytest

from graphmem.core.weight_codes import MAX_SLOTS, WeightCodes
from graphmem.errors import InvalidInput

ERRORS = {1: 6e-4, 2: 6e-4, 3: 1.2e-3, 4: 1.2e-3, 8: 2.1e-3, 16: 5e-3}


@pytest.mark.parametrize("n_slots", ERRORS)
def test_weights_come_back_within_the_stated_error(n_slots: int) -> None:
    codes = WeightCodes(n_slots)
    weights = np.concatenate([np.geomspace(2.0**-10, 2.0**13, 5_000), np.arange(1, 2_000.0)])
    slots = np.arange(len(weights)) % n_slots
    encoded = codes.encode(slots, weights)
    table = codes.table([1.0] * n_slots)
    assert np.abs(table[encoded] / weights - 1).max() < ERRORS[n_slots]
    assert codes.slots(encoded).tolist() == slots.tolist()
    assert codes.outgoing(encoded).all()


@pytest.mark.parametrize("n_slots", [1, 2, 4])
def test_small_counts_are_almost_exact(n_slots: int) -> None:
    codes = WeightCodes(n_slots)
    weights = np.array([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0.5, 0.25])
    decoded = codes.table([1.0] * n_slots)[codes.encode(np.zeros(12, np.int64), weights)]
    assert np.abs(decoded / weights - 1).max() < 4e-4
    powers = np.isin(weights, [1, 2, 4, 8, 0.5, 0.25])
    assert np.array_equal(decoded[powers], weights[powers])


def test_factors_belong_to_their_slots_and_gone_is_nothing() -> None:
    codes = WeightCodes(3)
    encoded = codes.encode(np.array([0, 1, 2]), np.ones(3))
    table = codes.table([1.0, 0.5, 0.25])
    assert table[encoded].tolist() == [1.0, 0.5, 0.25]
    flipped = encoded ^ np.uint16(1 << codes.level_bits)
    assert table[flipped].tolist() == [1.0, 0.5, 0.25]
    assert not codes.outgoing(flipped).any()
    assert table[codes.gone(encoded)].tolist() == [0.0, 0.0, 0.0]


def test_what_is_out_of_range_is_clipped_or_no_link() -> None:
    codes = WeightCodes(2)
    slots = np.zeros(5, np.int64)
    decoded = codes.table([1.0, 1.0])[
        codes.encode(slots, np.array([0.0, -1.0, 1e-9, 1e300, 5e-324]))
    ]
    assert decoded[:2].tolist() == [0.0, 0.0]
    assert decoded[2] == decoded[4] == 2.0**-10
    assert decoded[3] >= 2.0**13


@pytest.mark.parametrize("n_slots", [0, MAX_SLOTS + 1])
def test_too_many_kinds_are_refused(n_slots: int) -> None:
    with pytest.raises(InvalidInput, match=str(n_slots)):
        WeightCodes(n_slots)
