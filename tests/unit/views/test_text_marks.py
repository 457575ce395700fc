"""What the text view says of passages besides their words: marks, moments, places, shapes."""

from datetime import UTC, datetime
from itertools import permutations
from math import exp, log, log1p
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from graphmem.core.changes import Changes
from graphmem.core.lexical import Feature
from graphmem.core.uid_index import to_keys
from graphmem.reading.analyse import analyse
from graphmem.stores.memory import MemoryStore
from graphmem.views.text import TextView
from graphmem_schemas import Passage

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ASKED = datetime(2023, 5, 8, 12, tzinfo=UTC)
SPACE = "s"


def passage(number: int, text: str, **fields: object) -> Passage:
    values: dict[str, object] = {
        "uid": f"{number:032x}", "recorded_at": NOW, "source": "doc",
        "position": number, "text": text,
        **fields,
    }  # fmt: skip
    return Passage.model_validate(values)


def put(store: MemoryStore, *passages: Passage, remove: tuple[str, ...] = ()) -> None:
    store.apply(SPACE, lambda _: Changes(nodes=passages, remove_nodes=remove))


def caught_up(store: MemoryStore, folder: Path | None = None) -> TextView:
    view = TextView(SPACE, folder)
    view.refresh(store)
    return view


def view_of(*passages: Passage) -> TextView:
    store = MemoryStore()
    put(store, *passages)
    return caught_up(store)


def columns(view: TextView, question: str, n: int, *wanted: Feature) -> list[list[float]]:
    with view.match(analyse(question, now=ASKED).query) as match:
        found = match.describe(match.find(to_keys([f"{at:032x}" for at in range(n)])))
    return [found.features[:, column].tolist() for column in wanted]


def column(view: TextView, question: str, n: int, wanted: Feature) -> list[float]:
    return columns(view, question, n, wanted)[0]


# What fits what is wanted


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("When did she move?", Feature.TIME_WANTED),
        ("How many moved?", Feature.NUMBER_WANTED),
        ("Where did she move?", Feature.PLACE_WANTED),
        ("Can you suggest a move?", Feature.PREFERENCE),
    ],
)
def test_a_mark_counts_where_it_is_wanted(question: str, wanted: Feature) -> None:
    texts = [
        "She moved yesterday.", "Both moved.", "She moved to Porto.", "I prefer to move.",
        "She moved.",
    ]  # fmt: skip
    view = view_of(*(passage(at, text) for at, text in enumerate(texts)))
    marks = Feature.TIME_WANTED, Feature.NUMBER_WANTED, Feature.PLACE_WANTED, Feature.PREFERENCE
    found = columns(view, question, 5, *marks)
    for at, (feature, values) in enumerate(zip(marks, found, strict=True)):
        assert values == [float(row == at and feature == wanted) for row in range(5)]


def test_what_an_assistant_prefers_is_no_preference() -> None:
    view = view_of(
        passage(0, "I prefer tea.", speaker="assistant"),
        passage(1, "I prefer tea.", speaker="user"),
    )
    assert column(view, "Can you suggest a tea?", 2, Feature.PREFERENCE) == [0.0, 1.0]


def test_first_person_words_are_thirds() -> None:
    view = view_of(passage(0, "It rains."), passage(1, "I met my aunt."))
    assert column(view, "rain", 2, Feature.FIRST_PERSON) == pytest.approx([0.0, 2 / 3])


def test_length_is_compared_with_what_the_speaker_mostly_says() -> None:
    said = [("Ann", "Yes."), ("Ann", "A very long tale of a cat."), ("Ann", "No, thanks."),
            ("Bob", "A very long tale of a cat.")]  # fmt: skip
    view = view_of(*(passage(at, text, speaker=who) for at, (who, text) in enumerate(said)))
    lengths = np.array([round(log1p(len(text)) * 2048) for _, text in said[:3]])
    expected = (lengths - lengths.mean()) / lengths.std() / 4
    found, asked = columns(view, "tea", 4, Feature.LENGTH_OF_SPEAKER, Feature.LENGTH_ASKED)
    assert found[:3] == pytest.approx(expected.tolist(), rel=1e-5)
    assert found[3] == 0.0
    assert asked == [0.0] * 4
    assert column(view, "Any ideas for tea?", 4, Feature.LENGTH_ASKED) == found


