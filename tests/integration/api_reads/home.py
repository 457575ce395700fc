"""What stands in the spaces that are read over HTTP, and how answers are looked at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx

from graphmem import Memory

__all__ = ["TEXTS", "fill", "node_of", "refused"]

TEXTS = (
    ("note-1", "2023-06-01", "Caroline moved to Lisbon in May 2023. She works at Acme."),
    ("note-2", "2024-07-01", "Caroline moved to Porto in June 2024. Melanie lives in Berlin."),
    ("note-3", "2024-08-01", "Melanie visited Caroline in Porto. They swam in the Douro."),
)


def fill(store: Path, space: str) -> None:
    with Memory(store, space=space) as memory:
        for source, at, text in TEXTS:
            memory.add(text, source=source, at=at)


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
