"""What kill tests see of the processes that a killed one had started."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from scripts.kill_jobs.processes import Started, kill_and_watch, watch

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it looks for processes in /proc")

_PARENT = """
import subprocess, sys, time
subprocess.Popen([sys.executable, sys.argv[1]])
print("started", flush=True)
time.sleep(60)
"""


def _started(script: Path) -> subprocess.Popen[bytes]:
    script.parent.mkdir(parents=True)
    script.write_text("import time; time.sleep(60)")
    command = [sys.executable, "-c", _PARENT, str(script)]
    parent = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert parent.stdout
    with parent.stdout:
        assert parent.stdout.readline() == b"started\n"
    return parent


def test_a_late_process_is_known_by_its_whole_name(tmp_path: Path) -> None:
    late: Started = {}
    script = tmp_path / ("a" * 100) / ("b" * 100) / "default_worker.py"
    assert kill_and_watch(_started(script), 5.0, late)[1] == []
    assert len(late) == 1
    [name] = watch(late, 0.1)[1]
    # As told it is cut off, wherever that is.
    assert f"{sys.executable} {script}".startswith(name)


def test_what_lives_on_is_named_and_killed(tmp_path: Path) -> None:
    late: Started = {}
    seconds, left = kill_and_watch(_started(tmp_path / "x" / "other.py"), 0.1, late)
    assert seconds == 0.1
    assert len(left) == 1
    assert "other.py" in left[0]
    assert not late
