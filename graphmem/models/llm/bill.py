"""What each attempt at a call is billed: held back before it, settled after it."""

from __future__ import annotations

import json

from graphmem.core.usage import TOKENS_A_MESSAGE, Usage, estimate_prompt
from graphmem.errors import InvalidInput
from graphmem.models.llm.calls import Call, CallFailed, Completion, Failure
from graphmem.models.llm.meter import Meter

__all__ = ["Bill"]

# How a server is told of a schema that it cannot be given beside the messages.
_AROUND_SCHEMA = 200
_LONG_ANSWER = 1000


class Bill:
    """Keeps a meter and a budget in step with what happens to each attempt.

    Args:
        model: as price tables call it.
        meter: counts, by its prices and within its budget.
        max_tokens: of one answer at most.

    Raises:
        InvalidInput: There is a budget, and no price, or no limit to the tokens of an answer: so
            nobody can say what a call costs at its dearest.
    """

    def __init__(self, model: str, meter: Meter, max_tokens: int | None = None) -> None:
        price, budget = meter.prices.of(model), meter.budget
        if budget is not None and price is None:
            raise InvalidInput(
                f"no price is known for the model {model!r}, so a limit to the cost cannot be "
                "kept: name it in a table of your own (GRAPHMEM_PRICES), or leave the limit out"
            )
        if budget is not None and max_tokens is None:
            raise InvalidInput("a limit to the cost needs a limit to an answer: give max_tokens")
        self._price, self._meter, self._budget = price, meter, budget
        self._max_tokens = max_tokens
        self._longest = self._said = self._n_said = 0

    def expected(self, call: Call) -> Usage:
        """Return what a call takes, as far as one knows: its prompt, and a mean answer."""
        mean = self._said // self._n_said if self._n_said else 0
        return Usage(_prompt(call), mean)

    def hold(self, call: Call) -> float:
        """Hold back what an attempt costs at its dearest; return how much.

        Every byte of the prompt may be a token, and the answer as long as it may be.

        Raises:
            BudgetSpent: It does not fit into the budget.
        """
        if self._budget is None or self._price is None:
            return 0.0
        n_bytes = sum(
            len(message.content.encode("utf-8", "replace")) + 2 * TOKENS_A_MESSAGE
            for message in call.messages
        )
        n_bytes += len(json.dumps(call.schema)) + _AROUND_SCHEMA
        held = self._price.of(Usage(n_bytes, self._max_tokens or 0))
        self._budget.hold(held)
        return held

    def release(self, held: float) -> None:
        """Settle an attempt that was not made."""
        self._settle(held, Usage())

    def answered(self, held: float, call: Call, completion: Completion) -> None:
        """Settle an attempt that brought an answer."""
        self._said += completion.usage.completion_tokens
        self._n_said += 1
        self._longest = max(self._longest, completion.usage.completion_tokens)
        cost = self._settle(held, completion.usage)
        for meter in (self._meter, *call.meters):
            meter.answered(completion.usage, cost, counted=completion.counted)

    def failed(self, held: float, call: Call, failed: CallFailed) -> None:
        """Settle an attempt that brought none."""
        if failed.failure is Failure.UNUSABLE and failed.usage:
            self.answered(held, call, Completion("", failed.usage))
        elif failed.failure is Failure.UNSURE:
            self.ended(held, call)
        else:
            self._settle(held, Usage())
            for meter in (self._meter, *call.meters):
                meter.failed()

    def ended(self, held: float, call: Call) -> None:
        """Settle an attempt of which nobody knows whether it is billed: as if it were."""
        longest = self._longest or self._max_tokens or _LONG_ANSWER
        usage = Usage(_prompt(call), longest)
        cost = self._settle(held, usage)
        for meter in (self._meter, *call.meters):
            meter.unsure(usage, cost)

    def _settle(self, held: float, usage: Usage) -> float | None:
        cost = self._price.of(usage) if self._price else None
        if self._budget is not None:
            self._budget.settle(held, cost or 0.0)
        return cost


def _prompt(call: Call) -> int:
    return estimate_prompt((message.content for message in call.messages), call.schema)
