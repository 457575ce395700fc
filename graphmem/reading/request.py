"""What of a question is its request, and what of it is the thing that is asked for: English."""

from __future__ import annotations

import re

from graphmem.core.names import is_capitalised
from graphmem.core.terms import terms
from graphmem.reading.tasks import is_instruction

__all__ = ["REQUEST", "asked_for", "asks_for_help", "names_of"]

# Words of the request, and of talking about the conversation itself: no passage need have them.
REQUEST = frozenset(
    terms(
        "list order mention describe summarize summary explain tell give detail question topic "
        "conversation message session chat kind type sort name thing time first last recently "
        "different various many long happen brief comprehensive overall item discuss aspect walk "
        "bring brought related involving throughout across specific particular ever any only "
        "one two three four five six seven eight nine ten"
    )
)

_AUXILIARY = "is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|might"
# "Which yoga pose did …": bounded, since a question may be thousands of characters.
_WHICH = re.compile(
    rf"\b(?:what|which|how many|how much)\s+(.{{1,200}}?)\s+(?:{_AUXILIARY})\b", re.IGNORECASE
)
# "What was the rationale behind …".
_THE = re.compile(
    r"\bwhat\s+(?:is|are|was|were)\s+(?:the|my|our|your|his|her|their|\w+['’]s)\s+(.{1,200}?)"
    r"(?:\s+(?:of|behind|like|during|for|to|in|on|at|about|from|with|that|who|when|while|between"
    r"|after|before|by|i|we|you|he|she|they|did|is|are|was|were|if)\b|\?|$)",
    re.IGNORECASE,
)
_DATES = frozenset(
    terms(
        "january february march april may june july august september october november december "
        "monday tuesday wednesday thursday friday saturday sunday "
        "jan feb mar apr jun jul aug sep sept oct nov dec"
    )
)
# Words of two letters at least that follow another word.
_LATER = re.compile(r"(?<=[^\W_] )[^\W\d_]\w+")
_HELP = re.compile(
    r"\b(?:should i|(?:can|could|would) you|help me|suggestions|advice|tips|ideas|do you think"
    r"|how (?:do|can|should|would|could) (?:i|we|you)"
    r"|i'm (?:planning|looking|trying|working|thinking|feeling)|i've been)\b",
    re.IGNORECASE,
)
# Who asks so wants to hear what was said.
_ASKS_BACK = re.compile(
    r"\b(?:tell|told|remind|recall|did|recommended|summar\w*|list|walk)\b", re.IGNORECASE
)


def asked_for(question: str) -> frozenset[str]:
    """Return the terms of the thing that is asked for; none where nothing is named. O(n)."""
    for pattern in (_WHICH, _THE):
        found = pattern.search(question)
        phrase = frozenset(terms(found.group(1))) - REQUEST if found else frozenset()
        if phrase:
            return phrase
    return frozenset()


def asks_for_help(question: str) -> bool:
    """Whether advice is wanted, or something is to be done: what helps need not say it. O(n)."""
    if is_instruction(question):
        return True
    return _HELP.search(question) is not None and _ASKS_BACK.search(question) is None


def names_of(question: str) -> frozenset[str]:
    """Return the terms of its names, but for months, days and its first word. O(n)."""
    later = filter(is_capitalised, _LATER.findall(question))
    return frozenset(term for name in later for term in terms(name)) - _DATES
