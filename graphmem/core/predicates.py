"""Relations of which a subject has one at a time, and what ends others, as English says them."""

from __future__ import annotations

__all__ = [
    "BARTERING",
    "ENDED_BY",
    "FAMILIES",
    "OFFICES",
    "PERSONS",
    "is_attribute",
    "is_attribute_noun",
]

# Each family is one functional relation. A fact supersedes only within its own family and
# subject, so a wrong member here can retire a true fact: leave out what is not sure.
FAMILIES: tuple[tuple[str, ...], ...] = (
    ("live in", "reside in", "move to", "relocate to", "settle in", "live at", "be based in"),
    ("dwell in", "move into"),
    ("work at", "work for", "be employed by", "be employed at", "be out of work"),
    ("work as", "be employed as"),
    ("be married to", "marry"),
    ("report to",),
    ("be scheduled for", "be planned for", "be set for", "be postponed to", "be rescheduled for"),
    ("be set to",),
    ("be scheduled at",),
    ("have status",),
    ("be assigned to", "be reassigned to"),
    ("be due on", "be due", "be due by", "be due in"),
    ("listen on",),
    ("open at",),
    ("close at",),
    ("weigh",),
    ("cost", "be priced at"),
    ("be headquartered in", "have headquarters in"),
)

# One person at a time holds each.
OFFICES = frozenset(
    "captain cfo chair chairman chairperson chairwoman chancellor ceo coo cto governor head "
    "headmaster king lead leader mayor pope president principal queen".split()
)
# Of each of these one has one at a time; of friends, children and pets one may have more.
PERSONS = OFFICES | frozenset(
    "babysitter boss boyfriend dentist fiance fiancee fiancé fiancée girlfriend gp hairdresser "
    "husband landlady landlord manager nanny partner roommate spouse supervisor therapist "
    "wife".split()
)
_ATTRIBUTES = PERSONS | frozenset(
    "address age apartment budget car colour color computer deadline email employer favourite "
    "favorite goal hometown job laptop major name nickname number occupation passcode password "
    "phone pin port position price profession rent role salary score size status surname target "
    "timezone title url username version weight wage".split()
)
_FAVOURITES = ("favourite", "favorite")


def is_attribute_noun(noun: str, *, named: bool) -> bool:
    """Whether a noun in lower case names something of which there is one at a time.

    Args:
        noun: "rent", "manager".
        named: whether what it is said to be has a name: a wife who is a doctor is still the same.
    """
    return noun in _ATTRIBUTES and (named or noun not in PERSONS)


def is_attribute(predicate: str) -> bool:
    """Whether a relation is that to one's only one: "have manager", "have favourite colour"."""
    verb, _, rest = predicate.partition(" ")
    words = rest.casefold().split()
    return verb == "have" and bool(words) and (words[0] in _FAVOURITES or words[-1] in _ATTRIBUTES)


BARTERING = ("trade", "swap", "exchange")
"""To give one thing for another."""
_PARTING = (
    "sell", "give away", "give back", "throw away", "throw out", "trade in", "get rid of",
    "donate", "scrap", "lose", "ditch", *BARTERING,
)  # fmt: skip
_STOPPING = (
    "give up", "quit", "cancel", "end", "terminate", "switch from", "change from",
    "unsubscribe from", "get off", "go off", "outgrow", "ditch",
)  # fmt: skip
_HOLDING = ("have", "own", "drive", "ride", "rent")
_DOING = (
    "drink", "eat", "smoke", "play", "use", "do", "practice", "practise", "take", "watch",
    "attend", "subscribe to", "be subscribed to", "study", "learn", "work with", "be on",
    "pay for", "run", "coach", "teach",
)  # fmt: skip
_BELONGING = (
    "play in", "sing in", "play for", "be in", "be at", "be member of", "be part of", "belong to",
    "volunteer at", "volunteer for", "drive for", "write for",
)  # fmt: skip

# A wrong pair here ends a true fact, too: what is sold may still be played.
ENDED_BY: dict[str, frozenset[str]] = {
    **{verb: frozenset(_HOLDING) for verb in _PARTING},
    **{verb: frozenset((*_HOLDING, *_DOING, *_BELONGING)) for verb in _STOPPING},
    # A car is stopped at the lights, and a dog is dropped at the vet.
    **dict.fromkeys(("stop", "drop"), frozenset((*_DOING, *_BELONGING)) - {"play", "use"}),
    "leave": frozenset((*_BELONGING, "study at", "attend")),
    "drop out of": frozenset(("study at", "attend", *_BELONGING)),
}
"""By what ends something: the relations to the same object that it ends."""
