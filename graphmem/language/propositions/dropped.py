"""Sentences without a subject, as one writes of oneself, such as "Sold the Fiat".

The tagger takes half of such verbs for participles, and "Cancelled Netflix" for a noun phrase.
"""

from __future__ import annotations

from graphmem.core.wording import IRREGULAR_PAST
from graphmem.language.parse import Parse
from graphmem.language.propositions.discourse import Discourse

__all__ = ["cut_off_object", "drops_subject"]

_SUBJECTS = frozenset({"nsubj", "nsubj:pass", "csubj", "expl"})
_BEFORE = frozenset("advmod discourse intj cc aux aux:pass obl:unmarked vocative punct".split())
_QUOTES = frozenset({'"', "“", "'", "``", "‘"})
# What is left out before these is mostly "it" or "that".
_OF_THINGS = frozenset(
    "sound seem appear work happen take cost turn help depend rain snow hurt suck mean make "
    "thank base use".split()
)
# Of these, a participle that stands alone can be no passive: "Moved to Munich", "Switched to Zed".
_GOINGS = frozenset(
    "move relocate migrate switch upgrade downgrade change retire graduate resign return travel "
    "arrive transfer convert enrol enroll apply".split()
)
_OTHERS = frozenset({"he", "she", "they"})
_OWN = frozenset({"my", "our"})


def drops_subject(discourse: Discourse, head: int) -> bool:
    """Whether a verb opens a sentence in the past with nothing that could be its subject.

    False where the speaker is not known, or may be telling on of somebody else: "Tom is fine.
    Sold his car." O(words of the two sentences).
    """
    parse = discourse.parse
    if discourse.speaker is None or parse.heads[head] != head:
        return False
    if not parse.below[head].isdisjoint(_SUBJECTS) or not _is_past(discourse, head):
        return False
    number, (start, _) = next(
        (n, span) for n, span in enumerate(parse.sentences) if span[0] <= head < span[1]
    )
    opens = all(_may_precede(parse, token, head) for token in range(start, head))
    return opens and not (number and _tells_of_another(discourse, *parse.sentences[number - 1]))


def _may_precede(parse: Parse, token: int, head: int) -> bool:
    if parse.tags[token].startswith("W") or parse.words[token] in _QUOTES:
        return False
    return parse.deps[token] in _BEFORE and parse.heads[token] == head


def _is_past(discourse: Discourse, head: int) -> bool:
    parse = discourse.parse
    tag = parse.tags[head]
    if not tag.startswith("VB") or parse.child(head, "cop") is not None:
        return False
    lemma = discourse.lemmatize(parse.words[head], tag)
    if lemma in _OF_THINGS:
        return False
    auxiliaries = [c for c in parse.children[head] if parse.deps[c] in ("aux", "aux:pass")]
    if auxiliaries:  # "Got promoted"
        return parse.tags[auxiliaries[0]] == "VBD"
    if tag == "VBD":
        return True
    by = any(discourse.case(c) == "by" for c in parse.children[head] if parse.deps[c] == "obl")
    active = "obj" in parse.below[head] or lemma in _GOINGS
    return active and not by and _may_be_past(parse.lower[head], tag, lemma)


def _may_be_past(word: str, tag: str, lemma: str) -> bool:
    """Whether a participle looks as the past does: "moved" and "sold", but not "written"."""
    return tag == "VBN" and IRREGULAR_PAST.get(lemma, word) == word and lemma not in _OF_THINGS


def _tells_of_another(discourse: Discourse, start: int, end: int) -> bool:
    """Whether the subject of a sentence is somebody else than who speaks."""
    parse = discourse.parse
    for token in range(start, end):
        if parse.deps[token] != "nsubj" or parse.heads[parse.heads[token]] != parse.heads[token]:
            continue
        if parse.tags[token] == "PRP":
            return parse.lower[token] in _OTHERS
        owner = parse.child(token, "nmod:poss")
        return owner is None or parse.lower[owner] not in _OWN
    return False


def cut_off_object(discourse: Discourse, token: int) -> int | None:
    """Return the name that a sentence is about which says only what the speaker did to it.

    "Cancelled Netflix.": to the parser the verb describes the name, which is all there is.
    """
    parse = discourse.parse
    name, tag = parse.heads[token], parse.tags[token]
    if discourse.speaker is None or parse.deps[token] != "amod" or tag != "VBN":
        return None
    if parse.heads[name] != name or parse.tags[name] != "NNP" or token > name:
        return None
    start, end = next(span for span in parse.sentences if span[0] <= token < span[1])
    lemma = discourse.lemmatize(parse.words[token], tag)
    whole = start == token and parse.lower[end - 1] != "?" and "det" not in parse.below[name]
    return name if whole and _may_be_past(parse.lower[token], tag, lemma) else None
