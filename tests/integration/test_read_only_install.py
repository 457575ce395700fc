"""Compiled loops run where no cache can be kept, and where the cache is damaged or others'."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "graphmem"
# Two kernels that call each other, one of them compiled at import for a fixed signature.
MODULE = """
import logging, sys
logging.basicConfig(stream=sys.stdout, format="%(message)s")
from numba import types
from graphmem.core.kernels.compile import kernel

@kernel(types.int64(types.int64))
def twice(n):
    return n + n

@kernel()
def four(n):
    return twice(twice(n))

print(four(10), sum(four.stats.cache_hits.values()), four.stats.cache_path)
"""

pytestmark = pytest.mark.skipif(not hasattr(os, "getuid"), reason="needs the users of POSIX")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """An installation beside which nothing can be kept, not even by root."""
    kernels = tmp_path / "site" / "graphmem" / "core" / "kernels"
    kernels.mkdir(parents=True)
    for folder in (kernels, kernels.parent, kernels.parent.parent):
        (folder / "__init__.py").touch()
    shutil.copy(PACKAGE / "core/kernels/compile.py", kernels)
    (tmp_path / "site" / "loops.py").write_text(MODULE)
    (tmp_path / "site" / "__pycache__").write_text("in the way of numba's folder")
    (tmp_path / "tmp").mkdir()
    return tmp_path


def run(root: Path, **variables: str) -> list[str]:
    """Run the module, without a home unless one is given; return what it printed."""
    places = {"PYTHONPATH": str(root / "site"), "TMPDIR": str(root / "tmp"), "HOME": os.devnull}
    done = subprocess.run(
        [sys.executable, "-B", "-c", "import loops"],
        env=places | variables,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def private_folder(root: Path) -> Path:
    return root / "tmp" / f"graphmem-kernels-{os.getuid()}"


def test_a_read_only_installation_keeps_its_code_in_a_private_folder(site: Path) -> None:
    private = private_folder(site)
    first = run(site)
    assert first[-1].startswith(f"40 0 {private}")
    assert private.stat().st_mode & 0o777 == 0o700
    assert run(site)[-1].startswith(f"40 1 {private}")


def test_a_home_that_can_be_written_is_preferred(site: Path) -> None:
    home = site / "tmp" / "home"
    home.mkdir()
    assert run(site, HOME=str(home))[-1].startswith(f"40 0 {home}")


def test_a_folder_that_others_may_write_is_not_trusted(site: Path) -> None:
    trap = private_folder(site)
    trap.mkdir()
    trap.chmod(0o777)
    *said, result = run(site)
    assert result == "40 0 None"
    assert len(said) == 1
    assert "set NUMBA_CACHE_DIR" in said[0]
    assert list(trap.iterdir()) == []


def test_nowhere_to_write_is_said_once_and_costs_only_time(site: Path) -> None:
    private_folder(site).write_text("in the way")
    for _ in range(2):
        *said, result = run(site)
        assert result == "40 0 None"
        assert len(said) == 1


@pytest.mark.parametrize("damage", [b"", b"noise", None])
def test_a_damaged_cache_is_made_anew(site: Path, damage: bytes | None) -> None:
    cache = site / "tmp" / "cache"
    cache.mkdir()
    run(site, NUMBA_CACHE_DIR=str(cache))
    files = [file for file in cache.rglob("*") if file.is_file()]
    assert len(files) == 4
    for file in files:
        file.write_bytes(file.read_bytes()[:-7] if damage is None else damage)
    assert run(site, NUMBA_CACHE_DIR=str(cache))[-1].startswith("40 0")
    assert run(site, NUMBA_CACHE_DIR=str(cache))[-1].startswith("40 1")
