from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from graphmem.core.token_counts import estimate_tokens
from graphmem.reading.analyse import analyse
from graphmem.reading.facts import holding, state, stated_still
from graphmem.reading.pack import pack
from graphmem.reading.seeds import choose_seeds, ranking
from graphmem.reading.spread import Spread, visits
from graphmem_schemas import Hit, Passage, Proposition

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def hit(uid: str, score: float, text: str = "text", **fields: object) -> Hit:
    return Hit.model_validate(
        {"uid": uid, "kind": "passage", "text": text, "score": score, "source": "s", **fields}
    )


def passage(uid: str, position: int) -> Passage:
    return Passage(uid=uid, recorded_at=NOW, source="s", position=position, text="text")


def test_analyse_takes_the_question_apart() -> None:
    question = analyse("What did you recommend to Ann in 2023?", NOW)
    assert question.asks_assistant
    assert question.query.terms == ("recommend", "ann", "2023")
    assert question.query.words[0] == "what"
    assert question.query.until == int(NOW.timestamp())
    assert not analyse("What did Ann recommend?").asks_assistant


def test_a_question_may_name_one_time_that_is_over() -> None:
    def then(text: str, as_of: datetime | None = None) -> tuple[str, str] | None:
        found = analyse(text, as_of, NOW).then
        return found and (found.since.date().isoformat(), found.until.date().isoformat())

    assert then("Where did Ann live in 2021?") == ("2021-01-01", "2021-12-31")
    assert then("Where did Ann live in May 2021?") == ("2021-05-01", "2021-05-31")
    assert then("What did Ann do yesterday?") == ("2025-12-31", "2025-12-31")
    assert then("What did Ann do yesterday?", NOW - timedelta(days=9)) == ("2025-12-22",) * 2
    for text in (
        "Where does Ann live?", "Where will Ann live next year?", "What is due in 2031?",
        "Where has Ann lived since 2019?", "Did Ann move in 2019 or was it in 2021?",
        "What did Ann do today?", "Who lived there before 2020?", "",
    ):  # fmt: skip
        assert then(text) is None
    assert analyse("Where did Ann live in 2021?").then is None


def test_equal_scores_are_ordered_by_uid() -> None:
    scores = np.array([1.0, 2.0, 2.0], np.float32)
    assert ranking(scores, ["a", "c", "b"]) == [2, 1, 0]


def test_seeds_are_the_best_and_share_all_mass() -> None:
    scores = np.linspace(0.0, 5.0, 50, dtype=np.float32)
    seeds = choose_seeds(scores, [f"u{at:02d}" for at in range(50)])
    assert len(seeds) == 20
    assert sum(seeds.values()) == pytest.approx(1.0)
    assert next(iter(seeds)) == "u49"
    assert list(seeds.values()) == sorted(seeds.values(), reverse=True)
    assert choose_seeds(np.empty(0, np.float32), []) == {}


def test_visits_are_logarithmic_between_floor_and_top() -> None:
    walk = Spread({"a": 0.1, "b": 0.001, "c": 1e-9}, 3)
    assert visits(walk, ["a", "b", "c", "d"]).tolist() == pytest.approx([1.0, 0.5, 0.0, 0.0])
    assert visits(Spread({}, 0), ["a"]).tolist() == [0.0]


@pytest.mark.parametrize("budget", [1, 10, 40, 100, 1_000])
def test_a_packed_text_keeps_within_its_budget(budget: int) -> None:
    hits = [hit(f"u{at}", 5.0 - at / 4, text=f"word{at} " * 12) for at in range(12)]
    passages = {one.uid: passage(one.uid, at) for at, one in enumerate(hits)}
    packed = pack(hits, passages, budget, estimate_tokens)
    assert packed.n_tokens <= budget
    assert packed.n_tokens == (estimate_tokens(packed.text) if packed.text else 0)
    assert [citation.number for citation in packed.citations] == [
        number for number in range(1, len(packed.citations) + 1)
    ]
    for citation in packed.citations:
        assert f"[{citation.number}] " in packed.text


