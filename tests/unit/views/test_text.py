from collections import Counter
from datetime import UTC, datetime
from math import log
from pathlib import Path
from threading import Event, Thread

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmem.core.changes import Changes
from graphmem.core.lexical import Feature, PassageKind, TextEvidence, TextQuery
from graphmem.core.terms import terms, words
from graphmem.core.uid_index import to_keys
from graphmem.stores.memory import MemoryStore
from graphmem.views.passage_facts import title_key
from graphmem.views.text import TextView
from graphmem.views.text_index import TextIndexArrays
from graphmem_schemas import Passage

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SPACE = "s"
TEXTS = [
    "The cat sat on the mat.",
    "A dog chased the cat. The cat fled up a tree.",
    "Trees grow slowly. Birds nest in trees.",
    "Nothing to see here.",
    "A cat is a small animal. Dogs are larger animals.",
]


def passage(number: int, text: str, **fields: object) -> Passage:
    values: dict[str, object] = {
        "uid": f"{number:032x}", "recorded_at": NOW, "source": "doc",
        "position": number, "text": text,
        **fields,
    }  # fmt: skip
    return Passage.model_validate(values)


def put(store: MemoryStore, *passages: Passage, remove: tuple[str, ...] = ()) -> None:
    store.apply(SPACE, lambda _: Changes(nodes=passages, remove_nodes=remove))


def filled(texts: list[str] = TEXTS, **fields: object) -> MemoryStore:
    store = MemoryStore()
    put(store, *(passage(at, text, **fields) for at, text in enumerate(texts)))
    return store


def caught_up(store: MemoryStore, folder: Path | None = None) -> TextView:
    view = TextView(SPACE, folder)
    view.refresh(store)
    return view


def ask(text: str, until: int | None = None) -> TextQuery:
    return TextQuery(tuple(words(text)), tuple(terms(text)), until)


def evidence(view: TextView, question: str, uids: list[str]) -> TextEvidence:
    with view.match(ask(question)) as match:
        return match.describe(match.find(to_keys(uids)))


def all_uids(n: int = len(TEXTS)) -> list[str]:
    return [f"{at:032x}" for at in range(n)]


def bm25(texts: list[str], question: str) -> list[float]:
    """The formula of Robertson and Zaragoza 2009, section 3.5, as plainly as can be."""
    bags = [Counter(terms(text)) for text in texts]
    average = sum(bag.total() for bag in bags) / len(bags)
    scores = []
    for bag in bags:
        score = 0.0
        for term in dict.fromkeys(terms(question)):
            df = sum(term in other for other in bags)
            idf = log(1 + (len(bags) - df + 0.5) / (df + 0.5))
            norm = 1.2 * (1 - 0.75 + 0.75 * bag.total() / average)
            score += idf * bag[term] * 2.2 / (bag[term] + norm)
        scores.append(score)
    return scores


def test_passage_scores_are_bm25() -> None:
    view = caught_up(filled())
    found = evidence(view, "which animal is a cat in a tree?", all_uids())
    expected = bm25(TEXTS, "which animal is a cat in a tree?")
    np.testing.assert_allclose(found.features[:, Feature.PASSAGE], expected, rtol=1e-5)


def test_a_window_weighs_its_neighbours() -> None:
    view = caught_up(filled(["alpha", "beta", "gamma", "delta", "omega"]))
    scores = evidence(view, "gamma", all_uids()).features[:, Feature.WINDOW]
    # .2 of the next but one, .4 of the next, .6 of the one before, .3 of the one before that.
    assert scores[2] > scores[3] > scores[1] > scores[4] > scores[0] > 0


def test_a_window_ends_with_its_source() -> None:
    store = filled(["alpha", "beta"])
    put(store, passage(2, "gamma", source="other", position=0))
    scores = evidence(caught_up(store), "beta", all_uids(3)).features[:, Feature.WINDOW]
    assert scores[0] > 0
    assert scores[2] == 0


def test_the_best_sentence_counts_with_its_title() -> None:
    store = filled(["Ada wrote notes. Charles built engines.", "Ada built engines. It rained."])
    scores = evidence(caught_up(store), "Ada engines", all_uids(2)).features[:, Feature.SENTENCE]
    assert scores[1] > scores[0]


def test_titles_are_found_word_by_word() -> None:
    store = MemoryStore()
    put(
        store,
        passage(0, "It is by Kafka.", title="The Trial (novel)", source="a"),
        passage(1, "A trial is held in court.", title="Courts", source="b"),
    )
    view = caught_up(store)
    with view.match(ask("Who wrote The Trial?")) as match:
        assert match.titles == ("the trial",)
        found = match.describe(match.find(to_keys(all_uids(2)))).features
    assert found[0, Feature.TITLE_EXACT] > 0
    assert found[1, Feature.TITLE_EXACT] == 0
    assert found[0, Feature.TITLE_SHARE] == pytest.approx(
        log(1.2) / (log(1.2) + log(2.0)), rel=1e-5
    )
    assert found[0, Feature.KIND] == PassageKind.TITLED


