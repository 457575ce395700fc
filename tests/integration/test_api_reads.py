"""Reading over HTTP: a real server process on a real file, asked by a real client."""

from __future__ import annotations

import gzip
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from graphmem import Memory
from graphmem_api.routes.examples import EXAMPLES
from scripts.kill_server.server import Server, free_port

pytestmark = pytest.mark.slow

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
TEXTS = (
    ("note-1", "2023-06-01", "Caroline moved to Lisbon in May 2023. She works at Acme."),
    ("note-2", "2024-07-01", "Caroline moved to Porto in June 2024. Melanie lives in Berlin."),
    ("note-3", "2024-08-01", "Melanie visited Caroline in Porto. They swam in the Douro."),
)


def fill(store: Path, space: str) -> None:
    with Memory(store, space=space) as memory:
        for source, at, text in TEXTS:
            memory.add(text, source=source, at=at)


@pytest.fixture(scope="module")
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


def refused(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == status
    assert problem["code"] == code
    assert problem["type"] == f"urn:graphmem:problem:{code}"
    assert problem["title"]
    assert problem["detail"]
    assert problem["request_id"] == answer.headers["x-request-id"]
    return problem


def node_of(http: httpx.Client, label: str, text: str, graph: str = "graph") -> str:
    nodes = http.get(graph).json()["nodes"]
    found: list[str] = [n["uid"] for n in nodes if n["label"] == label and text in n["text"]]
    return found[0]


# Asking


def test_a_search_says_why(http: httpx.Client) -> None:
    recall = http.post("search", json={"question": "Where does Caroline live?", "k": 3}).json()
    assert recall["abstained"] is None
    assert "Porto" in recall["hits"][0]["text"]
    assert recall["hits"][0]["parts"]
    assert recall["trace"]["seeds"]
    then = {"question": "Where does Caroline live?", "as_of": "2023-07-01"}
    assert "Lisbon" in http.post("search", json=then).json()["hits"][0]["text"]


def test_a_context_cites(http: httpx.Client) -> None:
    context = http.post("context", json={"question": "Who works at Acme?", "budget": 60}).json()
    assert "[1]" in context["text"]
    assert context["n_tokens"] <= 60
    assert context["citations"][0]["source"] == "note-1"


def test_a_recall_takes_cues_and_feedback_credits_it(http: httpx.Client) -> None:
    asked = {"entity": "Caroline", "time": ["2023-05-01", None], "mode": "chronological"}
    recall = http.post("recall", json=asked).json()
    assert recall["hits"]
    said = {"recall_id": recall["id"], "used": [recall["hits"][0]["uid"]], "outcome": True}
    assert http.post("feedback", json=said).json()["added"]["Query"]
    said["used"] = ["0" * 32]
    refused(http.post("feedback", json=said), 422, "invalid_input")
    refused(http.post("feedback", json={**said, "recall_id": "x"}), 404, "not_found")


def test_an_answer_needs_an_llm(http: httpx.Client) -> None:
    problem = refused(http.post("answer", json={"question": "Where?"}), 422, "invalid_input")
    assert "of its server names one; a context needs none" in problem["detail"]


def test_what_is_not_there_is_told_in_no_words_of_the_command_line(http: httpx.Client) -> None:
    for path in ("nodes/none", "current?entity=None+Such", "../jobs/none"):
        problem = refused(http.get(path), 404, "not_found")
        assert problem["detail"].count(": ") == 1, "what to do is said"
        assert "graphmem " not in problem["detail"]
    told = refused(http.delete("memories", params={"source": "none"}), 404, "not_found")
    assert "MATCH (s:Source" in told["detail"]


@pytest.mark.parametrize("name", ["memories", "run", "extracted"])
def test_the_examples_of_writes_are_applied_whole(http: httpx.Client, name: str) -> None:
    path = "runs" if name == "run" else name
    for body in EXAMPLES[f"add_{name}"].values():
        answer = http.post(f"../written/{path}?wait=true", json=body)
        assert answer.status_code == 201, answer.text
        assert answer.json()["rejected"] == []


@pytest.mark.parametrize("name", sorted(n for n in EXAMPLES if not n.startswith("add_")))
def test_the_examples_of_the_document_are_taken(http: httpx.Client, name: str) -> None:
    uid = node_of(http, "Proposition", "Caroline", "../examples/graph")
    paths = {"query": "queries/believed_now"}
    paths |= {one: f"nodes/{uid}/{one}" for one in ("retire", "merge", "unmerge")}
    for body in EXAMPLES[name].values():
        answer = http.post(f"../examples/{paths.get(name, name)}", json=body)
        # Merging what is no entity, a recall of another server, no LLM: said, and no defect.
        assert answer.status_code in (200, 404, 422)
        if answer.status_code == 422:
            assert "body" not in answer.json()["detail"], answer.text


# Nodes


def test_a_node_has_a_tag_that_changes_with_it(http: httpx.Client) -> None:
    uid = node_of(http, "Entity", "Caroline")
    answer = http.get(f"nodes/{uid}")
    assert answer.json()["label"] == "Entity"
    assert answer.json()["node"]["name"] == "Caroline"
    tag = answer.headers["etag"]
    for known in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        again = http.get(f"nodes/{uid}", headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
    assert http.get(f"nodes/{uid}", headers={"If-None-Match": '"x"'}).status_code == 200
    refused(http.get(f"nodes/{'0' * 32}"), 404, "not_found")
    refused(http.get(f"nodes/{'0' * 81}"), 422, "invalid_input")


def test_history_neighbours_and_evidence(http: httpx.Client) -> None:
    fact = node_of(http, "Proposition", "moved to Lisbon")
    states = http.get(f"nodes/{fact}/history").json()
    assert [one["what"] for one in states][:1] == ["superseded"]
    assert all(one["label"] == "Proposition" for one in states)
    evidence = http.get(f"nodes/{fact}/evidence").json()
    (passage,) = evidence["passages"]
    assert passage["source"] == "note-1"
    ((start, end),) = passage["spans"]
    assert "Lisbon" in passage["passage"]["text"][start:end]
    caroline = node_of(http, "Entity", "Caroline")
    around = http.get(f"nodes/{caroline}/neighbors", params={"kind": "SUBJECT"}).json()
    assert {edge["kind"] for edge in around["edges"]} == {"SUBJECT"}
    assert {node["label"] for node in around["nodes"]} == {"Proposition"}
    mentions = http.get(f"nodes/{caroline}/evidence").json()["passages"]
    for one in mentions:
        assert {one["passage"]["text"][a:b] for a, b in one["spans"]} <= {"Caroline"}
    refused(http.get(f"nodes/{caroline}/neighbors?kind=HATES"), 422, "invalid_input")


def test_pages_of_neighbours_and_evidence_join_to_the_whole(http: httpx.Client) -> None:
    uid = node_of(http, "Entity", "Caroline")
    for part, rows in (("neighbors", "edges"), ("evidence", "passages")):
        whole = http.get(f"nodes/{uid}/{part}").json()[rows]
        pages, cursor = [], None
        while True:
            params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
            page = http.get(f"nodes/{uid}/{part}", params=params).json()
            pages += page[rows]
            if (cursor := page.get("next")) is None:
                break
        assert pages == whole
        refused(http.get(f"nodes/{uid}/{part}?cursor=bm8"), 422, "invalid_input")


def test_what_is_merged_can_be_undone(http: httpx.Client) -> None:
    uid = node_of(http, "Entity", "Melanie")
    assert http.post(f"nodes/{uid}/merge", json={"into": "Caroline"}).json()["seq"]
    assert http.post(f"nodes/{uid}/unmerge", json={"into": "Caroline"}).json()["seq"]
    refused(http.post(f"nodes/{uid}/unmerge", json={"into": "Caroline"}), 404, "not_found")


def test_a_retired_fact_does_not_hold(http: httpx.Client) -> None:
    fact = node_of(http, "Proposition", "Melanie lives in Berlin")
    held = http.get("current", params={"entity": "melanie"}).json()
    assert fact in {one["uid"] for one in held}
    assert http.post(f"nodes/{fact}/retire").json()["superseded"] == [fact]
    held = http.get("current", params={"entity": "melanie"}).json()
    assert fact not in {one["uid"] for one in held}
    refused(http.post(f"nodes/{fact}/retire", json={"at": "1.5"}), 422, "invalid_input")


# The graph


def test_the_graph_says_what_held(http: httpx.Client) -> None:
    page = http.get("graph").json()
    uids = [node["uid"] for node in page["nodes"]]
    assert uids == sorted(uids)
    ends = uids + page["outside"]
    edges = {(page["kinds"][k], ends[s], ends[e]) for k, s, e in page["edges"]}
    assert len(edges) == len(page["edges"]) == sum(http.get("stats").json()["edges"].values())
    facts = {n["text"]: n for n in page["nodes"] if n["label"] == "Proposition"}
    assert facts["Caroline moved to Lisbon"]["holds"] is False
    then = http.get("graph", params={"as_of": "2023-07-01", "layer": "knowledge"}).json()
    facts = {n["text"]: n for n in then["nodes"] if n["label"] == "Proposition"}
    assert facts["Caroline moved to Lisbon"]["holds"] is True
    assert "Caroline moved to Porto" not in facts
    assert {node["label"] for node in then["nodes"]} == {"Entity", "Proposition"}
    assert http.get("graph", params={"known_at": "2001-01-01"}).json()["nodes"] == []


def test_the_graph_around_what_was_found(http: httpx.Client) -> None:
    recall = http.post("search", json={"question": "Where does Caroline live?", "k": 2}).json()
    around = [hit["uid"] for hit in recall["hits"]]
    near = http.get("graph", params={"around": around, "hops": 1}).json()
    uids = {node["uid"] for node in near["nodes"]}
    assert set(around) < uids
    assert near["outside"] == []
    alone = http.get("graph", params={"around": around, "hops": 0}).json()
    assert [node["uid"] for node in alone["nodes"]] == sorted(around)
    few = http.get("graph", params={"around": around, "limit": 3}).json()
    assert (len(few["nodes"]), few["cut"]) == (3, True)
    refused(http.get("graph", params={"around": "0" * 32}), 404, "not_found")
    refused(http.get("graph?hops=3"), 422, "over_limit")
    refused(http.get("graph?limit=501"), 422, "over_limit")


def pages_of(http: httpx.Client, what: str, rows: str, limit: int) -> Iterator[list[Any]]:
    cursor = None
    while True:
        params = {"limit": limit} | ({"cursor": cursor} if cursor else {})
        page = http.get(what, params=params).json()
        yield page[rows]
        if (cursor := page.get("next")) is None:
            return


@pytest.mark.parametrize(
    ("what", "rows", "limit"), [("graph", "nodes", 7), ("sources", "sources", 1)]
)
def test_pages_lose_and_repeat_nothing_while_others_write(
    http: httpx.Client, what: str, rows: str, limit: int
) -> None:
    before = {row["uid"] for page in pages_of(http, f"../pages/{what}", rows, 500) for row in page}
    found: list[str] = []
    for number, page in enumerate(pages_of(http, f"../pages/{what}", rows, limit)):
        found += [row["uid"] for row in page]
        if number < 3:  # new nodes, and changes of old ones: the clock of each goes on
            text = f"Caroline met Zoe{what}{number} in Faro."
            done = http.post(
                "../pages/memories?wait=true", json={"text": text, "source": f"{what}{number}"}
            )
            assert done.status_code == 201, done.text
    assert len(found) == len(set(found))
    assert before <= set(found)


def test_counts_sources_and_lessons(http: httpx.Client) -> None:
    stats = http.get("stats").json()
    assert stats["space"] == "home"
    names = [one["name"] for one in http.get("sources").json()["sources"]]
    assert names == sorted(names)
    assert {"note-1", "note-2", "note-3"} <= set(names)
    for what in ("insights", "prescriptions"):
        assert http.get(what, params={"task": "deploy", "k": 3}).json()["abstained"]
        refused(http.get(what, params={"task": " "}), 422, "invalid_input")
        refused(http.get(what, params={"task": "x", "k": 21}), 422, "over_limit")
    refused(http.get("current", params={"entity": "Nobody at all"}), 404, "not_found")


# Cypher


def test_cypher_reads_this_space_alone(http: httpx.Client) -> None:
    asked = {
        "statement": "MATCH (e:Entity) WHERE e.kind = $kind RETURN e.name, e ORDER BY e.name",
        "parameters": {"kind": "person"},
    }
    table = http.post("cypher", json=asked).json()
    assert table["columns"] == ["e.name", "e"]
    assert {"Caroline", "Melanie"} <= {row[0] for row in table["rows"]}
    assert {row[1]["space"] for row in table["rows"]} == {"home"}
    cut = http.post("cypher", json={"statement": "MATCH (n) RETURN n.uid", "limit": 2}).json()
    assert (len(cut["rows"]), cut["cut"]) == (2, True)


def test_cypher_that_writes_or_is_wrong_is_refused(http: httpx.Client) -> None:
    for statement in ("CREATE (n:Entity {uid: '1'})", "MATCH (n) DELETE n", "MATCH (", "CALL {"):
        refused(http.post("cypher", json={"statement": statement}), 422, "invalid_input")
    refused(http.post("cypher", json={"statement": "RETURN 1", "limit": 51}), 422, "over_limit")
    late = {"statement": "RETURN 1", "timeout_s": 3}
    refused(http.post("cypher", json=late), 422, "over_limit")


def test_cypher_that_runs_for_ever_is_stopped_and_holds_up_nobody(http: httpx.Client) -> None:
    endless = (
        "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b "
        "UNWIND range(1, 100000) AS c RETURN count(*)"
    )
    answers: list[httpx.Response] = []
    asking = [
        threading.Thread(
            target=lambda: answers.append(
                httpx.post(f"{http.base_url}cypher", json={"statement": endless}, timeout=120)
            )
        )
        for _ in range(3)
    ]
    for one in asking:
        one.start()
    # Two slow ones may run at a time, of four calls: the rest goes on.
    assert http.get("stats").status_code == 200
    assert http.post("search", json={"question": "Who works at Acme?"}).status_code == 200
    for one in asking:
        one.join(120)
    assert [answer.status_code for answer in answers] == [408] * 3, answers[0].text
    refused(answers[0], 408, "statement_timed_out")


def test_named_questions(http: httpx.Client) -> None:
    catalogue = {one["name"]: one for one in http.get("queries").json()}
    asked = catalogue["believed_on"]
    assert asked["question"].endswith("?")
    assert {"date", "entity"} <= {one["name"] for one in asked["parameters"]}
    given = {"parameters": {"entity": "Caroline"}}
    table = http.post("queries/believed_now", json=given).json()
    assert table["columns"] == catalogue["believed_now"]["columns"]
    assert table["rows"]
    none = refused(http.post("queries/nothing", json={}), 422, "invalid_input")
    assert "GET queries" in none["detail"]
    refused(http.post("queries/believed_now", json={}), 422, "invalid_input")


# Upkeep


def test_deleting_names_one_thing_and_gives_a_receipt(http: httpx.Client) -> None:
    spare = http.base_url.join("../spare/memories")
    for params in ({}, {"uid": "x", "source": "y"}, {"uid": "x", "space": "true"}):
        refused(http.delete(spare, params=params), 422, "invalid_input")
    refused(http.delete(f"{spare}?uid=x&uid=y"), 422, "invalid_input")
    refused(http.delete(spare, params={"source": "nothing"}), 404, "not_found")
    receipt = http.delete(spare, params={"source": "note-1"}).json()
    assert receipt["nodes"]["Source"] == 1
    assert "graph" in receipt["places"]
    assert http.post("../spare/consolidate").json()["stages"]
    gone = http.delete(spare, params={"entity": "Melanie"}).json()
    assert gone["nodes"]["Entity"] == 1
    assert http.delete(spare, params={"space": "true"}).json()["nodes"]
    assert http.get("../spare/stats").json()["nodes"] == {}
    assert http.get("stats").json()["nodes"]["Source"] >= 3


# Bad input


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"question": "x", "k": NaN}', 422),
        (b'{"question": "\xff\xfe"}', 422),
        (b'{"question": "\\ud800"}', 422),
        (b'{"question": "x", "more": 1}', 422),
        (b'{"question": "x", "k": "5"}', 422),
        (b'{"question": "x", "k": 1e99}', 422),
        (b'{"question": "x", "as_of": 5}', 422),
        (b'{"question": "x", "kinds": ["secret"]}', 422),
        (b'{"question": ""}', 422),
        (b'{"question": "\\u0000"}', 422),
        (b"[" * 20_000 + b"]" * 20_000, 422),
        (b'{"question":' * 5_000 + b"1" + b"}" * 5_000, 422),
        (b'{"question": "x"', 422),
        (b"", 422),
    ],
)
def test_what_is_no_question_is_refused(http: httpx.Client, body: bytes, status: int) -> None:
    answer = http.post("search", content=body, headers={"Content-Type": "application/json"})
    problem = refused(answer, status, "invalid_input")
    assert len(problem["detail"]) < 1_000


