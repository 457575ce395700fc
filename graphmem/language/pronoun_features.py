"""Earlier mentions that a pronoun could mean, and how each pair of them looks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from graphmem.language.kinds import female_odds
from graphmem.language.mentions import Nominals, Span
from graphmem.language.parse import Parse
from graphmem.language.propositions.discourse import Referent
from graphmem.language.weights import Weights

__all__ = [
    "GROUPS", "N_PAIR_FEATURES", "Candidate", "echo", "find_candidates", "may_mean",
    "pair_features",
]  # fmt: skip

GROUPS = {
    "he": "he", "him": "he", "his": "he", "himself": "he",
    "she": "she", "her": "she", "hers": "she", "herself": "she",
    "it": "it", "its": "it", "itself": "it",
    "they": "they", "them": "they", "their": "they", "theirs": "they", "themselves": "they",
}  # fmt: skip
_SUBJECTS = frozenset({"nsubj", "nsubj:pass", "nsubj:outer"})
_PLURAL = frozenset({"NNS", "NNPS"})
_REACH = 4  # sentences
_GENDER_BAR = 1.0
# Nouns that say it themselves: "he" is never a sister, whatever the states around her say.
_HERS = (
    "aunt auntie bride daughter fiancée girl girlfriend grandma grandmother granny lady mama mom "
    "mommy mother mum mummy niece queen sister stepmother widow wife woman"
)
_HIS = (
    "boy boyfriend bridegroom brother dad daddy father fiancé gentleman grandfather grandpa "
    "granddad groom guy husband king man nephew papa son stepfather uncle widower"
)
# Beyond the bar, and no further than states go: the odds are a trained feature as well, and 4
# cost 3 of 79 right ones in 100 (GUM dev).
_SURE = 2.0
_GENDERED: dict[str, float] = {
    **dict.fromkeys(_HERS.split(), _SURE),
    **dict.fromkeys(_HIS.split(), -_SURE),
}
_KINDS = ("person", "place", "organization", "object", "abstract", "event", "animal")
_ROLES = ("subject", "object", "oblique", "possessor", "other")
_DEFINITE = frozenset({"the", "this", "that", "these", "those"})
_INDEFINITE = frozenset({"a", "an"})
_SIGNS = {"she": 1.0, "he": -1.0}
N_PAIR_FEATURES = 30


def _one_of(n: int) -> list[tuple[float, ...]]:
    """Return n rows, each with its own place set, and one without any."""
    return [tuple(float(at == place) for at in range(n)) for place in range(n + 1)]


_DISTANCE_ROWS = [(*row, float(at)) for at, row in enumerate(_one_of(4))]
_ROLE_ROWS: dict[str, tuple[float, ...]] = dict(zip(_ROLES, _one_of(len(_ROLES)), strict=False))
_KIND_ROWS: dict[str, tuple[float, ...]] = dict(zip(_KINDS, _one_of(len(_KINDS)), strict=False))
_NO_KIND = _one_of(len(_KINDS))[-1]
_NEVER = frozenset(
    "thank thanks lot lots one thing things way time day congrats wow kind sort".split()
)


@dataclass(slots=True, eq=False)
class Candidate:
    """A mention that a later pronoun could mean.

    Attributes:
        token: its head word, or the resolved pronoun that repeats it.
        female: log odds that it is "she" and not "he"; 0 for what is no person.
        n_seen: how often it was mentioned so far.
    """

    token: int
    sentence: int
    referent: Referent
    plural: bool
    female: float
    determiner: str
    is_echo: bool = False
    n_seen: int = 1


def find_candidates(
    parse: Parse, nominals: Nominals, weights: Weights, sentence_of: Sequence[int]
) -> list[Candidate]:
    """Return the nominal mentions of a parse, by the order of their head words."""
    spans = [span for span in nominals.spans if _may_be_meant(parse, span)]
    people = [span.head for span in spans if span.kind == "person"]
    odds = female_odds(parse, weights, people)
    return [
        Candidate(
            token=span.head,
            sentence=sentence_of[span.head],
            referent=Referent(span.text, span.kind, span.named, span.head),
            plural=_is_plural(parse, span),
            female=_GENDERED.get(parse.lower[span.head], odds.get(span.head, 0.0)),
            determiner=_determiner(parse, span.head),
        )
        for span in sorted(spans, key=lambda span: span.head)
    ]


def _is_plural(parse: Parse, span: Span) -> bool:
    several = parse.child(span.head, "conj") is not None and span.kind not in ("abstract", "event")
    return parse.tags[span.head] in _PLURAL or several


def _may_be_meant(parse: Parse, span: Span) -> bool:
    if span.kind in ("time", "quantity") or parse.lower[span.head] in _NEVER:
        return False
    return parse.tags[span.head].startswith("NN") and parse.deps[span.head] != "compound"


def _determiner(parse: Parse, token: int) -> str:
    child = parse.child(token, "det")
    return "" if child is None else parse.lower[child]


def echo(best: Candidate, token: int, sentence: int, group: str) -> Candidate:
    """A resolved pronoun is a mention of its own: it keeps what it means in mind."""
    return Candidate(
        token=token,
        sentence=sentence,
        referent=best.referent,
        plural=best.plural,
        female={"he": -3.0, "she": 3.0}.get(group, best.female),
        determiner=best.determiner,
        is_echo=True,
        n_seen=best.n_seen + 1,
    )


def may_mean(parse: Parse, candidate: Candidate, token: int, distance: int) -> bool:
    """Whether number, gender, grammar and distance allow that the pronoun means it."""
    group = GROUPS[parse.lower[token]]
    if distance > _REACH or (distance == 0 and _clashes(parse, candidate.token, token)):
        return False
    kind = candidate.referent.kind
    if group == "they":
        return candidate.plural or kind in ("organization", "person")
    if candidate.plural:
        return False
    if group == "it":
        return kind != "person"
    female = candidate.female * (1 if group == "she" else -1)
    return kind == "person" and female > -_GENDER_BAR


def _clashes(parse: Parse, other: int, token: int) -> bool:
    """Whether grammar forbids it: two arguments of one verb are not the same thing."""
    reflexive = parse.lower[token].endswith(("self", "selves"))
    possessive = parse.tags[token] == "PRP$"
    same_verb = parse.heads[other] == parse.heads[token]
    inside = parse.heads[token] == other or parse.heads[other] == token
    return inside or (same_verb and not reflexive and not possessive)


def _role(parse: Parse, token: int) -> str:
    dep = parse.deps[token]
    if dep in _SUBJECTS:
        return "subject"
    if dep in ("obj", "iobj"):
        return "object"
    if dep == "nmod:poss":
        return "possessor"
    return "oblique" if dep.partition(":")[0] in ("obl", "nmod") else "other"


def pair_features(
    parse: Parse, candidate: Candidate, token: int, distance: int, rank: int
) -> list[float]:
    """Return N_PAIR_FEATURES numbers that describe a pronoun and what it may mean.

    Args:
        parse: of the passage.
        candidate: the earlier mention.
        token: the pronoun.
        distance: sentences between them, 0 to 4.
        rank: how many allowed candidates are nearer.
    """
    role, own = _role(parse, candidate.token), _role(parse, token)
    referent = candidate.referent
    return [
        *_DISTANCE_ROWS[distance],
        *_ROLE_ROWS[role],
        float(role == own == "subject"),
        float(role == own),
        float(own == "subject"),
        float(own == "possessor"),
        *_KIND_ROWS.get(referent.kind, _NO_KIND),
        float(referent.named),
        float(candidate.is_echo),
        math.log(candidate.n_seen),
        math.log(1 + rank),
        float(candidate.determiner in _DEFINITE),
        float(candidate.determiner in _INDEFINITE),
        _SIGNS.get(GROUPS[parse.lower[token]], 0.0) * max(-4.0, min(4.0, candidate.female)),
        float(candidate.plural),
        float(parse.deps[token] == "expl"),
    ]
