"""What every node has in common, and how a node finds its label."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

__all__ = ["Count", "Frozen", "Node", "SourceKey", "Timestamp", "as_utc", "parse_node"]


def as_utc(value: datetime) -> datetime:
    """Return the moment in UTC; a naive one is taken to be UTC already.

    Raises:
        ValueError: In UTC it is before the year 1 or after the year 9999.
    """
    if value.tzinfo is UTC:  # as nearly all are, and there are thousands a second
        return value
    try:
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(
            f"{value.isoformat()} is no date in UTC, where it leaves the years 1 to 9999: "
            "give one that stays in them"
        ) from error


Timestamp = Annotated[datetime, AfterValidator(as_utc)]

Count = Annotated[int, Field(ge=0, le=2**53 - 1)]
"""A position, an offset or a number of things; as far as every reader of JSON counts exactly."""

SourceKey = Annotated[str, Field(max_length=300)]
"""Whatever contributes to an edge: a source's uid, or words with up to three uids or a space."""


class Frozen(BaseModel):
    """A value that is checked once, on the way in, and never changes."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Node(Frozen):
    """One node of the graph.

    Attributes:
        uid: content hash for evidence and knowledge, UUIDv7 for what happens once.
        recorded_at: system time: when this memory first knew of the node.
    """

    label: ClassVar[str] = "Node"
    registry: ClassVar[dict[str, type[Node]]] = {}

    uid: str = Field(min_length=1, max_length=80)
    recorded_at: Timestamp

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.label = cls.__name__
        Node.registry[cls.label] = cls

    @property
    def lookup_keys(self) -> tuple[str, ...]:
        """The exact keys under which a store must find this node, without its label."""
        return ()


def parse_node(label: str, body: str | bytes) -> Node:
    """Rebuild a node from its label and its JSON body, as a store keeps them."""
    return Node.registry[label].model_validate_json(body)
