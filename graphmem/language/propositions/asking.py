"""Whether a clause is asked: "do I live in Leeds?", and not in "I live in Leeds, any tips?"."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from graphmem.language.propositions.discourse import Discourse

__all__ = ["is_asked"]

_SEAMS = frozenset(", ; : - – — -- ... … and but so also".split())
_OPENING = _SEAMS | frozenset("ah hello hey hi hm hmm oh ok okay well yeah yes".split())
_HELPERS = frozenset(
    "am is are was were do does did have has had can could will would shall should may might "
    "must isn't aren't don't doesn't".split()
)
_DENIALS = frozenset({"not", "n't", "n’t"})
_SUBJECTS = frozenset({"PRP", "PRP$", "DT", "EX", "NN", "NNS", "NNP", "NNPS"})
# What is only asked to be confirmed is not said: "…, is that right?".
_CONFIRMING = frozenset(
    "accurate correct current i it now okay ok not right so still sure that this true yes "
    "you".split()
)
_SUPPOSING = frozenset(
    "assuming either hypothetically if imagine maybe once perhaps possibly say suppose supposing "
    "theoretically unless when whenever whether".split()
)
_SUPPOSED = frozenset({("in", "theory"), ("for", "example"), ("for", "instance")})
_GUESSING = frozenset("assume believe guess imagine suppose think".split())
# These open nothing but questions after a seam; "which" and "where" may go on with a noun.
_ASKING = frozenset({"what", "how", "why", "any", "what's", "how's"})
_RELATIVE = frozenset({"which", "who", "whom", "whose", "where", "when"})


def is_asked(discourse: Discourse, head: int) -> bool:
    """Whether the sentence ends in a question mark, whatever quotes follow it, and asks this.

    What stands before a question of its own is said: "I live in Leeds, do you know it?". A tag
    ("…, don't you?") asks what stands before it. O(length of the sentence).

    Args:
        discourse: the passage.
        head: the clause's verb or predicate.
    """
    parse = discourse.parse
    start, end = next((s, e) for s, e in parse.sentences if s <= head < e)
    if "?" not in "".join(parse.lower[max(start, end - 3) : end]):
        return False
    while start < head and parse.lower[start] in _OPENING:
        start += 1
    if _opens_question(discourse, start, end) or _is_supposed(parse.lower[start:end]):
        return True
    return not any(
        parse.lower[seam] in _SEAMS and _opens_question(discourse, seam + 1, end)
        for seam in range(head + 1, end - 1)
    )


def _is_supposed(words: Sequence[str]) -> bool:
    """Whether a sentence supposes or guesses: "in theory I live in Rome", "… I guess"."""
    supposes = words[0] in _SUPPOSING or tuple(words[:2]) in _SUPPOSED
    return supposes or any(
        one == "i" and verb in _GUESSING for one, verb in itertools.pairwise(words)
    )


def _opens_question(discourse: Discourse, first: int, end: int) -> bool:
    """Whether a question that is more than a tag begins with a word."""
    lower, tags = discourse.parse.lower, discourse.parse.tags
    if first >= end:
        return False
    if lower[first] in _ASKING:
        return True
    helper = first + (lower[first] in _RELATIVE)
    if helper >= end or lower[helper] not in _HELPERS:
        return False
    subject = helper + 1
    while subject < end and lower[subject] in _DENIALS:
        subject += 1
    if subject >= end or tags[subject] not in _SUBJECTS:
        return False
    # "… and has a dog now?" goes on with what is asked of her.
    noun = next((t for t in range(subject, end) if tags[t] not in ("DT", "PRP$", "JJ")), subject)
    asks = tags[subject] in ("PRP", "EX") or discourse.parse.deps[noun].startswith("nsubj")
    if not asks:
        return False
    is_tag = not any(word.isalpha() for word in lower[subject + 1 : end])
    return not is_tag and any(
        word.isalpha() and word not in _CONFIRMING for word in lower[subject:end]
    )
