"""A question of more postings than can be looked at: the rarest words choose, the others add."""

from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
import pytest

from graphmem.core.changes import Changes
from graphmem.core.lexical import Feature, TextQuery
from graphmem.core.terms import terms, words
from graphmem.core.uid_index import to_keys
from graphmem.stores.memory import MemoryStore
from graphmem.views import text_match
from graphmem.views.text import TextView
from graphmem_schemas import Passage

NOW = datetime(2026, 1, 1, tzinfo=UTC)
QUESTION = "Which river crosses the quiet valley?"
# River is in all, valley in every third, quiet in two.
N = 60


def passage(number: int, *, alone: bool = True) -> Passage:
    rare = " quiet" if number in (12, 40) else ""
    text = f"River {number}" + (" valley" if number % 3 == 0 else "") + rare
    return Passage(
        uid=f"{number:032x}", recorded_at=NOW, source=f"doc {number}" if alone else "doc",
        position=number, text=text,
    )  # fmt: skip


def filled(numbers: list[int], *, alone: bool = True) -> TextView:
    store, view = MemoryStore(), TextView("s", None)
    for part in (numbers[: N // 2], numbers[N // 2 :]):
        nodes = tuple(passage(number, alone=alone) for number in part)
        store.apply("s", lambda _, nodes=nodes: Changes(nodes=nodes))  # type: ignore[misc]
        view.refresh(store)
    return view


def scores(view: TextView, numbers: list[int]) -> npt.NDArray[np.float32]:
    """Return (n, 3) the scores by passage, window and source."""
    with view.match(TextQuery(tuple(words(QUESTION)), tuple(terms(QUESTION)))) as match:
        found = match.describe(match.find(to_keys([f"{number:032x}" for number in numbers])))
    return found.features[:, [Feature.PASSAGE, Feature.WINDOW, Feature.SESSION]]


def best(view: TextView) -> set[str]:
    with view.match(TextQuery(tuple(words(QUESTION)), tuple(terms(QUESTION)))) as match:
        return {str(int(uid, 16)) for uid in match.uids(match.best(N))}


@pytest.fixture(autouse=True)
def _sixty_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_match, "_LARGE", N)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_match, "_MAX_POSTINGS", 30)
    monkeypatch.setattr(text_match, "_MIN_POSTINGS", 2)


def test_what_has_a_rare_word_keeps_its_whole_score(monkeypatch: pytest.MonkeyPatch) -> None:
    view = filled(list(range(N)))
    whole = scores(view, list(range(N)))
    monkeypatch.setattr(text_match, "_MAX_POSTINGS", 30)
    monkeypatch.setattr(text_match, "_MIN_POSTINGS", 2)
    cut = scores(view, list(range(N)))
    brought = [number for number in range(N) if number % 3 == 0 or number == 40]
    np.testing.assert_allclose(cut[brought], whole[brought], rtol=1e-6)
    others = [number for number in range(N) if number not in brought]
    assert not cut[others].any()
    assert whole[others].all()


@pytest.mark.usefixtures("few")
def test_only_what_rare_words_bring_is_found() -> None:
    # Twenty valleys and two quiet ones are within the bound; sixty rivers are not.
    assert best(filled(list(range(N)))) == {str(n) for n in range(0, N, 3)} | {"40"}


def test_windows_are_whole_around_what_has_a_rare_word(monkeypatch: pytest.MonkeyPatch) -> None:
    view = filled(list(range(N)), alone=False)
    whole = scores(view, [12, 40])
    monkeypatch.setattr(text_match, "_MAX_POSTINGS", 5)
    monkeypatch.setattr(text_match, "_MIN_POSTINGS", 2)
    np.testing.assert_allclose(scores(view, [12, 40])[:, :2], whole[:, :2], rtol=1e-4)


@pytest.mark.usefixtures("few")
def test_the_order_of_adding_changes_no_score() -> None:
    numbers = list(range(N))
    forth, back = filled(numbers), filled(numbers[::-1])
    assert np.array_equal(scores(forth, numbers), scores(back, numbers))


@pytest.mark.usefixtures("few")
def test_a_question_of_common_words_alone_still_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_match, "_MAX_POSTINGS", 1)
    assert {"12", "40"} <= best(filled(list(range(N))))


@pytest.mark.usefixtures("few")
def test_too_few_postings_of_rare_words_are_not_all_there_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(text_match, "_MAX_POSTINGS", 3)
    monkeypatch.setattr(text_match, "_MIN_POSTINGS", 10)
    assert len(best(filled(list(range(N))))) == 21