def linked(http: httpx.Client, path: str) -> Iterator[list[Any]]:
    """Follow a list by the links of its pages."""
    while path:
        page = http.get(path)
        assert page.status_code == 200, page.text
        yield page.json()
        link = page.headers.get("Link", "")
        rest = link.partition("<")[2].partition(">")[0]
        path = path.partition("?")[0] + rest if rest else ""


def test_facts_and_histories_come_page_by_page(http: httpx.Client) -> None:
    (uid,) = {
        node["subject"]
        for node in http.get("current?entity=Caroline").json()
        if node["text"].startswith("Caroline")
    }
    for path in ("current?entity=Caroline", f"nodes/{uid}/history"):
        whole = http.get(path)
        assert "Link" not in whole.headers
        assert len(whole.json()) > 1
        mark = "&" if "?" in path else "?"
        pages = list(linked(http, f"{path}{mark}limit=1"))
        assert [row for page in pages for row in page] == whole.json()
        assert {len(page) for page in pages} == {1}
        refused(http.get(f"{path}{mark}cursor=x"), 422, "invalid_input")


def test_limits_are_told(http: httpx.Client) -> None:
    refused(http.post("search", json={"question": "x", "k": 21}), 422, "over_limit")
    refused(http.post("context", json={"question": "x", "budget": 4_001}), 422, "over_limit")
    # Also of what is more than any server takes: there is one limit.
    for asked, allowed in (
        (http.post("search", json={"question": "x", "k": 5_000}), 20),
        (http.post("context", json={"question": "x", "budget": 10**9}), 4_000),
        (http.get("insights?task=x&k=5000"), 20),
        (http.get("graph?hops=99"), 2),
        (http.post("cypher", json={"statement": "RETURN 1", "limit": 10**6}), 50),
        (http.post("cypher", json={"statement": "RETURN 1", "timeout_s": 1_000}), 2),
    ):
        told = refused(asked, 422, "over_limit")
        assert f"this server allows {allowed:,}" in told["detail"]
    refused(http.post("search", json={"question": "x" * 2_001}), 413, "text_too_long")
    refused(http.post("search", json={"question": "x" * 70_000}), 413, "body_too_large")
    form = http.post("search", data={"question": "x"})
    refused(form, 415, "unsupported_media_type")
    head = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    packed = http.post("search", content=gzip.compress(b'{"question": "x"}'), headers=head)
    assert "packed by 'gzip'" in refused(packed, 415, "unsupported_media_type")["detail"]
    refused(http.get("stats?verbose=1"), 422, "invalid_input")


