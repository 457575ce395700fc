"""Relations of which a subject has one at a time, and the ways to say them in English."""

from __future__ import annotations

__all__ = ["FAMILIES"]

# Each family is one functional relation. A fact supersedes only within its own family and
# subject, so a wrong member here can retire a true fact: leave out what is not sure.
FAMILIES: tuple[tuple[str, ...], ...] = (
    ("live in", "reside in", "move to", "relocate to", "settle in", "live at", "be based in"),
    ("work at", "work for", "be employed by", "be employed at"),
    ("work as", "be employed as"),
    ("be married to", "marry"),
    ("report to",),
    ("be scheduled for", "be planned for", "be set for", "be postponed to", "be rescheduled for"),
    ("cost", "be priced at"),
    ("be headquartered in", "have headquarters in"),
)
