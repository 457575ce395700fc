"""How LLMs and their servers misbehave, on demand: which request, and in what way."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from graphmem.errors import InvalidInput

__all__ = ["Fault", "Faults", "Said", "spoil"]


class Fault(StrEnum):
    """One way to misbehave.

    The first seven are the server's: there is no answer, or a late one. The others are the
    model's: there is one, and it counts as tokens, but not as it should be.
    """

    RATE_LIMIT = "rate_limit"  # 429 with Retry-After
    RATE_LIMIT_BARE = "rate_limit_bare"  # 429 without
    SERVER_ERROR = "server_error"  # 500
    DROPPED = "dropped"  # the connection is closed without a word
    SLOW = "slow"
    DRIP = "drip"  # spaces until it answers as late as `SLOW`
    NOT_JSON = "not_json"  # 200 with the page of a proxy
    CUT = "cut"  # half of the JSON
    SCHEMA_ECHO = "schema_echo"  # the schema itself instead of an answer by it
    WRONG_NAMES = "wrong_names"  # fields by other names
    THINK = "think"  # <think>…</think> in front
    EMPTY = "empty"
    REFUSAL = "refusal"
    DUPLICATES = "duplicates"  # each row of each list twice
    HALLUCINATED = "hallucinated"  # the first row of each list quotes what nobody said


_MISNAMED = {
    "subject": "head",
    "predicate": "relation",
    "object": "tail",
    "quote": "evidence",
    "text": "statement",
    "name": "entity",
    "kind": "type",
    "participants": "arguments",
}
_QUOTING = ("quote", "evidence", "span", "text")
_PLACES = ("start", "end")
_NOBODY_SAID = "words that nobody ever said anywhere"
_FAR_AWAY = 1_000_000


@dataclass(frozen=True, slots=True)
class Faults:
    """Which requests go wrong, and how.

    It follows from the seed, the content of a request, and how many times it has come before; so
    it is the same in whatever order threads ask, and a request that is sent again may go well.

    Args:
        share: of all requests, 0 to 1.
        kinds: one is taken for each that goes wrong, all alike.
        seed: another one makes others go wrong.
        retry_after_s: what `RATE_LIMIT` says, in seconds.
        slow_s: how much later `SLOW` and `DRIP` answer.
        misnamed: from the right names of fields to the wrong ones.

    Raises:
        InvalidInput: The share is not between 0 and 1, or there are no kinds.
    """

    share: float = 0.3
    kinds: tuple[Fault, ...] = tuple(Fault)
    seed: int = 0
    retry_after_s: float = 1.0
    slow_s: float = 1.0
    misnamed: Mapping[str, str] = field(default_factory=lambda: dict(_MISNAMED))

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1:
            raise InvalidInput(f"a share of {self.share} faults: give 0 to 1")
        if not self.kinds:
            raise InvalidInput("there are no kinds of faults: give one or more")

    def pick(self, key: str, nth: int) -> Fault | None:
        """Return what goes wrong with a request, if anything.

        Args:
            key: of its content.
            nth: how many of the same content came before.
        """
        drawn = hashlib.blake2b(f"{self.seed}:{key}:{nth}".encode(), digest_size=8).digest()
        if int.from_bytes(drawn[:4]) >= self.share * 2**32:
            return None
        return self.kinds[int.from_bytes(drawn[4:]) % len(self.kinds)]


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a model."""

    content: str | None
    refusal: str | None = None
    finish_reason: str = "stop"


def spoil(fault: Fault | None, answer: str, schema: Mapping[str, Any], faults: Faults) -> Said:
    """Return what the model says instead of a good answer.

    Args:
        fault: where it is one of the server's, or None, the answer stays as it is.
        answer: the good one.
        schema: that was asked for; empty where none was.
        faults: how wrong things are called.
    """
    match fault:
        case Fault.CUT:
            return Said(answer[: len(answer) // 2], finish_reason="length")
        case Fault.SCHEMA_ECHO:
            return Said(json.dumps(schema or {"type": "object", "properties": {}}))
        case Fault.WRONG_NAMES:
            return Said(_rewritten(answer, lambda value: _renamed(value, faults.misnamed)))
        case Fault.THINK:
            return Said(f'<think>They want {{"rows": …}}. Let me see.</think>\n{answer}')
        case Fault.EMPTY:
            return Said("")
        case Fault.REFUSAL:
            return Said(None, refusal="I cannot help with that.")
        case Fault.DUPLICATES:
            return Said(_rewritten(answer, _doubled))
        case Fault.HALLUCINATED:
            return Said(_rewritten(answer, _invented))
    return Said(answer)


def _rewritten(answer: str, change: Callable[[Any], Any]) -> str:
    try:
        value = json.loads(answer)
    except ValueError:
        return answer  # what is no JSON has no fields to spoil
    return json.dumps(change(value), ensure_ascii=False)


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {names.get(key, key): _renamed(inner, names) for key, inner in value.items()}
    return [_renamed(row, names) for row in value] if isinstance(value, list) else value


def _doubled(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _doubled(inner) for key, inner in value.items()}
    return [row for row in value for _ in (0, 1)] if isinstance(value, list) else value


def _invented(value: Any) -> Any:
    """Return an answer whose first row of each list is made up."""
    if not isinstance(value, dict):
        return value
    return {
        key: [_made_up(inner[0]), *inner[1:]] if isinstance(inner, list) and inner else inner
        for key, inner in value.items()
    }


def _made_up(row: Any) -> Any:
    if not isinstance(row, dict):
        return row
    return {
        key: _NOBODY_SAID
        if key in _QUOTING and isinstance(inner, str)
        else inner + _FAR_AWAY
        if key in _PLACES and isinstance(inner, int)
        else inner
        for key, inner in row.items()
    }
