"""A job into a real server: its ledger is a file here, and the graph is a file's graph."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from graphmem.ports import GraphStore
from graphmem.stores.neo4j import Neo4jStore
from graphmem.stores.registry import open_store
from graphmem_pipelines import ingest
from graphmem_pipelines.jobs.health import unfinished
from graphmem_pipelines.jobs.verify import Verify, run_verify
from graphmem_pipelines.ledger.where import ledger_path, open_ledger
from scripts.neo4j_server.server import Neo4jServer

SPACE = "jobs"
NOTES = {
    "boats.md": "# Boats\n\nAda Nowak bought the Heron in Gdynia in May 2023.",
    "porto.txt": "Ben Okri sailed the Heron to Porto. He lives in Porto now.",
    "mast.txt": "Marta Silva repaired the mast.",
}


@pytest.fixture
def store(
    neo4j_alone: Neo4jServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Neo4jStore]:
    # Alone: other tests fill the shared server with vectors of a fake embedder.
    monkeypatch.setenv("GRAPHMEM_VIEWS_DIR", str(tmp_path / "views"))
    login = neo4j_alone.login
    password = quote(login.password, safe="")
    made = Neo4jStore(login.uri.replace("://", f"://{login.user}:{password}@"))
    yield made
    made.close()


def nodes(store: GraphStore) -> dict[str, dict[str, Any]]:
    labels = tuple(store.count(SPACE).nodes)
    found = [n for batch in store.changes(SPACE, 0, labels=labels) for n in batch.nodes]
    return {node.uid: node.model_dump(exclude={"recorded_at"}) for node in found}


def test_a_job_fills_a_server_as_it_fills_a_file(store: Neo4jStore, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    notes.mkdir()
    for name, text in NOTES.items():
        (notes / name).write_text(text)

    report = ingest(store, notes, space=SPACE)
    again = ingest(store, notes, space=SPACE)
    on_file = tmp_path / "notes.db"
    assert ingest(on_file, notes, space=SPACE).ok

    assert report.ok
    assert report.items["applied"] == 3
    assert again.items["skipped"] == 3
    file = open_store(on_file)
    assert nodes(store) == nodes(file)
    file.close()
    path = ledger_path(store)
    assert path is not None
    assert tmp_path in path.parents
    ledger = open_ledger(store)
    assert run_verify(Verify(), store, SPACE, ledger).ok
    assert unfinished(ledger) == []
    ledger.close()
