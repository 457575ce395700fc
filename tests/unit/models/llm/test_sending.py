"""One call with all its tries: waits follow from an injected clock, and cost no time here."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import pytest

from graphmem.core.chat import ChatMessage
from graphmem.core.usage import Usage
from graphmem.errors import BudgetSpent, CompletionFailed, EndpointDown, InvalidInput
from graphmem.models.llm.bill import Bill
from graphmem.models.llm.budget import Budget
from graphmem.models.llm.calls import Call, CallFailed, Completion, Failure
from graphmem.models.llm.limits import Limits
from graphmem.models.llm.meter import Meter
from graphmem.models.llm.prices import Price, load_prices
from graphmem.models.llm.sending import Sender, Surroundings

CALL = Call((ChatMessage("user", "x" * 400),), {})
DONE = Completion("{}", Usage(100, 10))
# A dollar for a token, so that a bill reads like tokens.
PRICES = load_prices({"tiny": Price(prompt=1e6, completion=1e6)})


def failed(
    failure: Failure, after_s: float | None = None, usage: Usage | None = None
) -> CallFailed:
    kind = InvalidInput if failure is Failure.REFUSED else CompletionFailed
    return CallFailed(failure, kind("it is so"), retry_after_s=after_s, usage=usage)


DOWN = failed(Failure.DOWN)


class Script:
    """A transport that does what its script says, then answers well."""

    name = "openai:tiny"
    model = "tiny"
    identity = "tiny"
    max_tokens = 50
    closed = False

    def __init__(self, script: Iterable[CallFailed | BaseException] = ()) -> None:
        self.script = list(script)
        self.n_attempts = 0

    def answer(self, call: Call) -> Completion:
        self.n_attempts += 1
        if self.script:
            raise self.script.pop(0)
        return DONE

    def close(self) -> None:
        self.closed = True


class World:
    """A sender on a script, with a clock that only sleeping moves and the worst of luck."""

    def __init__(
        self,
        script: Iterable[CallFailed | BaseException] = (),
        budget: Budget | None = None,
        **limits: float,
    ) -> None:
        self.now, self.slept = 0.0, []
        self.luck = 1.0
        self.transport = Script(script)
        self.meter = Meter(budget, PRICES)
        self.limits = Limits(**limits)  # type: ignore[arg-type]  # whole numbers are floats
        bill = Bill("tiny", self.meter, 50)
        around = Surroundings(lambda: self.now, self._sleep, lambda: self.luck)
        self.sender = Sender(self.transport, self.limits, bill, around)

    slept: list[float]

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def test_waits_double_and_end_at_the_longest() -> None:
    world = World([DOWN] * 6, tries=7, backoff_s=1.0, longest_wait_s=10.0)
    assert world.sender.answer(CALL) == DONE
    assert world.slept == [1.0, 2.0, 4.0, 8.0, 10.0, 10.0]


def test_whoever_waits_is_told_why_now_and_then(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "graphmem")
    world = World([DOWN] * 6, tries=7, backoff_s=2.0, longest_wait_s=8.0)
    world.sender.answer(CALL)
    assert world.slept == [2.0, 4.0, 8.0, 8.0, 8.0, 8.0]
    # At 0 s, 14 s and 30 s: in between it is quiet for 10 s.
    assert caplog.messages == [
        "it is so: trying again in 2 s (attempt 2 of 7)",
        "it is so: trying again in 8 s (attempt 5 of 7)",
        "it is so: trying again in 8 s (attempt 7 of 7)",
    ]


def test_jitter_is_full() -> None:
    world = World([DOWN] * 3, tries=4)
    world.luck = 0.25
    world.sender.answer(CALL)
    assert world.slept == [0.25, 0.5, 1.0]


def test_the_server_says_when_to_come_back_and_all_keep_to_it() -> None:
    world = World([failed(Failure.THROTTLED, 7.0)])
    world.luck = 0.0
    world.sender.answer(CALL)
    assert world.slept == [7.0]
    world = World([failed(Failure.THROTTLED, 7.0)], tries=1)
    with pytest.raises(CallFailed):
        world.sender.answer(CALL)


def test_a_server_that_asks_for_hours_is_given_up() -> None:
    world = World([failed(Failure.THROTTLED, 3600.0)])
    with pytest.raises(CallFailed) as caught:
        world.sender.answer(CALL)
    assert "asks to wait 3600 s" in str(caught.value.error)
    assert world.transport.n_attempts == 1
    assert world.slept == []


@pytest.mark.parametrize("failure", [Failure.DOWN, Failure.UNSURE, Failure.THROTTLED])
def test_what_passes_is_tried_as_often_as_is_said(failure: Failure) -> None:
    world = World([failed(failure)] * 9, tries=4)
    with pytest.raises(CallFailed) as caught:
        world.sender.answer(CALL)
    assert world.transport.n_attempts == 4
    error = caught.value.error
    assert isinstance(error, CompletionFailed)
    assert error.retryable
    assert str(error) == ("openai:tiny did not answer in 4 tries (it is so); try again later")


@pytest.mark.parametrize("failure", [Failure.REFUSED, Failure.UNUSABLE])
def test_what_stays_is_not_tried_again(failure: Failure) -> None:
    world = World([failed(failure)])
    with pytest.raises(CallFailed):
        world.sender.answer(CALL)
    assert world.transport.n_attempts == 1
    assert world.slept == []


def test_a_server_that_is_down_is_left_alone_and_then_asked_once() -> None:
    world = World([DOWN] * 4, tries=2, breaker_after=4, breaker_open_s=30.0)
    for _ in range(2):
        with pytest.raises(CallFailed):
            world.sender.answer(CALL)
    for _ in range(3):
        with pytest.raises(CallFailed) as caught:
            world.sender.answer(CALL)
        assert isinstance(caught.value.error, EndpointDown)
    assert world.transport.n_attempts == 4
    world.now += 30.0
    assert world.sender.answer(CALL) == DONE
    assert world.sender.answer(CALL) == DONE


def test_refusals_and_throttling_do_not_open_the_breaker() -> None:
    script = [failed(Failure.REFUSED), failed(Failure.UNUSABLE), failed(Failure.THROTTLED)] * 3
    world = World(script, tries=1, breaker_after=2)
    for _ in script:
        with pytest.raises(CallFailed) as caught:
            world.sender.answer(CALL)
        assert not isinstance(caught.value.error, EndpointDown)


def test_each_attempt_is_billed_as_the_server_bills_it() -> None:
    script = [
        DOWN,
        failed(Failure.THROTTLED),
        failed(Failure.UNSURE),
    ]
    budget = Budget(10_000.0)
    world = World(script, budget)
    world.sender.answer(CALL)
    spend = world.meter.spend()
    # 105 tokens are estimated of the prompt; of the answer that may have been, the most.
    assert spend.usage == Usage(100 + 105, 10 + 50)
    assert (spend.n_calls, spend.n_failed, spend.n_unsure) == (1, 3, 1)
    assert spend.cost == pytest.approx(265.0)
    assert budget.spent == pytest.approx(265.0)


def test_an_answer_without_words_is_billed() -> None:
    world = World([failed(Failure.UNUSABLE, usage=Usage(100, 1))])
    with pytest.raises(CallFailed):
        world.sender.answer(CALL)
    assert world.meter.spend().usage == Usage(100, 1)
    assert world.meter.spend().n_calls == 1


def test_no_attempt_starts_that_could_pass_the_budget() -> None:
    budget = Budget(1000.0)
    world = World([DOWN] * 2, budget)
    # At its dearest a call takes a token for each of its 400 bytes and of the 210 around them,
    # and 50 for the answer: the fifth could come to 440 + 660.
    for _ in range(4):
        world.sender.answer(CALL)
    with pytest.raises(BudgetSpent):
        world.sender.answer(CALL)
    assert world.transport.n_attempts == 2 + 4
    assert budget.spent == pytest.approx(440.0)


def test_sixteen_threads_keep_to_the_budget_and_to_the_places() -> None:
    inside, peak, lock = 0, 0, threading.Lock()
    meet = threading.Barrier(4, timeout=10)

    class Slow(Script):
        def answer(self, call: Call) -> Completion:
            nonlocal inside, peak
            with lock:
                inside += 1
                peak = max(peak, inside)
            meet.wait()  # four at the same time, or it fails
            with lock:
                inside -= 1
            return super().answer(call)

    transport, meter = Slow(), Meter(Budget(1e9), PRICES)
    sender = Sender(transport, Limits(concurrency=4), Bill("tiny", meter, 50))
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(sender.answer, [CALL] * 64))
    assert answers == [DONE] * 64
    assert peak == 4
    assert meter.spend().usage == Usage(6400, 640)
    assert meter.budget is not None
    assert meter.budget.spent == pytest.approx(7040.0)


def test_a_stop_amid_a_call_lets_go_of_what_was_held() -> None:
    budget = Budget(2000.0)
    world = World([KeyboardInterrupt()], budget, concurrency=1)
    with pytest.raises(KeyboardInterrupt):
        world.sender.answer(CALL)
    assert budget.spent == pytest.approx(155.0)
    assert world.sender.answer(CALL) == DONE


def test_closing_wakes_up_whoever_waits() -> None:
    transport = Script([failed(Failure.THROTTLED, 50.0)])
    sender = Sender(transport, Limits(), Bill("tiny", Meter(prices=PRICES), 50))
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(sender.answer, CALL)
        while not transport.n_attempts:
            pass
        sender.close()
        with pytest.raises(CompletionFailed, match="was closed"):
            waiting.result(10)
    assert transport.closed
    assert transport.n_attempts == 1


def test_meters_of_one_call_count_that_call_alone() -> None:
    world, mine = World(), Meter()
    world.sender.answer(CALL)
    world.sender.answer(Call(CALL.messages, {}, (), (mine,)))
    assert mine.spend().usage == Usage(100, 10)
    assert mine.spend().cost == pytest.approx(110.0)
    assert world.meter.spend().usage == Usage(200, 20)


@pytest.mark.parametrize("max_tokens", [None, 50])
def test_a_budget_needs_to_know_what_a_call_costs_at_most(max_tokens: int | None) -> None:
    meter = Meter(Budget(1.0), PRICES)
    if max_tokens is None:
        with pytest.raises(InvalidInput, match="give max_tokens"):
            Bill("tiny", meter, max_tokens)
    with pytest.raises(InvalidInput, match="no price is known for the model 'huge'"):
        Bill("huge", meter, max_tokens)


@pytest.mark.parametrize(
    "wrong",
    [
        {"concurrency": 0},
        {"tries": 1.5},
        {"timeout_s": float("inf")},
        {"tokens_per_minute": -1},
        {"max_tokens": 0},
    ],
)
def test_limits_that_are_none_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(InvalidInput, match=next(iter(wrong))):
        Limits(**wrong)  # type: ignore[arg-type]  # that is what is tested
