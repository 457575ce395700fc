"""The hierarchy layer: steps of agents, the tasks they served, the lessons above them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from graphmem_schemas.base import Count, Node, Timestamp

__all__ = ["Insight", "InsightKind", "Interaction", "Outcome", "Query"]

Outcome = Literal["success", "failure", "unknown"]
InsightKind = Literal["do", "distinguish", "avoid"]


class Interaction(Node):
    """One message or step of one agent, verbatim.

    Attributes:
        noop: whether it changed nothing or went in a circle: left out where runs are read.
    """

    query: str
    position: Count
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
        shown: words that the run itself shows to stand for any thing of their kind.
        slots: these, and those of its task and steps that other runs show so: left out where
            tasks are compared.
        skeleton: the task without its slots; runs of one skeleton are of one sort.
        steps: patterns of what was done, without what changed nothing, in order.
    """

    text: str
    outcome: Outcome = "unknown"
    score: float | None = Field(default=None, ge=0.0, le=1.0)
    source: str | None = None
    shown: tuple[str, ...] = ()
    slots: tuple[str, ...] = ()
    skeleton: str = ""
    steps: tuple[str, ...] = ()

    @property
    def lookup_keys(self) -> tuple[str, ...]:
        """A task is found by the source of its run, and by its sort as `~skeleton`."""
        sort = (f"~{self.skeleton}",) if self.skeleton else ()
        return (self.source, *sort) if self.source else sort


class Insight(Node):
    """A lesson across tasks, with its evidence counted as Beta(alpha, beta).

    Attributes:
        when: the tasks that it is for.
        steps: what to do, in order.
        kind: whether all that went well have the steps in common, or they tell what went well
            from what failed, or lead to failure.
        skeleton: the sort of task whose runs it was drawn from; empty where it was not.
        alpha: 1 and the weight of the runs that support it.
        beta: 1 and the weight of those that contradict it.
        last_at: system time of the last run that it was drawn from; None where there was none.
    """

    text: str
    when: str = ""
    steps: tuple[str, ...] = ()
    kind: InsightKind = "do"
    skeleton: str = ""
    alpha: float = Field(default=1.0, gt=0.0)
    beta: float = Field(default=1.0, gt=0.0)
    last_at: Timestamp | None = None

    @property
    def lookup_keys(self) -> tuple[str, ...]:
        """An insight is found by the sort of task that it was drawn from."""
        return (self.skeleton,) if self.skeleton else ()
