"""How much of a question is said with a name, and what is left of names that go."""

from __future__ import annotations

from datetime import UTC, datetime
from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmem.core.changes import Changes
from graphmem.core.mentions import Mentions, Said
from graphmem.core.terms import terms
from graphmem.core.uid_index import to_keys
from graphmem.reading.analyse import analyse
from graphmem.stores.memory import MemoryStore
from graphmem.views.text import TextView
from graphmem_schemas import Entity, Node, Passage

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SPACE = "s"
WORDS = ["anna", "berlin", "violin", "garden", "rome", "paint"]


def passage(number: int, text: str, title: str | None = None) -> Passage:
    return Passage(
        uid=f"{number:032x}", recorded_at=NOW, source="doc", position=number, text=text,
        title=title,
    )  # fmt: skip


def entity(number: int, name: str) -> Entity:
    return Entity(uid=f"e{number}", recorded_at=NOW, name=name, key=name.casefold())


def put(store: MemoryStore, *nodes: Node, remove: tuple[str, ...] = ()) -> None:
    store.apply(SPACE, lambda _: Changes(nodes=nodes, remove_nodes=remove))


def caught_up(store: MemoryStore) -> TextView:
    view = TextView(SPACE, None)
    view.refresh(store)
    return view


def said(
    view: TextView,
    question: str,
    n_entities: int,
    mentioned: list[list[tuple[int, bool]]],
    first: tuple[int, ...] = (),
) -> Said:
    """Ask what is said with each mention: by passage, (entity, whether it is the title)."""
    flat = [pair for one in mentioned for pair in one]
    starts = np.cumsum([0, *(len(one) for one in mentioned)]).astype(np.int64)
    mentions = Mentions(
        starts=starts,
        numbers=np.array([number for number, _ in flat], np.int32),
        titled=np.array([titled for _, titled in flat], np.bool_),
        keys=to_keys([f"e{number}" for number in range(n_entities)]),
        counts=np.ones(n_entities, np.int32),
        n_passages=len(mentioned),
    )
    with view.match(analyse(question).query) as match:
        rows = match.find(to_keys([f"{at:032x}" for at in range(len(mentioned))]))
        return match.said(rows, mentions, np.array(first, np.int64))


def test_that_a_name_counts_by_the_best_sentence_that_has_all_its_words() -> None:
    store = MemoryStore()
    put(
        store,
        passage(0, "Anna Berg paints violins. Anna slept in Rome."),
        passage(1, "Nothing of that kind happened here."),
        *(entity(at, name) for at, name in enumerate(["Anna Berg", "Rome", "Anna", "It"])),
    )
    found = said(
        caught_up(store),
        "Who paints violins?",
        4,
        [[(0, False), (1, False), (2, False), (3, False)], [(1, False)]],
    )
    assert found.mentions.tolist() == [1.0, 0.0, 1.0, 0.0, 0.0]
    assert found.asked.tolist() == [False] * 4


def test_that_a_title_is_meant_by_every_sentence_below_it() -> None:
    store = MemoryStore()
    put(
        store,
        passage(0, "It floated. It sank near Rome.", title="Night Ferry"),
        passage(1, "The Night Ferry sank. The harbour stayed.", title="Harbour"),
        entity(0, "Night Ferry"),
        entity(1, "Harbour"),
    )
    view = caught_up(store)
    found = said(
        view, "What sank of the Night Ferry?", 2, [[(0, True)], [(0, False), (1, True)]], (0, 1)
    )
    assert found.mentions.min() > 0.0
    assert found.asked.tolist() == [True, False]
    # Each other's titles: the second passage has the first one's, not the other way round.
    assert found.titles[1, 0] == found.mentions[1]
    assert found.titles[0, 1] == -1.0
    assert found.by_titles[0, 1] == found.titles[1, 0]
    assert found.by_titles[1, 0] == -1.0
    assert found.titles[0, 0] == found.titles[1, 1] == -1.0, "its own title is no link"


