"""From facts to proposition drafts: offsets, confidence, no duplicates, nothing of itself."""

from __future__ import annotations

from collections.abc import Iterator

from graphmem.core.extraction import PropositionDraft
from graphmem.language.beginnings import beginnings_of
from graphmem.language.changes import as_meant
from graphmem.language.endings import endings_of
from graphmem.language.jobs import without_hired
from graphmem.language.one_value import as_attribute
from graphmem.language.propositions.clausal import clause_facts
from graphmem.language.propositions.clauses import Clause
from graphmem.language.propositions.discourse import SPEAKER, Discourse
from graphmem.language.propositions.facts import CONFIDENCE, Fact, reading, worded
from graphmem.language.propositions.nominal import nominal_facts
from graphmem.language.setting import set_by
from graphmem.language.timing import ClauseTimes, validity_of

__all__ = ["find_propositions"]

_NOUN_TAGS = frozenset({"NN", "NNS", "NNP", "NNPS", "CD"})


def find_propositions(
    discourse: Discourse, clauses: list[Clause], times: ClauseTimes
) -> tuple[PropositionDraft, ...]:
    """Return what a passage states, in text order; each subject-predicate-object once.

    What reads alike is one fact: of "be", "CEO of Acme" and "be ceo of", "Acme" the one with the
    smaller object, which others may be about, too.
    """
    facts: dict[tuple[str, str, str], Fact] = {}
    wordings: dict[str, tuple[str, str, str]] = {}
    for fact in _facts(discourse, clauses):
        subject, value = fact.subject.text.casefold(), fact.object.text.casefold()
        key = (subject, fact.predicate, value)
        if subject == value or key in facts or fact.subject.literal:
            continue
        wording = (fact.text or " ".join(worded(fact))).casefold()
        same = wordings.setdefault(wording, key)
        if same != key and len(same[2]) <= len(value):
            continue
        facts.pop(same, None)
        wordings[wording] = key
        facts[key] = fact
    drafts = [_draft(discourse, fact, times) for fact in without_hired(facts.values())]
    return tuple(sorted(drafts, key=lambda draft: (draft.start, draft.end)))


def _facts(discourse: Discourse, clauses: list[Clause]) -> Iterator[Fact]:
    for clause in clauses:
        stated = list(clause_facts(discourse, clause))
        if clause.ended_by >= 0:  # the time is that of the end
            stated = [fact for fact in stated if fact.object.kind != "time"]
        stated = as_meant(discourse, clause, stated)
        yield from (as_attribute(discourse, fact) for fact in stated)
        yield from set_by(discourse, clause)
        yield from beginnings_of(discourse, clause, stated)
        yield from endings_of(discourse, clause, stated)
    for token, tag in enumerate(discourse.parse.tags):
        if tag in _NOUN_TAGS and discourse.parse.children[token]:
            yield from nominal_facts(discourse, token)


def _draft(discourse: Discourse, fact: Fact, times: ClauseTimes) -> PropositionDraft:
    clause = fact.clause
    start, end = _evidence(discourse, fact)
    return PropositionDraft(
        subject=fact.subject,
        predicate=fact.predicate,
        object=fact.object,
        negated=clause is not None and clause.negated,
        rule=fact.rule,
        confidence=CONFIDENCE[fact.rule],
        start=start,
        end=end,
        tense="present" if clause is None else clause.tense,
        asserted=clause is None or clause.asserted,
        validity=validity_of(discourse, clause, fact, times) if clause and times else None,
        text=_text(fact),
    )


def _text(fact: Fact) -> str | None:
    """Return how a fact reads whose wording is not that of its parts."""
    if fact.text is not None:
        return fact.text
    plain = (fact.subject.text, fact.predicate, fact.object.text)
    return None if worded(fact) == plain else reading(fact)


def _evidence(discourse: Discourse, fact: Fact) -> tuple[int, int]:
    """Return the offsets from the subject, through the verb, to the end of the object."""
    parse = discourse.parse
    tokens = [fact.anchor]
    if fact.clause is None:
        tokens.append(parse.heads[fact.anchor])
    else:
        subjects = [token for token in fact.clause.subjects if token != SPEAKER]
        tokens += [fact.clause.head, *subjects]
    spans = [
        (span.start, span.end) if (span := discourse.nominals.at(token)) else (token, token + 1)
        for token in tokens
    ]
    first = min(start for start, _ in spans)
    last = max(end for _, end in spans)
    return parse.starts[first], parse.ends[last - 1]
