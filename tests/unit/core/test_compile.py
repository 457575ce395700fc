"""Kernels are compiled once for all numbers, and say so when they are."""

from __future__ import annotations

import logging
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from numba.core import config

from graphmem.core.kernels import compile as kernels
from graphmem.core.kernels.compile import _OUTSIDE, kernel

PACKAGE = Path(kernels.__file__).parents[2]
INNER = """
from graphmem.core.kernels.compile import kernel

@kernel()
def scaled(n):
    return n * 2
"""
OUTER = """
import sys
from graphmem.core.kernels.compile import kernel
from graphmem.core.kernels.inner import scaled

@kernel()
def total(n):
    return scaled(n) + 1

print(total(4), sum(total.stats.cache_hits.values()), "numba.np.linalg" in sys.modules)
"""
LATER = """
import numpy as np
from graphmem.core.kernels.compile import kernel
from graphmem.core.kernels.outer import total

@kernel()
def summed(n):
    return np.arange(n).sum() + total(n)

print(summed(4))
"""


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


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """An installation with two files of kernels, of which one calls the other."""
    folder = tmp_path / "graphmem" / "core" / "kernels"
    folder.mkdir(parents=True)
    for package in (folder, folder.parent, folder.parent.parent):
        (package / "__init__.py").touch()
    shutil.copy(PACKAGE / "core/kernels/compile.py", folder)
    (folder / "inner.py").write_text(INNER)
    (folder / "outer.py").write_text(OUTER)
    (folder / "later.py").write_text(LATER)
    return tmp_path


def _run(site: Path, module: str = "outer") -> str:
    done = subprocess.run(
        [sys.executable, "-B", "-c", f"import graphmem.core.kernels.{module}"],
        env=os.environ | {"NUMBA_CACHE_DIR": str(site / "cache")},
        cwd=site,  # whose package comes before the one that is tested otherwise
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


def test_a_change_in_one_file_of_kernels_reaches_the_loops_of_others(site: Path) -> None:
    assert [_run(site).split()[:2] for _ in range(2)] == [["9", "0"], ["9", "1"]]
    inner = site / "graphmem/core/kernels/inner.py"
    inner.write_text(INNER.replace("n * 2", "n * 5"))
    assert _run(site).split()[:2] == ["21", "0"]


def test_what_is_loaded_does_not_wait_for_the_compiler_and_leaves_it_whole(site: Path) -> None:
    assert (_run(site), _run(site)) == ("9 0 True", "9 1 False")
    total, summed = _run(site, "later").splitlines()
    assert (total, summed) == ("9 1 False", "15")


def test_all_files_that_kernels_are_made_of_are_watched() -> None:
    texts = {file: file.read_text() for file in PACKAGE.rglob("*.py")}
    made = {file for file, text in texts.items() if re.search(r"^@kernel\(", text, re.MULTILINE)}
    for file in list(made):
        for name in re.findall(r"^from graphmem\.(\S+) import", texts[file], re.MULTILINE):
            made.add(PACKAGE / f"{name.replace('.', '/')}.py")
    outside = {file for file in made if file.parent != PACKAGE / "core/kernels"}
    assert {str(file.relative_to(PACKAGE)) for file in outside} - {"ports.py"} == set(_OUTSIDE)
