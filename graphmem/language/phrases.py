"""Noun phrases: which words head a mention, and how far its phrase reaches."""

from __future__ import annotations

from graphmem.language.parse import Parse

__all__ = ["argument_span", "denying_no", "mention_heads", "phrase_span"]

_NOUNS = frozenset({"NN", "NNS", "NNP", "NNPS"})
_COMMON = frozenset({"NN", "NNS"})
_PROPER = frozenset({"NNP", "NNPS"})
_NOUN_LIKE = frozenset({"JJ", "JJS", "VBG"})
_MAY_HEAD = _NOUNS | _NOUN_LIKE | {"CD"}
_SKIPPED = frozenset({"flat", "fixed", "goeswith"})
_ARGUMENTS = frozenset({"nsubj", "obj", "obl", "nmod"})
_OUTSIDE = frozenset(
    "case cc conj mark cop nsubj csubj aux advcl parataxis discourse vocative orphan expl "
    "dislocated obl obj iobj list xcomp ccomp reparandum dep appos".split()
)
_TAILS = frozenset({"acl", "appos", "parataxis", "list", "advcl", "dep"})
_OPENING = frozenset({"(", "[", '"', "“", "'", "``"})
_CLOSING = frozenset({")", "]", '"', "”", "'", "''"})
_CUTS = frozenset({"(", ",", ";", "--", "[", ":"})
# When it is so is no part of what it is: "a Pixel now", "a nurse again".
_WHEN = frozenset("now currently nowadays anymore again still already longer today".split())
# "Tea but not coffee", "not only tea but also coffee".
_NOT_ONLY = frozenset({"only", "just", "merely", "simply"})
_DETERMINERS = frozenset({"DT", "PRP$", "PDT"})
_LONGEST = 10
# "No one", "no longer", "no more than five": there "no" is part of a set phrase.
_SET_WITH_NO = frozenset("one more longer less fewer matter".split())


def mention_heads(parse: Parse) -> list[int]:
    """Return the words that head a nominal mention; pronouns are not among them."""
    return [
        token
        for token, tag in enumerate(parse.tags)
        if tag in _MAY_HEAD and _heads_mention(parse, token)
    ]


def _heads_mention(parse: Parse, token: int) -> bool:
    tag, dep = parse.tags[token], parse.deps[token]
    base = dep.partition(":")[0]
    if tag in _NOUNS:
        if base in _SKIPPED:
            return False
        if base == "compound" or dep == "nmod:desc":
            inside_name = tag in _PROPER and parse.tags[parse.heads[token]] in _PROPER
            return not (tag in _COMMON or inside_name or dep == "nmod:desc")
        return True
    if tag == "CD":
        return base in _ARGUMENTS or base in ("ROOT", "appos", "conj")
    return base in _ARGUMENTS and parse.child(token, "det") is not None


def phrase_span(parse: Parse, head: int) -> tuple[int, int]:
    """Return the contiguous token range around a nominal head that is its noun phrase."""
    deps = parse.deps
    inside = {head}
    # "Is not a teacher any more": these adverbs are those of the clause.
    predicate = "cop" in parse.below[head] and parse.tags[head] in _NOUNS
    for child in parse.children[head]:
        if predicate and deps[child] == "advmod":
            continue
        if deps[child].partition(":")[0] not in _OUTSIDE:
            inside.update(parse.subtree(child))
    start, end = head, head + 1
    while start - 1 in inside:
        start -= 1
    while end in inside:
        end += 1
    while end - 1 > head and deps[end - 1] == "punct" and parse.words[end - 1] not in _CLOSING:
        end -= 1
    while start < head and deps[start] == "punct" and parse.words[start] not in _OPENING:
        start += 1
    return start, end


def argument_span(parse: Parse, head: int) -> tuple[int, int]:
    """Return the phrase as an argument: no determiner, no clause, cut at brackets and commas."""
    start, end = phrase_span(parse, head)
    for child in parse.children[head]:
        if child > head and _is_tail(parse, child):
            end = min(end, max(min(parse.subtree(child)), head + 1))
    for token in range(head + 1, end):
        if parse.words[token] in _CUTS:
            end = token
            break
    if end - start > _LONGEST:
        end = head + 1
    start = _after_determiners(parse, start, head)
    if end - start > _LONGEST:
        start = head
    while end > head + 1 and parse.deps[end - 1] == "punct":
        end -= 1
    while start < head and not parse.words[start][-1:].isalnum():
        start += 1
    return start, end


def _after_determiners(parse: Parse, start: int, head: int) -> int:
    """Return where a phrase starts without "the", "my", "not" and a "no" that denies the verb."""
    dropped = denying_no(parse, head)
    if parse.lower[start] in ("not", "also") and start < head and not parse.touches(start + 1):
        start += 1
        start += parse.lower[start] in _NOT_ONLY and start < head
    while start < head and parse.tags[start] in _DETERMINERS:
        if parse.lower[start] == "no" and start != dropped:
            break
        start += 1
    return start


def denying_no(parse: Parse, head: int) -> int | None:
    """Return the "no" before an object or a predicate: it denies the verb, not the noun.

    Before a conjunct it does where it stands before the first one, too: "no car and no bike".
    """
    # "No Country for Old Men" is a title.
    own = next((c for c in parse.children[head] if parse.words[c] in ("no", "NO")), head)
    if own >= head or parse.deps[own] != "det" or parse.lower[own + 1] in _SET_WITH_NO:
        return None
    if parse.deps[head] == "conj":
        return None if denying_no(parse, parse.heads[head]) is None else own
    return own if parse.deps[head] in ("obj", "iobj") or "cop" in parse.below[head] else None


def _is_tail(parse: Parse, child: int) -> bool:
    """Whether a phrase after the noun is left out of an argument: clauses, PPs other than "of"."""
    dep = parse.deps[child]
    if dep.partition(":")[0] in _TAILS or (dep == "advmod" and parse.lower[child] in _WHEN):
        return True
    if dep != "nmod":
        return False
    case = parse.child(child, "case")
    return case is None or parse.lower[case] != "of"
