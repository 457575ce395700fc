"""What words say of parts of a document or talk is the same beside others as if it were alone."""

from datetime import UTC, datetime
from random import Random

import numpy as np
import pytest

from graphmem.core.changes import Changes
from graphmem.core.lexical import Feature, TextQuery
from graphmem.core.terms import terms, words
from graphmem.core.uid_index import to_keys
from graphmem.stores.memory import MemoryStore
from graphmem.views import text_index, text_part
from graphmem.views.text import TextView
from graphmem_schemas import Passage

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SPACE = "s"
TITLE = "Lumi Haldane"
QUESTION = "Which harbour did Lumi Haldane paint after the storm, and for which patron?"
# Of the whole document, or of who speaks in all that there is.
OF_THE_WHOLE = {
    Feature.TITLE_SHARE, Feature.TITLE_EXACT, Feature.LENGTH_OF_SPEAKER, Feature.LENGTH_ASKED,
}  # fmt: skip
WORDS = "harbour storm patron canvas letter boat winter garden friend exhibition red of".split()


def passages(
    source: str, title: str | None, n: int, people: tuple[str, ...] = ()
) -> list[Passage]:
    chance = Random(source)
    made = []
    for at in range(n):
        said = [" ".join(chance.choices(WORDS, k=chance.randint(3, 9))) for _ in range(3)]
        text = f"Lumi {said[0]}. Haldane {said[1]}? " + (said[2] if at % 2 else "")
        made.append(
            Passage(
                uid=f"{source}-{at:03}", recorded_at=NOW, source=source, position=at, text=text,
                title=title, speaker=people[at % 2] if people else None,
            )
        )  # fmt: skip
    return made


def view_of(*found: Passage) -> TextView:
    store = MemoryStore()
    store.apply(SPACE, lambda _: Changes(nodes=found))
    view = TextView(SPACE, None)
    view.refresh(store)
    return view


def asked(question: str = QUESTION) -> TextQuery:
    proper = frozenset(terms("Lumi Haldane"))
    return TextQuery(tuple(words(question)), tuple(terms(question)), proper=proper)


ARTICLE = passages("article", TITLE, 30)
OTHERS = passages("others", None, 200) + passages("page", "Storm harbours", 3)


TALK = passages("talk", None, 30, ("Wilma", "Edgar"))


@pytest.mark.parametrize("merged", [False, True])
@pytest.mark.parametrize(
    ("whole", "question"),
    [
        (ARTICLE, QUESTION),
        (TALK, QUESTION),
        (TALK, "Which harbour did Wilma paint after the storm, and for which patron?"),
    ],
    ids=["article", "talk", "talk of somebody"],
)
def test_a_document_or_talk_among_others_is_told_as_if_it_were_alone(
    monkeypatch: pytest.MonkeyPatch, whole: list[Passage], question: str, *, merged: bool
) -> None:
    if merged:
        monkeypatch.setattr(text_index, "_MIN_MERGE", 1)
    some = to_keys([one.uid for one in whole[::3]])
    with view_of(*whole).match(asked(question)) as match:
        alone = match.describe(match.find(some)).features
    with view_of(*OTHERS, *whole).match(asked(question)) as match:
        rows = match.find(some)
        among = match.describe(rows).features
        part = match.describe_part(rows)
        again = match.describe(rows).features
    assert part is not None
    same = [feature for feature in Feature if feature not in OF_THE_WHOLE]
    assert np.allclose(part[:, same], alone[:, same], atol=1e-5)
    assert not np.allclose(among[:, same], alone[:, same], atol=1e-2)
    assert np.array_equal(among, again)


def test_names_of_who_talks_are_words_like_others_where_most_is_not_talk() -> None:
    question = asked("Which canvas did Wilma paint?")
    with view_of(*TALK).match(question) as match:
        assert "wilma" not in match.terms
    with view_of(*OTHERS, *TALK).match(question) as match:
        assert "wilma" in match.terms
        assert match.speakers == ("Wilma",)
    with view_of(*TALK).match(asked("Wilma")) as match:  # all there is to look for
        assert match.terms == ("wilma",)


def test_what_came_and_went_is_none_of_the_document() -> None:
    store = MemoryStore()
    store.apply(SPACE, lambda _: Changes(nodes=tuple(OTHERS + ARTICLE)))
    view = TextView(SPACE, None)
    view.refresh(store)
    gone = tuple(one.uid for one in ARTICLE[20:])
    store.apply(SPACE, lambda _: Changes(remove_nodes=gone))
    view.refresh(store)
    some = to_keys([one.uid for one in ARTICLE[:20]])
    with view.match(asked()) as match:
        after = match.describe_part(match.find(some))
    with view_of(*OTHERS, *ARTICLE[:20]).match(asked()) as match:
        anew = match.describe_part(match.find(some))
    assert after is not None
    assert anew is not None
    assert np.array_equal(after, anew)


def test_a_document_that_is_too_long_is_told_by_all_there_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(text_part, "_MAX_PART", 29)
    with view_of(*OTHERS, *ARTICLE).match(asked()) as match:
        assert match.describe_part(match.find(to_keys([ARTICLE[0].uid]))) is None
