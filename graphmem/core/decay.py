"""Forgetting: how much of a memory's strength is left after some time without use.

R = exp(-t / S), S = S0 (1 + ln(1 + uses)): the forgetting curve of Ebbinghaus (1885) as
MemoryBank (Zhong et al. 2023) has it, with the strength below the time, where it belongs: what
is used more fades more slowly. Nothing is ever removed by it.
"""

from __future__ import annotations

from datetime import datetime
from math import exp, log1p

__all__ = ["STABILITY_DAYS", "days_between", "freshness", "retention"]

STABILITY_DAYS = 90.0
"""Days after which what was never used has 1/e of its strength left."""

# What has faded altogether still counts for half: age alone must not hide an answer.
_FLOOR = 0.5


def retention(days: float, uses: float = 0.0, stability: float = STABILITY_DAYS) -> float:
    """Return what is left of a memory's strength, 0 to 1.

    It falls with time, rises with use, and is 1 for what is new.

    Args:
        days: since it was last told or used; what lies ahead counts as now.
        uses: how often it was of use, 0 or more.
        stability: days after which an unused one has 1/e left, above 0.
    """
    return exp(-max(days, 0.0) / (stability * (1.0 + log1p(max(uses, 0.0)))))


def freshness(days: float, uses: float = 0.0, stability: float = STABILITY_DAYS) -> float:
    """Return the factor at read time that follows from `retention`, 0.5 to 1."""
    return _FLOOR + (1.0 - _FLOOR) * retention(days, uses, stability)


def days_between(earlier: datetime | None, later: datetime) -> float:
    """Return the whole days from one moment to another, so that answers hold through a day.

    0 where the first is unknown or comes after.
    """
    return float(max((later - earlier).days, 0)) if earlier else 0.0
