"""Facts that say what something's one value is: its date, its price, its status, its head.

"The rent is 900 euros", "the standup is at 9:30" and "Helga is the CEO of Nordlicht" hold one at a
time. They are kept under relations that say so, and read as they were said: of the rent that it is
set to something, of the standup that it is set for some time, of Nordlicht that it has a CEO.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from graphmem.core.extraction import Argument
from graphmem.core.predicates import OFFICES, PERSONS, is_attribute_noun
from graphmem.core.registry import ENGLISH
from graphmem.language.ages import aged
from graphmem.language.jobs import ALSO
from graphmem.language.outright import is_outright
from graphmem.language.propositions.attributes import attributes_of
from graphmem.language.propositions.clauses import Clause
from graphmem.language.propositions.discourse import Discourse
from graphmem.language.propositions.facts import Fact, reading

__all__ = ["IS", "as_attribute", "of_owner", "relation_of"]

IS = "be set to"
"""Under this it is kept what the value of a thing is that is nobody's."""

_WHEN, _HOUR, _STATE = "be set for", "be scheduled at", "have status"
# Adjectives are values of these: "the status is green", "my favourite colour is blue".
_DESCRIBED = frozenset({"favourite", "status", "colour", "color"})
_COPULAS = frozenset({"be", "become"})
_RAISED = frozenset(
    f"{verb} to"
    for verb in (
        "be raised", "be changed", "be reduced", "be lowered", "be increased", "be updated",
        "be cut", "be set", "be moved", "be pushed", "be bumped", "change", "rise", "go up",
        "go", "go down", "drop", "fall", "increase", "move", "move over",
    )
)  # fmt: skip
_WHENS = _RAISED | {
    "be", "be on", "be at", "be in", "be pushed back to", "be moved back to", "be moved up to",
    "be postponed to", "be rescheduled to", "be rescheduled for", "shift to", "slip to",
}  # fmt: skip
# What is so is so for a while, and one at a time: of a ticket, a shop, a build.
_STATES = frozenset(
    "open closed resolved merged blocked done fixed reopened broken failing passing cancelled "
    "canceled approved rejected pending shipped progress review testing".split()
)
# Of these, a colour and a place are states.
_MACHINES = frozenset("build ci light pipeline server service site status system test".split())
_LIGHTS = frozenset("green red up down live".split())
_STILL = frozenset({"be", "be on", "be at", "be in"})
_CLOCK = re.compile(r"\d{1,2}(?:[:.]\d\d|\s?[ap]\.?m\.?)", re.IGNORECASE)
# No adjective: an address, a version.
_CODED = re.compile(r"[\d/@]")
_NEW = re.compile(r"(?:new|current)\s+", re.IGNORECASE)
# "Replaced Helga as CEO of Nordlicht": the office is what follows.
_AS = frozenset(
    "be,replace as,succeed as,take over as,start as,be promoted to,be appointed as,become,"
    "be named,be appointed,be elected".split(",")
)
_FORMER = frozenset({"former", "ex", "previous", "late"})
# Of these one may have several at a time, in one place and another.
_SHARED = frozenset({"partner", "roommate"})
_NOT_ALONE = ALSO | {"temporarily"}
_NO_LONGER_AS = frozenset({"resign as", "step down as", "retire as"})
_LEADING = {"lead": "lead", "head": "head", "chair": "chair"}
_BECOMING = ("be", "become", "be named", "be appointed", "be elected")
_ONCE = frozenset("deadline keynote launch offsite release retreat standup wedding".split())
_ELSEWHERE = ("at", "in", "for", "on")
_THIS_DAY = frozenset({"today", "tonight", "week"})
_MORE = frozenset({"nmod", "acl", "acl:relcl"})
_LONGEST = 8
_DAYS_OFF = frozenset({"birthday", "anniversary"})


