"""What a clause says of its subject: predicate, polarity, voice, tense, and the subject itself."""

from __future__ import annotations

from typing import NamedTuple

from graphmem.core.wording import STATE_VERBS, is_state
from graphmem.language.propositions.assertion import is_asserted
from graphmem.language.propositions.denial import is_denied, is_nobody
from graphmem.language.propositions.discourse import SPEAKER, Discourse
from graphmem.language.propositions.dropped import cut_off_object, drops_subject

__all__ = ["Clause", "find_clauses"]

_SUBJECTS = frozenset({"nsubj", "nsubj:pass", "nsubj:outer", "csubj", "csubj:pass"})
_NOT_CLAUSES = frozenset({"aux", "aux:pass", "cop", "case", "amod", "compound", "mark", "advmod"})
# "Written by Ann", and "a beagle called Bruno" where that is read as "have it called".
_PARTICIPLES = frozenset({"acl", "advcl", "xcomp"})
_AGENTLESS = frozenset({"VBN", "VBD"})
# "Began to work there" says nothing of an end.
_BEGINNINGS = frozenset({"begin", "start", "continue"})
# "Stopped drinking coffee": what is over is not so.
_STOPPING = frozenset({"stop", "quit", "cease", "discontinue"})
# Done once; what is done often ("read", "cost") stays in the present.
_SAME_IN_PAST = frozenset("quit split hurt shut".split())
_NAMING = frozenset("called named nicknamed titled dubbed known".split())
_FUTURE = frozenset({"will", "'ll", "’ll", "shall", "wo"})


class Clause(NamedTuple):
    """A verb, or a predicate with a copula, and what belongs to it.

    Attributes:
        head: the verb, or the predicate noun or adjective.
        predicate: lemma with particle; "be <participle>" in the passive; "be" for a copula.
        subjects: heads of the subjects, its own or inherited.
        objects: heads of direct and indirect objects.
        asserted: whether the author says that it is so.
        obliques: heads of prepositional and adverbial nominals.
        ended_by: the verb that says that it is over ("stopped drinking"), -1 for none: then it is
            negated.
        begun: whether it is the state that somebody has got into ("got married"): other than who
            was, one is so from then on.
    """

    head: int
    predicate: str
    lemma: str
    copular: bool
    passive: bool
    negated: bool
    tense: str
    asserted: bool
    subjects: tuple[int, ...]
    objects: tuple[int, ...]
    obliques: tuple[int, ...]
    ended_by: int = -1
    begun: bool = False


def find_clauses(discourse: Discourse) -> list[Clause]:
    """Return the clauses of a parse in text order."""
    parse = discourse.parse
    predicates = {parse.heads[word] for word, dep in enumerate(parse.deps) if dep == "cop"}
    clauses = []
    for token, tag in enumerate(parse.tags):
        copular = token in predicates
        if copular or (tag.startswith("VB") and parse.deps[token] not in _NOT_CLAUSES):
            clauses.append(_clause(discourse, token, copular=copular))
        elif tag == "VBN" and (name := cut_off_object(discourse, token)) is not None:
            did = _clause(discourse, token, copular=False)
            clauses.append(did._replace(tense="past", subjects=(SPEAKER,), objects=(name,)))
    return clauses


def _clause(discourse: Discourse, head: int, *, copular: bool) -> Clause:
    parse, deps = discourse.parse, discourse.parse.deps
    children, below = parse.children[head], parse.below[head]
    tag = parse.tags[head]
    lemma = discourse.lemmatize(parse.words[head], tag)
    particles = ""
    if "compound:prt" in below:
        particles = "".join([f" {parse.lower[c]}" for c in children if deps[c] == "compound:prt"])
    elif lemma == "pass" and parse.lower[head + 1 : head + 2] == ["away"] and "obj" not in below:
        # The parser takes it for an adverb.
        particles = " away"
    got_done = _got_done(discourse, head)
    passive = (
        got_done
        or "aux:pass" in below
        or "nsubj:pass" in below
        # An auxiliary ("having served") makes a participle active.
        or (tag == "VBN" and deps[head] in _PARTICIPLES and "aux" not in below)
    )
    if copular:
        predicate = "be"
    elif passive and tag in _AGENTLESS:
        predicate = f"be {parse.lower[head]}{particles}"
    else:
        predicate = f"{lemma}{particles}"
    being = parse.child(head, "cop") if copular else head
    doing = being is not None and parse.tags[being] == "VBG"
    ended_by = _ended_by(discourse, head) if doing else -1
    begun = got_done and is_state(predicate)
    subjects = _subjects(discourse, head, 0)
    nominals = [child for child in children if not discourse.is_set_aside(child)]
    objects = [child for child in nominals if deps[child] in ("obj", "iobj")]
    obliques = [child for child in nominals if deps[child].partition(":")[0] == "obl"]
    denied = is_denied(discourse, head, subjects, objects or obliques)
    return Clause(
        head=head,
        predicate=predicate,
        lemma=f"{lemma}{particles}",
        copular=copular,
        passive=passive,
        negated=ended_by >= 0 or denied,
        tense="present" if begun or ended_by >= 0 else _tense(discourse, head),
        asserted=is_asserted(discourse, head),
        subjects=tuple([each for each in subjects if not is_nobody(discourse, each)]),
        objects=tuple(objects),
        obliques=tuple(obliques),
        ended_by=ended_by,
        begun=begun,
    )


