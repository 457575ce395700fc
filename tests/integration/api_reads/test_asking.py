"""Questions, Cypher and named questions: a real server process, asked by a real client."""

from __future__ import annotations

import threading

import httpx
import pytest

from graphmem_api.routes.examples import EXAMPLES
from tests.integration.api_reads.home import node_of, refused

pytestmark = pytest.mark.slow


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
