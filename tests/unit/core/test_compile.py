"""Kernels are compiled once for all numbers, and say so when they are."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from numba.core import config

from graphmem.core.kernels import compile as kernels
from graphmem.core.kernels.compile import kernel


def _twice(number: int) -> int:
    return 2 * number


def _thrice(number: int) -> int:
    return 3 * number


def test_a_kernel_is_not_compiled_for_each_number_that_another_calls_it_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(config, "CACHE_DIR", str(tmp_path))

    @kernel()
    def shifted(places: tuple[int, int], number: int) -> int:
        return places[0] + places[1] * number

    @kernel()
    def both(number: int) -> int:
        return int(shifted((0, 1), number)) + int(shifted((7, 3), 9))

    assert both(4) == 4 + (7 + 27)
    assert len(shifted.signatures) == 1


def test_one_line_tells_that_kernels_are_compiled_and_none_that_they_are_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(config, "CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(kernels, "_compiling", [])
    with caplog.at_level(logging.INFO, logger="graphmem"):
        assert (kernel()(_twice)(4), kernel()(_thrice)(4)) == (8, 12)
        (line,) = caplog.messages
        assert "compiling" in line
        monkeypatch.setattr(kernels, "_compiling", [])
        assert kernel()(_twice)(4) == 8
        assert len(caplog.messages) == 1
