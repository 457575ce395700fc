"""Whether a clause is asked: "do I live in Leeds?", and not in "I live in Leeds, any tips?"."""

from __future__ import annotations

from graphmem.language.propositions.discourse import Discourse

__all__ = ["is_asked"]

_SEAMS = frozenset(", ; : - – — -- ... … and but so also".split())
_HELPERS = frozenset(
    "am is are was were do does did have has had can could will would shall should may might "
    "must isn't aren't don't doesn't".split()
)
_DENIALS = frozenset({"not", "n't", "n’t"})
_SUBJECTS = frozenset({"PRP", "PRP$", "DT", "EX", "NN", "NNS", "NNP", "NNPS"})
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
    while start < head and parse.lower[start] in _SEAMS:
        start += 1
    if _opens_question(discourse, start, end):
        return True
    return not any(
        parse.lower[seam] in _SEAMS and _opens_question(discourse, seam + 1, end)
        for seam in range(head + 1, end - 1)
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
    asks = subject < end and tags[subject] in _SUBJECTS
    return asks and any(word.isalpha() for word in lower[subject + 1 : end])
