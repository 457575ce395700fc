from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
import pytest

from graphmem.core.lexical import Feature, PassageKind, TextEvidence
from graphmem.reading.analyse import analyse
from graphmem.reading.candidates import Pool
from graphmem.reading.facts import holding, state, stated_still
from graphmem.reading.fuse import PART_NAMES, flat_parts, with_walk
from graphmem.reading.pack import estimate_tokens, pack
from graphmem.reading.seeds import choose_seeds, ranking
from graphmem.reading.spread import Spread, visits
from graphmem.reading.weights import COLUMNS, FLAT, SHARES
from graphmem_schemas import Hit, Passage, Proposition

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def pool(kinds: list[PassageKind], cosines: list[float], **columns: list[float]) -> Pool:
    n = len(kinds)
    features = np.zeros((n, len(Feature)), np.float32)
    features[:, Feature.KIND] = kinds
    for name, values in columns.items():
        features[:, Feature[name.upper()]] = values
    bits = np.zeros(n, np.uint64)
    return Pool(
        np.arange(n), [f"u{at}" for at in range(n)], np.array(cosines, np.float32),
        TextEvidence(features, bits, bits),
    )  # fmt: skip


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


def test_weights_have_a_row_for_every_kind_and_a_column_for_every_part() -> None:
    assert FLAT.shape == (len(PassageKind), len(COLUMNS))
    assert SHARES.shape == (len(PassageKind), 2)
    assert len(PART_NAMES) == len(COLUMNS) + 1


def test_parts_are_relative_to_the_best_and_weighed_by_kind() -> None:
    candidates = pool(
        [PassageKind.TITLED, PassageKind.PERSON_TURN], [0.5, 0.25], sentence=[2.0, 4.0]
    )
    parts = flat_parts(candidates, asks_assistant=False)
    dense, sentence = COLUMNS.index("dense"), COLUMNS.index("sentence")
    assert parts[0, dense] == pytest.approx(FLAT[PassageKind.TITLED, dense])
    assert parts[1, dense] == pytest.approx(FLAT[PassageKind.PERSON_TURN, dense] / 2)
    assert parts[0, sentence] == pytest.approx(FLAT[PassageKind.TITLED, sentence] / 2)


def test_what_the_assistant_said_counts_when_it_is_asked_for() -> None:
    turns = pool([PassageKind.ROLE_TURN] * 2, [0.1, 0.1], user=[1.0, 0.0])
    user = COLUMNS.index("user")
    assert flat_parts(turns, asks_assistant=False)[:, user].argmax() == 0
    assert flat_parts(turns, asks_assistant=True)[:, user].argmax() == 1


def test_nothing_to_score_gives_no_scores() -> None:
    assert flat_parts(pool([], []), asks_assistant=False).shape == (0, len(COLUMNS))


def test_the_walk_counts_for_titled_passages() -> None:
    flat = np.ones((2, len(COLUMNS)), np.float32)
    kinds = np.array([PassageKind.TITLED, PassageKind.NOTE], np.float32)
    parts = with_walk(flat, kinds, np.array([1.0, 1.0], np.float32))
    assert parts[0, -1] > 0
    assert parts[1, -1] == 0


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
