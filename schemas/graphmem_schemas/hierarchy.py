"""The hierarchy layer: steps of agents, the tasks they served, the lessons above them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from graphmem_schemas.base import Node, Timestamp

__all__ = ["Insight", "Interaction", "Outcome", "Query"]

Outcome = Literal["success", "failure", "unknown"]


class Interaction(Node):
    """One message or step of one agent."""

    query: str
    position: int = Field(ge=0)
    agent: str
    action: str
    observation: str | None = None
    reward: float | None = None
    at: Timestamp | None = None


class Query(Node):
    """A task that agents worked on, and how it ended."""

    text: str
    outcome: Outcome = "unknown"
    score: float | None = None


class Insight(Node):
    """A lesson across tasks, with its evidence counted as Beta(alpha, beta)."""

    text: str
    alpha: float = Field(default=1.0, gt=0.0)
    beta: float = Field(default=1.0, gt=0.0)
