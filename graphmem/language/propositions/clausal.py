"""Facts that a clause states: verbs with objects and obliques, passives, copulas."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graphmem.core.extraction import Argument
from graphmem.core.wording import STATE_VERBS
from graphmem.language.phrases import phrase_span
from graphmem.language.propositions.attributes import told_of_owners
from graphmem.language.propositions.clauses import Clause
from graphmem.language.propositions.discourse import Discourse, Referent
from graphmem.language.propositions.facts import Fact, reworded

__all__ = ["clause_facts"]

_INNER_DEPS = frozenset({"compound", "nmod:poss", "amod"})
_MAX_CHAIN = 2
_BOUNDS = frozenset({"to", "until", "till", "up to", "from", "since", "by", "for"})
_SPANS = frozenset({"from", "until", "till", "since"})
_BEGINNING = frozenset({"as", "as of"})
_LASTING = STATE_VERBS | {"remain", "serve", "stay", "study", "teach"}
_NOW = frozenset("now currently presently still already just only also actually".split())
_NO_GRADES = _NOW | frozenset(
    "not n't n’t never longer anymore again nowadays all both a an".split()
)
# "A nurse these days" and "at Acme at the moment" say when, in words that later mean another day.
_THESE_DAYS = frozenset({("", "days"), ("at", "moment"), ("at", "present"), ("for", "now")})
_NOMINAL_TAGS = frozenset({"NN", "NNS", "NNP", "NNPS", "CD", "PRP"})


def clause_facts(discourse: Discourse, clause: Clause) -> Iterator[Fact]:
    """Yield the facts of one clause, the most direct ones first."""
    subjects = [
        argument
        for head in clause.subjects
        for argument in discourse.arguments(head, "subject", clause.head)
    ]
    if clause.copular:
        yield from told_of_owners(discourse, clause, _copula(discourse, clause, subjects))
    else:
        yield from _bare_relative(discourse, clause, subjects)
    objects: list[Argument] = []
    for head in clause.objects:
        found = discourse.arguments(head, "object", clause.head)
        objects += found
        yield from _facts("svo", clause, subjects, clause.predicate, head, found)
    complements = _complements(discourse, clause, subjects, objects)
    yield from told_of_owners(discourse, clause, complements)
    for head in clause.obliques:
        yield from _oblique(discourse, clause, subjects, head)
    for head in (*clause.objects, *clause.obliques):
        yield from _lifted(discourse, clause, subjects, head)


def _facts(
    rule: str,
    clause: Clause,
    subjects: Sequence[Argument],
    predicate: str,
    head: int,
    objects: Sequence[Argument],
) -> Iterator[Fact]:
    for subject in subjects:
        for value in objects:
            yield Fact(subject, predicate, value, rule, clause, head)


def _bare_relative(
    discourse: Discourse, clause: Clause, subjects: Sequence[Argument]
) -> Iterator[Fact]:
    """Read "the book she wrote": the noun is the object where no relative word is."""
    parse = discourse.parse
    if parse.deps[clause.head] != "acl:relcl" or clause.objects or not subjects:
        return
    roles = ("nsubj", "obj", "obl")
    for child in parse.children[clause.head]:
        relative = parse.tags[child] in ("WDT", "WP", "WRB") or parse.lower[child] == "that"
        if relative and parse.deps[child].partition(":")[0] in (*roles, "advmod"):
            return
    noun = discourse.argument(discourse.canonical(parse.heads[clause.head]), "object")
    if noun is not None and not clause.passive:
        yield from _facts(
            "relative", clause, subjects, clause.predicate, parse.heads[clause.head], [noun]
        )


def _oblique(
    discourse: Discourse, clause: Clause, subjects: Sequence[Argument], head: int
) -> Iterator[Fact]:
    case = discourse.case(head)
    if _is_duration(discourse, clause, head) or (case, discourse.parse.lower[head]) in _THESE_DAYS:
        return
    if clause.copular and _is_measure(discourse, head, clause.head):
        return
    targets = discourse.arguments(head, "object", clause.head)
    if clause.passive and case == "by" and not clause.copular:
        for target in targets:
            agent = target._replace(role="subject")
            for subject in subjects:
                patient = subject._replace(role="object")
                yield Fact(agent, clause.lemma, patient, "passive agent", clause, head)
        if targets:
            return
    predicate = f"{_relation(discourse, clause)} {case}".strip()
    rule = "oblique" if case else "adverbial"
    yield from _facts(rule, clause, subjects, predicate, head, targets)


def _is_duration(discourse: Discourse, clause: Clause, head: int) -> bool:
    """Whether the oblique bounds a state in time ("to 2015"): nobody "lives to 2015"."""
    case = discourse.case(head)
    state = clause.copular or clause.lemma.partition(" ")[0] in _LASTING
    if not (state and case in _BOUNDS) and case not in _BEGINNING:
        return False
    return discourse.parse.tags[head] == "CD" or discourse.is_time(head)


def _relation(discourse: Discourse, clause: Clause) -> str:
    """Return the predicate with the adjective that "be" alone would lose ("be proud" of)."""
    head = clause.head
    if clause.copular and discourse.parse.tags[head] not in _NOMINAL_TAGS:
        return f"{clause.predicate} {discourse.parse.lower[head]}"
    return clause.predicate


def _complements(
    discourse: Discourse,
    clause: Clause,
    subjects: Sequence[Argument],
    objects: Sequence[Argument],
) -> Iterator[Fact]:
    """Read "became a queen", "was elected president", "made him king"."""
    parse = discourse.parse
    for head in parse.children[clause.head]:
        if parse.deps[head] != "xcomp" or parse.tags[head].startswith("VB"):
            continue
        if "cop" in parse.below[head]:  # "stopped being vegan": a clause of its own
            continue
        holders = [value._replace(role="subject") for value in objects] or list(subjects)
        predicate = "be" if objects else clause.predicate
        if parse.tags[head] in _NOMINAL_TAGS:
            found = discourse.arguments(head, "object")
            yield from _facts("complement", clause, holders, predicate, head, found)
        else:
            value = Argument(_adjective(discourse, head), "object", literal=True)
            yield from _facts("quality", clause, holders, predicate, head, [value])


def _copula(discourse: Discourse, clause: Clause, subjects: Sequence[Argument]) -> Iterator[Fact]:
    parse, head = discourse.parse, clause.head
    amount = _amount(discourse, head)
    if amount:
        value = Argument(amount, "object", "quantity", literal=True)
        yield from _facts("copula", clause, subjects, "be", head, [value])
        return
    if parse.tags[head] not in _NOMINAL_TAGS:
        value = Argument(_adjective(discourse, head), "object", literal=True)
        yield from _facts("quality", clause, subjects, "be", head, [value])
        return
    case = discourse.case(head)
    if case in _SPANS and discourse.is_time(head):  # "I'm there from July"
        return
    predicate = f"be {case}".strip()
    values = discourse.arguments(head, "object")
    yield from _facts("copula", clause, subjects, predicate, head, values)
    if not parse.tags[head].startswith("NN"):
        return
    _describe(discourse, clause, subjects)
    yield from _of_predicate(discourse, clause, subjects)


def _amount(discourse: Discourse, head: int) -> str:
    """Return "$50" of "is now $50"; empty where the predicate is no amount of its own."""
    parse = discourse.parse
    if parse.tags[head] not in ("$", "CD") or discourse.is_named(head):
        return ""
    start, end = phrase_span(parse, head)
    above = parse.heads[head]
    if parse.deps[head] == "nummod" and above > head:  # "is 3 Quay Street"
        end = max(end, phrase_span(parse, above)[1])
    while start < head and parse.lower[start] in _NOW:
        start += 1
    return parse.surface(start, end)


def _describe(discourse: Discourse, clause: Clause, subjects: Sequence[Argument]) -> None:
    """Remember a named subject under the nouns that it is said to be."""
    if clause.negated:
        return
    for subject in subjects:
        if subject.named:
            referent = Referent(subject.text, subject.kind, True)
            for noun in discourse.coordinated(clause.head):
                discourse.describe(noun, referent)


def _of_predicate(
    discourse: Discourse, clause: Clause, subjects: Sequence[Argument]
) -> Iterator[Fact]:
    """Read "X is the capital of Y", "X is Y's sister", "X is an American actor"."""
    parse, head = discourse.parse, clause.head
    noun, word = parse.lower[head], parse.words[head]
    for child in parse.children[head]:
        dep = parse.deps[child]
        if _is_duration(discourse, clause, child):
            continue
        if dep == "nmod":
            case = discourse.case(child)
            # "On Tuesday at 3 pm" tells a day, and an hour.
            is_hour = case == "at" and discourse.is_time(head)
            parts = ("", "") if is_hour else (noun, word)
            predicate, said = (" ".join(f"be {part} {case}".split()) for part in parts)
            found = discourse.arguments(child, "object")
            stated = _facts("copula of", clause, subjects, predicate, child, found)
            yield from reworded(stated, said)
        elif dep == "nmod:poss" or (
            # "A 2012 Golf" is not of that year.
            dep in ("compound", "nmod:desc")
            and _is_apart(discourse, child, head)
            and discourse.nominals.name_of[child].kind != "time"
        ):
            found = discourse.arguments(child, "object")
            predicate, said = f"be {noun} of", f"be {word} of"
            stated = _facts("copula of", clause, subjects, predicate, child, found)
            yield from reworded(stated, said)
        elif dep == "amod" and parse.words[child][:1].isupper() and child != head:
            value = Argument(parse.words[child], "object", literal=True)
            yield from _facts("quality", clause, subjects, "be", child, [value])
        if dep == "nmod":
            for case, below in _chain(discourse, child):
                found = discourse.arguments(below, "object")
                predicate = f"be {noun} {case}".strip()
                yield from _facts("lift", clause, subjects, predicate, below, found)


def _lifted(
    discourse: Discourse, clause: Clause, subjects: Sequence[Argument], head: int
) -> Iterator[Fact]:
    """Lift names and dates below an object or oblique onto the clause's subject."""
    parse = discourse.parse
    if _is_duration(discourse, clause, head):
        return
    verb = clause.predicate
    for nominal in discourse.coordinated(head):
        named = discourse.is_named(nominal)
        noun, word = ("", "") if named else (parse.lower[nominal], parse.words[nominal])
        # "Resigned as CEO of Acme": only the wording keeps the "as".
        to = f"{verb} {discourse.case(nominal) or discourse.case(head)}".strip()
        for child in parse.children[nominal]:
            if parse.deps[child].startswith(("nmod", "obl:unmarked")):
                for case, below in [(discourse.case(child), child), *_chain(discourse, child)]:
                    if _is_apart(discourse, below, nominal):
                        predicate = " ".join(f"{verb} {noun} {case}".split())
                        of = case or ("of" if parse.deps[below] == "nmod:poss" else "")
                        said = " ".join(f"{to} {word} {of}".split()) if noun else None
                        found = discourse.arguments(below, "object")
                        stated = _facts("lift", clause, subjects, predicate, below, found)
                        yield from reworded(stated, said)
            elif parse.deps[child] == "appos" and discourse.is_named(child):
                found = discourse.arguments(child, "object")
                yield from _facts("lift", clause, subjects, to, child, found)
            elif parse.tags[nominal] == "CD":
                continue  # "a Pixel 9"
            elif parse.deps[child] in _INNER_DEPS and _is_apart(discourse, child, nominal):
                found = discourse.arguments(child, "object")
                predicate = f"{verb} {noun} of" if noun else verb
                yield from _facts("inner lift", clause, subjects, predicate, child, found)