def test_a_body_without_a_length_is_counted(http: httpx.Client) -> None:
    parts = (b" " * 10_000 for _ in range(20))
    head = {"Content-Type": "application/json"}
    refused(http.post("search", content=parts, headers=head), 413, "body_too_large")
    parts = (part for part in (b'{"question": ', b'"Who works at Acme?"}'))
    assert http.post("search", content=parts, headers=head).status_code == 200


@pytest.mark.parametrize(
    ("space", "status"),
    [
        ("..", 422),
        ("%2e%2e", 422),
        ("a%2Fb", 404),
        ("%2Fetc%2Fpasswd", 404),
        ("..%5c..%5cboot", 200),
        ("a%00b", 422),
        ("a%0Ab", 422),
        ("%E2%80%8Bhome", 422),
        ("%20home", 422),
        ("x" * 201, 422),
        ("%ff", 422),
        ("caf%C3%A9", 200),
    ],
)
def test_no_path_leads_out_of_a_space(http: httpx.Client, space: str, status: int) -> None:
    base = urlsplit(str(http.base_url))
    with socket.create_connection((base.hostname or "", base.port or 0), timeout=30) as wire:
        # By hand, since a client would mend the path.
        head = f"GET /v1/{space}/stats HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        wire.sendall(head.encode())
        with wire.makefile("rb") as answer:
            said = answer.read().decode()
    assert f" {status} " in said.splitlines()[0]
    if status == 200:
        assert json.loads(said.partition("\r\n\r\n")[2])["nodes"] == {}