def as_attribute(discourse: Discourse, fact: Fact) -> Fact:
    """Return a fact as it is kept: under its relation of one value, where it is of such a one."""
    clause = fact.clause
    if clause is None:
        return fact
    kept = _led(discourse, fact, clause) or aged(discourse, fact, clause)
    if kept is not None:
        return kept
    whole = fact
    if not (fact.subject.named or fact.told_of):
        whole = fact._replace(subject=_whole(discourse, clause, fact.subject))
    predicate = relation_of(whole)
    if predicate is None or (clause.tense == "past" and fact.predicate in _STILL):
        return whole if ENGLISH.is_functional(fact.predicate) else fact
    if predicate == IS and (owned := of_owner(discourse, clause.subjects, whole)) is not None:
        return owned
    subject = whole.subject._replace(text=_NEW.sub("", whole.subject.text, count=1))
    text = reading(whole)
    if clause.tense == "past" and _is_for_good(discourse, clause):
        whole = whole._replace(clause=clause._replace(tense="present"), begun=True)
    return whole._replace(subject=subject, predicate=predicate, text=text)


def of_owner(discourse: Discourse, heads: Sequence[int], fact: Fact) -> Fact | None:
    """Tell of somebody what the one value of theirs has become: "my rent rose to 950 euros"."""
    attribute = attributes_of(discourse, heads).get(fact.subject.text)
    if attribute is None or attribute.is_name or fact.clause is None:
        return None
    return fact._replace(
        subject=attribute.owner, predicate=f"have {attribute.words.lower()}",
        clause=fact.clause._replace(tense="present"), text=fact.text or reading(fact), begun=True,
    )  # fmt: skip


def _whole(discourse: Discourse, clause: Clause, subject: Argument) -> Argument:
    """Return a subject with all that tells it from others: "meeting with Ana", not "meeting"."""
    parse = discourse.parse
    for head in clause.subjects:
        more = [child for child in parse.children[head] if parse.deps[child] in _MORE]
        if len(clause.subjects) == 1 and more and subject.text.endswith(parse.words[head]):
            last = max(max(parse.subtree(child)) for child in more)
            if last - head <= _LONGEST:
                said = f"{subject.text} {parse.surface(head + 1, last + 1)}"
                return subject._replace(text=said)
    return subject


def relation_of(fact: Fact) -> str | None:
    """Return the relation of one value that a fact is kept under; None for its own."""
    if not _is_one(fact.subject):
        return None
    head = _head(fact.subject)
    is_thing = fact.subject.kind not in ("person", "animal") and head not in _DESCRIBED
    states = _STATES | _LIGHTS if head in _MACHINES else _STATES
    if is_thing and fact.object.text.casefold() in states and fact.predicate in ("be", "be in"):
        return _STATE
    has_time = fact.subject.kind not in ("person", "organization", "place")
    timed = fact.object.kind == "time" or _CLOCK.match(fact.object.text)
    if has_time and timed and head not in _DAYS_OFF and fact.predicate in _WHENS:
        return _HOUR if _CLOCK.match(fact.object.text) else _WHEN
    if fact.rule == "quality" and not (head in _DESCRIBED or _CODED.search(fact.object.text)):
        return None
    # One word with a capital is a name: a Price is a person.
    if fact.subject.named and " " not in fact.subject.text:
        return None
    # A laptop is moved to the office, a rent is raised to so many euros.
    is_set = fact.predicate in _COPULAS or (fact.predicate in _RAISED and _is_value(fact))
    return IS if is_set and is_attribute_noun(head, named=fact.object.named) else None


def _is_value(fact: Fact) -> bool:
    coded = _CODED.search(fact.object.text) is not None
    return coded or fact.object.kind == "quantity" or "change" in fact.predicate


def _is_one(thing: Argument) -> bool:
    """Whether words that are said again mean the same thing: there are many prices."""
    return " " in thing.text or thing.named or thing.text.casefold() in _ONCE


def _head(argument: Argument) -> str:
    """Return the noun that a phrase is about: "version" of "latest version of Falcon"."""
    words = argument.text.casefold().partition(" of ")[0].split()
    first = "favourite" if {"favourite", "favorite"}.intersection(words) else ""
    return first or (words[-1] if words else "")


