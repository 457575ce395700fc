"""The page of the server runs from its first block to its last, in one folder."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from graphmem import Memory
from scripts.kill_server.server import free_port

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/serve.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
ROUTES = "api/graphmem_api/routes"
THROUGH_THE_INBOX = ("add", "add_run", "add_extracted", "delete")
SAID = {
    "/health/ready": '"ready"',
    "/context": "live in Turin",
    "Idempotency-Key": '"done"',
    '"k": 100000': "urn:graphmem:problem:over_limit",
    "keys list": "user-42",
    "user-43/stats": '"status":403',
    "GRAPHMEM_PORT": "9000",
    "/metrics": "graphmem",
    "restore": "is restored",
}


@pytest.mark.slow
def test_every_block_runs_in_order(tmp_path: Path) -> None:
    assert len(BLOCKS) > 6
    # Another may listen where the page does.
    port = str(free_port())
    surroundings = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    try:
        for block in BLOCKS:
            done = subprocess.run(
                ["bash", "-euc", block.replace("8765", port)],
                cwd=tmp_path, env=surroundings, capture_output=True, text=True, timeout=180,
            )  # fmt: skip
            assert done.returncode == 0, (block, done.stdout, done.stderr)
            for words, said in SAID.items():
                if words in block:
                    assert said in done.stdout, (block, done.stdout, done.stderr)
    finally:
        pid = tmp_path / "server.pid"
        if pid.exists():
            with suppress(ProcessLookupError):
                os.kill(int(pid.read_text()), signal.SIGTERM)


def test_methods_that_are_no_route_are_all_named() -> None:
    (said,) = re.findall(r"that are no route.*?: (.*?)\.\n", PAGE, re.DOTALL)
    routes = "".join(path.read_text("utf-8") for path in (ROOT / ROUTES).glob("*.py"))
    served = {*re.findall(r"memory\.(\w+)", routes), *THROUGH_THE_INBOX, "close"}
    able = {name for name in dir(Memory) if not name.startswith("_")}
    assert set(re.findall(r"`(\w+)`", said)) == able - served