def test_many_passages_under_one_title_are_sections() -> None:
    view = caught_up(filled([f"part {at}" for at in range(12)], title="A Long Article"))
    kinds = evidence(view, "part", all_uids(12)).features[:, Feature.KIND]
    assert set(kinds.tolist()) == {PassageKind.SECTION}


def test_the_answer_follows_the_question_asked_in_a_conversation() -> None:
    store = MemoryStore()
    put(
        store,
        passage(0, "Where did you buy the guitar?", speaker="Ann"),
        passage(1, "In a shop in Porto.", speaker="Bob"),
        passage(2, "I sold the guitar.", speaker="Ann"),
        passage(3, "Oh.", speaker="Bob"),
    )
    found = evidence(caught_up(store), "guitar", all_uids(4)).features
    assert found[:, Feature.ANSWER].nonzero()[0].tolist() == [1]
    assert set(found[:, Feature.KIND].tolist()) == {PassageKind.PERSON_TURN}


def test_named_speakers_are_marked_and_their_names_are_no_terms() -> None:
    store = MemoryStore()
    put(store, passage(0, "I moved.", speaker="Ann"), passage(1, "Ann moved?", speaker="Bob"))
    view = caught_up(store)
    with view.match(ask("When did Ann move?")) as match:
        assert match.speakers == ("Ann",)
        assert match.terms == ("move",)
        found = match.describe(match.find(to_keys(all_uids(2)))).features
    assert found[:, Feature.SPEAKER].tolist() == [1.0, 0.0]


@pytest.mark.parametrize("n_people", [1, 2, 14])
def test_whoever_speaks_is_known_however_many_there_are(n_people: int) -> None:
    people = ["Ann", *(f"Person{chr(97 + number)}" for number in range(n_people - 1))]
    store = MemoryStore()
    put(store, *(passage(at, "I moved to Oslo.", speaker=who) for at, who in enumerate(people)))
    view = caught_up(store)
    everybody = f"Did {' and '.join(people)} move to Oslo?"
    for question, known in (("Did Ann move to Oslo?", True), (everybody, True), ("Oslo?", False)):
        with view.match(ask(question)) as match:
            assert match.names_speaker is known
    put(store, passage(n_people, "So did I.", speaker="Zoe"), remove=(f"{0:032x}",))
    view.refresh(store)
    for question, known in (("Did Ann move to Oslo?", False), ("Where is Zoe?", True)):
        with view.match(ask(question)) as match:
            assert match.names_speaker is known


def test_what_is_said_of_oneself_and_of_the_other_is_told_apart() -> None:
    store = MemoryStore()
    put(
        store,
        passage(0, "I adopted a dog.", speaker="Ann"),
        passage(1, "You must love your dog.", speaker="Bob"),
    )
    view = caught_up(store)
    for who, sign in (("Ann", 1), ("Bob", -1)):
        with view.match(ask(f"{who} dog adopted")) as match:
            of_speaker, of_others = match.owned(match.find(to_keys(all_uids(2))))
        assert (of_speaker.max() - of_others.max()) * sign > 0


def test_nothing_after_the_moment_asked_for_is_found() -> None:
    store = MemoryStore()
    put(
        store,
        passage(0, "cat", at=datetime(2020, 1, 1, tzinfo=UTC)),
        passage(1, "cat", at=datetime(2024, 1, 1, tzinfo=UTC)),
        passage(2, "cat"),
    )
    until = int(datetime(2022, 1, 1, tzinfo=UTC).timestamp())
    with caught_up(store).match(ask("cat", until)) as match:
        assert match.uids(match.best(10)) == [f"{0:032x}", f"{2:032x}"]
        assert match.find(to_keys(all_uids(3))).tolist() == [0, -1, 2]


def test_coverage_of_long_passages_is_that_of_three_sentences() -> None:
    text = "Ann has a cat. It rains. It snows. It hails. Bob has a dog."
    view = caught_up(filled([text, "x"]))
    found = evidence(view, "cat dog", all_uids(1))
    assert found.covered[0] == 0b11
    assert found.covered_near[0] in (0b01, 0b10)


