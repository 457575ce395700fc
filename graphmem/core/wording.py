"""Words for a fact: "Ann", "live in", "Rome" → "Ann lives in Rome"."""

from __future__ import annotations

__all__ = ["word_fact"]

_IRREGULAR = {"be": "is", "have": "has", "do": "does", "go": "goes"}
_MODALS = frozenset(("can", "could", "may", "might", "must", "shall", "should", "will", "would"))
_PLURAL_SUBJECTS = frozenset(("they", "we", "you", "i"))


def word_fact(subject: str, predicate: str, obj: str, *, negated: bool) -> str:
    """Return the fact as a statement in the present tense.

    Args:
        subject: as written.
        predicate: lemmatised, with its preposition or particle: "live in".
        obj: as written; may be empty.
        negated: whether the fact is denied.
    """
    verb, _, rest = predicate.partition(" ")
    plural = _is_plural(subject)
    if verb == "be":
        said = ("are" if plural else "is") + (" not" if negated else "")
    elif verb in _MODALS:
        said = f"{verb} not" if negated else verb
    elif negated:
        said = f"{'do' if plural else 'does'} not {verb}"
    else:
        said = verb if plural else _third_person(verb)
    return " ".join(part for part in (subject, said, rest, obj) if part)


def _is_plural(subject: str) -> bool:
    """Whether the subject looks like many; a name is one, however it ends."""
    if subject.casefold() in _PLURAL_SUBJECTS:
        return True
    return subject[:1].islower() and subject.endswith("s") and not subject.endswith("ss")


def _third_person(verb: str) -> str:
    if verb in _IRREGULAR:
        return _IRREGULAR[verb]
    if not verb.isalpha():
        return verb
    if verb.endswith(("s", "sh", "ch", "x", "z", "o")):
        return f"{verb}es"
    if verb.endswith("y") and verb[-2:-1] not in "aeiou":
        return f"{verb[:-1]}ies"
    return f"{verb}s"
