"""Generated files are what their source says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import graphmem_schemas

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    "script", ["build_json_schemas.py", "build_ontology.py", "build_cli_docs.py"]
)
def test_generated_files_have_not_drifted(script: str) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / script), "--check"],
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_public_model_has_a_json_schema() -> None:
    folder = ROOT / "schemas" / "graphmem_schemas" / "json"
    names = {path.stem for path in folder.glob("*.json")}
    assert (
        {"Passage", "Edge", "Receipt", "SearchRequest"} <= names <= set(graphmem_schemas.__all__)
    )
    for path in folder.glob("*.json"):
        schema = json.loads(path.read_text(encoding="utf-8"))
        assert schema["additionalProperties"] is False
        assert schema["title"] == path.stem
