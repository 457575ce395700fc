"""The process of a server ends without looking through its models for garbage."""

from __future__ import annotations

import subprocess
import sys

# What is registered first is called last.
ENDED = """
import atexit, gc
atexit.register(lambda: print(gc.get_freeze_count() > 0))
from graphmem_api.cli.server import _Factory
from graphmem_api.settings import Settings
_Factory(Settings(store="memory://"))()
"""


def test_what_is_alive_at_the_end_is_not_looked_through() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ENDED], capture_output=True, text=True, timeout=240, check=False
    )
    assert (done.returncode, done.stdout) == (0, "True\n"), done.stderr
