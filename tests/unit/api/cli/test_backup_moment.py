"""A backup is of one moment also between its parts: what waits, and what it is applied to."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from graphmem.memory import Memory
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder
from graphmem_api.cli import archive
from graphmem_pipelines.jobs.contents import item_of
from graphmem_pipelines.ledger.rows import DELETE
from graphmem_pipelines.ledger.writes import Waiting, Write, WriteLedger


def memory_at(path: Path) -> Memory:
    return Memory(path, embedder=FakeEmbedder(), extractor=FakeExtractor())


def test_a_delete_that_waits_in_a_backup_comes_to_nothing_that_was_written_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"store": tmp_path / "a.db", "jobs": tmp_path / "a.db.jobs"}
    item = item_of(1, DELETE, {"source": "note"})
    copy, copied = archive._copied, list[object]()

    def and_then_others_write(*given: Any) -> Path:
        path = copy(*given)
        if not copied:
            # The delete that waits is applied, and a newer write of the name is acknowledged.
            memory.delete(source="note")
            memory.add("Bo lives in Oslo.", source="note")
        copied.append(path)
        return path

    monkeypatch.setattr(archive, "_copied", and_then_others_write)
    with memory_at(files["store"]) as memory, closing(WriteLedger(files["jobs"])) as ledger:
        memory.add("Ann lives in Rome.", source="note")
        write = Write("default", (item,), True, None, "digest", kind=DELETE)
        (kept,) = ledger.keep([write], Waiting(10, 1_000, {}))
        archive.write_archive(tmp_path / "kept.tar", files, force=False)
        # Nobody is kept from writing once it is done.
        ledger.forget(kept.job)
    back = {name: tmp_path / f"back.{name}" for name in files}
    archive.restore_archive(tmp_path / "kept.tar", back, force=False)
    with closing(WriteLedger(back["jobs"])) as ledger:
        assert ledger.is_waiting(kept.job)
    with memory_at(back["store"]) as memory:
        assert [hit.text for hit in memory.search("Who lives where?").hits] == [
            "Ann lives in Rome."
        ]
