"""Whether a clause tells how it is now: "the standup was moved", not "when it was moved"."""

from __future__ import annotations

from graphmem.language.propositions.clauses import Clause
from graphmem.language.propositions.discourse import Discourse

__all__ = ["is_outright", "only_below"]

_MAIN = frozenset({"ROOT", "root", "conj", "parataxis"})
_ANY = frozenset({"punct", "cc", "discourse", "intj", "vocative", "parataxis"})
_JUST = frozenset(
    "already currently finally just now nowadays officially only recently today".split()
)
_DEPTH = 8


def is_outright(discourse: Discourse, clause: Clause) -> bool:
    """Whether it is a main clause, and none that looks back from another time ("had been")."""
    parse, head = discourse.parse, clause.head
    if any(parse.lower[child] in ("had", "when", "once") for child in parse.children[head]):
        return False
    for _ in range(_DEPTH):
        if parse.deps[head] not in _MAIN:
            return False
        if parse.heads[head] == head:
            return True
        head = parse.heads[head]
    return False


def only_below(discourse: Discourse, head: int, deps: frozenset[str]) -> bool:
    """Whether nothing hangs on a word but "just", "now", clauses beside it, and what may.

    Args:
        discourse: the passage.
        head: the word.
        deps: how what may hang on it does so.
    """
    parse = discourse.parse
    return all(
        parse.deps[child] in deps
        or parse.lower[child] in _JUST
        or parse.deps[child] in _ANY
        or (parse.deps[child] == "conj" and discourse.is_clause(child))
        for child in parse.children[head]
    )