def test_catching_up_step_by_step_gives_what_starting_anew_gives() -> None:
    store = filled()
    view = caught_up(store)
    put(store, passage(7, "A late cat.", source="doc", position=2))
    view.refresh(store)
    put(store, passage(1, "The cat is now a lion.", position=1))
    view.refresh(store)
    put(store, remove=(f"{4:032x}",))
    view.refresh(store)
    uids = [f"{at:032x}" for at in (0, 1, 2, 3, 7)]
    one, other = (evidence(v, "cat lion tree", uids) for v in (view, caught_up(store)))
    np.testing.assert_array_equal(one.features, other.features)
    np.testing.assert_array_equal(one.covered_near, other.covered_near)
    assert len(view) == 5


def test_merging_changes_no_score() -> None:
    store = filled()
    view, merged = caught_up(store), caught_up(store)
    merged._arrays.merge()
    put(store, passage(7, "A late cat in a tree.", position=7))
    for each in (view, merged):
        each.refresh(store)
    uids = [*all_uids(), f"{7:032x}"]
    one, other = (evidence(v, "cat tree", uids) for v in (view, merged))
    np.testing.assert_array_equal(one.features, other.features)


def test_what_is_removed_is_found_no_more() -> None:
    store = filled()
    view = caught_up(store)
    put(store, remove=(f"{0:032x}",))
    view.refresh(store)
    with view.match(ask("mat cat")) as match:
        assert match.find(to_keys([f"{0:032x}"])).tolist() == [-1]
        assert f"{0:032x}" not in match.uids(match.best(10))
    assert len(view) == len(TEXTS) - 1


def test_searches_leave_nothing_behind() -> None:
    view = caught_up(filled())
    first = evidence(view, "cat tree", all_uids())
    evidence(view, "dog animal birds", all_uids())
    np.testing.assert_array_equal(first.features, evidence(view, "cat tree", all_uids()).features)


def test_a_view_comes_back_from_disk(tmp_path: Path) -> None:
    store = filled(title="Animals", speaker="Ann")
    view = caught_up(store, tmp_path)
    view.save(store)
    kept = caught_up(store, tmp_path)
    put(store, passage(9, "One more cat.", position=9))
    for each in (view, kept):
        each.refresh(store)
    uids = [*all_uids(), f"{9:032x}"]
    one, other = (evidence(v, "cat animals Ann", uids) for v in (view, kept))
    np.testing.assert_array_equal(one.features, other.features)


@pytest.mark.parametrize("damage", [b"", b"noise" * 1000])
def test_a_damaged_file_costs_a_rebuild_only(tmp_path: Path, damage: bytes) -> None:
    store = filled()
    caught_up(store, tmp_path).save(store)
    (file,) = [path for path in tmp_path.iterdir() if path.is_file()]
    file.write_bytes(damage)
    assert len(caught_up(store, tmp_path)) == len(TEXTS)


def test_an_older_store_makes_the_view_anew() -> None:
    view = caught_up(filled())
    newer = filled(["only one"])
    newer.identity = "another"
    view.seq = 99
    view.refresh(newer)
    assert len(view) == 1


def test_questions_without_known_words_find_nothing() -> None:
    view = caught_up(filled())
    for question in ("", "zebra", "the of and", "🙂"):
        with view.match(ask(question)) as match:
            assert len(match.best(5)) == 0
    with TextView(SPACE, None).match(ask("cat")) as match:
        assert len(match.best(5)) == 0
        assert match.find(to_keys(["x"])).tolist() == [-1]


def test_any_uid_is_a_uid() -> None:
    store = MemoryStore()
    put(store, passage(0, "cat", uid="not hex at all"))
    with caught_up(store).match(ask("cat")) as match:
        assert match.uids(match.best(5)) == ["not hex at all"]


def test_title_key_leaves_brackets_out() -> None:
    assert title_key("The Trial (1962 film)") == "the trial"
    assert title_key("(500) Days of Summer") == "500 days of summer"


def test_arrays_make_the_same_arrays_again() -> None:
    view = caught_up(filled(title="T", speaker="Ann"))
    arrays = view._arrays.to_arrays()
    again = TextIndexArrays(arrays).to_arrays()
    assert arrays.keys() == again.keys()
    for name, values in arrays.items():
        np.testing.assert_array_equal(values, again[name], err_msg=name)


def test_questions_go_on_while_passages_come() -> None:
    store = filled([f"cat number {at}" for at in range(50)])
    view = caught_up(store)
    failures: list[BaseException] = []
    done = Event()

    def search() -> None:
        try:
            while not done.is_set():
                with view.match(ask("cat number")) as match:
                    rows = match.find(to_keys([f"{at:032x}" for at in range(0, 3_000, 7)]))
                    match.describe(np.unique(np.concatenate([rows[rows >= 0], match.best(50)])))
        except BaseException as error:
            failures.append(error)

    threads = [Thread(target=search) for _ in range(2)]
    for thread in threads:
        thread.start()
    for start in range(50, 3_000, 50):
        put(store, *(passage(at, f"cat number {at}") for at in range(start, start + 50)))
        view.refresh(store)
    done.set()
    for thread in threads:
        thread.join(timeout=240)
    assert failures == []
    np.testing.assert_array_equal(
        evidence(view, "cat number", all_uids(3_000)).features,
        evidence(caught_up(store), "cat number", all_uids(3_000)).features,
    )


