"""What denies a clause: "not" at the verb, and what stands elsewhere: "no", "neither", "nor"."""

from __future__ import annotations

from collections.abc import Sequence

from graphmem.language.phrases import denying_no
from graphmem.language.propositions.discourse import SPEAKER, Discourse

__all__ = ["is_denied", "is_nobody"]

_NEGATIONS = frozenset({"not", "n't", "n’t", "never", "no", "neither", "nor", "hardly"})
_DENYING = frozenset({"advmod", "det", "cc:preconj"})
_OF_ITS_OWN = frozenset({"nsubj", "nsubj:pass", "aux", "aux:pass", "cop", "expl"})
_NOBODY = frozenset({"none", "nobody", "nothing", "neither", "noone"})
_DEPTH = 8


def is_denied(
    discourse: Discourse, head: int, subjects: Sequence[int], objects: Sequence[int]
) -> bool:
    """Whether a clause says that something is not so.

    Args:
        discourse: the passage.
        head: the verb, or the predicate noun or adjective.
        subjects: heads of its subjects, its own or inherited.
        objects: heads of its objects, or of its obliques where it has none.
    """
    parse = discourse.parse
    if _is_verb_denied(discourse, head):
        return True
    if any(denying_no(parse, noun) is not None for noun in objects):
        return True
    # "Having seen Rome, neither Ben nor Tom stayed": they did see it.
    if parse.deps[head] in ("advcl", "acl"):
        subjects = ()
    return any(_is_neither(discourse, noun) for noun in (*subjects, *objects))


def is_nobody(discourse: Discourse, head: int) -> bool:
    """Whether a subject stands for nobody and nothing: "none of us", "no meeting"."""
    parse = discourse.parse
    if head == SPEAKER or discourse.is_named(head):
        return False
    return parse.lower[head] in _NOBODY or any(
        parse.deps[child] == "det" and parse.lower[child] in ("no", "neither")
        for child in parse.children[head]
    )


def _is_verb_denied(discourse: Discourse, head: int) -> bool:
    for _ in range(_DEPTH):
        if _has_negation(discourse, head):
            return True
        if not _shares_negation(discourse, head):
            return False
        head = discourse.parse.heads[head]
    return False


def _has_negation(discourse: Discourse, head: int) -> bool:
    parse = discourse.parse
    for child in parse.children[head]:
        if parse.lower[child] == "longer" and child and parse.lower[child - 1] == "no":
            return True
        # "Ben neither owns a car": the parser makes it a second subject.
        if parse.lower[child] == "neither" and child == head - 1 and _is_second(discourse, child):
            return True
    if parse.below[head].isdisjoint(_DENYING):
        return False
    return any(
        parse.lower[child] in _NEGATIONS and parse.deps[child] in _DENYING
        for child in parse.children[head]
    )


def _is_second(discourse: Discourse, subject: int) -> bool:
    """Whether a subject stands behind another one of the same verb."""
    parse = discourse.parse
    dep = parse.deps[subject]
    others = parse.children[parse.heads[subject]]
    return dep.startswith("nsubj") and any(
        other < subject and parse.deps[other] == dep for other in others
    )


def _shares_negation(discourse: Discourse, head: int) -> bool:
    """Whether "or" puts a verb below its governor's "not": "don't smoke or drink"."""
    parse = discourse.parse
    if parse.deps[head] != "conj" or not parse.tags[head].startswith("VB"):
        return False
    return parse.below[head].isdisjoint(_OF_ITS_OWN) and _joint(discourse, head) in ("or", "nor")


def _joint(discourse: Discourse, head: int) -> str:
    """Return the word that joins a verb; in "sing, dance or play" all have the last one's."""
    parse = discourse.parse
    verbs = [head, *parse.children[parse.heads[head]], *parse.children[head]]
    for verb in verbs:
        joint = parse.child(verb, "cc")
        joined = verb >= head and parse.deps[verb] == "conj" and parse.tags[verb][:2] == "VB"
        if joined and joint is not None:
            return parse.lower[joint]
    return ""


def _is_neither(discourse: Discourse, noun: int) -> bool:
    parse = discourse.parse
    return noun != SPEAKER and any(
        parse.deps[child] == "cc:preconj" and parse.lower[child] == "neither"
        for child in parse.children[noun]
    )
