"""The forms under which a relation may be kept that somebody names: "lives in" → "live in"."""

from __future__ import annotations

from graphmem.core.wording import IRREGULAR_PAST

__all__ = ["relation_forms"]

_BASES = {
    "am": "be", "is": "be", "are": "be", "was": "be", "were": "be", "has": "have", "had": "have",
    "does": "do", "did": "do", "goes": "go",
}  # fmt: skip
_PRESENT = {past: verb for verb, past in sorted(IRREGULAR_PAST.items(), reverse=True)}
_SHORTEST = 3


def relation_forms(relation: str) -> tuple[str, ...]:
    """Return a relation as it is written, and with its verb in the forms that it may come from.

    Nothing is looked up in a dictionary, so that some of them are no words: they find nothing.

    Args:
        relation: in any spelling.
    """
    said = " ".join(relation.casefold().split())
    verb, blank, rest = said.partition(" ")
    bases = [verb]
    if verb in _BASES or verb in _PRESENT:
        bases.append(_BASES.get(verb) or _PRESENT[verb])
    elif len(verb) > _SHORTEST:
        bases += _regular(verb)
    # "Manager" is asked for as what somebody has.
    had = () if verb in _BASES else (f"have {said}",)
    return tuple(dict.fromkeys([*(f"{base}{blank}{rest}" for base in bases), *had]))


def _regular(verb: str) -> list[str]:
    if verb.endswith(("ies", "ied")):
        return [f"{verb[:-3]}y"]
    if verb.endswith("ed"):
        doubled = [verb[:-3]] if verb[-3] == verb[-4] else []
        return [verb[:-2], verb[:-1], *doubled]
    if verb.endswith("es"):
        return [verb[:-1], verb[:-2]]
    return [verb[:-1]] if verb.endswith("s") else []
