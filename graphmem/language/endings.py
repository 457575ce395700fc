"""What a clause says has ended: "quit her job at Acme" denies that she still works there."""

from __future__ import annotations

from collections.abc import Iterator

from graphmem.core.predicates import ENDED_BY
from graphmem.language.jobs import JOBS, may_employ
from graphmem.language.outright import only_below
from graphmem.language.propositions.clauses import Clause
from graphmem.language.propositions.discourse import Discourse
from graphmem.language.propositions.facts import Fact

__all__ = ["CONTRACTS", "endings_of"]

CONTRACTS = frozenset(
    "account contract engagement lease membership plan policy relationship subscription "
    "trial".split()
)
"""What one has until one ends it."""

_WORK, _LIFE, _STUDY = ("work at",), ("live in",), ("study at",)
_MARRIAGE = ("be married to", "have husband", "have wife")
_ROMANCE = ("date", "have boyfriend", "have girlfriend")
# By the relation that a clause states: those that it ends.
_ENDED = {
    "resign from": _WORK, "retire from": _WORK, "step down from": _WORK, "be fired from": _WORK,
    "be dismissed from": _WORK, "be laid off from": _WORK, "move out of": _LIFE,
    "move away from": _LIFE, "move from": _LIFE, "drop out of": _STUDY, "graduate from": _STUDY,
    "break up with": _ROMANCE, "split up with": _ROMANCE,
    "divorce": _MARRIAGE, "be divorced from": _MARRIAGE, "separate from": _MARRIAGE,
}  # fmt: skip
# "Ruth and Tom split up": each from the other.
_PARTED = {"break up": _ROMANCE, "split up": _ROMANCE, "divorce": _MARRIAGE, "separate": _MARRIAGE}
# "Retired from teaching" and "moved from the window" end neither.
_OF_NAMED = frozenset({_WORK, _LIFE, _STUDY})
_OF_A_PAIR = frozenset({"nsubj", "aux", "compound:prt", "obl", "obl:unmarked"})
_LEAVING = frozenset({"quit", "leave"})
_INSTEAD = frozenset({"", "instead", "instead of", "rather", "rather than"})
_OUTINGS = frozenset({"at", "with", "around", "by"})


def endings_of(discourse: Discourse, clause: Clause, facts: list[Fact]) -> Iterator[Fact]:
    """Yield the denials that follow from what a clause states.

    Args:
        discourse: the passage.
        clause: its verb, if it ends something, is among those above.
        facts: what the clause states.
    """
    if clause.negated or clause.copular or not clause.asserted:
        return
    yield from _set_aside(discourse, clause, facts)
    yield from _given_up(clause, facts)
    yield from _parted(discourse, clause)
    leaves = clause.lemma in _LEAVING
    has_job = leaves and any(discourse.parse.lower[head] in JOBS for head in clause.objects)
    if leaves and not has_job and _goes_out(discourse, clause):
        return
    for fact in facts:
        ended = _ended_by(fact, leaves=leaves, has_job=has_job)
        for relation in ended:
            yield Fact(fact.subject, relation, fact.object, "ending", _over(clause), fact.anchor)


def _over(clause: Clause) -> Clause:
    """Return a clause as what it ends is told by it: it is not so from then on."""
    return clause._replace(negated=True, tense="present", ended_by=clause.head)


def _given_up(clause: Clause, facts: list[Fact]) -> Iterator[Fact]:
    """Yield of whose there is none any more: "ended the subscription of Netflix"."""
    if clause.tense != "past" or "have" not in ENDED_BY.get(clause.lemma, ()):
        return
    for fact in facts:
        what = fact.predicate.removeprefix(clause.lemma)
        noun = what.removesuffix(" of").strip()
        if fact.rule == "inner lift" and noun in CONTRACTS and fact.object.named:
            over = _over(clause)
            yield Fact(fact.subject, f"have{what}", fact.object, "ending", over, fact.anchor)


def _set_aside(discourse: Discourse, clause: Clause, facts: list[Fact]) -> Iterator[Fact]:
    """Yield what is not done beside what is: "I use Emacs instead of Vim", "tea, not coffee"."""
    children = discourse.parse.children
    beside = [token for token in children[clause.head] if discourse.is_set_aside(token)]
    denied = clause._replace(negated=True)
    for fact in facts:
        if fact.rule not in ("svo", "oblique") or fact.object.kind == "time":
            continue
        aside = [token for token in children[fact.anchor] if discourse.is_set_aside(token)]
        if beside and not (fact.rule == "oblique" and clause.objects):
            now = clause.tense == "present"
            cases = {discourse.case(fact.anchor)} | _INSTEAD if now else {""}
            aside += [token for token in beside if discourse.case(token) in cases]
        for token in aside:
            for other in discourse.arguments(token, "object", clause.head):
                yield Fact(fact.subject, fact.predicate, other, "ending", denied, token)


def _parted(discourse: Discourse, clause: Clause) -> Iterator[Fact]:
    """Yield that two are no pair any more who parted from each other."""
    ended = _PARTED.get(clause.lemma, ())
    if clause.tense != "past" or not ended:
        return
    times = all(discourse.is_time(head) for head in clause.obliques)
    if not (times and only_below(discourse, clause.head, _OF_A_PAIR)):
        return
    both = [a for h in clause.subjects for a in discourse.arguments(h, "subject", clause.head)]
    # "My sister and I" only went different ways.
    if len(both) != 2 or not all(one.named and one.kind == "person" for one in both):
        return
    over = _over(clause)
    for one, other in (both, both[::-1]):
        left = other._replace(role="object")
        for relation in ended:
            yield Fact(one, relation, left, "ending", over, clause.head)


def _ended_by(fact: Fact, *, leaves: bool, has_job: bool) -> tuple[str, ...]:
    """Return the relations that are over with this."""
    if not leaves:
        ended = _ENDED.get(fact.predicate, ())
        return ended if fact.object.named or ended not in _OF_NAMED else ()
    verb, _, rest = fact.predicate.partition(" ")
    if has_job:
        return _WORK if rest.split()[-1:] in (["at"], ["with"]) else ()
    # One leaves a place, and quits what was taken for one: "I quit Fjordtech".
    employs = may_employ(fact.object) or (verb == "quit" and fact.object.kind == "place")
    return _WORK if fact.predicate == verb and employs else ()


def _goes_out(discourse: Discourse, clause: Clause) -> bool:
    """Whether somebody only leaves for the day: "left IKEA at five with three bags"."""
    return any(discourse.case(head) in _OUTINGS for head in clause.obliques)
