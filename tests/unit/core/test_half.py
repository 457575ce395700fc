"""Half precision: the same bits as numpy, for every half and around every tie."""

from __future__ import annotations

import numpy as np
import pytest

from graphmem.core.kernels.half import narrow, widen

ALL = np.arange(1 << 16, dtype=np.uint16).view(np.float16)


def test_every_half_widens_as_numpy_does() -> None:
    halves = ALL[~np.isnan(ALL)]
    assert np.array_equal(widen(halves).view(np.uint32), halves.astype(np.float32).view(np.uint32))
    assert np.isnan(widen(ALL[np.isnan(ALL)])).all()


@pytest.mark.filterwarnings("ignore:overflow encountered in cast")
def test_ties_and_their_neighbours_narrow_as_numpy_does() -> None:
    last_bits = np.array([0, 1, 2, 0xFFF, 0x1000, 0x1001, 0x1FFE, 0x1FFF], np.uint32)
    bits = ALL.astype(np.float32).view(np.uint32)[:, None] + last_bits
    singles = bits.ravel().view(np.float32)
    singles = singles[~np.isnan(singles)]
    wanted = singles.astype(np.float16)
    assert np.array_equal(narrow(singles).view(np.uint16), wanted.view(np.uint16))


@pytest.mark.filterwarnings("ignore:overflow encountered in cast")
def test_any_bits_narrow_as_numpy_does() -> None:
    bits = np.random.default_rng(0).integers(0, 1 << 32, 1 << 18, dtype=np.uint32)
    singles = bits.view(np.float32)
    singles = singles[~np.isnan(singles)]
    wanted = singles.astype(np.float16)
    assert np.array_equal(narrow(singles).view(np.uint16), wanted.view(np.uint16))
    assert np.isnan(narrow(np.array([np.nan], np.float32))).all()


@pytest.mark.parametrize("shape", [(0,), (0, 768), (3, 768)])
def test_shapes_are_kept(shape: tuple[int, ...]) -> None:
    values = np.ones((*shape, 2), np.float32)[..., 0]
    assert narrow(values).shape == shape
    assert np.array_equal(widen(narrow(values)), values)
