"""Events: discourse units with resolved text and the participants of their verbs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from graphmem.core.extraction import Argument, EventDraft
from graphmem.language.parse import Parse
from graphmem.language.propositions.clauses import Clause
from graphmem.language.propositions.discourse import Discourse, Referent

__all__ = ["find_events", "resolved_text"]

_PLACE_CASES = frozenset("in at on near inside outside from to into through around over".split())
_THIRD_PERSON = {
    "am": "is", "'m": " is", "’m": " is", "'ve": " has", "’ve": " has", "have": "has",
    "do": "does", "are": "is", "'re": " is", "’re": " is", "'ll": " will", "’ll": " will",
}  # fmt: skip


def find_events(
    discourse: Discourse, clauses: Sequence[Clause], units: Sequence[tuple[int, int]]
) -> tuple[EventDraft, ...]:
    """Return one event a unit that says anything, in text order."""
    parse = discourse.parse
    unit_of = [number for number, (start, end) in enumerate(units) for _ in range(start, end)]
    participants: list[dict[tuple[str, str], Argument]] = [{} for _ in units]
    for clause in clauses:
        for argument in _participants(discourse, clause):
            key = (argument.text, argument.role)
            participants[unit_of[clause.head]].setdefault(key, argument)
    events = []
    for (start, end), found in zip(units, participants, strict=True):
        span = (parse.starts[start], parse.ends[end - 1])
        if any(map(str.isalnum, parse.text[slice(*span)])):
            text = resolved_text(parse, start, end, discourse.pronouns)
            events.append(EventDraft(*span, text, tuple(found.values())))
    return tuple(events)


def resolved_text(parse: Parse, start: int, end: int, pronouns: dict[int, Referent]) -> str:
    """Return the words of a token range with pronouns replaced by what they stand for."""
    replaced = sorted(token for token in pronouns if start <= token < end)
    if not replaced:
        return parse.surface(start, end)
    parts: list[str] = []
    at = parse.starts[start]
    for token in replaced:
        name = pronouns[token].text
        parts += [parse.text[at : parse.starts[token]], name]
        at = parse.ends[token]
        if parse.tags[token] == "PRP$" or parse.lower[token] in ("mine", "yours", "hers"):
            parts.append("'" if name.endswith("s") else "'s")
        verb = token + 1
        if (
            verb < end
            and parse.lower[token] in ("i", "you")
            and parse.lower[verb] in _THIRD_PERSON
        ):
            parts += [parse.text[at : parse.starts[verb]], _THIRD_PERSON[parse.lower[verb]]]
            at = parse.ends[verb]
    parts.append(parse.text[at : parse.ends[end - 1]])
    return " ".join("".join(parts).split())


def _participants(discourse: Discourse, clause: Clause) -> list[Argument]:
    deps = discourse.parse.deps
    found: list[Argument] = []
    subject_role = "patient" if clause.passive or clause.copular else "agent"
    for head in clause.subjects:
        found += discourse.arguments(head, subject_role, clause.head)
    for head in clause.objects:
        role = "recipient" if deps[head] == "iobj" else "patient"
        found += discourse.arguments(head, role, clause.head)
    for head in clause.obliques:
        case = discourse.case(head)
        for argument in discourse.arguments(head, "other", clause.head):
            found.append(replace(argument, role=_oblique_role(clause, case, argument)))
    if clause.copular:
        found += discourse.arguments(clause.head, "other")
    return [argument for argument in found if not argument.literal or argument.kind == "time"]


def _oblique_role(clause: Clause, case: str, argument: Argument) -> str:
    if argument.kind == "time":
        return "time"
    if argument.kind == "place" and case in _PLACE_CASES:
        return "place"
    if case == "by" and clause.passive:
        return "agent"
    if case in ("to", "for") and argument.kind in ("person", "organization"):
        return "recipient"
    return "other"
