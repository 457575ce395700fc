"""Nodes, histories, the graph and its pages, and what is changed of them, over HTTP."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.integration.api_reads.home import node_of, refused

pytestmark = pytest.mark.slow


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


def test_a_graph_is_sent_small_where_that_is_taken(http: httpx.Client) -> None:
    with http.stream("GET", "graph", headers={"Accept-Encoding": "gzip"}) as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert json.loads(gzip.decompress(raw))["nodes"]
    plain = http.get("graph", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert len(raw) < len(plain.content)
    assert plain.headers["vary"] == "Accept-Encoding"


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
