"""Every block of docs/neo4j.md runs against a real server, and prints what the page says."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.neo4j_server.server import Neo4jServer

PAGE = (Path(__file__).resolve().parents[2] / "docs/neo4j.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def folder(neo4j_alone: Neo4jServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        login = neo4j_alone.login
        folder = tmp_path_factory.mktemp("page")
        for name, value in (
            ("URI", login.uri),
            ("USER", login.user),
            ("PASSWORD", login.password),
        ):
            patch.setenv(f"NEO4J_{name}", value)
        patch.setenv("GRAPHMEM_VIEWS_DIR", str(folder / "views"))
        patch.setenv("PATH", str(Path(sys.executable).parent), prepend=":")
        patch.chdir(folder)
        yield folder


def test_the_page_has_its_ten_queries() -> None:
    asked = [
        text for kind, text in BLOCKS if kind == "bash" and text.startswith("graphmem query ")
    ]
    assert len(asked) == len(set(asked)) == 10


def test_every_block_runs_and_prints_what_the_page_says(folder: Path) -> None:
    """In the order of the page: what a block writes, the next one reads."""
    printed = ""
    for kind, text in BLOCKS:
        if kind == "python":
            exec(compile(text, "neo4j.md", "exec"), {"__name__": "__page__"})
        elif kind == "bash":
            done = subprocess.run(
                text, shell=True, cwd=folder, capture_output=True, text=True, timeout=120
            )
            assert done.returncode == 0, f"{text}{done.stderr}"
            printed = done.stdout
        else:
            assert kind == "text", f"nobody runs a block of {kind}"
            assert _lines(printed) == _lines(text)


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip("\n").splitlines()]
