"""What is spent stays within the limit, however many threads ask."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from graphmem.errors import BudgetSpent, InvalidInput
from graphmem.models.llm.budget import Budget


def test_a_call_that_may_cost_too_much_is_refused() -> None:
    budget = Budget(1.0, spent=0.7)
    with pytest.raises(BudgetSpent, match=r"\$0\.7000 of \$1\.0000 are spent.*\$0\.4000"):
        budget.hold(0.4)
    budget.hold(0.3)
    budget.settle(0.3, 0.1)
    assert budget.spent == pytest.approx(0.8)


def test_what_is_held_for_others_is_waited_for_and_not_refused() -> None:
    budget = Budget(1.0)
    budget.hold(0.9)
    waiting = threading.Thread(target=budget.hold, args=(0.5,), daemon=True)
    waiting.start()
    budget.settle(0.9, 0.1)
    waiting.join(10)
    assert not waiting.is_alive()
    budget.settle(0.5, 0.2)
    assert budget.spent == pytest.approx(0.3)


def test_who_waits_is_refused_where_the_others_cost_all_of_it() -> None:
    budget = Budget(1.0)
    budget.hold(0.9)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(budget.hold, 0.5)
        budget.settle(0.9, 0.9)
        with pytest.raises(BudgetSpent):
            waiting.result(10)


def test_sixteen_threads_stay_below_the_limit_and_use_most_of_it() -> None:
    budget = Budget(1.0)

    def spend(seed: int) -> float:
        chance, mine = random.Random(seed), 0.0
        while True:
            dearest = 0.001 + 0.01 * chance.random()
            try:
                budget.hold(dearest)
            except BudgetSpent:
                return mine
            cost = dearest * chance.random()
            budget.settle(dearest, cost)
            mine += cost

    with ThreadPoolExecutor(16) as pool:
        spent = sum(pool.map(spend, range(16)))
    assert spent == pytest.approx(budget.spent)
    assert 0.98 <= budget.spent <= 1.0


@pytest.mark.parametrize(("limit", "spent"), [(-1.0, 0.0), (float("nan"), 0.0), (1.0, -0.5)])
def test_what_is_no_number_of_dollars_is_refused(limit: float, spent: float) -> None:
    with pytest.raises(InvalidInput, match="give a number of dollars"):
        Budget(limit, spent)


def test_a_budget_of_nothing_lets_only_free_calls_go() -> None:
    budget = Budget(0.0)
    budget.hold(0.0)
    budget.settle(0.0, 0.0)
    with pytest.raises(BudgetSpent):
        budget.hold(0.000001)
