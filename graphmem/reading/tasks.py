"""Whether a text asks for something to be done, and not for something to be told: English.

Only what has the form of a task is one: a verb at the beginning of a sentence that says what to
do, or a polite form of it. Keywords, statements, questions and other languages are none.
"""

from __future__ import annotations

import re
from functools import cache

__all__ = ["is_instruction"]

# Fewer words are keywords.
_MIN_WORDS = 4
_END = re.compile(r"(?<=[.!?;:])\s+|\n")

# What is to be told, and not to be done.
_TOLD = (
    r"(?:tell|list|describe|name|recommend|summari[sz]e|explain|suggest|remind|recall|compare|"
    r"walk me|show me|find out|let me know|enlighten me|"
    r"(?:give|provide|share)(?: [\w-]+){0,4}? (?:summary|overview|list|advice|tips|ideas))\b"
)
# "What can you say?", "Can you have both?"
_NOT_ASKED = rf"(?:{_TOLD}|(?:say|know|think|like|prefer|have|imagine|guess|note|mind telling)\b)"
_TELL = re.compile(rf"\W*(?:(?:can|could|would|will) you |please |kindly )*{_TOLD}", re.IGNORECASE)
_POLITE = re.compile(
    rf"\b(?:(?:can|could|would) you|(?:if|perhaps|maybe) you (?:can|could|would)) "
    rf"(?:please |kindly |also |just |then |now )*(?!{_NOT_ASKED})[a-z]{{2,}}"
    rf"|(?:^|[,.] |\band |\bthen )(?:please|kindly) (?!{_NOT_ASKED})[a-z]{{2,}}",
    re.IGNORECASE,
)
_ASKS = re.compile(r"\b(?:who|whom|whose|what|which|when|where|why|how)\b", re.IGNORECASE)
# Words that are hardly ever anything but a verb.
_VERBS = (
    "accept|activate|add|adjust|allow|apply|arrange|assign|attach|begin|bring|buy|cancel|"
    "compress|confirm|connect|convert|create|deactivate|decline|delete|deliver|deposit|"
    "determine|disable|download|enable|engage|erase|execute|extract|fetch|generate|identify|"
    "implement|increase|infuse|initiate|insert|install|invite|locate|make(?! and| up)|modify|"
    "notify|obtain|parse|prepare|procure|provide|reduce|refuel|reject|remove|rename|reply|resolve|"
    "respond|restart|retrieve|reschedule|schedule|send|submit|subscribe|terminate|toss|transmit|"
    "unfollow|unlock|unsubscribe|update|upload|verify|withdraw"
)
# Words that are in titles and terms as well: what is to be worked on must follow soon.
_TITLED = (
    "clear|close|fill|follow|get|give|keep|leave|move|open|pay|put|register|replace|reset|"
    "save|split|switch|take|use|write"
)
# Words that are nouns as well: it must follow at once.
_NOUNS_TOO = (
    "access|answer|archive|attempt|balance|block|book|brief|calculate|change|charge|check|clean|"
    "compute|copy|count|cook|dispatch|display|draft|edit|exchange|export|file|filter|find|finish|"
    "fire|heat|issue|launch|light|like|lock|log|look|lower|mark|message|note|order|pause|pick|"
    "place|plan|play|post|print|purchase|raise|rate|record|release|request|return|review|run|"
    "search|sell|set|share|sort|start|stop|store|sync|test|text|transfer|turn|tweet|upgrade|wash|"
    "watch"
)
_OWNED = "a|an|the|my|our|your|his|her|their|its|all|any|each|every|both|this|that|these|those"
_OBJECT = (
    rf"(?:{_OWNED}|everyone|everything|it|them|him|me|us|some|only|just|for|in|into|on|off|up|"
    r"out|down|at|to|through|multiple|playing|\d+|[\"'‘“$#].*|[\w/-]+\.\w+)"
)
_SOON = (
    r"(?: (?!of\b|and\b|or\b|for\b|in\b|on\b|at\b|by\b|is\b)(?-i:[a-z])[\w-]*){0,3}?"
    rf" (?:{_OWNED})"
)
_WORK = (
    rf"(?:(?:{_VERBS})\b(?![-'’])|(?:{_TITLED}){_SOON}(?!\w)"
    rf"|(?:{_NOUNS_TOO}|{_TITLED}) {_OBJECT}(?!\w))"
)
_IMPERATIVE = (
    rf"\W*(?:(?:also|then|next|now|finally|first|and|so|but|lastly|just),? ){{0,3}}{_WORK}"
)
# "When you are there, buy some milk": what follows a comma needs its object, too.
_AFTER_COMMA = (
    rf",\s+(?:(?:just|then|and|simply) )?(?:{_VERBS}|{_TITLED}|{_NOUNS_TOO}) {_OBJECT}(?!\w)"
)
# What somebody wants done, where it is no question.
_WISH = (
    r"\b(?:i (?:need|want|require|expect|would like)|i'd like) (?:you|it|them) to\b"
    rf"|\b(?:i must|(?:i (?:need|want|would like|would love|have)|i'd (?:like|love)) to) {_WORK}"
    r"|\b(?:i'd|i would) (?:appreciate|be grateful)\b|\bi require\b|\blet(?:'s|’s| us) "
    r"|\bgo ahead and\b|\bmake sure\b|\bbe sure to\b|\bdon['’]t forget to\b|^\W*ensure\b"
    r"|\bhelp me \w"
)


def is_instruction(text: str) -> bool:
    """Whether a text asks for something to be done. O(n)."""
    if len(text.split()) < _MIN_WORDS:
        return False
    return any(_asks_to_do(sentence.strip()) for sentence in _END.split(text))


def _asks_to_do(sentence: str) -> bool:
    if _TELL.match(sentence):
        return False
    polite = _POLITE.search(sentence)
    # "What would you say?" is a question, "Could you look up what it costs?" is a task.
    if polite and _ASKS.search(sentence, 0, polite.start()) is None:
        return True
    if sentence.endswith("?"):
        return False
    begins, wishes = _statements()
    return bool(wishes.search(sentence) or begins.match(sentence))


@cache
def _statements() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """How an instruction may begin, and what in it wishes; no question needs the two compiled."""
    wishes = f"{_WISH}|{_AFTER_COMMA}"
    return re.compile(_IMPERATIVE, re.IGNORECASE), re.compile(wishes, re.IGNORECASE)
