"""Writes that differ from each other, as a client sends them and as `Memory` takes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from graphmem.memory import Memory
from graphmem_schemas import Document

__all__ = ["Sent", "draw", "replay"]

_PEOPLE = ("Alice", "Bruno", "Clara", "Deniz", "Elif", "Farid")
_TOWNS = ("Lisbon", "Oslo", "Quito", "Riga", "Turin")
_AT = "2024-03-01T10:00:00Z"
_EVERY_RUN, _EVERY_TALK, _EVERY_GIVEN, _EVERY_PAIR = 9, 5, 7, 11


@dataclass(frozen=True, slots=True)
class Sent:
    """A write.

    Attributes:
        names: of its sources, each of which holds one passage at least.
        path: of the route, below the space.
        key: its Idempotency-Key; None where it has none.
    """

    space: str
    names: tuple[str, ...]
    path: str
    body: dict[str, Any]
    key: str | None


def draw(client: int, n: int, space: str) -> Sent:
    """Return the n-th write of a client."""
    name = f"c{client}-{n}"
    who, where = _PEOPLE[(n + client) % len(_PEOPLE)], _TOWNS[n % len(_TOWNS)]
    says = f"{who} visited {where} on day {n} and met guide number {client}{n:04}."
    key = f"key-{name}" if n % 2 else None
    if n % _EVERY_RUN == 4:
        step = {"action": f"open drawer {n}", "observation": f"drawer {n} holds key {client}"}
        body = {"task": f"find key {n}", "steps": [step], "outcome": "success"}
        return Sent(space, (name,), "runs", {**body, "source": name, "at": _AT}, key)
    if n % _EVERY_GIVEN == 3:
        passage = {"id": name, "text": says, "at": _AT}
        given = [{"id": name, "triples": [[who, "visited", where]]}]
        return Sent(
            space, (name,), "extracted", {"passages": [passage], "extractions": given}, key
        )
    if n % _EVERY_PAIR == 6:
        two = [{"text": f"{says} Part {part}.", "ref": f"{name}-{part}"} for part in "ab"]
        body = {"documents": two, "at": _AT}
        return Sent(space, (f"{name}-a", f"{name}-b"), "memories", body, key)
    if n % _EVERY_TALK == 2:
        turns = [{"speaker": who, "text": says}, {"speaker": "Guide", "text": f"Welcome {n}."}]
        body = {"messages": turns, "source": name, "at": _AT}
        return Sent(space, (name,), "memories", body, key)
    return Sent(space, (name,), "memories", {"text": says, "source": name, "at": _AT}, key)


def replay(memory: Memory, sent: Sent) -> None:
    """Add a write without any server."""
    body = dict(sent.body)
    if sent.path == "runs":
        memory.add_run(**body)
    elif sent.path == "extracted":
        memory.add_extracted(**body)
    elif "documents" in body:
        for row in body["documents"]:
            memory.add(Document(**row), at=body["at"])
    elif "messages" in body:
        memory.add(body["messages"], source=body["source"], at=body["at"])
    else:
        memory.add(body["text"], source=body["source"], at=body["at"])