def test_unknown_paths_and_methods_are_problems(http: httpx.Client) -> None:
    refused(http.get("nothing"), 404, "not_found")
    answer = http.request("OPTIONS", "memories")
    refused(answer, 405, "method_not_allowed")
    assert set(answer.headers["allow"].split(", ")) == {"POST", "DELETE"}
    told = http.get("stats", headers={"X-Request-ID": "mine-7"})
    assert told.headers["x-request-id"] == "mine-7"
    for bad in ("x" * 65, "a b", 'a"b'):
        assert http.get("stats", headers={"X-Request-ID": bad}).headers["x-request-id"] != bad


def test_a_client_that_leaves_holds_nothing_up(http: httpx.Client) -> None:
    base = urlsplit(str(http.base_url))
    body = json.dumps({"question": "Where does Caroline live?"}).encode()
    head = (
        "POST /v1/home/search HTTP/1.1\r\nHost: localhost\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode()
    # More than may be worked on at once, half of them before their question is whole.
    for number in range(24):
        wire = socket.create_connection((base.hostname or "", base.port or 0), timeout=30)
        wire.sendall(head + (body if number % 2 else body[:9]))
        wire.close()
    assert http.post("search", json={"question": "Who works at Acme?"}).status_code == 200


def test_more_spaces_than_are_held_go_on_working(http: httpx.Client) -> None:
    failed: list[str] = []

    def ask(number: int) -> None:
        for turn in range(6):
            space = f"guest-{(number + turn) % 5}"
            url = http.base_url.join(f"../{space}/search")
            answer = httpx.post(url, json={"question": "Who is there?"}, timeout=120)
            if answer.status_code not in (200, 503):
                failed.append(answer.text)

    asking = [threading.Thread(target=ask, args=(number,)) for number in range(6)]
    for one in asking:
        one.start()
    for one in asking:
        one.join(300)
    assert failed == []


def test_a_graph_is_sent_small_where_that_is_taken(http: httpx.Client) -> None:
    with http.stream("GET", "graph", headers={"Accept-Encoding": "gzip"}) as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert json.loads(gzip.decompress(raw))["nodes"]
    plain = http.get("graph", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert len(raw) < len(plain.content)
    assert plain.headers["vary"] == "Accept-Encoding"
