"""Who and what the words of a passage stand for: the arguments of its facts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from graphmem.core.extraction import Argument
from graphmem.language.lemmas import Lemmatizer
from graphmem.language.mentions import Nominals
from graphmem.language.parse import Parse
from graphmem.language.phrases import argument_span
from graphmem_schemas import EntityKind

__all__ = ["SPEAKER", "Discourse", "Referent"]

SPEAKER = -1
"""In the place of a token: who speaks, of whom no word of the sentence tells."""


_RELATIVE_TAGS = frozenset({"WDT", "WP", "WP$"})
_KIN = frozenset("dad daddy mum mummy mom mommy grandma grandpa granny nana papa mama".split())
_NO_OWNERS = frozenset({"time", "quantity"})
_PLAIN_DEPS = frozenset({"nmod", "compound", "amod", "acl", "acl:relcl"})
_LONGEST_CLAUSE = 8
_INSTEAD = frozenset({("rather", "than"), ("instead", "of")})
_BESIDE = frozenset({"conj", "parataxis", "obl", "nmod"})
_NOMINAL = frozenset({"NN", "NNS", "NNP", "NNPS", "CD", "PRP"})
# "With my wife Ingrid": read as one more of the verb's, a name without a preposition is astray.
_ASTRAY = frozenset({"obj", "iobj", "obl"})
_NOT_ALONE = frozenset({"only", "just", "merely", "even", "simply"})
# Text, kind, whether it is a name, and whether it is a value.
_Words = tuple[str, EntityKind, bool, bool]


class Referent(NamedTuple):
    """What a pronoun stands for; `token` heads its mention, -1 where it is not in the text."""

    text: str
    kind: EntityKind
    named: bool
    token: int = -1


_OF_CLAUSES = frozenset({"cop", "nsubj", "nsubj:pass"})


@dataclass(slots=True, eq=False)
class Discourse:
    """A parse with all that the rules need to turn a word into an argument.

    Attributes:
        pronouns: what each safely resolved pronoun stands for, by token.
        speaker: who says it, where that is somebody: a subject of `SPEAKER` means them.
        at: when it is said, where that is known.
        described: named subjects said to be "a <noun>", by noun: "the <noun>" means them later;
            only `describe` adds to them.
    """

    parse: Parse
    nominals: Nominals
    lemmatize: Lemmatizer
    pronouns: dict[int, Referent]
    speaker: Referent | None = None
    at: datetime | None = None
    described: dict[str, tuple[int, Referent]] = field(default_factory=dict)
    # A word is asked for its phrase by each fact and event that it is in.
    _phrases: dict[int, _Words | None] = field(default_factory=dict)
    # The facts and the events of a clause ask for the same slots, in other roles.
    _slots: dict[tuple[int, int | None], list[_Words]] = field(default_factory=dict)

    def describe(self, noun: int, referent: Referent) -> None:
        """Remember a named subject under the noun that it is said to be, unless one is there."""
        word = self.parse.lower[noun]
        if word not in self.described:
            self.described[word] = (noun, referent)
            self._slots.clear()

    def is_named(self, token: int) -> bool:
        """Whether the token is inside a name or a date."""
        return token in self.nominals.name_of

    def is_time(self, token: int) -> bool:
        """Whether the token heads a date or another time."""
        span = self.nominals.at(token)
        return span is not None and span.kind == "time"

    def coordinated(self, head: int) -> list[int]:
        """Return the head and what is conjoined with it, without conjoined verbs."""
        deps = self.parse.deps
        found = [head]
        for node in found:
            for child in self.parse.children[node]:
                if deps[child] != "conj" or self.is_clause(child):
                    continue
                if not self.is_set_aside(child):
                    found.append(child)
        return found

    def is_speaker(self, one: Argument) -> bool:
        """Whether an argument is who speaks."""
        return self.speaker is not None and one.text == self.speaker.text

    def is_clause(self, token: int) -> bool:
        """Whether a conjunct says something of its own: "Ana is a nurse and Ben is a cook"."""
        below = self.parse.below[token]
        return self.parse.tags[token].startswith("VB") or not below.isdisjoint(_OF_CLAUSES)

    def is_set_aside(self, token: int) -> bool:
        """Whether a nominal is what it is not: "instead of coffee", "tea but not coffee"."""
        lower, deps = self.parse.lower, self.parse.deps
        beside = deps[token] in _BESIDE and self.parse.tags[token] in _NOMINAL
        return any(
            (deps[child] in ("case", "cc") and tuple(lower[child : child + 2]) in _INSTEAD)
            or (beside and lower[child] == "not" and lower[child + 1] not in _NOT_ALONE)
            for child in self.parse.children[token]
            if child < token
        )

    def canonical(self, token: int) -> int:
        """Follow apposition and copula up to the noun that names the thing."""
        parse = self.parse
        for _ in range(4):
            subject = parse.child(token, "nsubj")
            copula = parse.child(token, "cop") is not None
            if subject is not None and copula and parse.tags[token].startswith("NN"):
                token = subject
            elif parse.deps[token] == "appos":
                token = parse.heads[token]
            else:
                break
        return token

    def case(self, token: int) -> str:
        """Return the prepositions of a nominal, in lower case ("out of")."""
        parse = self.parse
        words = [parse.lower[c] for c in parse.children[token] if parse.deps[c] == "case"]
        return " ".join(word for word in words if word not in ("'s", "’s", "'", "’"))

    def arguments(self, head: int, role: str, clause: int | None = None) -> list[Argument]:
        """Return what fills a slot: coordinated nominals each on their own.

        Args:
            head: the word in the slot.
            role: of the arguments.
            clause: the verb of the slot, where relative pronouns are to be followed.
        """
        slot = (head, clause)
        words = self._slots.get(slot)
        if words is None:
            words = self._slots[slot] = self._slot(head, clause)
        return [Argument(text, role, kind, named, value) for text, kind, named, value in words]

    def _slot(self, head: int, clause: int | None) -> list[_Words]:
        parse = self.parse
        if head == SPEAKER:
            return self._all_meant(head)
        if self._is_relative(head):
            antecedent = None if clause is None else self._antecedent(clause)
            heads = [] if antecedent is None else [antecedent]
        elif parse.tags[head].startswith("VB") and parse.child(head, "det") is None:
            return self._clause_words(head)
        elif parse.deps[head] in _ASTRAY and self._is_apposed(head):
            heads = []
        else:
            heads = self.coordinated(head)
        return [words for each in heads for words in self._all_meant(each)]

    def argument(self, head: int, role: str) -> Argument | None:
        """Return one nominal as an argument; None for a pronoun that means nothing known."""
        words = self._meant(head)
        return None if words is None else Argument(words[0], role, *words[1:])

    def meant(self, head: int, role: str) -> list[Argument]:
        """Return what one nominal stands for: several, where it is "two kids, Mia and Noah"."""
        return [Argument(words[0], role, *words[1:]) for words in self._all_meant(head)]

    def _meant(self, head: int) -> _Words | None:
        return next(iter(self._all_meant(head)), None)

    def _all_meant(self, head: int) -> list[_Words]:
        if head == SPEAKER:
            who = self.speaker
            return [] if who is None else [(who.text, who.kind, who.named, False)]
        if self._is_relative(head):
            return []
        referent = self.pronouns.get(head) or self._described(head)
        if referent is not None and not referent.named and 0 <= referent.token < head:
            # "She" is whom the noun itself means: Mara's sister, and not any sister.
            return self._all_meant(referent.token)
        referents = self.apposed(head) if referent is None else [referent]
        if referents:
            return [(one.text, one.kind, one.named, False) for one in referents]
        words = self._phrase(head)
        return [] if words is None else [words]

    def phrase(self, head: int, role: str) -> Argument | None:
        """Return a nominal by its own words, without its possessor; None where it has none."""
        words = self._own_words(head)
        return None if words is None else Argument(words[0], role, *words[1:])

    def owner(self, head: int) -> Argument | None:
        """Return whose a common noun is said to be; None where that is nobody's, or unclear.

        "Dad" is the speaker's. "Today's" and "last week's" own nothing.
        """
        parse = self.parse
        if self.is_named(head) and not self._is_kin(head):
            return None
        possessor = parse.child(head, "nmod:poss")
        if possessor is None:
            who = self.speaker if self._is_kin(head) and "det" not in parse.below[head] else None
            return None if who is None else Argument(who.text, "subject", who.kind, who.named)
        owner = self.argument(possessor, "subject")
        return None if owner is None or owner.literal or owner.kind in _NO_OWNERS else owner

    def _is_kin(self, head: int) -> bool:
        """Whether a word is what only the own family says: "Dad", as if it were a name."""
        span = self.nominals.name_of.get(head)
        return self.parse.lower[head] in _KIN and (span is None or span.end - span.start == 1)

    def _phrase(self, head: int) -> _Words | None:
        if head not in self._phrases:
            words, owner = self._own_words(head), self.owner(head)
            if words is not None and owner is not None:
                # What is Mara's is not what is Ben's: the owner's name tells them apart.
                noun = words[0].lower() if self._is_kin(head) else words[0]
                words = f"{owner.text}'s {noun}", words[1], False, False
            self._phrases[head] = words
        return self._phrases[head]

    def _own_words(self, head: int) -> _Words | None:
        parse = self.parse
        span = self.nominals.at(head)
        if span is not None:
            owner = None if span.named else parse.child(head, "nmod:poss")
            if owner is not None and span.start <= owner < head:
                first = max(parse.subtree(owner)) + 1
                return parse.surface(first, span.end), span.kind, False, False
            return span.text, span.kind, span.named, span.kind in ("time", "quantity")
        if parse.tags[head] in ("PRP", "PRP$"):
            return None
        text = parse.surface(*argument_span(parse, head))
        if not any(map(str.isalnum, text)):
            return None
        return text, "unknown", False, not parse.tags[head].startswith("NN")

    def apposed(self, head: int) -> list[Referent]:
        """Return the persons whose names stand in apposition to a noun ("his wife Ines")."""
        noun = self.nominals.by_head.get(head)
        if noun is None or noun.named or noun.kind != "person":
            return []
        first = self._in_apposition(head)
        if first is None:
            return []
        many = self.parse.tags[head] == "NNS"
        names = map(self.nominals.name_of.get, self.coordinated(first) if many else [first])
        return [
            Referent(name.text, name.kind, name.named, name.head)
            for name in names
            if name is not None and name.kind == "person"
        ]

    def _in_apposition(self, head: int) -> int | None:
        """Return the head of a name beside a noun, also where the parser reads it as a subject.

        Of "my brother Alex lives" it makes two subjects, or one of the other, and of "my sister
        Elif" two objects.
        """
        parse, names = self.parse, self.nominals.name_of
        for child in parse.children[head]:
            name = names.get(child)
            if parse.deps[child] == "appos" and name and name.kind == "person":
                return child
        name = names.get(head + 1)
        if name is None or name.kind != "person" or name.start != head + 1:
            return None
        if parse.deps[name.head] in _ASTRAY and self.case(name.head) == "":
            beside = parse.deps[head] in _ASTRAY and parse.heads[head] == parse.heads[name.head]
            one = parse.tags[head] == "NN" and parse.child(head, "nmod:poss") is not None
            return name.head if beside and one else None
        if not parse.deps[name.head].startswith("nsubj"):
            return None
        # A noun with nothing to do in the sentence belongs to the name behind it, too.
        stray = parse.deps[head] == "ROOT" and "cop" not in parse.below[head]
        near = parse.heads[head] in (name.head, parse.heads[name.head])
        return name.head if stray or (near and parse.deps[head].startswith("nsubj")) else None

    def _is_apposed(self, token: int) -> bool:
        """Whether a name is that of the noun before it."""
        name = self.nominals.name_of.get(token)
        before = self.nominals.by_head.get(name.start - 1) if name else None
        return before is not None and self._in_apposition(before.head) == token

    def _is_relative(self, token: int) -> bool:
        parse = self.parse
        if parse.tags[token] in _RELATIVE_TAGS:
            return True
        return parse.lower[token] == "that" and parse.tags[token] in ("IN", "DT")

    def _antecedent(self, clause: int) -> int | None:
        """Return the noun that the relative clause of a verb describes."""
        parse = self.parse
        for _ in range(6):
            if parse.deps[clause] == "acl:relcl":
                return self.canonical(parse.heads[clause])
            if parse.deps[clause] not in ("conj", "xcomp", "ccomp"):
                return None
            clause = parse.heads[clause]
        return None

    def _clause_words(self, head: int) -> list[_Words]:
        tokens = self.parse.subtree(head)
        if len(tokens) > _LONGEST_CLAUSE:
            return []
        text = self.parse.surface(min(tokens), max(tokens) + 1)
        return [(text, "unknown", False, True)]

    def _described(self, head: int) -> Referent | None:
        """Return the named subject that "the <noun>" was said to be in an earlier sentence."""
        parse = self.parse
        known = self.described.get(parse.lower[head])
        if known is None or parse.tags[head] != "NN" or known[0] >= head:
            return None
        if "cop" in parse.below[head]:  # "Dana has been the CEO since": not who was so before
            return None
        children = parse.children[head]
        if any(parse.deps[child] in _PLAIN_DEPS for child in children):
            return None
        definite = any(
            parse.deps[child] == "det" and parse.lower[child] in ("the", "this")
            for child in children
        )
        return known[1] if definite else None
