"""The server on a real Neo4j: two processes, keys, what clients do, and a Neo4j that goes away."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from graphmem_api.access.keys import KeyFile
from scripts.kill_server.server import Server, free_port
from scripts.neo4j_server.server import Neo4jServer
from tests.integration.api_reads.home import TEXTS
from tests.integration.test_api_writes import events

pytestmark = pytest.mark.slow

PATIENCE_S = 180
SECRET = "Zerlina keeps the blue ledger in Trieste."


@dataclass(frozen=True)
class Served:
    """A server with keys.

    Attributes:
        tokens: "one" may do everything in the space of this name, "two" in the other; "reader"
            reads in "one".
        log: what the server says.
    """

    url: str
    tokens: dict[str, str]
    log: Path

    def client(self, key: str) -> httpx.Client:
        """Return a client that keeps no connection, so that every process of the server is met."""
        headers = {"Authorization": f"Bearer {self.tokens[key]}", "Connection": "close"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=PATIENCE_S)


@pytest.fixture(scope="module")
def served(neo4j_alone: Neo4jServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder, login = tmp_path_factory.mktemp("served"), neo4j_alone.login
    keys = KeyFile(folder / "keys.db")
    until_then = datetime.now(UTC) + timedelta(days=1)
    tokens = {
        name: keys.create(name, [scope], spaces, until_then)[0]
        for name, scope, spaces in (
            ("one", "admin", ["one"]),
            ("two", "admin", ["two"]),
            ("reader", "read", ["one"]),
        )
    }
    settings = {
        "NEO4J_USER": login.user, "NEO4J_PASSWORD": login.password,
        "GRAPHMEM_KEYS": str(folder / "keys.db"), "GRAPHMEM_VIEWS_DIR": str(folder / "views"),
    }  # fmt: skip
    log = folder / "said"
    server = Server(login.uri, free_port(), workers=2, settings=settings, log=log)
    made = Served(server.url, tokens, log)
    try:
        server.wait({"Authorization": f"Bearer {tokens['one']}"})
        yield made
    finally:
        status = server.stop()
    assert status == 0
    assert "Traceback" not in log.read_text()


@pytest.fixture(scope="module")
def filled(served: Served) -> Served:
    with served.client("one") as http:
        for source, at, text in TEXTS:
            body = {"text": text, "source": source, "at": at}
            answer = http.post("/v1/one/memories?wait=true", json=body)
            assert answer.status_code == 201, answer.text
    with served.client("two") as http:
        body = {"text": SECRET, "source": "ledger"}
        assert http.post("/v1/two/memories?wait=true", json=body).status_code == 201
    return served


@pytest.fixture
def http(filled: Served) -> Iterator[httpx.Client]:
    with filled.client("one") as client:
        yield client


def until(look: Callable[[], Any]) -> Any:
    end = time.monotonic() + PATIENCE_S
    while not (found := look()):
        assert time.monotonic() < end
        time.sleep(0.1)
    return found


def node_of(http: httpx.Client, label: str, text: str, space: str = "one") -> str:
    nodes = http.get(f"/v1/{space}/graph").json()["nodes"]
    found: list[str] = [n["uid"] for n in nodes if n["label"] == label and text in n["text"]]
    return found[0]


def test_both_processes_find_what_was_added(http: httpx.Client) -> None:
    question = {"question": "Where does Caroline live?", "k": 3}
    for _ in range(6):
        assert "Porto" in http.post("/v1/one/search", json=question).json()["hits"][0]["text"]
    then = http.post("/v1/one/search", json={**question, "as_of": "2023-07-01"}).json()
    assert "Lisbon" in then["hits"][0]["text"]
    asked = {"question": "Who works at Acme?", "budget": 60}
    context = http.post("/v1/one/context", json=asked).json()
    assert context["citations"][0]["source"] == "note-1"
    asked = {"entity": "Caroline", "mode": "chronological"}
    recall = http.post("/v1/one/recall", json=asked).json()
    assert recall["hits"]


def test_any_process_takes_feedback_on_what_another_showed(http: httpx.Client) -> None:
    for n in range(8):
        asked = {"question": f"Who visited Caroline in Porto for the {n}th time?", "k": 3}
        recall = http.post("/v1/one/search", json=asked).json()
        said = {"recall_id": recall["id"], "used": [recall["hits"][0]["uid"]], "outcome": True}
        # Another process may hear of it a moment later; on a busy machine, a long one.
        end = time.monotonic() + 120
        while (
            answer := http.post("/v1/one/feedback", json=said)
        ).status_code == 404 and time.monotonic() < end:
            pass
        assert answer.status_code == 200, answer.text


def test_a_write_is_a_job_that_is_followed(http: httpx.Client) -> None:
    texts = [{"text": f"Chapter {n} tells of Bo and town {n}."} for n in range(20)]
    job = http.post("/v1/one/memories", json={"documents": texts}).headers["location"]
    with http.stream("GET", job + "/events") as stream:
        told = [(name, data["done"]) for name, data, _ in events(stream)]
    assert told[-1] == ("end", 20)
    status = http.get(job).json()
    assert (status["state"], status["failed"]) == ("done", 0)
    assert status["id"] in [one["id"] for one in http.get("/v1/jobs").json()["jobs"]]


def test_changes_are_told_as_they_come(http: httpx.Client) -> None:
    with http.stream("GET", "/v1/one/events") as stream:
        coming = events(stream)
        assert next(coming)[0] == "ready"
        http.post("/v1/one/memories", json={"text": "Alice met Bob.", "source": "met"})
        name, data, mark = next(coming)
        assert name == "changes"
        assert "Alice met Bob." in [node["text"] for node in data["nodes"]]
    http.post("/v1/one/memories?wait=true", json={"text": "Dave met Erin.", "source": "met too"})
    with http.stream("GET", "/v1/one/events", headers={"Last-Event-ID": str(mark)}) as stream:
        coming = events(stream)
        assert next(coming)[0] == "ready"
        assert "Dave met Erin." in [node["text"] for node in next(coming)[1]["nodes"]]


def test_a_node_has_a_tag_a_history_and_evidence(http: httpx.Client) -> None:
    uid = node_of(http, "Proposition", "Melanie visited Caroline")
    answer = http.get(f"/v1/one/nodes/{uid}")
    tag = answer.headers["etag"]
    assert http.get(f"/v1/one/nodes/{uid}", headers={"If-None-Match": tag}).status_code == 304
    states = http.get(f"/v1/one/nodes/{uid}/history").json()
    assert [one["node"]["text"] for one in states] == ["Melanie visited Caroline"]
    assert (
        "Porto"
        in http.get(f"/v1/one/nodes/{uid}/evidence").json()["passages"][0]["passage"]["text"]
    )
    assert http.get(f"/v1/one/nodes/{uid}/neighbors").json()["edges"]
    assert http.get(f"/v1/one/nodes/{'0' * 32}").status_code == 404


def test_the_graph_and_its_sources_come_by_the_page(http: httpx.Client) -> None:
    whole = http.get("/v1/one/graph").json()
    nodes, edges = _paged(http, "/v1/one/graph?limit=7")
    assert nodes == [node["uid"] for node in whole["nodes"]]
    assert len(edges) == len(whole["edges"])
    names, cursor = [], ""
    while cursor is not None:
        page = http.get(f"/v1/one/sources?limit=2{cursor}").json()
        names += [one["name"] for one in page["sources"]]
        cursor = page["next"] and f"&cursor={page['next']}"
    assert names == sorted(names)
    assert {"note-1", "note-2", "note-3"} <= {*names}
    around = http.get(f"/v1/one/graph?around={nodes[0]}&hops=1").json()
    assert nodes[0] in [node["uid"] for node in around["nodes"]]
    assert http.get("/v1/one/stats").json()["nodes"]["Source"] == len(names)


def _paged(http: httpx.Client, path: str) -> tuple[list[str], set[tuple[str, str, str]]]:
    nodes: list[str] = []
    edges: set[tuple[str, str, str]] = set()
    cursor: str | None = ""
    while cursor is not None:
        page = http.get(path + cursor).json()
        uids = [node["uid"] for node in page["nodes"]]
        ends = uids + page["outside"]
        edges |= {(page["kinds"][kind], ends[a], ends[b]) for kind, a, b in page["edges"]}
        nodes += uids
        cursor = f"&cursor={page['next']}" if "next" in page else None
    return nodes, edges


def test_named_questions_and_cypher_are_answered(http: httpx.Client) -> None:
    asked = {"parameters": {"entity": "Caroline"}}
    rows = http.post("/v1/one/queries/believed_now", json=asked).json()
    assert "Melanie visited Caroline" in str(rows["rows"])
    statement = "MATCH (p:Proposition {space: $space}) RETURN count(p) AS n"
    assert http.post("/v1/one/cypher", json={"statement": statement}).json()["rows"][0][0] > 0
    for bad in ("MATCH (n) DETACH DELETE n", "MATCH (n", "CREATE (n)"):
        assert http.post("/v1/one/cypher", json={"statement": bad}).status_code == 422


def test_cypher_tells_a_key_of_one_space_nothing_of_another(http: httpx.Client) -> None:
    """Nobody has to bind the nodes: there are no others where the statement runs."""

    def told(statement: str) -> Any:
        answer = http.post("/v1/one/cypher", json={"statement": statement})
        return answer.json()["rows"] if answer.status_code == 200 else answer.json()["detail"]

    n_sources = http.get("/v1/one/stats").json()["nodes"]["Source"]
    assert told("MATCH (s:Source) RETURN count(s) AS n") == [[n_sources]]
    assert {row[0] for row in told("MATCH (n) RETURN DISTINCT n.space AS space")} == {"one"}
    # What only the server of both can tell: it was how much there is of the other.
    for statement in (
        "SHOW INDEXES",
        "PROFILE MATCH (s:Source {space: $space}) RETURN s.name",
        "CALL db.labels()",
        "CALL db.index.fulltext.queryNodes('graphmem_Passage_words', 'ledger') YIELD node, score "
        "WHERE node.space = $space RETURN score",
    ):
        said = str(told(statement))
        assert "graphmem" not in said.replace("graphmem_Passage_words", "")
        assert "two" not in said
        assert "NodeUniqueIndexSeek" not in said


def test_what_is_deleted_is_receipted_and_gone(http: httpx.Client) -> None:
    body = {"text": "Quentin hides the amber key.", "source": "amber"}
    assert http.post("/v1/one/memories?wait=true", json=body).status_code == 201
    answer = http.request("DELETE", "/v1/one/memories", params={"source": "amber"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["nodes"]["Source"] == 1
    for _ in range(4):
        found = http.post("/v1/one/search", json={"question": "Who hides the amber key?"}).json()
        assert "amber" not in str(found["hits"])


def test_another_space_is_closed_in_every_way(filled: Served) -> None:
    with filled.client("two") as theirs:
        uid = node_of(theirs, "Passage", "blue ledger", "two")
        job = theirs.get("/v1/jobs").json()["jobs"][0]["id"]
    with filled.client("one") as http:
        for method, path in (
            ("GET", "graph"), ("GET", "sources"), ("GET", "stats"), ("GET", "events"),
            ("GET", f"nodes/{uid}"), ("POST", "search"), ("POST", "cypher"),
            ("POST", "memories"), ("DELETE", "memories?source=ledger"),
        ):  # fmt: skip
            answer = http.request(method, f"/v1/two/{path}", json={} if method == "POST" else None)
            assert answer.status_code == 403, path
        for path in (f"/v1/one/nodes/{uid}", f"/v1/one/nodes/{uid}/history", f"/v1/jobs/{job}"):
            assert http.get(path).status_code == 404
        found = http.post("/v1/one/search", json={"question": "Where is the blue ledger?"}).json()
        assert "Trieste" not in str(found)
    with filled.client("reader") as http:
        assert http.post("/v1/one/memories", json={"text": "No."}).status_code == 403
        assert http.get("/v1/one/stats").status_code == 200


def test_the_tools_of_mcp_work(filled: Served) -> None:
    with filled.client("one") as http:
        http.headers["Accept"] = "application/json, text/event-stream"

        def call(tool: str, **arguments: Any) -> str:
            params = {"name": tool, "arguments": arguments}
            body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
            answer = http.post("/mcp", json=body)
            assert answer.status_code == 200, answer.text
            return answer.text

        assert "added" in call("add_memory", text="Tom likes tea.", source="tea")
        assert "Tom likes tea." in call("search_memories", question="What does Tom like?")
        assert "Tom likes tea." in call("get_context", question="What does Tom like?")
        statement = "MATCH (s:Source {space: $space}) RETURN s.name"
        assert "tea" in call("cypher_query", statement=statement)
        assert "Deleted for good" in call("delete_memory", source="tea")


def test_a_neo4j_that_goes_away_is_told_and_comes_back(
    filled: Served, neo4j_alone: Neo4jServer
) -> None:
    def status() -> int:
        return httpx.get(filled.url + "/health/ready", timeout=PATIENCE_S).status_code

    question = {"question": "Where does Caroline live?"}
    with filled.client("one") as http:
        until(lambda: status() == 200)
        neo4j_alone.kill()
        until(lambda: status() == 503)
        assert httpx.get(filled.url + "/health/live").status_code == 200
        # Kept in the ledger, and applied when the server is there again.
        body = {"text": "Lena sails to Malta.", "source": "late"}
        late = http.post("/v1/one/memories", json=body)
        assert late.status_code == 202
        neo4j_alone.start()
        # In each of the processes.
        until(lambda: {status() for _ in range(8)} == {200})
        assert "Porto" in http.post("/v1/one/search", json=question).json()["hits"][0]["text"]
        job = late.headers["location"]
        until(lambda: http.get(job).json()["state"] == "done")
        found = http.post("/v1/one/search", json={"question": "Where does Lena sail?"}).json()
        assert "Malta" in found["hits"][0]["text"]
    assert "Traceback" not in filled.log.read_text()
