"""A server on a file with three notes in each of four spaces, for all that reads over HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from scripts.kill_server.server import Server, free_port
from tests.integration.api_reads.home import fill

SETTINGS = {
    "GRAPHMEM_LIMITS_BODY_BYTES": "65536",
    "GRAPHMEM_LIMITS_TEXT_CHARS": "2000",
    "GRAPHMEM_LIMITS_K": "20",
    "GRAPHMEM_LIMITS_BUDGET": "4000",
    "GRAPHMEM_LIMITS_HOPS": "2",
    "GRAPHMEM_LIMITS_NODES": "500",
    "GRAPHMEM_LIMITS_ROWS": "50",
    "GRAPHMEM_LIMITS_CYPHER_S": "2",
    "GRAPHMEM_LIMITS_CONCURRENT": "4",
    "GRAPHMEM_SPACES_HELD": "2",
}


@pytest.fixture(scope="package")
def http(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    store = tmp_path_factory.mktemp("read") / "read.db"
    for space in ("home", "spare", "pages", "examples"):
        fill(store, space)
    server = Server(store, free_port(), settings=SETTINGS)
    try:
        server.wait()
        with httpx.Client(base_url=f"{server.url}/v1/home/", timeout=120) as client:
            yield client
    finally:
        assert server.stop() == 0
    assert "Traceback" not in store.with_name("read.db.said").read_text()
