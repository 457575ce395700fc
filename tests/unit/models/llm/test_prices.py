"""Prices: those that are shipped, the user's before them, and none where nobody knows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from graphmem.core.usage import Usage
from graphmem.errors import InvalidInput
from graphmem.models.llm.meter import Meter
from graphmem.models.llm.prices import Price, load_prices


@pytest.fixture(autouse=True)
def _no_table_of_ones_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GRAPHMEM_PRICES", raising=False)


def test_the_shipped_table_says_when_it_was_written() -> None:
    table = load_prices()
    assert table.written >= "2026"
    price = table.of("gpt-4o-mini")
    assert price is not None
    assert price.of(Usage(2_000_000, 1_000_000)) == pytest.approx(2 * 0.15 + 0.6)


def test_dated_names_and_upper_case_are_known_and_kin_are_not() -> None:
    table = load_prices()
    assert table.of("GPT-4o-2024-11-20") == table.of("gpt-4o")
    assert table.of("gpt-4o-2024-05-13") != table.of("gpt-4o")
    for unknown in ("gpt-4o-audio-preview", "llama3.1:8b", "gpt-oss:20b", ""):
        assert table.of(unknown) is None


def test_the_users_table_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "prices.json"
    models = {
        "*": {"prompt": 9, "completion": 9},
        "my-*": {"prompt": 1, "completion": 2},
        "gpt-4o": {"prompt": 0, "completion": 0},
    }
    file.write_text(json.dumps({"models": models}))
    monkeypatch.setenv("GRAPHMEM_PRICES", str(file))
    table = load_prices()
    assert table.of("my-model") == Price(prompt=1, completion=2)
    assert table.of("gpt-4o") == Price(prompt=0, completion=0)
    assert table.of("whatever") == Price(prompt=9, completion=9)
    assert Meter().prices == table


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"models": {"a": {"prompt": -1, "completion": 1}}}',
        '{"models": {"a": {"prompt": 1}}}',
        '{"models": {"a": {"prompt": 1, "completion": NaN}}}',
        '{"models": {"a": {"prompt": 1, "completion": 1, "output": 1}}}',
        '{"modles": {}}',
    ],
)
def test_a_table_with_a_slip_is_refused_and_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "prices.json"
    file.write_text(text)
    with pytest.raises(InvalidInput, match=r"prices\.json"):
        load_prices(file)


def test_a_table_that_is_not_there_is_an_error_and_not_the_shipped_one(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot be read"):
        load_prices(tmp_path / "none.json")


def test_a_cost_that_nobody_knows_is_none_and_stays_so() -> None:
    meter = Meter()
    meter.answered(Usage(10, 1), 0.5)
    assert meter.spend().cost == 0.5
    meter.answered(Usage(10, 1), None, counted=False)
    meter.answered(Usage(10, 1), 0.5)
    spend = meter.spend()
    assert spend.cost is None
    assert spend.usage == Usage(30, 3)
    assert (spend.n_calls, spend.n_estimated) == (3, 1)
