"""What is no question, too much, or nowhere is told as a problem and holds nobody up."""

from __future__ import annotations

import gzip
import json
import socket
import threading
from urllib.parse import urlsplit

import httpx
import pytest

from tests.integration.api_reads.home import refused

pytestmark = pytest.mark.slow


def test_what_is_not_there_is_told_in_no_words_of_the_command_line(http: httpx.Client) -> None:
    for path in ("nodes/none", "current?entity=None+Such", "../jobs/none"):
        problem = refused(http.get(path), 404, "not_found")
        assert problem["detail"].count(": ") == 1, "what to do is said"
        assert "graphmem " not in problem["detail"]
    told = refused(http.delete("memories", params={"source": "none"}), 404, "not_found")
    assert "MATCH (s:Source" in told["detail"]


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
