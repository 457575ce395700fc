"""Events: discourse units with resolved text and the participants of their verbs."""

from __future__ import annotations

from collections.abc import Sequence

from graphmem.core.extraction import Argument, EventDraft
from graphmem.core.wording import third_person
from graphmem.language.causes import causes_of
from graphmem.language.parse import Parse
from graphmem.language.pronouns import OF_SEVERAL
from graphmem.language.propositions.clauses import Clause
from graphmem.language.propositions.discourse import Discourse
from graphmem.language.timing import ClauseTimes, times_of_units

__all__ = ["find_events", "resolved_text"]

_PLACE_CASES = frozenset("in at on near inside outside from to into through around over".split())
_TOPIC_CASES = frozenset("about on regarding concerning of".split())
_TELLING = frozenset(
    "talk speak tell write read learn hear think chat ask argue discuss joke worry dream".split()
)
_GOING_THERE = frozenset("visit tour explore reach enter".split())
_THIRD_PERSON = {
    "am": "is", "'m": " is", "’m": " is", "'ve": " has", "’ve": " has", "have": "has",
    "do": "does", "are": "is", "'re": " is", "’re": " is", "'ll": " will", "’ll": " will",
    "were": "was",
}  # fmt: skip


def find_events(
    discourse: Discourse,
    clauses: Sequence[Clause],
    units: Sequence[tuple[int, int]],
    times: ClauseTimes,
) -> tuple[EventDraft, ...]:
    """Return one event a unit that says anything, in text order."""
    parse = discourse.parse
    unit_of = [number for number, (start, end) in enumerate(units) for _ in range(start, end)]
    participants: list[dict[tuple[str, str], Argument]] = [{} for _ in units]
    within: list[list[Clause]] = [[] for _ in units]
    for clause in clauses:
        within[unit_of[clause.head]].append(clause)
        for argument in _participants(discourse, clause):
            key = (argument.text, argument.role)
            participants[unit_of[clause.head]].setdefault(key, argument)
    whens = times_of_units(parse, units, within, times) if times else [None] * len(units)
    told = [number for number, (start, end) in enumerate(units) if _says(parse, start, end)]
    causes = causes_of(parse, [units[number] for number in told])
    events = []
    for place, number in enumerate(told):
        start, end = units[number]
        text = resolved_text(discourse, start, end)
        found = tuple(participants[number].values())
        because = tuple(cause - place for cause in causes.get(place, ()))
        span = (parse.starts[start], parse.ends[end - 1])
        events.append(EventDraft(*span, text, found, whens[number], because))
    return tuple(events)


def _says(parse: Parse, start: int, end: int) -> bool:
    return any(map(str.isalnum, parse.text[parse.starts[start] : parse.ends[end - 1]]))


def resolved_text(discourse: Discourse, start: int, end: int) -> str:
    """Return the words of a token range with pronouns replaced by what they stand for."""
    parse = discourse.parse
    # What several did stays so in the words of the event.
    replaced = sorted(
        token
        for token in discourse.pronouns
        if start <= token < end and parse.lower[token] not in OF_SEVERAL
    )
    if not replaced:
        return parse.surface(start, end)
    words: dict[int, str] = {}
    for token in replaced:
        meant = discourse.argument(token, "subject")
        name = discourse.pronouns[token].text if meant is None else meant.text
        if parse.tags[token] == "PRP$" or parse.lower[token] in ("mine", "yours", "hers"):
            name += "'" if name.endswith("s") else "'s"
        words[token] = name
        if parse.lower[token] in ("i", "you"):
            bent = _bent_verbs(parse, token)
            words.update((verb, said) for verb, said in bent.items() if start <= verb < end)
    parts: list[str] = []
    at = parse.starts[start]
    for token in sorted(words):
        parts += [parse.text[at : parse.starts[token]], words[token]]
        at = parse.ends[token]
    parts.append(parse.text[at : parse.ends[end - 1]])
    return " ".join("".join(parts).split())


def _bent_verbs(parse: Parse, pronoun: int) -> dict[int, str]:
    """Return how the verbs read that are to agree with the name in the pronoun's place."""
    beside = _verb_beside(parse, pronoun)
    if beside >= 0:
        bent = _THIRD_PERSON[parse.lower[beside]]
        return {beside: bent.capitalize() if parse.words[beside][0].isupper() else bent}
    head = parse.heads[pronoun]
    if parse.deps[pronoun] != "nsubj" or parse.tags[head] != "VBP":
        return {}
    return {head: third_person(parse.lower[head])}


def _verb_beside(parse: Parse, pronoun: int) -> int:
    """Return the verb that is to agree with the name: after it, or before it in a question."""
    for token in (pronoun + 1, pronoun - 1, pronoun - 2):
        if not 0 <= token < len(parse) or parse.lower[token] not in _THIRD_PERSON:
            continue
        # "How have you been": the auxiliary of the verb that the pronoun is the subject of.
        asks = parse.deps[token] in ("aux", "aux:pass", "cop") or parse.heads[pronoun] == token
        of_it = parse.deps[pronoun].startswith("nsubj") and parse.heads[pronoun] in (
            parse.heads[token], token,
        )  # fmt: skip
        if token > pronoun or (asks and of_it and parse.tags[token] in ("VBP", "VBD")):
            return token
    return -1


def _participants(discourse: Discourse, clause: Clause) -> list[Argument]:
    deps = discourse.parse.deps
    found: list[Argument] = []
    subject_role = "patient" if clause.passive or clause.copular else "agent"
    for head in clause.subjects:
        found += discourse.arguments(head, subject_role, clause.head)
    for head in clause.objects:
        role = "recipient" if deps[head] == "iobj" else "patient"
        objects = discourse.arguments(head, role, clause.head)
        found += objects
        if clause.lemma in _GOING_THERE:
            found += [a._replace(role="place") for a in objects if a.kind == "place"]
    for head in clause.obliques:
        case = discourse.case(head)
        for argument in discourse.arguments(head, "other", clause.head):
            found.append(argument._replace(role=_oblique_role(clause, case, argument)))
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
    if case in _TOPIC_CASES and clause.lemma in _TELLING:
        return "topic"
    tool = argument.kind in ("object", "substance") and not argument.named
    return "instrument" if case == "with" and tool else "other"