# What was removed

STEP = st.one_of(
    st.tuples(
        st.integers(0, 5),
        st.sampled_from(["cat tree", "dog cat. A dog?", "a bird in a tree", ""]),
        st.sampled_from([None, "Ann", "Bob", "user"]),
        st.sampled_from(["one", "two"]),
        st.sampled_from([None, "Cats", "The Dog (novel)"]),
    ),
    st.integers(0, 5),
    st.sampled_from(["refresh", "reopen"]),
)


def apply_step(store: MemoryStore, step: object) -> None:
    if isinstance(step, int):
        put(store, remove=(f"{step:032x}",))
    elif isinstance(step, tuple):
        number, text, speaker, source, title = step
        put(store, passage(number, text or "x", speaker=speaker, source=source, title=title))


def answers(view: TextView, question: str) -> list[object]:
    uids = [f"{at:032x}" for at in range(6)]
    with view.match(ask(question)) as match:
        rows = match.find(to_keys(uids))
        found = match.describe(rows[rows >= 0])
        return [
            (rows >= 0).tolist(), sorted(match.uids(match.best(20))), match.speakers,
            match.titles, match.terms, match.idfs, match.n_passages,
            found.features.tolist(), found.covered.tolist(), found.covered_near.tolist(),
        ]  # fmt: skip


@settings(max_examples=80)
@given(steps=st.lists(STEP, max_size=14))
def test_any_history_answers_as_a_view_made_anew(
    tmp_path_factory: pytest.TempPathFactory, steps: list[object]
) -> None:
    folder = tmp_path_factory.mktemp("view")
    store = MemoryStore()
    view = caught_up(store, folder)
    for step in steps:
        apply_step(store, step)
        if step in ("refresh", "reopen"):
            view.refresh(store)
        if step == "reopen":
            view.save(store)
            view = caught_up(store, folder)
    view.refresh(store)
    for question in ("Does Ann have a cat in the tree?", "the dog", "Who is Bob's bird?"):
        assert answers(view, question) == answers(caught_up(store), question)


def test_speakers_and_sources_of_whom_nothing_is_left_change_no_answer() -> None:
    store = MemoryStore()
    put(
        store,
        passage(0, "I moved to Rome.", speaker="Ann", source="a"),
        passage(1, "A long story about many other things.", speaker="Bob", source="b"),
        passage(2, "I moved too.", speaker="Ann", source="a"),
    )
    view = caught_up(store)
    put(store, remove=(f"{1:032x}",))
    view.refresh(store)
    assert view._arrays.voices.numbers.keys() == {"Ann"}
    assert view._arrays.n_sources == 1
    assert answers(view, "Did Ann move?") == answers(caught_up(store), "Did Ann move?")


def test_nothing_of_what_was_removed_is_kept_on_disk(tmp_path: Path) -> None:
    store = filled()
    gone = passage(9, "Xylophonist.", speaker="Zebedee", title="Quokka", source="wombat")
    put(store, gone.model_copy(update={"uid": "axolotl"}))
    view = caught_up(store, tmp_path)
    view.save(store)
    words_of_it = (b"xylophonist", b"zebede", b"quokka", b"wombat", b"axolotl")
    (file,) = tmp_path.iterdir()
    assert all(word in file.read_bytes().lower() for word in words_of_it)
    put(store, remove=("axolotl",))
    view.refresh(store)
    with view.match(ask("cat tree")) as match:  # under way while the view is kept
        before = match.describe(match.find(to_keys(all_uids())))
        view.save(store)
        after = match.describe(match.find(to_keys(all_uids())))
    np.testing.assert_array_equal(before.features, after.features)
    raw = file.read_bytes().lower()
    assert [word for word in words_of_it if word in raw] == []
    assert len(view) == len(TEXTS)


def test_a_source_is_threaded_without_walking_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Uids are hashes: fed in their order, each turn would look for its place from the end."""
    store, n_back, link = MemoryStore(), 0, TextIndexArrays._link

    def counted(self: TextIndexArrays, row: int, source: int) -> None:
        nonlocal n_back
        position, tail = self.rows["position"].values, int(self.tails.values[source])
        n_back += tail >= 0 and position[tail] > position[row]
        link(self, row, source)

    monkeypatch.setattr(TextIndexArrays, "_link", counted)
    put(store, *(passage(at, f"turn {at}", position=500 - at) for at in range(500)))
    assert len(caught_up(store)) == 500
    assert n_back == 0
