"""Deletes over HTTP come after what was acknowledged before them, and leave nothing of it."""

from __future__ import annotations

import sqlite3
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from graphmem_pipelines.ledger.writes import WriteLedger
from scripts.kill_server.server import Server, free_port

pytestmark = pytest.mark.slow

PATIENCE_S = 120
SECRET = "Zerlina keeps the blue ledger in Trieste."


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("deletes") / "served.db"


@pytest.fixture(scope="module")
def http(store: Path) -> Iterator[httpx.Client]:
    server = Server(store, free_port())
    try:
        server.wait()
        with httpx.Client(base_url=server.url, timeout=PATIENCE_S) as client:
            yield client
    finally:
        assert server.stop() == 0


@contextmanager
def held_up(store: Path, space: str) -> Iterator[None]:
    """Have everything of a space wait, as while another process is at it."""
    with closing(WriteLedger(path_of(store))) as ledger, ledger.turn(space) as mine:
        assert mine
        yield


def path_of(store: Path) -> Path:
    return store.with_name(store.name + ".jobs")


def until(look: Callable[[], Any]) -> Any:
    end = time.monotonic() + PATIENCE_S
    while not (found := look()):
        assert time.monotonic() < end
        time.sleep(0.05)
    return found


def ended(http: httpx.Client, job: str) -> dict[str, Any]:
    return until(lambda: (now := http.get(job).json())["finished_at"] and now)


def contents(store: Path, job: str) -> list[str]:
    with closing(sqlite3.connect(path_of(store))) as rows:
        found = rows.execute(
            "SELECT content FROM item WHERE job = ? AND content IS NOT NULL",
            (job.rpartition("/")[2],),
        ).fetchall()
    return [zlib.decompress(content).decode() for (content,) in found]


def sources(http: httpx.Client, space: str) -> list[str]:
    return [one["name"] for one in http.get(f"/v1/{space}/sources").json()["sources"]]


def add(http: httpx.Client, space: str, text: str, source: str) -> str:
    answer = http.post(f"/v1/{space}/memories", json={"text": text, "source": source})
    assert answer.status_code == 202
    location: str = answer.headers["location"]
    return location


@pytest.mark.parametrize("named", [{"source": "note"}, {"space": "true"}])
def test_what_waits_is_forgotten_when_it_is_deleted(
    http: httpx.Client, store: Path, named: dict[str, str]
) -> None:
    space = f"waits-{next(iter(named))}"
    with held_up(store, space):
        write = add(http, space, SECRET, "note")
        assert SECRET in str(contents(store, write))
        answer = http.delete(f"/v1/{space}/memories", params={**named, "wait": "false"})
        assert answer.status_code == 202
        assert answer.json()["kind"] == "delete"
        assert contents(store, write) == []
        later = add(http, space, "Bob likes tea.", "later")
    assert ended(http, answer.headers["location"])["receipt"]["seq"] == 0
    assert ended(http, write)["state"] == "cancelled"
    assert ended(http, later)["state"] == "done"
    assert sources(http, space) == ["later"]


def test_a_delete_comes_behind_the_writes_before_it(http: httpx.Client, store: Path) -> None:
    body = {"text": "Alice met Bob.", "source": "one"}
    first = http.post("/v1/behind/memories?wait=true", json=body).json()
    (uid,) = first["added"]["Passage"]
    with held_up(store, "behind"):
        add(http, "behind", "Alice met Bob.", "one")
        about = add(http, "behind", "Alice likes tea.", "two")
        by_uid = http.delete(f"/v1/behind/memories?uid={uid}&wait=false").headers["location"]
        of = http.delete("/v1/behind/memories?entity=Alice&wait=false").headers["location"]
    assert ended(http, about)["state"] == "done"
    assert ended(http, by_uid)["receipt"]["nodes"]["Passage"] == 1
    assert ended(http, of)["state"] == "done"
    assert http.get(f"/v1/behind/nodes/{uid}").status_code == 404
    found = http.get("/v1/behind/current?entity=Alice")
    assert (found.status_code, found.json().get("code")) == (404, "not_found")


def test_what_failed_is_forgotten_too(http: httpx.Client, store: Path) -> None:
    trusted = {"text": "Alice was here.", "source": "x", "trust": 0.5}
    assert http.post("/v1/fails/memories?wait=true", json=trusted).status_code == 201
    other = {"text": SECRET, "source": "x", "trust": 0.9}
    job = http.post("/v1/fails/memories", json=other).headers["location"]
    assert ended(http, job)["failed"] == 1
    assert SECRET in str(contents(store, job))
    assert http.delete("/v1/fails/memories?source=x").status_code == 200
    assert contents(store, job) == []
    assert http.post(job + "/retry").json()["state"] == "done"
    assert sources(http, "fails") == []


def test_a_refusal_to_who_waits_keeps_nothing(http: httpx.Client, store: Path) -> None:
    trusted = {"text": "Alice was here.", "source": "x", "trust": 0.5}
    assert http.post("/v1/refused/memories?wait=true", json=trusted).status_code == 201
    before = http.get("/v1/jobs").json()["jobs"]
    other = {"text": SECRET, "source": "x", "trust": 0.9}
    answer = http.post("/v1/refused/memories?wait=true", json=other)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    gone = http.delete("/v1/refused/memories?source=nothing")
    assert (gone.status_code, gone.json()["code"]) == (404, "not_found")
    assert http.get("/v1/jobs").json()["jobs"] == before


def test_a_delete_that_finds_nothing_says_so_and_is_no_failure(
    http: httpx.Client, store: Path
) -> None:
    gone = http.delete("/v1/nothing/memories?source=nope&wait=false")
    assert gone.status_code == 202
    status = ended(http, gone.headers["location"])
    assert (status["state"], status["failed"]) == ("done", 0)
    assert "nothing was deleted" in status["receipt"]["notes"][0]
    (item,) = http.get(gone.headers["location"] + "/items").json()["items"]
    assert (item["state"], item["code"]) == ("skipped", "not_found")
    assert "nothing was deleted" in item["error"]
    assert "nope" not in str((status, item))


def test_mcp_deletes_behind_the_writes_before_it(http: httpx.Client, store: Path) -> None:
    call = {"name": "delete_memory", "arguments": {"source": "note"}}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
    accept = {"Accept": "application/json, text/event-stream"}
    write = add(http, "tools", SECRET, "note")
    answer = http.post("/v1/tools/mcp", json=body, headers=accept)
    assert 'isError":true' not in answer.text.replace(" ", "")
    assert ended(http, write)["finished_at"]
    assert sources(http, "tools") == []
