"""Relations of which a subject has one at a time, and the ways to say them."""

from __future__ import annotations

__all__ = ["family_of", "is_functional"]

# Each family is one functional relation. A fact supersedes only within its own family and
# subject, so a wrong member here can retire a true fact: leave out what is not sure.
_FAMILIES: tuple[tuple[str, ...], ...] = (
    ("live in", "reside in", "move to", "relocate to", "settle in", "live at", "be based in"),
    ("work at", "work for", "be employed by", "be employed at"),
    ("work as", "be employed as"),
    ("be married to", "marry"),
    ("report to",),
    ("be scheduled for", "be planned for", "be set for", "be postponed to", "be rescheduled for"),
    ("cost", "be priced at"),
    ("be headquartered in", "have headquarters in"),
)
_FAMILY_OF = {predicate: family for family in _FAMILIES for predicate in family}


def family_of(predicate: str) -> tuple[str, ...]:
    """Return the predicates that say the same relation, the given one among them."""
    return _FAMILY_OF.get(predicate, (predicate,))


def is_functional(predicate: str) -> bool:
    """Whether a subject has at most one object of this relation at a time."""
    return predicate in _FAMILY_OF
