"""The made facts of the bench are what an add would have stored."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphmem.bench import speed_facts
from graphmem.bench.speed_facts import load_facts, new_facts
from graphmem.core.changes import Changes
from graphmem.stores.memory import MemoryStore
from graphmem.writing.define import lay_out_anew
from graphmem.writing.reconcile import reconcile
from graphmem_schemas import Proposition


@pytest.fixture
def store() -> MemoryStore:
    made = MemoryStore()
    load_facts(made, "home", 100)
    return made


def test_laying_made_facts_out_again_changes_nothing(store: MemoryStore) -> None:
    assert store.count("home").nodes["Proposition"] == 100
    facts = [n.uid for b in store.changes("home", 0, labels=("Proposition",)) for n in b.nodes]
    assert lay_out_anew(facts, store, "home") == Changes()


def test_a_round_supersedes_adds_and_confirms(store: MemoryStore) -> None:
    done = reconcile(new_facts(4), store, "home", speed_facts._AT)
    homes = [fact for fact in done.facts.values() if fact.predicate == "live in"]
    assert [fact.status for fact in sorted(homes, key=lambda f: str(f.valid_from))] == [
        "superseded", "current",
    ]  # fmt: skip
    assert (len(done.added), len(done.confirmed), len(done.superseded)) == (2, 1, 1)
    (known,) = store.get("home", list(done.confirmed))
    assert isinstance(known, Proposition)
    assert known.predicate == "like"


def test_both_sizes_are_measured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(speed_facts, "_N_SMALL", 200)
    monkeypatch.setattr(speed_facts, "_N_LARGE", 400)
    monkeypatch.setattr(speed_facts, "_N_ROUNDS", 3)
    figures, details = speed_facts.measure_facts(tmp_path, lambda _: None)
    assert set(figures) == {"reconcile_1m_vs_10k"}
    assert all(value and value > 0 for value in (*figures.values(), *details.values()))