def _chain(discourse: Discourse, nominal: int, depth: int = 1) -> Iterator[tuple[str, int]]:
    """Yield preposition and head of the names and dates below a nominal, three levels deep."""
    parse = discourse.parse
    if depth > _MAX_CHAIN:
        return
    for child in parse.children[nominal]:
        if parse.deps[child] in ("nmod", "nmod:unmarked", "obl:unmarked"):
            if _is_apart(discourse, child, nominal):
                yield discourse.case(child), child
            yield from _chain(discourse, child, depth + 1)


def _is_apart(discourse: Discourse, token: int, other: int) -> bool:
    """Whether the token is in a name or date that the other token is no part of."""
    names = discourse.nominals.name_of
    return token in names and names[token] is not names.get(other)


def _adjective(discourse: Discourse, head: int) -> str:
    """Return a predicate adjective with the words that grade it."""
    parse = discourse.parse
    start = head
    while start - 1 in parse.children[head] and parse.deps[start - 1] in (
        "advmod",
        "amod",
        "det",
        "nummod",
    ):
        if parse.lower[start - 1] in _NO_GRADES:
            break
        start -= 1
    if start == head and _is_measure(discourse, head - 1, head):
        start = min(parse.subtree(head - 1))
    return parse.surface(start, head + 1)


def _is_measure(discourse: Discourse, token: int, head: int) -> bool:
    """Whether a noun tells how much there is of a quality: "34 years old"."""
    parse = discourse.parse
    before = token == head - 1 and parse.deps[token] == "obl:unmarked"
    return before and parse.heads[token] == head and "nummod" in parse.below[token]
