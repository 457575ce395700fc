"""From facts to proposition drafts: offsets, confidence, no duplicates, nothing of itself."""

from __future__ import annotations

from collections.abc import Iterator

from graphmem.core.extraction import PropositionDraft
from graphmem.language.endings import endings_of
from graphmem.language.propositions.clausal import clause_facts
from graphmem.language.propositions.clauses import Clause
from graphmem.language.propositions.discourse import Discourse
from graphmem.language.propositions.facts import CONFIDENCE, Fact
from graphmem.language.propositions.nominal import nominal_facts
from graphmem.language.timing import ClauseTimes, validity_of

__all__ = ["find_propositions"]

_NOUN_TAGS = frozenset({"NN", "NNS", "NNP", "NNPS", "CD"})


def find_propositions(
    discourse: Discourse, clauses: list[Clause], times: ClauseTimes
) -> tuple[PropositionDraft, ...]:
    """Return what a passage states, in text order; each subject-predicate-object once."""
    drafts: dict[tuple[str, str, str], PropositionDraft] = {}
    for fact in _facts(discourse, clauses):
        subject, value = fact.subject.text.casefold(), fact.object.text.casefold()
        key = (subject, fact.predicate, value)
        if subject != value and key not in drafts and not fact.subject.literal:
            drafts[key] = _draft(discourse, fact, times)
    return tuple(sorted(drafts.values(), key=lambda draft: (draft.start, draft.end)))


def _facts(discourse: Discourse, clauses: list[Clause]) -> Iterator[Fact]:
    for clause in clauses:
        stated = list(clause_facts(discourse, clause))
        if clause.ended_by >= 0:  # the time is that of the end
            stated = [fact for fact in stated if fact.object.kind != "time"]
        yield from stated
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
        validity=validity_of(clause, fact, times) if clause and times else None,
    )


def _evidence(discourse: Discourse, fact: Fact) -> tuple[int, int]:
    """Return the offsets from the subject, through the verb, to the end of the object."""
    parse = discourse.parse
    tokens = [fact.anchor]
    if fact.clause is None:
        tokens.append(parse.heads[fact.anchor])
    else:
        tokens += [fact.clause.head, *fact.clause.subjects]
    spans = [
        (span.start, span.end)
        if (span := discourse.nominals.name_of.get(token) or discourse.nominals.by_head.get(token))
        else (token, token + 1)
        for token in tokens
    ]
    first = min(start for start, _ in spans)
    last = max(end for _, end in spans)
    return parse.starts[first], parse.ends[last - 1]
