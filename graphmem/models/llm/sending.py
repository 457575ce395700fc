"""One call, sent as often as it takes: limits before each attempt, patience between them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from random import random
from time import monotonic

from graphmem.errors import CompletionFailed, EndpointDown
from graphmem.models.llm.bill import Bill
from graphmem.models.llm.breaker import Breaker
from graphmem.models.llm.calls import Call, CallFailed, Completion, Failure, Transport
from graphmem.models.llm.limits import Limits
from graphmem.models.llm.pace import Pace

__all__ = ["Sender", "Surroundings"]

_log = logging.getLogger("graphmem")
_WORTH_TELLING_S = 1.0
_QUIET_S = 10.0


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What tests replace, so that they wait for nothing.

    Attributes:
        clock: seconds that never go back.
        sleep: waits for so many seconds; None is a wait that `Sender.close` ends.
        random: from 0 to 1, for the jitter.
    """

    clock: Callable[[], float] = monotonic
    sleep: Callable[[float], object] | None = None
    random: Callable[[], float] = random


class Sender:
    """Sends calls through a transport, from many threads, within limits.

    Before each attempt a call waits for one of the places that `limits.concurrency` gives, for
    its turn by the rate limits, and for its share of the budget; while the server is left alone
    it fails at once. Between attempts it waits with no place taken: by exponential backoff with
    full jitter, and at least as long as the server asks, for which all calls wait.

    Args:
        transport: makes one attempt.
        limits: which are kept.
        bill: of each attempt.
        surroundings: clock, sleep and chance.

    References:
        Brooker 2015, Exponential Backoff And Jitter, AWS Architecture Blog (full jitter).
        Nygard 2018, Release It!, 2nd edition (circuit breaker).
    """

    def __init__(
        self,
        transport: Transport,
        limits: Limits,
        bill: Bill,
        surroundings: Surroundings | None = None,
    ) -> None:
        around = surroundings or Surroundings()
        self._transport, self._limits, self._bill = transport, limits, bill
        self._closed = threading.Event()
        self._sleep = around.sleep or self._closed.wait
        self._random, self._clock = around.random, around.clock
        self._quiet_until = around.clock()
        self._slots = threading.BoundedSemaphore(limits.concurrency)
        self._pace = Pace(
            limits.requests_per_minute, limits.tokens_per_minute, around.clock, self._sleep
        )
        self._breaker = Breaker(
            transport.name, limits.breaker_after, limits.breaker_open_s, around.clock
        )

    def answer(self, call: Call) -> Completion:
        """Return the answer.

        Raises:
            CallFailed: It is refused, did not come in all tries, or the server is left alone.
            BudgetSpent: Another attempt could cost more than may be spent.
        """
        attempt = 1
        while True:
            try:
                return self._attempt(call)
            except CallFailed as failed:
                if not failed.failure.passes:
                    raise
                if attempt == self._limits.tries:
                    raise self._given_up(failed, f"in {attempt} tries") from None
                self._wait(attempt, failed)
                attempt += 1

    def close(self) -> None:
        """Wake up whoever waits, let nobody send any more, and let connections go."""
        self._closed.set()
        self._transport.close()

    def _attempt(self, call: Call) -> Completion:
        with self._slots:
            expected = self._bill.expected(call)
            n_expected = expected.prompt_tokens + expected.completion_tokens
            self._refuse_if_closed()
            self._pace.wait(n_expected)
            self._refuse_if_closed()
            completion = self._billed(call)
        usage = completion.usage
        self._pace.correct(usage.prompt_tokens + usage.completion_tokens - n_expected)
        return completion

    def _refuse_if_closed(self) -> None:
        if self._closed.is_set():
            raise CompletionFailed(f"{self._transport.name} was closed; open it again")

    def _billed(self, call: Call) -> Completion:
        # The breaker is asked last, since who is let through must come back with an outcome.
        held = self._bill.hold(call)
        try:
            self._breaker.admit()
        except EndpointDown as error:
            self._bill.release(held)
            raise CallFailed(Failure.REFUSED, error) from None
        try:
            completion = self._transport.answer(call)
        except CallFailed as failed:
            self._judge(failed)
            self._bill.failed(held, call, failed)
            raise
        except BaseException:  # Ctrl-C too: what is held must not stay so
            self._breaker.said_nothing()
            self._bill.ended(held, call)
            raise
        self._breaker.went_well()
        self._bill.answered(held, call, completion)
        return completion

    def _judge(self, failed: CallFailed) -> None:
        if failed.failure.counts_against:
            self._breaker.failed(str(failed.error))
        else:
            self._breaker.went_well()

    def _wait(self, attempt: int, failed: CallFailed) -> None:
        """Wait before the next attempt.

        Raises:
            CallFailed: The server asks for more patience than there is.
        """
        limits = self._limits
        most_s = min(limits.longest_wait_s, limits.backoff_s * 2 ** (attempt - 1))
        wait_s = self._random() * most_s
        asked_s = failed.retry_after_s
        if asked_s is not None:
            if asked_s > limits.longest_wait_s:
                raise self._given_up(failed, f"and asks to wait {asked_s:.0f} s") from None
            self._pace.pause(asked_s)
            wait_s += asked_s
        self._tell(wait_s, attempt, failed)
        self._sleep(wait_s)

    def _tell(self, wait_s: float, attempt: int, failed: CallFailed) -> None:
        """Say why nothing comes, but not for each of many calls that wait for the same."""
        now = self._clock()
        if wait_s < _WORTH_TELLING_S or now < self._quiet_until:
            return
        self._quiet_until = now + _QUIET_S
        _log.info(
            "%s: trying again in %.0f s (attempt %d of %d)",
            failed.error,
            wait_s,
            attempt + 1,
            self._limits.tries,
        )

    def _given_up(self, failed: CallFailed, how: str) -> CallFailed:
        error = CompletionFailed(
            f"{self._transport.name} did not answer {how} ({failed.error}); try again later"
        )
        return CallFailed(failed.failure, error)
