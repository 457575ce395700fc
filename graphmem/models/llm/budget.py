"""A limit to what may be spent, which holds however many threads ask at once."""

from __future__ import annotations

import math
import threading

from graphmem.errors import BudgetSpent, InvalidInput

__all__ = ["Budget"]


class Budget:
    """Holds back what each call may cost at its dearest, and takes what it did cost.

    Args:
        max_cost: in US dollars.
        spent: of it before, as in an earlier run of the same job.

    Raises:
        InvalidInput: One of them is negative or no number.

    Attributes:
        max_cost: in US dollars.
    """

    def __init__(self, max_cost: float, spent: float = 0.0) -> None:
        for name, value in (("max_cost", max_cost), ("spent", spent)):
            if not (math.isfinite(value) and value >= 0):
                raise InvalidInput(f"{name} is {value}: give a number of dollars, 0 or more")
        self.max_cost = max_cost
        self._settled = threading.Condition()
        self._spent = spent
        self._held: list[float] = []

    @property
    def spent(self) -> float:
        """What calls did cost so far, in US dollars, with what was spent before."""
        return self._spent

    def hold(self, cost: float) -> None:
        """Hold back what a call may cost; `settle` it, whatever becomes of the call.

        Where it would fit but for what is held for other calls, it waits for those to settle,
        since most cost less than they might.

        Raises:
            BudgetSpent: It does not fit.
        """
        with self._settled:
            while self._spent + cost + math.fsum(self._held) > self.max_cost:
                if not self._held or self._spent + cost > self.max_cost:
                    raise BudgetSpent(
                        f"${self._spent:.4f} of ${self.max_cost:.4f} are spent, and another call "
                        f"may cost ${cost:.4f}: give a higher limit to go on from here"
                    )
                self._settled.wait()
            self._held.append(cost)

    def settle(self, held: float, cost: float) -> None:
        """Take what a call did cost instead of what was held for it."""
        with self._settled:
            self._held.remove(held)
            self._spent += cost
            self._settled.notify_all()