def test_that_a_title_is_as_rare_as_its_rarest_word() -> None:
    store = MemoryStore()
    put(
        store,
        *(passage(at, "The night was calm.") for at in range(6)),
        passage(6, "It sank.", title="Night Ferry"),
        passage(7, "It rose.", title="Night"),
        entity(0, "Night Ferry"),
        entity(1, "Night"),
    )
    found = said(caught_up(store), "What sank?", 2, [[]] * 6 + [[(0, True)], [(1, True)]])
    assert found.rarity.tolist() == pytest.approx([0.0] * 6 + [log(8 / 2) / log(8), 0.0])


def test_that_nothing_mentioned_says_nothing() -> None:
    store = MemoryStore()
    put(store, passage(0, "The of and."))
    found = said(caught_up(store), "Who paints?", 0, [[]], (0,))
    assert found.mentions.tolist() == found.asked.tolist() == []
    assert found.rarity.tolist() == [0.0]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=6), min_size=1, max_size=4),
    st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=3), min_size=1, max_size=4),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=3),
)
def test_that_only_passages_with_all_words_say_anything(
    texts: list[list[str]], names: list[list[str]], question: list[str]
) -> None:
    store = MemoryStore()
    put(
        store,
        *(passage(at, " ".join(words)) for at, words in enumerate(texts)),
        *(entity(at, " ".join(words)) for at, words in enumerate(names)),
    )
    everyone = [(number, False) for number in range(len(names))]
    found = said(caught_up(store), " ".join(question), len(names), [everyone] * len(texts))
    table = found.mentions.reshape(len(texts), len(names))
    for at, words in enumerate(texts):
        held = set(terms(" ".join(words)))
        shares = held & set(terms(" ".join(question)))
        for number, name in enumerate(names):
            has_all = set(terms(" ".join(name))[:4]) <= held
            assert (table[at, number] > 0.0) == bool(has_all and shares)
    # A word that no passage has is none that the question could be about.
    known = {word for words in texts for word in terms(" ".join(words))}
    asked = set(terms(" ".join(question))) & known
    assert found.asked.tolist() == [set(terms(" ".join(name))[:4]) <= asked for name in names]


# Names that go


def names_of(view: TextView, n: int) -> list[list[str]]:
    numbers = view._arrays.names.of(to_keys([f"e{number}" for number in range(n)]))
    words = {number: word for word, number in view._arrays.vocabulary.items()}
    return [[words[number] for number in row if number >= 0] for row in numbers.tolist()]


def test_that_a_removed_name_leaves_no_word_behind() -> None:
    store = MemoryStore()
    put(store, passage(0, "Anna slept."), entity(0, "Anna"), entity(1, "Xylophonia"))
    view = caught_up(store)
    assert names_of(view, 2) == [["anna"], list(terms("Xylophonia"))]
    put(store, remove=("e1",))
    view.refresh(store)
    assert names_of(view, 2) == [["anna"], []]
    tidy = view._arrays.compacted()
    assert not any("xyloph" in word for word in tidy.vocabulary)
    assert len(tidy.names.to_arrays()["terms"]) == 4, "one name is left"


def test_that_a_changed_name_is_the_newer_one() -> None:
    store = MemoryStore()
    put(store, passage(0, "Anna slept in Rome."), entity(0, "Anna"))
    view = caught_up(store)
    put(store, entity(0, "Rome"))
    view.refresh(store)
    assert names_of(view, 1) == [["rome"]]


@pytest.mark.parametrize("remove", [(), ("e0",), ("e2", "e1")])
def test_that_compaction_and_a_rebuild_tell_the_same_names(remove: tuple[str, ...]) -> None:
    store = MemoryStore()
    names = ["Anna Berg", "Rome", "Xylophonia of the Garden and Violin and Paint"]
    put(store, passage(0, "Anna slept."), *(entity(at, one) for at, one in enumerate(names)))
    view = caught_up(store)
    put(store, remove=remove)
    view.refresh(store)
    expected = names_of(caught_up(store), 3)
    assert names_of(view, 3) == expected
    view._arrays = view._arrays.compacted()
    assert names_of(view, 3) == expected