def _got_done(discourse: Discourse, head: int) -> bool:
    """Whether it is the participle of "got fired", which "was fired" says too."""
    parse, above = discourse.parse, discourse.parse.heads[head]
    if parse.tags[head] != "VBN" or parse.deps[head] != "xcomp" or above == head:
        return False
    # Who "got the car fixed" had it done to something else.
    getting = discourse.lemmatize(parse.words[above], parse.tags[above]) == "get"
    return getting and parse.below[above].isdisjoint(("obj", "iobj"))


def _ended_by(discourse: Discourse, head: int) -> int:
    """Return the verb that says that a participle's doing is over; -1 where none does."""
    parse = discourse.parse
    above = parse.heads[head]
    if parse.deps[head] not in ("xcomp", "obj", "advcl", "ccomp") or above > head:
        return -1
    between = range(above + 1, head)
    if any(parse.tags[token] in ("TO", "IN") for token in between):
        return -1
    lemma = discourse.lemmatize(parse.words[above], parse.tags[above])
    gives_up = lemma == "give" and any(parse.lower[token] == "up" for token in between)
    return above if lemma in _STOPPING or gives_up else -1


def _tense(discourse: Discourse, head: int) -> str:
    """Return "past", "present" or "future" of the finite verb that governs the clause."""
    parse = discourse.parse
    for _ in range(4):
        found = _own_tense(discourse, head)
        if found or parse.heads[head] == head:
            return found or "present"
        above = parse.heads[head]
        lemma = discourse.lemmatize(parse.words[above], parse.tags[above])
        if parse.deps[head] == "xcomp" and lemma in _BEGINNINGS:
            return "present"
        head = above
    return "present"


def _own_tense(discourse: Discourse, head: int) -> str | None:
    parse = discourse.parse
    group = [c for c in parse.children[head] if parse.deps[c].partition(":")[0] in ("aux", "cop")]
    tags = [parse.tags[token] for token in group]
    words = [parse.lower[token] for token in group]
    if any(word in _FUTURE for word in words):
        return "future"
    if "VBD" in tags or parse.tags[head] == "VBD" or _is_told_end(discourse, head, group):
        return "past"
    if any(tag in ("VBZ", "VBP", "MD") for tag in tags):
        has_done = discourse.lemmatize(words[0], tags[0]) == "have"
        return "past" if has_done and not _still_holds(discourse, head) else "present"
    if parse.tags[head] in ("VBZ", "VBP"):
        return "present"
    if parse.tags[head] == "VBN" and drops_subject(discourse, head):
        return "past"
    if parse.lower[head] in _NAMING:
        return "present"  # what it was called when it was met, it is still
    return "past" if parse.tags[head] == "VBN" and parse.deps[head] == "acl" else None


def _is_told_end(discourse: Discourse, head: int, group: list[int]) -> bool:
    """Whether "I quit", which looks the same in the present, tells of what has happened."""
    parse = discourse.parse
    if parse.tags[head] not in ("VBP", "VB") or parse.lower[head] not in _SAME_IN_PAST or group:
        return False
    subject = parse.child(head, "nsubj")
    if subject is None:
        return False
    # "Tom quit" cannot be anything else: today he quits.
    one = parse.tags[subject] in ("NN", "NNP") and parse.child(subject, "conj") is None
    return one or parse.lower[subject] in ("i", "we", "he", "she")


def _still_holds(discourse: Discourse, head: int) -> bool:
    """Whether "has lived there since" or "has been a judge for" tells of a state that goes on."""
    parse = discourse.parse
    copular = parse.child(head, "cop") is not None
    if not copular and discourse.lemmatize(parse.words[head], parse.tags[head]) not in STATE_VERBS:
        return False
    return any(
        discourse.case(child) in ("since", "for")
        for child in parse.children[head]
        if parse.deps[child].startswith("obl")
    )


def _subjects(discourse: Discourse, head: int, depth: int) -> list[int]:
    """Return the heads of a clause's subjects; what it has not itself it may inherit."""
    parse = discourse.parse
    own = [child for child in parse.children[head] if parse.deps[child] in _SUBJECTS]
    above = parse.heads[head]
    dep = parse.deps[head]
    if above == head and not own:
        return [SPEAKER] if drops_subject(discourse, head) else []
    if own or depth > 5:
        return own
    named = _named_before(discourse, head)
    if named is not None:
        return [named]
    if dep in ("conj", "advcl"):
        return _subjects(discourse, above, depth + 1)
    if dep == "xcomp":
        objects = [c for c in parse.children[above] if parse.deps[c] in ("obj", "iobj")]
        return objects or _subjects(discourse, above, depth + 1)
    if dep == "acl":
        return _acl_subjects(discourse, head, above, depth)
    return []


def _named_before(discourse: Discourse, head: int) -> int | None:
    """Return the noun before "called Pebble", whichever word the parser hangs that on."""
    parse = discourse.parse
    if parse.lower[head] not in _NAMING or parse.deps[head] not in ("advcl", "acl", "conj"):
        return None
    if parse.tags[head] != "VBN" or not parse.below[head].isdisjoint(("aux", "aux:pass", "mark")):
        return None
    above = parse.heads[head]
    nouns = [above, *(c for c in parse.children[above] if parse.deps[c] in ("obj", "obl"))]
    return next((noun for noun in nouns if noun == head - 1), None)


def _acl_subjects(discourse: Discourse, head: int, noun: int, depth: int) -> list[int]:
    """A participle describes its noun; an infinitive is done by the governor's subject."""
    parse = discourse.parse
    if parse.tags[head] != "VB":
        return [discourse.canonical(noun)]
    governor = parse.heads[noun]
    verbal = parse.tags[governor].startswith("VB") or parse.child(governor, "cop") is not None
    return _subjects(discourse, governor, depth + 1) if governor != noun and verbal else []
