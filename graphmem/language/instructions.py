"""How-to knowledge that a text states: "to X, do Y", "if X, do Y", "never Y", and lists of steps.

By the words alone, without a parse: an imperative is known by its verb, which must be one that
instructions use. What is not sure is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from graphmem.language.sentences import surface_sentences

__all__ = ["Instruction", "instructions"]


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction: `text[start:end]` are the words that state it.

    Attributes:
        when: what it is for, or in which case.
        text: what to do, or never to do, as it is said.
        steps: of a list, in order; empty where there is none.
        when_not: in which case not, where the text says so.
    """

    when: str
    text: str
    start: int
    end: int
    steps: tuple[str, ...] = ()
    when_not: str | None = None


_VERBS = (
    "accept access activate add adjust agree allow always apply arrange ask assign attach "
    "avoid back bake begin boil book bring browse build buy calculate call cancel carry "
    "change charge check choose clean clear click close collect combine compare complete "
    "confirm connect consider consult contact continue convert cook cool copy cover create "
    "cut decide define delete deploy describe dial disable disconnect divide download drain "
    "drink drive drop dry eat edit enable ensure enter estimate exclude execute exit explain "
    "export extract fetch fill filter find finish fix fold follow format gather generate get "
    "give go grab handle heat hold identify ignore implement import include increase inform "
    "insert inspect install invoke keep label leave list listen load locate lock log look "
    "lower make mark match measure merge mix modify monitor mount move navigate note notify "
    "obtain open order organize pack paste pause pay peel perform pick place plan plug pour "
    "prefer prepare press prioritize provide pull push put query raise read rebuild record "
    "reduce refer refresh register reinstall reload remember remove rename repeat replace "
    "report request require reset respond rest restart restore retrieve retry return review "
    "rinse roll rotate run save scan schedule scroll search see select send separate serve "
    "set shake share show shut sign skip slice sort specify split spread start stay stir stop "
    "store submit subtract switch take tap tell test think tie tighten track transfer treat "
    "trim try turn type uninstall unlock unplug update upgrade upload use validate verify "
    "visit wait warm wash watch wear wipe work wrap write"
)
_ANY_VERB = "|".join(_VERBS.split())
_IMPERATIVE = rf"(?:(?:then|please|first|always|just|simply|instead)[ ,]+)*(?:{_ANY_VERB})\b"
_ADVICE = r"(?:you|one|we) (?:should|must|need to|have to|can|ought to|will want to)(?: always)? "
_DO = rf"(?P<do>(?:{_ADVICE})?{_IMPERATIVE}[^\n]*?)"
_END = r"[.!]?[\"'”’)\]]*\s*$"
_NO_PURPOSE = (
    r"(?!(?:be|my|our|the|this|that|your|his|her|their|its|a|an|me|us|date|some|all|what)\b)"
)
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"^(?:in order )?to {_NO_PURPOSE}(?P<when>[^,\n]{{3,160}}), {_DO}{_END}",
        rf"^(?P<case>if|when|whenever|once|before|after|unless|until) (?P<when>[^,\n]{{3,160}}),"
        rf"(?: then)? {_DO}{_END}",
        rf"^(?P<not>(?:never|do not|don['’]t)(?=\s+(?:{_ANY_VERB}|share|assume|expose|touch)\b)"
        rf"|avoid(?=\s+\w+ing\b))\s+(?P<do>[^\n]{{3,200}}?)"
        rf"(?:,? (?P<case>if|when|while|unless|before|after) (?P<when>[^,\n]{{3,160}}?))?{_END}",
        rf"^{_DO},? (?P<case>if|when|whenever|before|after|unless|in order to) "
        rf"(?P<when>[^,\n]{{3,160}}?){_END}",
    )
)
_TITLE = re.compile(
    r"^\s*(?:#+\s*)?(?:(?:how|steps|in order) )?to (?P<when>[^:\n]{3,160}):\s*$",
    re.IGNORECASE | re.MULTILINE,
)
_ITEM = re.compile(r"^[ \t]*(?:\d{1,2}[.)]|step \d{1,2}[.:]|[-*•])[ \t]+(?P<step>\S[^\n]*)$", re.I)
_HINT = re.compile(
    r"\b(?:to|if|when|whenever|once|before|after|unless|until|never|not|don['’]t|avoid)\b", re.I
)
# Said to a friend, or a line of code.
_SMALL_TALK = re.compile(
    r"\b(?:give up|remember that|enjoy|take care|stay (?:safe|strong))\b", re.I
)
_PLACED = ("before", "after", "while", "until", "once")
_MIN_STEPS = 2


def instructions(text: str) -> tuple[Instruction, ...]:
    """Return the instructions that a text states, in order. O(n).

    Args:
        text: a passage, in English; of others nothing is found.
    """
    if not _HINT.search(text):
        return ()
    lists = tuple(_lists(text))
    found = list(lists)
    for start, end in surface_sentences(text):
        if not any(one.start <= start < one.end for one in lists):
            said = _stated(text[start:end], start)
            if said is not None:
                found.append(said)
    return tuple(sorted(found, key=lambda one: one.start))


def _lists(text: str) -> Iterator[Instruction]:
    """Yield what a heading such as "To reset it:" says with the steps below it."""
    for title in _TITLE.finditer(text):
        steps: list[str] = []
        at = end = title.end()
        for line in text[title.end() :].splitlines(keepends=True):
            item = _ITEM.match(line.rstrip("\r\n"))
            if item is None and line.strip():
                break
            at += len(line)
            if item:
                steps.append(item["step"].strip())
                end = title.end() + len(text[title.end() : at].rstrip())
        if len(steps) >= _MIN_STEPS:
            start = title.start() + len(title.group()) - len(title.group().lstrip())
            said = "\n".join(steps)
            yield Instruction(
                title["when"].partition(",")[0].strip(), said, start, end, steps=tuple(steps)
            )


def _stated(sentence: str, start: int) -> Instruction | None:
    if "?" in sentence or not _HINT.search(sentence):
        return None
    for form in _FORMS:
        match = form.match(sentence)
        if match is None:
            continue
        said = match.groupdict()
        if _SMALL_TALK.search(said["do"]) or said["do"].split()[0].isupper():
            continue
        when, do = (said.get("when") or "").strip(), said["do"].strip()
        case = (said.get("case") or "").lower()
        if said.get("not"):
            do = f"{said['not']} {do}"
        end = start + len(sentence)
        if case in _PLACED:
            when = f"{case} {when}"
        if case == "unless":
            return Instruction(do, do, start, end, when_not=when)
        return Instruction(when or said["do"].strip(), do, start, end)
    return None
