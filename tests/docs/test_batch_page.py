"""The cookbook of batch jobs runs from its first block to its last, in one folder."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from graphmem.testing.llm_server import LLMServer

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/batch.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(sh|python)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
SAID = {
    "Who owns the Heron?": "She sold it to Ben Okri",
    "Who repairs the mast?": "Marta Silva",
    "--dry-run": "about $",
    "export-failed": "broken.docx",
    "jobs verify": "verify done",
    "--engine ray": "2 applied",
    "hear=": "'applied': 1",
}


def _answer(messages: list[dict[str, str]]) -> dict[str, object]:
    quote = "sailed the Heron to Porto"
    if quote not in messages[-1]["content"]:
        return {"entities": []}
    return {"entities": [{"name": "Heron", "kind": "object", "quote": quote}]}


@pytest.mark.slow
def test_every_block_runs_in_order(tmp_path: Path) -> None:
    assert len(BLOCKS) > 10
    with LLMServer(_answer) as server:
        surroundings = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "OPENAI_API_KEY": "none",
            "OPENAI_BASE_URL": server.url,
        }
        for kind, block in BLOCKS:
            command = ["bash", "-euc", block] if kind == "sh" else [sys.executable, "-c", block]
            done = subprocess.run(
                command, cwd=tmp_path, env=surroundings, capture_output=True, text=True,
                timeout=400,
            )  # fmt: skip
            assert done.returncode == 0, (block, done.stdout, done.stderr)
            for words, said in SAID.items():
                if words in block:
                    assert said in done.stdout, (block, done.stdout, done.stderr)
        assert server.served().n_answered > 0