@pytest.mark.parametrize(
    ("question", "agrees"),
    [
        ("What happened in May?", 0.5),
        ("What happened on 7 May 2023?", 1.0),
        ("What happened on May 8?", 0.9),
        ("What happened on May 12?", 0.7),
        ("What happened on May 30?", 0.4),
        ("What happened on May 7, 2022?", 0.0),
        ("What happened in June?", 0.0),
        ("What happened in 2023?", 0.5),
        ("What happened between 2021 and 2024?", 0.5),
        ("What happened since 2020?", 0.5),
        ("What happened in 2022?", 0.0),
        ("What happened on 9 May 2023?", 0.7),
        ("What happened on 30 April 2023?", 0.7),
        ("What happened on 3 May 2023?", 0.7),
        ("What happened on 2023-05-06?", 0.9),
        ("What happened yesterday?", 1.0),
        ("What happened last week?", 0.7),
        ("What happened last month?", 0.3),
        ("What happened last year?", 0.0),
        ("What happened before 8 May 2023?", 0.0),
        ("What is due next week?", 0.0),
        ("What is due today?", 0.0),
        ("What was due today?", 0.9),
        ("What is planned for today?", 0.0),
        ("What's planned for today?", 0.0),
        ("What do I need today?", 0.0),
        ("What has to be finished today?", 0.0),
        ("Whom have I called today?", 0.9),
        ("Who attended today's meeting?", 0.9),
        ("What is on Sunday?", 0.0),
        ("What was on Sunday?", 1.0),
        ("What happened?", 0.0),
    ],
)
def test_a_date_of_the_question_agrees_with_the_moment(question: str, agrees: float) -> None:
    view = view_of(passage(0, "It happened.", at="2023-05-07T23:59:59Z"), passage(1, "It did."))
    assert column(view, question, 2, Feature.DATE) == pytest.approx([agrees, 0.0])


@settings(max_examples=60)
@given(st.datetimes(datetime(1, 1, 2), datetime(9998, 12, 30)))
@example(datetime(1969, 12, 31, 23, 59, 59, 500_000))
def test_every_day_of_the_calendar_is_known(at: datetime) -> None:
    question = f"{at:%B} {at.day}, {at.year:04d}"
    if at.year < 1000:
        question = f"on {at:%B} {at.day}"
    view = view_of(passage(0, "x", at=at.replace(tzinfo=UTC).isoformat()))
    assert column(view, question, 1, Feature.DATE) == [1.0]


# What stands around it


def test_what_the_neighbours_hold_counts_for_less() -> None:
    view = view_of(passage(0, "cat"), passage(1, "bird"), passage(2, "dog"), passage(3, "fish"))
    idf = log(1 + 3.5 / 1.5)
    found = column(view, "cat dog", 4, Feature.COVERAGE_NEAR)
    assert found == pytest.approx([0.5, 0.6, 0.5, 0.3])
    assert idf > 0


def test_neighbours_of_a_long_passage_count_too() -> None:
    long = "One thing. Two things. More things. Most things. A cat."
    view = view_of(passage(0, long), passage(1, "dog"))
    assert column(view, "cat dog", 2, Feature.COVERAGE_NEAR) == pytest.approx([0.8, 0.8])


def test_a_question_and_the_turn_after_it_are_told() -> None:
    view = view_of(
        passage(0, "Where is the cat?"), passage(1, "The cat is in."), passage(2, "Oh.")
    )
    asks, following, own = columns(view, "cat", 3, Feature.ASKS, Feature.NEXT, Feature.PASSAGE)
    assert asks == [1.0, 0.0, 0.0]
    assert following == [own[1], 0.0, 0.0]


def test_pairs_follow_each_other_in_order() -> None:
    texts = ["a red brick house", "the house of red brick", "red walls. brick too", "brick, red"]
    view = view_of(*(passage(at, text) for at, text in enumerate(texts)))
    found = column(view, "red brick house", 4, Feature.PAIRS)
    assert found[0] == pytest.approx(1.0)
    assert 0.0 < found[1] < 1.0
    assert found[2] == 0.0


def test_the_session_is_as_good_as_its_best_window() -> None:
    view = view_of(
        passage(0, "cat"), passage(1, "rain"), passage(2, "snow"), passage(3, "wind"),
        passage(4, "a cat and more", source="other", position=0),
    )  # fmt: skip
    window, best = columns(view, "cat", 5, Feature.WINDOW, Feature.SESSION_BEST)
    assert best == [max(window[:4])] * 4 + [window[4]]


def test_proper_words_and_the_rest_are_covered_apart() -> None:
    view = view_of(passage(0, "Ann moved."), passage(1, "Somebody moved."), passage(2, "Ann"))
    proper, rest, score = columns(
        view, "Where has Ann moved?", 3,
        Feature.PROPER_COVERAGE, Feature.REST_COVERAGE, Feature.PROPER,
    )  # fmt: skip
    assert proper == pytest.approx([1.0, 0.0, 1.0])
    assert rest == pytest.approx([1.0, 1.0, 0.0])
    assert score[2] > score[0] > score[1] == 0.0


# Months

MONTHS = (
    Feature.NEAR, Feature.STARTS, Feature.ENDS, Feature.BOTH, Feature.OVERLAP, Feature.IMPLIED,
)  # fmt: skip