def _is_for_good(discourse: Discourse, clause: Clause) -> bool:
    """Whether what was moved stays there: not "for one day", and not "before that"."""
    parse = discourse.parse
    for_a_day = any(
        (discourse.case(head) == "for" and discourse.is_time(head))
        or discourse.case(head) in ("before", "after")
        or parse.lower[head] in _THIS_DAY
        for head in clause.obliques
    )
    return not for_a_day and is_outright(discourse, clause)


def _led(discourse: Discourse, fact: Fact, clause: Clause) -> Fact | None:
    """Read "Helga is the CEO of Nordlicht" and "Priya leads Atlas" from the other end."""
    office, led = _office(discourse, fact)
    others = _others(discourse, clause) if clause.copular else frozenset()
    over = bool(others) and others <= _FORMER
    if others and (not over or clause.negated):
        return None
    alone = led.kind == "person" and fact.subject.named and _is_only(discourse, clause)
    held = PERSONS - _SHARED if alone else OFFICES
    # Who speaks may be called "user".
    known = led.text[:1].isupper() or discourse.is_speaker(led)
    if office.casefold() not in held or fact.object.literal or not known:
        return None
    begun = fact.predicate.partition(" ")[0] != "be" and fact.predicate not in _LEADING
    if begun:
        # It happened, and it is so from then on.
        clause = clause._replace(
            tense="present", negated=clause.negated or fact.predicate in _NO_LONGER_AS
        )
    if fact.predicate not in _LEADING:
        words = " ".join(("be", *sorted(others - {"ex"} or {"former"})))  # "be former CEO of"
        said = (fact.said or f"be {office} of").replace("be", words, 1) if over else None
        fact = fact._replace(predicate=f"be {office} of", said=said, object=led)
    text = reading(fact._replace(clause=clause))
    if over:
        clause = clause._replace(tense="present", negated=True)
    return Fact(
        led._replace(role="subject"), f"have {office.casefold()}",
        fact.subject._replace(role="object"), fact.rule, clause, fact.anchor,
        text=text, begun=begun,
    )  # fmt: skip


def _is_only(discourse: Discourse, clause: Clause) -> bool:
    """Whether nothing says that there are others: "too", "at the cafe", "while Ana is away"."""
    parse = discourse.parse
    heads = (clause.head, *(c for c in parse.children[clause.head] if parse.deps[c] == "xcomp"))
    below = [child for head in heads for child in parse.children[head]]
    if any(parse.lower[child] in _NOT_ALONE or parse.deps[child] == "advcl" for child in below):
        return False
    return not any(
        # "On Fridays" and "tonight" there is another babysitter on other days.
        discourse.case(child) in (("on", "") if discourse.is_time(child) else _ELSEWHERE)
        for child in below
        if parse.deps[child].startswith(("obl", "nmod"))
    )


def _others(discourse: Discourse, clause: Clause) -> frozenset[str]:
    """Return what makes an office another than the plain one: "vice president", "former head"."""
    parse = discourse.parse
    words = [c for c in parse.children[clause.head] if parse.deps[c] in ("amod", "compound")]
    return frozenset(parse.lower[word] for word in words) - {"new", "current"}


def _office(discourse: Discourse, fact: Fact) -> tuple[str, Argument]:
    """Return which office of what a fact gives to its subject, or takes from it; "" for none."""
    if fact.predicate in _LEADING:
        return _LEADING[fact.predicate], fact.object
    if fact.predicate in _AS or fact.predicate in _NO_LONGER_AS:
        owner = discourse.owner(fact.anchor)
        if owner is not None:
            office = fact.object.text.removeprefix(f"{owner.text}'s ")
            return _NEW.sub("", office), owner._replace(role="object")
        office, _, led = fact.object.text.partition(" of ")
        led = led.removeprefix("the ")
        office = _NEW.sub("", office.removeprefix("the "))
        return office, Argument(led, "object", "organization", named=True)
    verb, _, office = fact.predicate.removesuffix(" of").rpartition(" ")
    is_of = fact.predicate.endswith(" of") and verb in _BECOMING
    return office if is_of else "", fact.object
