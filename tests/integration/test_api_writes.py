"""Writes, jobs and events over HTTP: a real server process, a real client."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from graphmem_pipelines import ingest
from graphmem_pipelines.ledger.writes import WriteLedger
from scripts.kill_server.__main__ import FRESH, disturb
from scripts.kill_server.server import Server, free_port

pytestmark = pytest.mark.slow

SETTINGS = {"GRAPHMEM_LIMITS_WAITING": "40", "GRAPHMEM_LIMITS_STREAMS": "4"}
PATIENCE_S = 120


@contextmanager
def serving(store: Path, **settings: str) -> Iterator[httpx.Client]:
    server = Server(store, free_port(), settings={**SETTINGS, **settings})
    try:
        server.wait()
        with httpx.Client(base_url=server.url, timeout=PATIENCE_S) as http:
            yield http
    finally:
        assert server.stop() == 0


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("served") / "served.db"


@pytest.fixture(scope="module")
def http(store: Path) -> Iterator[httpx.Client]:
    with serving(store) as client:
        yield client


def until(look: Callable[[], Any]) -> Any:
    end = time.monotonic() + PATIENCE_S
    while not (found := look()):
        assert time.monotonic() < end
        time.sleep(0.05)
    return found


def ended(http: httpx.Client, job: str) -> dict[str, Any]:
    return until(lambda: (now := http.get(job).json())["finished_at"] and now)


def events(stream: httpx.Response) -> Iterator[tuple[str, dict[str, Any], str | None]]:
    """Yield name, data and id of each event, as a client reads them."""
    event: dict[str, str] = {}
    for line in stream.iter_lines():
        if line.startswith(":"):
            continue
        if line:
            name, _, value = line.partition(": ")
            event[name] = value
        elif event:
            yield event["event"], json.loads(event["data"]), event.get("id")
            event = {}


def test_a_write_is_acknowledged_and_then_applied(http: httpx.Client) -> None:
    answer = http.post("/v1/first/memories", json={"text": "Alice likes tea.", "source": "n"})
    assert answer.status_code == 202
    assert answer.headers["location"] == f"/v1/jobs/{answer.json()['id']}"
    job = ended(http, answer.headers["location"])
    assert (job["state"], job["items"], job["failed"]) == ("done", 1, 0)
    assert job["receipt"]["seq"] > 0
    found = http.post("/v1/first/search", json={"question": "What does Alice like?"}).json()
    assert found["hits"][0]["text"] == "Alice likes tea."


def test_who_waits_gets_the_receipt(http: httpx.Client) -> None:
    body = {"messages": [{"speaker": "Bob", "text": "I moved to Oslo."}], "source": "chat"}
    first = http.post("/v1/waits/memories?wait=true", json=body)
    assert first.status_code == 201
    assert len(first.json()["added"]["Passage"]) == 1
    again = http.post("/v1/waits/memories?wait=true", json=body)
    assert (again.status_code, again.json()["seq"]) == (200, 0)


def test_runs_and_extractions_go_the_same_way(http: httpx.Client) -> None:
    step = {"action": "open drawer 1", "observation": "a key"}
    run = {"task": "find the key", "steps": [step], "outcome": "success"}
    answer = http.post("/v1/kinds/runs?wait=true", json=run)
    assert (answer.status_code, len(answer.json()["added"]["Query"])) == (201, 1)
    given = [{"id": "p", "triples": [["Alice", "likes", "tea"]]}, {"id": "none", "triples": []}]
    body = {"passages": [{"id": "p", "text": "Alice likes tea."}], "extractions": given}
    answer = http.post("/v1/kinds/extracted?wait=true", json=body)
    assert answer.status_code == 201
    assert [row["index"] for row in answer.json()["rejected"]] == [1]


def test_one_key_is_one_write_also_after_a_restart(tmp_path: Path) -> None:
    body, key = {"text": "Alice has one cat.", "source": "cat"}, {"Idempotency-Key": "k-1"}
    with serving(tmp_path / "a.db") as http:
        first = http.post("/v1/s/memories", json=body, headers=key)
        second = http.post("/v1/s/memories", json=body, headers=key)
        assert (second.status_code, second.headers["idempotency-replayed"]) == (202, "true")
        assert second.headers["location"] == first.headers["location"]
    with serving(tmp_path / "a.db") as http:
        third = http.post("/v1/s/memories?wait=true", json=body, headers=key)
        assert third.headers["location"] == first.headers["location"]
        assert third.status_code == 200
        other = http.post("/v1/s/memories", json={"text": "Another."}, headers=key)
        assert other.status_code == 409
        assert other.headers["content-type"] == "application/problem+json"
        assert other.json()["code"] == "idempotency_key_reused"
        elsewhere = http.post("/v1/t/memories", json={"text": "Another."}, headers=key)
        assert elsewhere.status_code == 202
        assert len(http.get("/v1/jobs").json()["jobs"]) == 2


def test_a_body_that_cannot_be_used_leaves_nothing(http: httpx.Client) -> None:
    headers = {"content-type": "application/json"}
    before = http.get("/v1/jobs?limit=500").json()
    for path, raw in (
        ("memories", b"{"),
        ("memories", b'{"text": "\xff"}'),
        ("memories", b'{"text": " "}'),
        ("memories", b'{"documents": [{"text": "good"}, {"text": ""}]}'),
        ("memories", b"[" * 200_000),
        ("runs", b'{"task": "t", "steps": [], "outcome": true}'),
        ("extracted", b'{"passages": [{"id": "p"}]}'),
    ):
        answer = http.post(f"/v1/bad/{path}", content=raw, headers=headers)
        assert answer.status_code == 422, (path, raw[:40])
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["detail"]
    plain = http.post("/v1/bad/memories", content=b'{"text": "a"}')
    assert plain.status_code == 415
    packed = {**headers, "Content-Encoding": "gzip"}
    assert http.post("/v1/bad/memories", content=b"x", headers=packed).status_code == 415
    blank = http.post("/v1/%20/memories", json={"text": "a"})
    assert blank.status_code == 422
    assert http.get("/v1/jobs?limit=500").json() == before


def test_writes_of_a_space_are_applied_in_the_order_in_which_they_came(
    http: httpx.Client, store: Path
) -> None:
    jobs = []
    path = store.with_name(store.name + ".jobs")
    # As while another process is at it, so that all of them wait.
    with closing(WriteLedger(path)) as ledger, ledger.turn("order"):
        for n in range(30):
            body = {"text": f"Box {n} is on shelf {n}.", "source": f"box {n}"}
            jobs.append(http.post("/v1/order/memories", json=body).headers["location"])
    seqs = [ended(http, job)["receipt"]["seq"] for job in jobs]
    assert seqs == sorted(seqs)
    assert len(set(seqs)) < len(seqs)  # some were committed together


def test_what_fails_says_why_and_is_tried_again_or_given_up(http: httpx.Client) -> None:
    two = [{"text": "Alice is in.", "ref": "x"}, {"text": "Bob is out.", "ref": "y"}]
    stored = {"text": "Alice was here.", "source": "x", "trust": 0.5}
    assert http.post("/v1/fails/memories?wait=true", json=stored).status_code == 201
    answer = http.post("/v1/fails/memories?wait=true", json={"documents": two, "trust": 0.9})
    assert answer.status_code == 201
    assert [row["index"] for row in answer.json()["rejected"]] == [0]
    job = answer.headers["location"]
    (item,) = http.get(job + "/items").json()["items"]
    assert (item["n"], item["name"], item["state"]) == (1, "x", "failed")
    assert "trust of 0.5" in item["error"]
    assert len(http.get(job + "/items?state=all").json()["items"]) == 2
    retried = http.post(job + "/retry")
    assert (retried.status_code, retried.json()["failed"]) == (200, 0)
    assert ended(http, job)["failed"] == 1
    assert http.post(job + "/cancel").json()["state"] == "cancelled"
    whole = http.post("/v1/fails/memories?wait=true", json={"documents": two[:1], "trust": 0.9})
    assert (whole.status_code, whole.json()["code"]) == (422, "invalid_input")


def test_what_was_acknowledged_under_a_key_stays_when_it_is_asked_for_again_and_failed(
    http: httpx.Client,
) -> None:
    stored = {"text": "Alice was here.", "source": "x", "trust": 0.5}
    assert http.post("/v1/keyed/memories?wait=true", json=stored).status_code == 201
    body, key = {"documents": [{"text": "Alice is in.", "ref": "x"}], "trust": 0.9}, "k-2"
    first = http.post("/v1/keyed/memories", json=body, headers={"Idempotency-Key": key})
    assert first.status_code == 202
    ended(http, first.headers["location"])
    with ThreadPoolExecutor(4) as pool:
        again = pool.map(
            lambda _: http.post(
                "/v1/keyed/memories?wait=true", json=body, headers={"Idempotency-Key": key}
            ),
            range(8),
        )
        assert {(each.status_code, each.json()["code"]) for each in again} == {
            (422, "invalid_input")
        }
    kept = http.get(first.headers["location"])
    assert (kept.status_code, kept.json()["failed"]) == (200, 1)


def test_too_much_that_waits_is_refused_and_what_waits_is_applied_later(
    http: httpx.Client, store: Path
) -> None:
    with closing(WriteLedger(store.with_name(store.name + ".jobs"))) as ledger:
        with ledger.turn("full") as mine:  # as another process that is at it
            assert mine
            answers = [
                http.post("/v1/full/memories", json={"text": f"Text {n}."}) for n in range(45)
            ]
            assert http.post("/v1/other/memories", json={"text": "a b"}).status_code == 202
            late = http.post("/v1/full/memories?wait=true", json={"text": "Text 0."})
            first = answers[0].headers["location"]
            assert http.get(first).json()["state"] == "waiting"
            last = answers[39].headers["location"]
            assert http.post(last + "/cancel").json()["state"] == "cancelled"
        assert [one.status_code for one in answers] == [202] * 40 + [429] * 5
        assert late.status_code == 429
        assert int(late.headers["retry-after"]) > 0
        assert ended(http, answers[38].headers["location"])["state"] == "done"
        assert ledger.queue().by_space.get("full", 0) == 0


def test_jobs_come_by_the_page_and_one_that_is_not_there_is_not_found(http: httpx.Client) -> None:
    for n in range(5):
        http.post("/v1/pages/memories", json={"text": f"Page {n}."})
    seen, cursor = [], ""
    while True:
        page = http.get(f"/v1/jobs?limit=2{cursor}").json()
        seen += [job["id"] for job in page["jobs"]]
        if page["next"] is None or len(seen) > 5:
            break
        cursor = f"&cursor={page['next']}"
    assert seen == sorted(seen, reverse=True)
    assert len(set(seen)) == len(seen)
    for path in ("", "/items", "/events"):
        assert http.get(f"/v1/jobs/{'0' * 32}{path}").status_code == 404
    assert http.post("/v1/jobs/last/retry").status_code == 404
    assert http.get("/v1/jobs?limit=0").status_code == 422
    for cursor in ("zzz", "", "last", seen[0][:-1], seen[0].upper() + "\n"):
        wrong = http.get("/v1/jobs", params={"cursor": cursor})
        assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid_input")
        assert "`next` of the page before" in wrong.json()["detail"]
    job = f"/v1/jobs/{seen[0]}/items?cursor=-1"
    assert http.get(job).status_code == 422


def test_a_job_is_followed_to_its_end(http: httpx.Client) -> None:
    texts = [{"text": f"Chapter {n} tells of Alice and town {n}."} for n in range(80)]
    job = http.post("/v1/follow/memories", json={"documents": texts}).headers["location"]
    with http.stream("GET", job + "/events") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        told = [(name, data["done"]) for name, data, _ in events(stream)]
    assert told[-1] == ("end", 80)
    assert [done for _, done in told] == sorted(done for _, done in told)
    assert {name for name, _ in told[:-1]} <= {"progress"}


def test_changes_of_a_graph_are_told_as_they_come_and_gone_on_from(http: httpx.Client) -> None:
    with http.stream("GET", "/v1/live/events") as stream:
        coming = events(stream)
        assert next(coming)[0] == "ready"
        http.post("/v1/live/memories", json={"text": "Alice met Bob."})
        http.post("/v1/dead/memories", json={"text": "Nobody met Carol."})
        name, data, mark = next(coming)
        assert name == "changes"
        assert "Alice met Bob." in [node["text"] for node in data["nodes"]]
    assert mark is not None
    http.post("/v1/live/memories?wait=true", json={"text": "Dave met Erin."})
    with http.stream("GET", "/v1/live/events", headers={"Last-Event-ID": mark}) as stream:
        coming = events(stream)
        assert next(coming)[0] == "ready"
        said = [node["text"] for node in next(coming)[1]["nodes"]]
        assert "Dave met Erin." in said
        assert not [text for text in said if "Alice" in text or "Carol" in text]
    with http.stream("GET", "/v1/live/events?after=99-gone") as stream:
        assert next(events(stream))[0] == "reset"
    assert http.get("/v1/live/events?after=nonsense").status_code == 422


def test_streams_are_limited_and_one_that_leaves_makes_room(http: httpx.Client) -> None:
    def status() -> int:
        with http.stream("GET", "/v1/room/events") as stream:
            return stream.status_code

    until(lambda: status() == 200)
    streams = [http.stream("GET", "/v1/room/events") for _ in range(4)]
    opened = until(lambda: _all_open(streams))
    refused = http.get("/v1/room/events")
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_streams")
    opened[0].close()  # it leaves amid the stream
    until(lambda: status() == 200)
    for one in opened[1:]:
        one.close()


def _all_open(streams: list[Any]) -> list[httpx.Response]:
    found = [stream.__enter__() for stream in streams]
    assert all(one.status_code == 200 for one in found)
    return found


def test_a_server_that_is_stopped_ends_its_streams_and_applies_the_rest_later(
    tmp_path: Path,
) -> None:
    server = Server(tmp_path / "a.db", free_port())
    server.wait()
    jobs: list[str] = []
    with httpx.Client(base_url=server.url, timeout=PATIENCE_S) as http:
        http.post("/v1/s/memories?wait=true", json={"text": "Warm."})
        told: list[str] = []
        with http.stream("GET", "/v1/s/events") as stream:
            coming = events(stream)
            told.append(next(coming)[0])
            for n in range(150):
                answer = http.post("/v1/s/memories", json={"text": f"Alice counts to {n}."})
                jobs.append(answer.headers["location"])
            status: list[int] = []
            stopper = threading.Thread(target=lambda: status.append(server.stop()))
            stopper.start()
            told += [name for name, _, _ in coming]
            stopper.join()
    assert status == [0]
    assert told[0] == "ready"
    with serving(tmp_path / "a.db") as http:
        assert {ended(http, job)["state"] for job in jobs} == {"done"}
        assert http.get("/v1/s/stats").json()["nodes"]["Source"] == 151


def test_jobs_of_the_command_line_are_there_too(http: httpx.Client, store: Path) -> None:
    folder = store.parent / "notes"
    folder.mkdir()
    (folder / "a.md").write_text("Alice keeps a diary.")
    report = ingest(store, folder, space="notes", workers=1)
    job = http.get(f"/v1/jobs/{report.job}").json()
    assert (job["kind"], job["space"], job["state"], job["items"]) == (
        "ingest",
        "notes",
        "done",
        1,
    )
    assert report.job in [one["id"] for one in http.get("/v1/jobs").json()["jobs"]]
    assert http.post(f"/v1/jobs/{report.job}/retry").status_code == 409


def test_a_key_sees_the_jobs_of_its_spaces_alone(tmp_path: Path) -> None:
    store = tmp_path / "a.db"
    with serving(store) as http:
        theirs = http.post("/v1/theirs/memories", json={"text": "Secret."}).headers["location"]
        mine = http.post("/v1/mine/memories", json={"text": "Mine."}).headers["location"]
        ended(http, theirs)
    command = [sys.executable, "-m", "graphmem", "keys", "create", "me", "--scope", "write"]
    made = subprocess.run(
        [*command, "--space", "mine", "--store", str(store), "--json"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    headers = {"Authorization": f"Bearer {json.loads(made.stdout)['token']}"}
    server = Server(store, free_port())
    try:
        server.wait(headers)
        with httpx.Client(base_url=server.url, headers=headers, timeout=PATIENCE_S) as http:
            assert [job["space"] for job in http.get("/v1/jobs").json()["jobs"]] == ["mine"]
            assert http.get(mine).status_code == 200
            for path in ("", "/items", "/events"):
                gone, none = http.get(theirs + path), http.get(f"/v1/jobs/{'0' * 32}{path}")
                assert (gone.status_code, none.status_code) == (404, 404)
            for path in ("/retry", "/cancel"):
                assert http.post(theirs + path).status_code == 404
            assert http.get("/v1/theirs/events").status_code == 403
            assert http.post("/v1/theirs/memories", json={"text": "a"}).status_code == 403
    finally:
        server.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="it kills groups of processes")
@pytest.mark.parametrize("workers", [1, 2])
def test_whatever_was_acknowledged_survives_kills(tmp_path: Path, workers: int) -> None:
    told = disturb(tmp_path, rounds=2, clients=3, workers=workers, seed=7, longest_s=3.0)
    assert told["problems"] == []
    assert told["acknowledged"] >= 2 * FRESH
