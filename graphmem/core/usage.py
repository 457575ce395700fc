"""How many tokens a call of an LLM takes: as the server says, or as it is estimated."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from graphmem.core.token_counts import TokenCounter, estimate_tokens

__all__ = ["TOKENS_A_MESSAGE", "Usage", "estimate_prompt"]

TOKENS_A_MESSAGE = 4
"""What surrounds a message in a prompt: its role and the marks of its ends."""


@dataclass(frozen=True, slots=True)
class Usage:
    """The tokens of one or many calls."""

    prompt_tokens: int = 0
    completion_tokens: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
        )


def estimate_prompt(
    contents: Iterable[str],
    schema: Mapping[str, Any] | None = None,
    count: TokenCounter = estimate_tokens,
) -> int:
    """Estimate the tokens of a prompt.

    Args:
        contents: of its messages.
        schema: of the answer, where it is sent beside the messages: servers count it as text.
        count: of the tokens of one text.
    """
    n_tokens = sum(count(content) + TOKENS_A_MESSAGE for content in contents)
    return n_tokens + (count(json.dumps(schema)) if schema else 0)
