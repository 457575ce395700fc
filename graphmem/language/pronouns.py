"""What pronouns stand for, where that is safe: first and second person, he, she, it, they.

A third-person pronoun is resolved to the best earlier mention by salience (Lappin and Leass
1994, "An algorithm for pronominal anaphora resolution"), and only where no rival comes near.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graphmem.language.kinds import female_odds
from graphmem.language.mentions import Nominals, Span
from graphmem.language.parse import Parse
from graphmem.language.propositions.discourse import Referent
from graphmem.language.weights import Weights

__all__ = ["resolve_pronouns"]

_SPEAKER = frozenset({"i", "me", "my", "mine", "myself"})
_ADDRESSEE = frozenset({"you", "your", "yours", "yourself"})
_GROUPS = {
    "he": "he", "him": "he", "his": "he", "himself": "he",
    "she": "she", "her": "she", "hers": "she", "herself": "she",
    "it": "it", "its": "it", "itself": "it",
    "they": "they", "them": "they", "their": "they", "theirs": "they", "themselves": "they",
}  # fmt: skip
_SUBJECTS = frozenset({"nsubj", "nsubj:pass", "nsubj:outer"})
_PLURAL = frozenset({"NNS", "NNPS"})
_REACH = 3  # sentences
_MARGIN = 1.0
_GENDER_BAR = 0.4
_NEVER = frozenset(
    "thank thanks lot lots one thing things way time day congrats wow kind sort".split()
)


@dataclass(slots=True, eq=False)
class _Candidate:
    token: int
    sentence: int
    referent: Referent
    plural: bool
    salience: float
    female: float
    n_seen: int = 1


def resolve_pronouns(
    parse: Parse,
    nominals: Nominals,
    weights: Weights,
    *,
    speaker: str | None = None,
    addressee: str | None = None,
) -> dict[int, Referent]:
    """Return what each safely resolved pronoun stands for, by token.

    Complexity: O(pronouns · mentions within three sentences).
    """
    found = _persons(parse, speaker, addressee)
    pronouns = [t for t, word in enumerate(parse.lower) if _is_third(parse, t, word)]
    if pronouns:
        _third_persons(parse, nominals, weights, pronouns, found)
    return found


def _is_third(parse: Parse, token: int, word: str) -> bool:
    return word in _GROUPS and parse.tags[token].startswith("PRP")


def _persons(parse: Parse, speaker: str | None, addressee: str | None) -> dict[int, Referent]:
    found: dict[int, Referent] = {}
    if speaker or addressee:
        for token, word in enumerate(parse.lower):
            if speaker and word in _SPEAKER and parse.tags[token].startswith("PRP"):
                found[token] = Referent(speaker, "person", True)
            elif addressee and word in _ADDRESSEE and parse.tags[token].startswith("PRP"):
                found[token] = Referent(addressee, "person", True)
    return found


def _third_persons(
    parse: Parse,
    nominals: Nominals,
    weights: Weights,
    pronouns: Sequence[int],
    found: dict[int, Referent],
) -> None:
    sentence_of = [
        number for number, (start, end) in enumerate(parse.sentences) for _ in range(start, end)
    ]
    candidates = _candidates(parse, nominals, weights, sentence_of)
    at = 0
    seen: list[_Candidate] = []
    for token in pronouns:
        while at < len(candidates) and candidates[at].token < token:
            seen.append(candidates[at])
            at += 1
        group = _GROUPS[parse.lower[token]]
        best = _best(parse, seen, token, group, sentence_of[token])
        if best is not None:
            found[token] = best.referent
            seen.append(_echo(parse, best, token, sentence_of[token], group))


def _candidates(
    parse: Parse, nominals: Nominals, weights: Weights, sentence_of: list[int]
) -> list[_Candidate]:
    spans = [span for span in nominals.spans if _may_be_meant(parse, span)]
    people = [span.head for span in spans if span.kind == "person"]
    odds = female_odds(parse, weights, people)
    found = []
    for span in sorted(spans, key=lambda span: span.head):
        referent = Referent(span.text, span.kind, span.named)
        plural = parse.tags[span.head] in _PLURAL or parse.child(span.head, "conj") is not None
        salience = _salience(parse, span.head) + 1.5 * span.named
        sentence = sentence_of[span.head]
        female = odds.get(span.head, 0.0)
        found.append(_Candidate(span.head, sentence, referent, plural, salience, female))
    return found


def _may_be_meant(parse: Parse, span: Span) -> bool:
    if span.kind in ("time", "quantity") or parse.lower[span.head] in _NEVER:
        return False
    return parse.tags[span.head].startswith("NN") and parse.deps[span.head] != "compound"


def _salience(parse: Parse, token: int) -> float:
    dep = parse.deps[token]
    if dep in _SUBJECTS:
        return 2.0
    if dep in ("obj", "iobj", "ROOT"):
        return 0.5
    return -0.5 if dep.partition(":")[0] in ("nmod", "obl") else 0.0


def _best(
    parse: Parse, seen: Sequence[_Candidate], token: int, group: str, sentence: int
) -> _Candidate | None:
    """Return the candidate that the pronoun means; None where another one comes near."""
    scores: dict[str, tuple[float, _Candidate]] = {}
    for candidate in seen:
        distance = sentence - candidate.sentence
        if distance > _REACH or not _agrees(candidate, group):
            continue
        if _clashes(parse, candidate, token, distance):
            continue
        score = candidate.salience - 1.0 * distance + 0.5 * min(3, candidate.n_seen - 1)
        if group in ("he", "she"):
            score += 0.5 * candidate.female * (1 if group == "she" else -1)
        name = candidate.referent.text.casefold()
        if name not in scores or score > scores[name][0]:
            scores[name] = (score, candidate)
    ranked = sorted(scores.values(), key=lambda pair: (-pair[0], -pair[1].token))
    if not ranked or (len(ranked) > 1 and ranked[0][0] - ranked[1][0] < _MARGIN):
        return None
    return ranked[0][1]


def _agrees(candidate: _Candidate, group: str) -> bool:
    kind = candidate.referent.kind
    if group == "they":
        return candidate.plural or (kind == "organization" and candidate.referent.named)
    if candidate.plural:
        return False
    if group == "it":
        return kind not in ("person", "abstract") or candidate.referent.named and kind != "person"
    female = candidate.female * (1 if group == "she" else -1)
    return kind == "person" and female > -_GENDER_BAR


def _clashes(parse: Parse, candidate: _Candidate, token: int, distance: int) -> bool:
    """Whether grammar forbids it: two arguments of one verb are not the same thing."""
    if distance:
        return False
    other = candidate.token
    reflexive = parse.lower[token].endswith(("self", "selves"))
    possessive = parse.tags[token] == "PRP$"
    same_verb = parse.heads[other] == parse.heads[token]
    inside = parse.heads[token] == other or parse.heads[other] == token
    return inside or (same_verb and not reflexive and not possessive)


def _echo(parse: Parse, best: _Candidate, token: int, sentence: int, group: str) -> _Candidate:
    """A resolved pronoun is a mention of its own: it keeps what it means in mind."""
    salience = _salience(parse, token) + 1.5 * best.referent.named
    female = {"he": -3.0, "she": 3.0}.get(group, 0.0)
    return _Candidate(
        token, sentence, best.referent, best.plural, salience, female, best.n_seen + 1
    )
