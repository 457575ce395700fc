"""Who and what the words of a passage stand for: the arguments of its facts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from graphmem.core.extraction import Argument
from graphmem.language.lemmas import Lemmatizer
from graphmem.language.mentions import Nominals
from graphmem.language.parse import Parse
from graphmem.language.phrases import argument_span
from graphmem_schemas import EntityKind

__all__ = ["Discourse", "Referent"]

_RELATIVE_TAGS = frozenset({"WDT", "WP", "WP$"})
_PLAIN_DEPS = frozenset({"nmod", "compound", "amod", "acl", "acl:relcl"})
_LONGEST_CLAUSE = 8
# Text, kind, whether it is a name, and whether it is a value.
_Words = tuple[str, EntityKind, bool, bool]


class Referent(NamedTuple):
    """What a pronoun stands for; `token` heads its mention, -1 where it is not in the text."""

    text: str
    kind: EntityKind
    named: bool
    token: int = -1


@dataclass(slots=True, eq=False)
class Discourse:
    """A parse with all that the rules need to turn a word into an argument.

    Attributes:
        pronouns: what each safely resolved pronoun stands for, by token.
        described: named subjects said to be "a <noun>", by noun: "the <noun>" means them later;
            only `describe` adds to them.
    """

    parse: Parse
    nominals: Nominals
    lemmatize: Lemmatizer
    pronouns: dict[int, Referent]
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

    def coordinated(self, head: int) -> list[int]:
        """Return the head and what is conjoined with it, without conjoined verbs."""
        deps, tags = self.parse.deps, self.parse.tags
        found = [head]
        for node in found:
            for child in self.parse.children[node]:
                if deps[child] == "conj" and not tags[child].startswith("VB"):
                    found.append(child)
        return found

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
        if self._is_relative(head):
            antecedent = None if clause is None else self._antecedent(clause)
            heads = [] if antecedent is None else [antecedent]
        elif parse.tags[head].startswith("VB") and parse.child(head, "det") is None:
            return self._clause_words(head)
        else:
            heads = self.coordinated(head)
        return [words for words in map(self._meant, heads) if words is not None]

    def argument(self, head: int, role: str) -> Argument | None:
        """Return one nominal as an argument; None for a pronoun that means nothing known."""
        words = self._meant(head)
        return None if words is None else Argument(words[0], role, *words[1:])

    def _meant(self, head: int) -> _Words | None:
        if self._is_relative(head):
            return None
        referent = self.pronouns.get(head) or self._described(head) or self.apposed(head)
        if referent is not None:
            return referent.text, referent.kind, referent.named, False
        return self._phrase(head)

    def phrase(self, head: int, role: str) -> Argument | None:
        """Return a nominal by its own words, without its possessor; None where it has none."""
        words = self._phrase(head)
        return None if words is None else Argument(words[0], role, *words[1:])

    def _phrase(self, head: int) -> _Words | None:
        if head not in self._phrases:
            self._phrases[head] = self._own_words(head)
        return self._phrases[head]

    def _own_words(self, head: int) -> _Words | None:
        parse = self.parse
        span = self.nominals.name_of.get(head) or self.nominals.by_head.get(head)
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

    def apposed(self, head: int) -> Referent | None:
        """Return the person whose name stands in apposition to a noun ("his wife Ines")."""
        noun = self.nominals.by_head.get(head)
        if noun is None or noun.named or noun.kind != "person":
            return None
        for child in self.parse.children[head]:
            name = self.nominals.name_of.get(child)
            if self.parse.deps[child] == "appos" and name and name.kind == "person":
                return Referent(name.text, name.kind, name.named, name.head)
        return None

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
        children = parse.children[head]
        if any(parse.deps[child] in _PLAIN_DEPS for child in children):
            return None
        definite = any(
            parse.deps[child] == "det" and parse.lower[child] in ("the", "this")
            for child in children
        )
        return known[1] if definite else None
