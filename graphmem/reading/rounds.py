"""What an LLM is asked in a round of a working memory, and what it may answer.

One call a round. It sees the question, the points and passages by their numbers, and answers with
rows. A row with a name that the memory does not know, or with a point that there is not, cannot be
used: nothing is ever made up to fill it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from graphmem.core.chat import ChatMessage
from graphmem.core.points import Point

__all__ = ["MergeRow", "PointRow", "Round", "UpdateRow", "messages"]

_MAX_POINT_CHARS, _MAX_PASSAGE_CHARS = 400, 1_200
_TASK = """\
You keep the working memory of one question. It holds points: relations of two or more people, \
things, places or events, each in one sentence that stands on its own. From the passages:
- insert points that bear on the question and are not there yet,
- update points of which the passages say more or something else,
- merge points that are about the same thing, in one sentence that loses nothing,
- say what is to be read next: "local" for more about the points, "explore" for what they do not \
touch yet, "stop" where the points answer the question; query is what to look for.
Use only what the passages say. members are names as the passages write them; passages are the \
numbers of those that say it."""


class _Rows(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PointRow(_Rows):
    """A point to insert."""

    text: str = Field(min_length=1)
    members: tuple[str, ...] = Field(min_length=2)
    kind: str = "relation"
    passages: tuple[int, ...] = ()


class UpdateRow(_Rows):
    """A point that reads otherwise now; without members it keeps those that it has."""

    point: str
    text: str = Field(min_length=1)
    members: tuple[str, ...] = ()
    passages: tuple[int, ...] = ()


class MergeRow(_Rows):
    """Points that become one."""

    points: tuple[str, ...] = Field(min_length=2)
    text: str = Field(min_length=1)


class Round(_Rows):
    """The answer of one round."""

    insert: tuple[PointRow, ...] = ()
    update: tuple[UpdateRow, ...] = ()
    merge: tuple[MergeRow, ...] = ()
    next: Literal["local", "explore", "stop"] = "local"
    query: str = ""


def messages(
    question: str,
    points: Sequence[Point],
    names: Mapping[str, str],
    passages: Sequence[str],
) -> list[ChatMessage]:
    """Return what a round asks.

    Args:
        question: in plain words.
        points: what is known.
        names: of their members, by uid.
        passages: texts that were read this round; they are numbered from 1.
    """
    known = [
        f"{point.id} ({', '.join(names.get(m.uid, m.uid) for m in point.members)}): "
        f"{point.text[:_MAX_POINT_CHARS]}"
        for point in points
    ]
    read = [f"[{at}] {text[:_MAX_PASSAGE_CHARS]}" for at, text in enumerate(passages, 1)]
    said = "\n".join(
        (f"Question: {question}", "", "Points:", *(known or ["none yet"]), "", "Passages:", *read)
    )
    return [ChatMessage("system", _TASK), ChatMessage("user", said)]