@pytest.mark.parametrize("budget", [1, 10, 40, 100, 1_000])
def test_remarks_stand_beside_their_passages_and_count(budget: int) -> None:
    hits = [hit(f"u{at}", 5.0 - at / 4, text=f"word{at} " * 12) for at in range(12)]
    passages = {one.uid: passage(one.uid, at) for at, one in enumerate(hits)}
    asked: list[str] = []

    def remarks(uids: Sequence[str]) -> dict[str, str]:
        asked.extend(uids)
        return {uid: f"since changed for {uid}" for uid in uids if uid[1:] in "024"}

    packed = pack(hits, passages, budget, estimate_tokens, remarks)
    assert packed.n_tokens <= budget
    assert len(set(asked)) == len(asked)
    for citation in packed.citations:
        said = f"; since changed for {citation.passage}) " in packed.text
        assert said is (citation.passage[1:] in "024")


def test_a_source_without_a_name_has_none_in_the_text() -> None:
    nameless = hit("a", 3.0, "Mara has a dog").model_copy(update={"source": "0f" * 16})
    packed = pack([nameless], {"a": passage("a", 0)}, 500, estimate_tokens)
    assert packed.text == "[1] Mara has a dog"
    assert packed.citations[0].source == "0f" * 16


def test_what_repeats_is_left_for_what_is_new() -> None:
    same = "Caroline moved to Lisbon in May with her two cats"
    hits = [hit("a", 3.0, same), hit("b", 2.9, same), hit("c", 2.5, "Her brother stayed in Oslo")]
    passages = {one.uid: passage(one.uid, at) for at, one in enumerate(hits)}
    budget = estimate_tokens(f"[1] (s) {same}\n\n[2] (s) Her brother stayed in Oslo\n\n") + 4
    packed = pack(hits, passages, budget, estimate_tokens)
    assert {citation.passage for citation in packed.citations} == {"a", "c"}


def test_passages_of_a_source_stand_in_its_order() -> None:
    hits = [hit("late", 3.0, "second part"), hit("early", 2.0, "first half")]
    packed = pack(
        hits, {"late": passage("late", 5), "early": passage("early", 1)}, 500, estimate_tokens
    )
    assert [citation.passage for citation in packed.citations] == ["early", "late"]


def test_signs_of_other_scripts_count_as_tokens() -> None:
    assert estimate_tokens("abcd" * 10) == 11
    assert estimate_tokens("東京") == 3


def fact(uid: str, text: str, **fields: object) -> Proposition:
    return Proposition.model_validate(
        {"uid": uid, "recorded_at": NOW, "text": text, "subject": "x", "predicate": "live in",
         "value": "y", **fields}
    )  # fmt: skip


def test_a_superseded_fact_stands_below_its_successor_and_says_so() -> None:
    found = [
        (fact("old", "Ann live in Berlin", status="superseded"), hit("p", 9.0)),
        (fact("new", "Ann live in Lisbon"), hit("q", 1.0)),
    ]
    made = state(found, {"live": 1.0}, {"old": "new"})
    assert [one.node.uid for one in made] == ["new", "old"]
    assert made[1].to_hit().superseded_by == "new"


def test_a_fact_counts_in_its_time_only() -> None:
    year = [datetime(year, 1, 1, tzinfo=UTC) for year in (2020, 2021, 2022, 2023)]
    found = [
        (fact("a", "Ann live in Berlin", valid_from=year[0], valid_to=year[2]), hit("p", 1.0)),
        (fact("b", "Ann live in Lisbon", valid_from=year[2]), hit("p", 1.0)),
        (fact("c", "Ann live in Rome", status="retired"), hit("p", 1.0)),
    ]
    assert [node.uid for node, _ in holding(found, year[1], NOW)] == ["a"]
    assert [node.uid for node, _ in holding(found, year[3], NOW)] == ["b"]
    assert {one.node.uid for one in state(stated_still(found), {}, {})} == {"a", "b"}
