"""Ingests of what cannot be had: a clear word, a true state, and nothing half there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from graphmem.cli.app import run
from graphmem.stores.registry import open_store

# An ingest of the 150 files takes more than there is at first.
DISK_BYTES, ROOM_BYTES = 16 << 20, 2 << 20


def ingest(
    store: Path, *paths: Path | str, capsys: pytest.CaptureFixture[str]
) -> tuple[int, dict[str, Any]]:
    """Run the command; return its exit status and the report that it prints."""
    status = run(["ingest", *map(str, paths), "--store", str(store), "--workers", "1", "--json"])
    return status, json.loads(capsys.readouterr().out)


def sources(store: Path) -> list[str]:
    opened = open_store(store)
    try:
        return sorted(
            node.name  # type: ignore[attr-defined]
            for batch in opened.changes("default", 0, labels=("Source",))
            for node in batch.nodes
        )
    finally:
        opened.close()


def pdf_without_text() -> bytes:
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
    ]
    data, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    start = len(data)
    return (
        data + b"xref\n0 4\n0000000000 65535 f \n" + table
        + b"trailer << /Size 4 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % start
    )  # fmt: skip


@pytest.mark.slow
def test_files_that_nobody_can_read_fail_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tree, store = tmp_path / "tree", tmp_path / "agent.db"
    tree.mkdir()
    (tree / "ann.txt").write_text("Ann lives in Rome.")
    (tree / "scan.pdf").write_bytes(pdf_without_text())
    with (tree / "line.txt").open("wb") as file:
        for _ in range(100):
            file.write(b"a" * 1_000_000)
    with (tree / "rows.jsonl").open("wb") as file:
        file.write(b'{"text": "' + b"a" * 11_000_000 + b'"}\n{"text": "Bo lives in Oslo."}\n')
    outside = tmp_path / "secret.txt"
    outside.write_text("The password is swordfish.")
    (tree / "link.txt").symlink_to(outside)
    (tree / "bomb.zip").write_bytes(b"PK\x05\x06" + bytes(18))
    status, report = ingest(store, tree, tree / "bomb.zip", capsys=capsys)
    assert status == 1
    assert (report["state"], report["ok"]) == ("done", False)
    failures = {one["key"].removeprefix("tree/"): one["reason"] for one in report["failures"]}
    for key, said in {
        "scan.pdf": "no text",
        "line.txt": "100,000,000 bytes; at most 50,000,000 are read: split it",
        "link.txt": "a link out of the folder that was named",
        "bomb.zip": "archive",
    }.items():
        assert said in failures.pop(key)
    # One row of many is too long, and is told by its place.
    assert failures == {"rows.jsonl#1": "line 1 has more than 10,000,000 characters"}
    found = sources(store)
    assert len(found) == 2
    assert "tree/ann.txt" in found
    # The ledger says the same afterwards, and so does the exit status.
    assert run(["jobs", "show", "--store", str(store)]) == 1
    shown = capsys.readouterr().out
    assert "2 applied, 5 failed" in shown
    assert "swordfish" not in shown
    assert run(["jobs", "export-failed", "--store", str(store)]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(rows) == 5
    assert run(["jobs", "retry", "--store", str(store)]) == 1
    assert "5 items failed" in " ".join(capsys.readouterr().err.split())


def test_paths_that_are_not_there_leave_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = tmp_path / "agent.db"
    assert run(["ingest", str(tmp_path / "none"), "--store", str(store)]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "there is no file or folder" in told.err
    assert run(["jobs", "list", "--store", str(store), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"jobs": []}
    assert run(["ingest", str(tmp_path), "--engine", "dask", "--store", str(store)]) == 2


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 16 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root can mount the small tmpfs that this test fills")
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"this machine does not let us mount a tmpfs: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.slow
def test_a_disk_that_is_full_stops_the_job_and_it_goes_on_with_room(
    tmp_path: Path, disk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tree, store = tmp_path / "tree", disk / "agent.db"
    tree.mkdir()
    for n in range(150):
        (tree / f"f{n:03}.txt").write_text(f"Ann{n} lives in Rome. " + "She likes Bo. " * 10)
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(DISK_BYTES - ROOM_BYTES))
    status = run(["ingest", str(tree), "--store", str(store), "--workers", "1", "--json"])
    told = capsys.readouterr()
    assert status == 1
    assert "no room left on the disk" in told.out + told.err
    ballast.unlink()
    capsys.readouterr()
    assert run(["jobs", "list", "--store", str(store), "--json"]) == 0
    (job,) = json.loads(capsys.readouterr().out)["jobs"]
    # Where there was no room even for the ledger's last word, nobody works on it all the same.
    assert job["state"] in ("failed", "stopped")
    assert "no room left on the disk" in job["error"] or "is gone" in job["error"]
    # What the ledger calls applied is there, and nothing else is.
    assert job["done"] <= len(sources(store)) < 150
    status, report = ingest(store, tree, capsys=capsys)
    assert (status, report["job"], report["items"]["applied"]) == (0, job["job"], 150)
    assert len(sources(store)) == 150
    assert run(["jobs", "verify", "--store", str(store)]) == 0