def test_intervals_are_compared_with_that_of_the_question() -> None:
    view = view_of(
        passage(0, "He led it 1990-1993."),
        passage(1, "He came in 1980."),
        passage(2, "Nothing is dated here."),
        passage(3, "It burnt in 1999."),
    )
    found = columns(view, "Who led it from 1990 to 1995?", 4, *MONTHS)
    near, starts, ends, both, overlap, implied = found
    fades = [exp(-9 / 3), exp(-3 / 3)]
    assert near == pytest.approx([1.0, fades[0], 0.5 * fades[1], fades[1]])
    assert starts == [1.0, 0.0, 0.0, 0.0]
    assert ends == [0.0] * 4
    assert both == [0.0] * 4
    assert overlap == pytest.approx([4 / 6, 0.0, 0.0, 0.0])
    # "1990" goes before "1980": it implies nothing. "1980" goes on until 1999.
    assert implied == pytest.approx([0.0, 1.0, 0.0, 0.0])


def test_the_same_range_is_both_and_starts_and_ends() -> None:
    view = view_of(passage(0, "from May 1990 to 1995"), passage(1, "1990–1996"))
    _, starts, ends, both, overlap, _ = columns(view, "Who led it from 1990 to 1995?", 2, *MONTHS)
    assert (starts, ends, both) == ([1.0, 1.0], [1.0, 0.0], [1.0, 1.0])
    assert overlap == pytest.approx([68 / 72, 72 / 84])


def test_without_an_interval_in_the_question_only_dates_are_told() -> None:
    view = view_of(passage(0, "In 1990 he led it."), passage(1, "He led it."))
    *found, dated = columns(view, "Who led it?", 2, *MONTHS, Feature.DATED)
    assert found == [[0.0, 0.0]] * 6
    assert dated == [1.0, 0.0]


# Shape


def test_shape_is_length_position_and_sentences() -> None:
    view = view_of(
        passage(0, "The cat sat. The dog ran.", title="A Title"), passage(1, "cat"),
        passage(2, "cat"), passage(3, "cat"),
    )  # fmt: skip
    length, position, n_sentences = columns(
        view, "cat", 4, Feature.LENGTH, Feature.POSITION, Feature.SENTENCES
    )
    assert length[0] == pytest.approx(log1p(4) / 5)
    assert position == pytest.approx([0.0, 0.25, 0.5, 0.75])
    assert n_sentences == pytest.approx([log(2), 0.0, 0.0, 0.0])


# Whatever came and went

STEP = st.one_of(
    st.tuples(
        st.integers(0, 5),
        st.sampled_from(
            [
                "I met my cat in Porto, 1990-1995. Why?",
                "Two dogs since 1987, yesterday.",
                "The red brick house. " * 6,
                "I prefer the late 1980s",
                "x",
            ]
        ),
        st.sampled_from([None, "Ann", "Bob", "user", "assistant"]),
        st.sampled_from(["one", "two"]),
        st.sampled_from([None, "2023-05-07"]),
    ),
    st.integers(0, 5),
    st.sampled_from(["refresh", "reopen"]),
)
QUESTIONS = (
    "When did Ann meet the cat in the red brick house from 1990 to 1995?",
    "Can you suggest how many dogs Bob had in May 2023?",
)


def features(view: TextView) -> list[object]:
    found: list[object] = []
    for question in QUESTIONS:
        with view.match(analyse(question).query) as match:
            rows = match.find(to_keys([f"{at:032x}" for at in range(6)]))
            found += [(rows >= 0).tolist(), match.describe(rows[rows >= 0]).features.tolist()]
    return found


def added(step: tuple[int, str, str | None, str, str | None]) -> Passage:
    number, text, speaker, source, at = step
    return passage(number, text, speaker=speaker, source=source, at=at)


@settings(max_examples=80)
@given(steps=st.lists(STEP, max_size=14))
def test_nothing_of_what_is_gone_shows_in_any_feature(
    tmp_path_factory: pytest.TempPathFactory, steps: list[object]
) -> None:
    folder = tmp_path_factory.mktemp("view")
    store = MemoryStore()
    view = caught_up(store, folder)
    for step in steps:
        if isinstance(step, int):
            put(store, remove=(f"{step:032x}",))
        elif isinstance(step, tuple):
            put(store, added(step))
        else:
            view.refresh(store)
        if step == "reopen":
            view.save(store)
            view = caught_up(store, folder)
    view.refresh(store)
    assert features(view) == features(caught_up(store))


def test_the_order_of_adding_does_not_matter() -> None:
    given = [
        passage(0, "I met my cat in Porto, 1990-1995. Why?", speaker="Ann"),
        passage(1, "Two dogs since 1987, yesterday.", speaker="Bob"),
        passage(2, "The red brick house. " * 6, speaker="Ann"),
        passage(3, "I prefer the late 1980s", speaker="user", at="2023-05-07"),
    ]
    seen = []
    for order in permutations(given):
        store = MemoryStore()
        view = TextView(SPACE, None)
        for one in order:
            put(store, one)
            view.refresh(store)
        seen.append(features(view))
    assert all(one == seen[0] for one in seen)
