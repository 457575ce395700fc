"""What somebody's something is said to be, as a fact of whose it is: "Mara's manager is Anita".

Told of "Mara's manager" alone, nobody who asks about Mara would find it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from graphmem.core.extraction import Argument
from graphmem.language.kinds import LIVING
from graphmem.language.propositions.clauses import Clause
from graphmem.language.propositions.discourse import SPEAKER, Discourse
from graphmem.language.propositions.facts import Fact, reading

__all__ = ["Attribute", "attributes_of", "told_of_owners"]

_FAVOURITE = frozenset({"favourite", "favorite", "preferred"})
# Whatever these are said to be is which one it is; a wife who is "a doctor" is still the same.
_VALUES = frozenset(
    "name nickname surname age birthday anniversary gender nationality hometown height weight "
    "email e-mail address number phone username handle password pin website job profession "
    "occupation title salary wage income rent price cost fee budget balance rate score grade "
    "status state stage version deadline colour color size currency timezone zone language "
    "limit quota threshold goal target diet".split()
)
# Of these an adjective is the value; "my rent is high" tells no other rent.
_QUALITIES = frozenset("status state stage colour color gender nationality size".split())
_DATED = frozenset({"be on", "be at", "be in"})
_CALLED = frozenset({"be called", "be named"})
_ADDRESSES = frozenset({"address", "home address"})
# The manager one has now is the manager.
_PRESENT = frozenset("new current present latest own actual".split())


class Attribute(NamedTuple):
    """What one has one of, whose it is, and how both are said.

    Attributes:
        is_name: whether it is spoken of by its name: "my wife's name".
    """

    owner: Argument
    words: str
    said: str
    is_name: bool = False


def told_of_owners(discourse: Discourse, clause: Clause, facts: Iterable[Fact]) -> Iterator[Fact]:
    """Yield facts of what something is; those that tell a value of somebody's are told of them.

    "Mara's favourite colour", "be", "blue" is "Mara", "have favourite colour", "blue", which
    reads as it was said. What only describes stays with what it describes: "Mara's wife", "be",
    "doctor". Where a home is, its owner lives.
    """
    owned = attributes_of(discourse, clause.subjects)
    first = discourse.argument(clause.head, "object")
    for fact in facts:
        told = owned.get(fact.subject.text)
        if told is not None and told.is_name and fact.object != first:
            continue  # "her name is Ingrid and she is a doctor": that is no name
        if told is not None and told.is_name and not _is_called(fact):
            yield fact
        elif told is not None and _is_home(fact, told) and fact.object == first:
            whole = fact._replace(told_of=told.said)
            yield fact._replace(subject=told.owner, predicate="live in", text=reading(whole))
        elif told is None or not _is_value(discourse, fact, told.words):
            yield fact
        else:
            yield fact._replace(
                subject=told.owner, predicate=f"have {told.words.lower()}",
                said=fact.predicate, told_of=told.said,
            )  # fmt: skip
            yield from _town(discourse, fact, told)


def _town(discourse: Discourse, fact: Fact, told: Attribute) -> Iterator[Fact]:
    """Read where somebody lives whose address ends in a town: "12 Park Lane, Ilkley"."""
    if told.words.lower() not in _ADDRESSES or told.owner.kind != "person":
        return
    for token in discourse.parse.children[fact.anchor]:
        town = discourse.phrase(token, "object") if discourse.is_named(token) else None
        if discourse.parse.deps[token] == "appos" and town and town.kind == "place":
            yield fact._replace(subject=told.owner, predicate="live in", object=town, anchor=token)
            return  # a country may follow


def attributes_of(discourse: Discourse, heads: Iterable[int]) -> dict[str, Attribute]:
    """Return which of some nouns are somebody's, by how they read as subjects."""
    owned: dict[str, Attribute] = {}
    for head in heads:
        if head == SPEAKER:
            continue
        subject, attribute = discourse.argument(head, "subject"), _attribute(discourse, head)
        if subject is not None and attribute is not None:
            owned[subject.text] = attribute
    return owned


def _attribute(discourse: Discourse, head: int) -> Attribute | None:
    """Return whose a common noun is, and its words without "new" and the like."""
    if discourse.parse.tags[head] != "NN":
        return None
    named = _named_by(discourse, head)
    whose = None if named is None else _attribute(discourse, named)
    if whose is not None:
        return whose._replace(said=f"{whose.said}'s name", is_name=True)
    owner, words = discourse.owner(head), discourse.phrase(head, "object")
    if words is None:
        return None
    first, _, rest = words.text.partition(" ")
    text = rest if rest and first.lower() in _PRESENT else words.text
    if owner is not None:
        return Attribute(owner, text, f"{owner.text}'s {text}")
    return _of_a_name(discourse, head, text)


def _of_a_name(discourse: Discourse, head: int, text: str) -> Attribute | None:
    """Read "the status of GM-4" as "GM-4's status", where a name follows and nothing else."""
    parse = discourse.parse
    below = [child for child in parse.children[head] if parse.deps[child] == "nmod"]
    det = parse.child(head, "det")
    if len(below) != 1 or discourse.case(below[0]) != "of" or det is None:
        return None
    owners = discourse.arguments(below[0], "subject")
    words, of, _ = text.partition(" of ")
    if parse.lower[det] != "the" or len(owners) != 1 or not owners[0].named or not of:
        return None
    return Attribute(owners[0], words, text)


def _named_by(discourse: Discourse, head: int) -> int | None:
    """Return who or what living is named: the wife of "my wife's name", not of "maiden name"."""
    parse = discourse.parse
    below = [child for child in parse.children[head] if parse.deps[child] != "punct"]
    if parse.lower[head] != "name" or [parse.deps[child] for child in below] != ["nmod:poss"]:
        return None
    noun = discourse.nominals.by_head.get(below[0])
    return below[0] if noun is not None and noun.kind in LIVING else None


def _is_called(fact: Fact) -> bool:
    """Whether somebody is called so now, who has no name beside the noun already."""
    now = fact.clause is not None and fact.clause.tense == "present"
    return now and fact.object.named and not fact.subject.named


def _is_home(fact: Fact, told: Attribute) -> bool:
    """Whether a place is where somebody's home is."""
    somewhere = fact.object.named and fact.object.kind in ("place", "unknown")
    is_home = told.words.lower() == "home" and told.owner.kind == "person"
    return fact.predicate == "be in" and is_home and somewhere


def _is_value(discourse: Discourse, fact: Fact, attribute: str) -> bool:
    """Whether an object tells which one the attribute is, and not only what it is like."""
    words = attribute.lower().split()
    if fact.predicate in _DATED:  # "my birthday is on May 5"
        return fact.object.kind == "time" and words[-1] in _VALUES
    if fact.predicate in _CALLED:
        # A car may be called Betty and is a Volvo all the same.
        alone = fact.clause is not None and not fact.clause.obliques
        return alone and fact.subject.kind in LIVING and _is_called(fact)
    if fact.predicate != "be":
        return False
    if not _FAVOURITE.isdisjoint(words):
        return True
    if fact.rule == "quality":
        return words[-1] in _QUALITIES
    capital = discourse.parse.words[fact.anchor][:1].isupper()
    named = fact.object.named or (capital and not fact.object.literal)
    return named or words[-1] in _VALUES
