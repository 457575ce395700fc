"""What the image and the compose file name is there; neither is run by a test."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from fastapi.routing import iter_route_contexts

from graphmem_api.app import create_app
from graphmem_api.settings import Limits, Settings

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


def test_servers_are_set_by_what_there_is_and_probed_where_they_answer() -> None:
    """Every variable is a setting, every probe a route; other machines are let in by keys only."""
    known = {f"GRAPHMEM_{name.upper()}" for name in Settings.model_fields}
    known |= {f"GRAPHMEM_LIMITS_{name.upper()}" for name in Limits.model_fields}
    known |= {"GRAPHMEM_VIEWS_DIR"}
    app = create_app(Settings(store="memory://"))
    paths = {route.path for route in iter_route_contexts(app.routes)}
    for name in ("compose.yaml", "kubernetes.yaml"):
        text = (ROOT / "docker" / name).read_text("utf-8")
        assert set(re.findall(r"GRAPHMEM_[A-Z_]+", text)) <= known
        probes = set(re.findall(r"/health/\w+|/metrics", text))
        assert "/health/ready" in probes
        assert probes <= paths
        assert "serve, --host, 0.0.0.0" in text
        assert "keys create" in text
        (grace,) = re.findall(r"(?:stop_grace_period: |GracePeriodSeconds: )(60)", text)
        assert float(grace) > 2 * Settings().shutdown_s
    compose = (ROOT / "docker/compose.yaml").read_text("utf-8")
    published = re.findall(r"^ +- ((?:[\d.]+:)?\d+:\d+)$", compose, re.MULTILINE)
    assert len(published) == 3
    assert all(port.startswith("127.0.0.1:") for port in published)
    extras = re.findall(r"wheels\[0\]\}\[([\w,]+)\]", (ROOT / "docker/Dockerfile").read_text())
    assert {"serve", "mcp"} <= set(extras[0].split(","))
