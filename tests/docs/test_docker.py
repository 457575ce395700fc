"""What the image and the compose file name is there; neither is run by a test."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_image_has_all_that_the_command_line_can_do() -> None:
    """Cypher on a file too, and only extras that there are."""
    text = (ROOT / "docker/Dockerfile").read_text("utf-8")
    (found,) = re.findall(r"wheels\[0\]\}\[([\w,]+)\]", text)
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"][
        "optional-dependencies"
    ]
    assert {"neo4j", "cypher"} <= set(found.split(",")) <= set(extras)


def test_views_are_kept_where_the_container_can_be_written() -> None:
    text = (ROOT / "docker/compose.yaml").read_text("utf-8")
    service = text.partition("\n  graphmem:\n")[2]
    assert "read_only: true" in service
    (views,) = re.findall(r"GRAPHMEM_VIEWS_DIR: (\S+)", service)
    (volume,) = re.findall(r"- graphmem-data:(\S+)", service)
    assert Path(views).is_relative_to(volume)
