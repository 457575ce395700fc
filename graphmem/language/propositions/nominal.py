"""Facts that a noun phrase states: apposition, possession, the year in brackets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graphmem.core.extraction import Argument
from graphmem.core.predicates import ENDED_BY
from graphmem.language.propositions.discourse import Discourse, Referent
from graphmem.language.propositions.facts import Fact, reworded
from graphmem.language.propositions.scope import has_denial

__all__ = ["DYING", "nominal_facts"]

DYING = frozenset({"die", "pass away"})
"""What who does so does no more."""

_COMPANIONS = frozenset({"person", "animal", "organization"})


def nominal_facts(discourse: Discourse, noun: int) -> Iterator[Fact]:
    """Yield the facts that one noun's modifiers state; bare "of" phrases state none."""
    parse = discourse.parse
    for child in parse.children[noun]:
        dep = parse.deps[child]
        if dep == "appos":
            yield from _apposition(discourse, noun, child)
        elif dep == "nmod:poss":
            yield from _possession(discourse, noun, child)
        elif dep == "nmod" and _are_named(discourse, noun, child):
            found = discourse.argument(child, "object")
            predicate = f"be {discourse.case(child)}".strip()
            yield from _fact(discourse, noun, predicate, found, "of a name", child)
        elif dep in ("nmod:unmarked", "obl:unmarked") and _is_date(discourse, noun, child):
            found = discourse.argument(child, "object")
            yield from _fact(discourse, noun, "in", found, "date", child)


def _fact(
    discourse: Discourse, noun: int, predicate: str, value: Argument | None, rule: str, anchor: int
) -> Iterator[Fact]:
    subject = discourse.argument(discourse.canonical(noun), "subject")
    if subject is not None and value is not None:
        yield Fact(subject, predicate, value, rule, None, anchor)


def _apposition(discourse: Discourse, noun: int, child: int) -> Iterator[Fact]:
    parse = discourse.parse
    names = discourse.apposed(noun)
    if names:
        yield from _named_persons(discourse, noun, child, names)
        return
    for token in discourse.coordinated(child):
        value = discourse.argument(token, "object")
        named = discourse.is_named(noun) or discourse.is_named(token)
        if value is None or value.kind == "quantity" or not named:
            continue
        # "Hiroshima, Japan": the second place holds the first one.
        places = _are_places(discourse, noun, token)
        # In "berlin, kreuzberg" nothing tells which holds which.
        if places and discourse.parse.words[token].islower():
            continue
        predicate = "be in" if places else "be"
        yield from _fact(discourse, noun, predicate, value, "apposition", token)
        for below in parse.children[token]:
            if parse.deps[below] == "nmod":
                case = discourse.case(below)
                predicate = f"be {parse.lower[token]} {case}".strip()
                said = f"be {parse.words[token]} {case}".strip()
                for found in discourse.arguments(below, "object"):
                    stated = _fact(discourse, noun, predicate, found, "apposition of", below)
                    yield from reworded(stated, said)


def _named_persons(
    discourse: Discourse, noun: int, child: int, names: Sequence[Referent]
) -> Iterator[Fact]:
    """Read "his wife Ines" and "two kids, Mia and Noah": each is one of what they are."""
    value = discourse.phrase(noun, "object")
    parse = discourse.parse
    if value is not None and parse.tags[noun] == "NNS":
        one = discourse.lemmatize(parse.words[noun], "NNS")
        value = value._replace(text=one)
    for name in names:
        subject = Argument(name.text, "subject", name.kind, name.named)
        if value is not None:
            yield Fact(subject, "be", value, "apposition", None, child)


def _possession(discourse: Discourse, noun: int, child: int) -> Iterator[Fact]:
    """Read "Marie's brother": a named owner of something named, or of what lives or acts."""
    if _is_lost(discourse, noun):
        return
    # "Omar's wife Ines": what she is to him stands in the predicate.
    word = discourse.lemmatize(discourse.parse.words[noun], discourse.parse.tags[noun])
    relation = f"have {word}" if discourse.apposed(noun) else "have"
    for owner in discourse.arguments(child, "subject"):
        for owned in discourse.meant(noun, "object"):
            if owner.named and (owned.named or owned.kind in _COMPANIONS):
                yield Fact(owner, relation, owned, "possession", None, child)


def _is_lost(discourse: Discourse, noun: int) -> bool:
    """Whether it is owned no more by what the verb says: "sold my Vespa", "my dog died"."""
    parse, verb = discourse.parse, discourse.parse.heads[noun]
    # "I might sell it", "I'm selling it": it is still there.
    if parse.tags[verb] not in ("VBD", "VBN", "VBP") or has_denial(discourse, verb):
        return False
    particle = parse.child(verb, "compound:prt")
    words = [discourse.lemmatize(parse.words[verb], parse.tags[verb])]
    words += [] if particle is None else [parse.lower[particle]]
    if parse.deps[noun] == "obj":
        return "have" in ENDED_BY.get(" ".join(words), ())
    return parse.deps[noun] == "nsubj" and " ".join(words) in DYING


def _are_places(discourse: Discourse, noun: int, token: int) -> bool:
    names = discourse.nominals.name_of
    spans = [names.get(noun), names.get(token)]
    return all(span is not None and span.kind == "place" for span in spans)


def _are_named(discourse: Discourse, noun: int, child: int) -> bool:
    named = discourse.is_named(noun) and discourse.is_named(child)
    return named and not _same_name(discourse, noun, child)


def _is_date(discourse: Discourse, noun: int, child: int) -> bool:
    span = discourse.nominals.name_of.get(child)
    dated = span is not None and span.kind == "time" and discourse.is_named(noun)
    return dated and not _same_name(discourse, noun, child)


def _same_name(discourse: Discourse, one: int, other: int) -> bool:
    names = discourse.nominals.name_of
    return one in names and names[one] is names.get(other)
