"""Nodes as they are drawn: a short text, and the moments between which they count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from graphmem.core.scopes import begun, holds
from graphmem_schemas import (
    Event,
    GraphNode,
    Hyperedge,
    Insight,
    Interaction,
    Node,
    Passage,
    Prescription,
    Proposition,
    Query,
    Source,
)

__all__ = ["Moments", "drawn"]

_MAX_CHARS = 120


@dataclass(frozen=True, slots=True)
class Moments:
    """What is asked about on the two clocks.

    Attributes:
        now: system time, for what is not said.
        as_of: world time: what was said, happened or began to hold later is left out; None is
            now, and leaves nothing out.
        known_at: system time: what was recorded later is left out; None is now.
    """

    now: datetime
    as_of: datetime | None = None
    known_at: datetime | None = None


def drawn(nodes: Iterable[Node], moments: Moments) -> Iterator[GraphNode]:
    """Yield those nodes that there were at the moments, in their order."""
    for node in nodes:
        if moments.known_at is not None and node.recorded_at > moments.known_at:
            continue
        shown = _drawn(node, moments)
        if moments.as_of is None or shown.at is None or shown.at <= moments.as_of:
            yield shown


def _drawn(node: Node, moments: Moments) -> GraphNode:
    said: dict[str, Any] = {
        "uid": node.uid, "label": node.label, "text": _text(node),
        "kind": getattr(node, "kind", None), "recorded_at": node.recorded_at,
        "at": getattr(node, "at", None),
    }  # fmt: skip
    if isinstance(node, Proposition):
        said |= {
            "status": node.status, "at": node.valid_from, "until": node.valid_to,
            "retired_at": node.retired_at, "holds": _held(node, moments),
        }  # fmt: skip
    elif isinstance(node, Event):
        said |= {"at": node.happened_from or node.told_at, "until": node.happened_to}
    elif isinstance(node, Query):
        said["status"] = node.outcome
    # Of values that were checked when they were stored; thousands are drawn at once.
    return GraphNode.model_construct(None, **said)


def _held(fact: Proposition, moments: Moments) -> bool:
    """Whether a fact held, as far as the fact alone can tell.

    Before it was taken back it had no end, so that one that has an end since had none then.
    """
    at, known = moments.as_of or moments.now, moments.known_at or moments.now
    if fact.retired_at is not None and fact.retired_at > known and fact.status != "quarantined":
        return begun(fact, at)
    return holds(fact, at, known)


def _text(node: Node) -> str:
    if isinstance(node, Source):
        text = node.title or node.name
    elif isinstance(node, Interaction):
        text = f"{node.agent}: {node.action}"
    elif isinstance(node, Prescription):
        text = f"{node.when}: {node.text}"
    elif isinstance(node, Passage | Proposition | Event | Hyperedge | Query | Insight):
        text = node.text
    else:
        text = getattr(node, "name", node.uid)
    text = " ".join(text[: 2 * _MAX_CHARS].split())
    return text if len(text) <= _MAX_CHARS else f"{text[: _MAX_CHARS - 1]}…"
