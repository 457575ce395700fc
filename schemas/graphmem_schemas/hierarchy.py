"""The hierarchy layer: steps of agents, the tasks they served, the lessons above them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from graphmem_schemas.base import Node, Timestamp

__all__ = ["Insight", "Interaction", "Outcome", "Query"]

Outcome = Literal["success", "failure", "unknown"]


class Interaction(Node):
    """One message or step of one agent, verbatim.

    Attributes:
        noop: whether it changed nothing or went in a circle: left out where runs are read.
    """

    query: str
    position: int = Field(ge=0)
    agent: str
    action: str
    observation: str | None = None
    reward: float | None = None
    at: Timestamp | None = None
    noop: bool = False


class Query(Node):
    """A task that agents worked on, and how it ended.

    Attributes:
        score: 0 to 1, where the outcome was measured.
        source: uid of the run's source; None for a question that feedback was given on.
        slots: words of the task that stand for any thing of their kind: left out where tasks
            are compared.
    """

    text: str
    outcome: Outcome = "unknown"
    score: float | None = Field(default=None, ge=0.0, le=1.0)
    source: str | None = None
    slots: tuple[str, ...] = ()

    @property
    def lookup_keys(self) -> tuple[str, ...]:
        """A task is found by the source of its run."""
        return (self.source,) if self.source else ()


class Insight(Node):
    """A lesson across tasks, with its evidence counted as Beta(alpha, beta).

    Attributes:
        when: the tasks that it is for.
        steps: what to do, in order.
        alpha: 1 and the weight of the runs that support it.
        beta: 1 and the weight of those that contradict it.
    """

    text: str
    when: str = ""
    steps: tuple[str, ...] = ()
    alpha: float = Field(default=1.0, gt=0.0)
    beta: float = Field(default=1.0, gt=0.0)
