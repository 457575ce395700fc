"""Splits a Cypher statement into words, names, strings and marks; it understands no grammar."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from graphmem.errors import InvalidInput

__all__ = ["NAMING", "NOTHING", "Token", "read_tokens"]

_TOKEN = re.compile(
    r"""
      (?P<gap>\s+|//[^\n]*|/\*.*?\*/)
    | (?P<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
    | (?P<quoted>`(?:[^`]|``)*`)
    | (?P<number>(?:0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|[0-9][0-9_]*(?:[eE][0-9]+)?)(?!\w))
    | (?P<parameter>(?<![\w$])\$(?:[^\W\d]\w*|[0-9]+(?!\w)|`(?:[^`]|``)+`))
    | (?P<word>[^\W\d]\w*)
    | (?P<mark>[^\w\s'"`])
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a statement: its kind is a group of the pattern above."""

    kind: str
    text: str

    @property
    def key(self) -> str:
        """The word as keywords are compared; a name in backticks is no keyword."""
        return self.text.casefold().upper() if self.kind == "word" else ""

    @property
    def name(self) -> str:
        """What is named, with or without backticks."""
        plain = self.text.removeprefix("$") if self.kind == "parameter" else self.text
        return plain[1:-1].replace("``", "`") if plain.startswith("`") else plain


NAMING = ("word", "quoted")
"""The kinds of tokens that can be a name."""

NOTHING = Token("", "")
"""Stands where there is no token: before the first and behind the last."""


def read_tokens(text: str) -> Iterator[Token]:
    """Yield all but gaps and comments.

    Raises:
        InvalidInput: Something begins that has no end.

    Complexity: linear in the characters.
    """
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None or (text.startswith("/*", at) and found.lastgroup == "mark"):
            raise InvalidInput(
                f"the statement cannot be read from character {at} on ({text[at : at + 20]!r}): "
                "a string, a name in backticks or a comment has no end, or a number none"
            )
        at = found.end()
        if found.lastgroup != "gap":
            yield Token(str(found.lastgroup), found[0])
