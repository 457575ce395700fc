"""The page about MCP: its blocks run in one folder, and hosts can read its set-ups."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/mcp.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
SET_UPS: list[dict[str, Any]] = [
    {"json": json.loads, "toml": tomllib.loads}[kind](block)
    for kind, block in BLOCKS
    if kind in ("json", "toml")
]
SAID = {
    "StdioServerParameters": ("Facts that hold no more", "Turin now", "uid is missing"),
    "history --entity": ("Oslo", "Turin"),
    "memory.context(q)": ("cello", "Turin"),
    "GraphMemStore": ("{'text': 'Nadia lives in Turin.', 'sure': 0.9}", "\nhome\n"),
    "GraphMemSession": ("{'role': 'user', 'content': 'I play the cello in Turin.'}", "[1]"),
    "GraphMemBlock": ("teaches the cello on Mondays",),
}
HOSTS = {"mcpServers", "servers", "context_servers", "mcp_servers"}


def servers() -> list[dict[str, Any]]:
    return [
        one
        for set_up in SET_UPS
        for name in HOSTS & set_up.keys()
        for one in set_up[name].values()
    ]


def test_every_set_up_names_the_server() -> None:
    assert len(SET_UPS) >= 6
    for set_up in SET_UPS:
        (kind,) = HOSTS & set_up.keys()
        assert set(set_up[kind]) == {"graphmem"}


def test_every_command_of_a_set_up_starts_a_server(tmp_path: Path) -> None:
    commands = {tuple(one["args"]) for one in servers() if "args" in one}
    assert {one["command"] for one in servers() if "args" in one} == {"graphmem"}
    assert commands
    for command in commands:
        given = [str(tmp_path / "a.db") if "/home/me" in one else one for one in command]
        done = subprocess.run(
            [sys.executable, "-m", "graphmem", *given],
            input=b"", capture_output=True, timeout=240,
        )  # fmt: skip
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b""), command


def test_every_address_of_a_set_up_is_one_of_the_server() -> None:
    from graphmem_api.mcp.http import router

    paths = {route.path for route in router.routes}  # type: ignore[attr-defined]
    for one in servers():
        if "url" in one:
            path = one["url"].removeprefix("https://memory.example.org")
            assert path.replace("/team/", "/{space}/") in paths
            assert one["headers"]["Authorization"].startswith("Bearer ")


def test_every_tool_is_told_of() -> None:
    from graphmem_api.mcp.tools import TOOLS

    assert re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE) == list(TOOLS)


@pytest.mark.slow
def test_every_block_runs_in_order(tmp_path: Path) -> None:
    runnable = [(kind, block) for kind, block in BLOCKS if kind in ("sh", "python")]
    assert len(runnable) == len(SAID)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for (kind, block), (words, said) in zip(runnable, SAID.items(), strict=True):
        assert words in block
        command = ["bash", "-euc", block] if kind == "sh" else [sys.executable, "-c", block]
        done = subprocess.run(
            command, cwd=tmp_path, env={**os.environ, "PATH": path}, capture_output=True,
            text=True, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, (block, done.stdout, done.stderr)
        for one in said:
            assert one in done.stdout, (block, done.stdout, done.stderr)
