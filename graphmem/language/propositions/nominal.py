"""Facts that a noun phrase states: apposition, possession, the year in brackets."""

from __future__ import annotations

from collections.abc import Iterator

from graphmem.core.extraction import Argument
from graphmem.language.propositions.discourse import Discourse
from graphmem.language.propositions.facts import Fact

__all__ = ["nominal_facts"]

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
    name = discourse.apposed(noun)
    if name is not None:
        value = discourse.phrase(noun, "object")
        yield from _fact(discourse, noun, "be", value, "apposition", child)
        return
    for token in discourse.coordinated(child):
        value = discourse.argument(token, "object")
        named = discourse.is_named(noun) or discourse.is_named(token)
        if value is None or value.kind == "quantity" or not named:
            continue
        # "Hiroshima, Japan": the second place holds the first one.
        predicate = "be in" if _are_places(discourse, noun, token) else "be"
        yield from _fact(discourse, noun, predicate, value, "apposition", token)
        for below in parse.children[token]:
            if parse.deps[below] == "nmod":
                predicate = f"be {parse.lower[token]} {discourse.case(below)}".strip()
                for found in discourse.arguments(below, "object"):
                    yield from _fact(discourse, noun, predicate, found, "apposition of", below)


def _possession(discourse: Discourse, noun: int, child: int) -> Iterator[Fact]:
    """Read "Marie's brother": a named owner of something named, or of what lives or acts."""
    owned = discourse.argument(noun, "object")
    if owned is None:
        return
    # "Omar's wife Ines": what she is to him stands in the predicate.
    relation = f"have {discourse.parse.lower[noun]}" if discourse.apposed(noun) else "have"
    for owner in discourse.arguments(child, "subject"):
        if owner.named and (owned.named or owned.kind in _COMPANIONS):
            yield Fact(owner._replace(role="subject"), relation, owned, "possession", None, child)


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
