"""What callers hand in of agents' work: the steps of a run, and lessons that they wrote."""

from __future__ import annotations

from pydantic import AliasChoices, Field, field_validator

from graphmem_schemas.base import Frozen
from graphmem_schemas.requests import Moment

__all__ = ["GivenPrescription", "Step"]

_MAX_CHARS = 1_000_000


def _alias(*names: str) -> AliasChoices:
    return AliasChoices(*names)


class Step(Frozen):
    """One step of a run: what an agent did or said, and what came of it.

    Attributes:
        action: verbatim; a message is an action, too.
        observation: what the world answered.
        agent: who did it; None is the run's only agent.
        to: agents that it was said to.
        reward: below 0 where the world refused it.
    """

    action: str = Field(
        validation_alias=_alias("action", "message", "text", "content"), max_length=_MAX_CHARS
    )
    observation: str | None = Field(
        default=None,
        validation_alias=_alias("observation", "result", "output"),
        max_length=_MAX_CHARS,
    )
    agent: str | None = Field(
        default=None, validation_alias=_alias("agent", "speaker", "role", "name"), max_length=200
    )
    to: tuple[str, ...] = ()
    reward: float | None = None
    at: Moment | None = None

    @field_validator("to", mode="before")
    @classmethod
    def _one_is_several(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value


class GivenPrescription(Frozen):
    """A lesson that the caller has: when to use it, what to do, when not to."""

    when: str = Field(
        validation_alias=_alias("when", "when_to_use", "title"), max_length=_MAX_CHARS
    )
    text: str = Field(validation_alias=_alias("text", "content"), max_length=_MAX_CHARS)
    when_not: str | None = Field(default=None, max_length=_MAX_CHARS)
    steps: tuple[str, ...] = ()
    ref: str | None = Field(default=None, validation_alias=_alias("ref", "id"), max_length=500)
    source: str | None = Field(default=None, max_length=1_000)
