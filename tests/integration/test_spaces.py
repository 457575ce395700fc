"""Two spaces of one store hold the same texts and never see each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from graphmem.errors import InvalidInput, NotFound
from graphmem.memory import Memory
from graphmem.stores.memory import MemoryStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder, FixedClock

START = datetime(2026, 1, 1, tzinfo=UTC)
SHARED = {
    "a": ("Ann lives in Rome. Bo likes Ann.", "2023-01-01"),
    "b": ("Ann lives in Oslo. Cy works at Fram.", "2024-01-01"),
}
KINDS: Any = ["passage", "proposition", "event", "entity"]

Open = Callable[[str], Memory]


@pytest.fixture(params=["sqlite", "memory"])
def open_space(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Opens spaces of one store."""
    store = MemoryStore(shared=True) if request.param == "memory" else tmp_path / "agent.db"
    opened: list[Memory] = []

    def open_one(space: str) -> Memory:
        memory = Memory(
            store,
            space=space,
            embedder=FakeEmbedder(),
            extractor=FakeExtractor(),
            clock=FixedClock(START),
        )
        opened.append(memory)
        return memory

    yield open_one
    for memory in opened:
        memory.close()


def fill(memory: Memory, secret: str) -> list[str]:
    """Add what both spaces say, and one thing that only this one does; return all uids."""
    uids: list[str] = []
    for name, (text, at) in SHARED.items():
        receipt = memory.add(text, source=name, at=at)
        uids += [uid for added in receipt.added.values() for uid in added]
    receipt = memory.add(f"{secret} lives in Kiel. Ann likes {secret}.", source=secret)
    return uids + [uid for added in receipt.added.values() for uid in added]


def everything(memory: Memory, folder: Path, uids: list[str]) -> list[object]:
    """What every public method tells of the space, but for ids and timings."""
    new_each_time: Any = {"id": True, "trace": {"timings_ms"}}
    told: list[object] = []
    for question in ("Where does Ann live?", "Who likes Zed?", "Who likes Yan?", "Kiel", "Fram"):
        told.append(memory.search(question, k=50).model_dump(exclude=new_each_time))
        told.append(memory.search(question, k=50, kinds=KINDS).model_dump(exclude=new_each_time))
        told.append(memory.context(question).model_dump(exclude={"recall"}))
    told += [memory.get(uid) for uid in uids]
    told += [memory.history(uid) for uid in uids]
    memory.export(folder / "space.jsonl")
    told.append((folder / "space.jsonl").read_bytes())
    # The file is shared, its size and the numbers of its commits are no secret of a space.
    told.append(memory.stats().model_dump(exclude={"store_bytes"}))
    return told


def test_what_one_space_says_does_not_depend_on_the_other(
    open_space: Open, tmp_path: Path
) -> None:
    one = open_space("one")
    uids = fill(one, "Zed")
    alone = everything(one, tmp_path, uids)
    two = open_space("two")
    fill(two, "Yan")
    two.search("Zed")
    assert everything(one, tmp_path, uids) == alone
    two.delete(source="a")
    two.delete(source="Yan")
    assert everything(one, tmp_path, uids) == alone
    two.rebuild("views")
    two.delete(space="two")
    assert two.stats().nodes == {}
    assert everything(one, tmp_path, uids) == alone


def test_nothing_of_the_other_space_is_found_read_or_deleted(
    open_space: Open, tmp_path: Path
) -> None:
    one, two = open_space("one"), open_space("two")
    ones, twos = fill(one, "Zed"), fill(two, "Yan")
    foreign = sorted(set(twos) - set(ones))
    assert len(foreign) >= 4
    for uid in foreign:
        for call in (one.get, one.history, one.delete):
            with pytest.raises(NotFound, match="space 'one'"):
                call(uid)
    with pytest.raises(NotFound, match="space 'one'"):
        one.delete(source="Yan")
    with pytest.raises(InvalidInput, match="open on space 'one' and cannot delete 'two'"):
        one.delete(space="two")
    for question in ("Where does Yan live?", "Yan", "Kiel"):
        recall = one.search(question, k=100, kinds=KINDS)
        assert not {hit.uid for hit in recall.hits} & set(foreign)
        assert "Yan" not in recall.model_dump_json(exclude={"question", "abstained", "trace"})
        assert "Yan" not in one.context(question).text
    one.export(tmp_path / "one.jsonl")
    assert "Yan" not in (tmp_path / "one.jsonl").read_text()
    assert two.get(foreign[0]).uid == foreign[0]


def test_the_same_texts_are_the_same_nodes_of_their_own(open_space: Open) -> None:
    one, two = open_space("one"), open_space("two")
    for name, (text, at) in SHARED.items():
        first = one.add(text, source=name, at=at)
        second = two.add(text, source=name, at=at)
        assert first.added == second.added
        assert second.changed
    passage = first.added["Passage"][0]
    one.delete(passage)
    assert two.get(passage).uid == passage
    assert two.stats().nodes["Passage"] == 2
    assert [fact.node.uid for fact in two.history(passage)] == [passage]


def test_an_import_lands_in_the_space_that_asks(open_space: Open, tmp_path: Path) -> None:
    one, two, three = (open_space(name) for name in ("one", "two", "three"))
    fill(one, "Zed")
    fill(two, "Yan")
    two.export(tmp_path / "two.jsonl")
    three.import_(tmp_path / "two.jsonl")
    assert three.stats().nodes == two.stats().nodes
    assert all("Yan" not in hit.text for hit in one.search("Yan", k=50).hits)
    assert any("Yan" in hit.text for hit in three.search("Yan", k=50).hits)


def test_views_on_disk_are_apart_and_say_nothing_of_others(tmp_path: Path) -> None:
    store = tmp_path / "agent.db"
    names = ["one", "One", "one/../two", "two", "é", "e"]
    for number, name in enumerate(names):
        with Memory(
            store, space=name, embedder=FakeEmbedder(), extractor=FakeExtractor()
        ) as memory:
            fill(memory, f"Qux{number}")
            memory.search("Ann")
    folders = sorted(folder for folder in (tmp_path / "agent.db.views").iterdir())
    assert len(folders) == len(names)
    assert all(folder.is_dir() and len(folder.name) == 32 for folder in folders)
    for number, name in enumerate(names):
        with Memory(
            store, space=name, embedder=FakeEmbedder(), extractor=FakeExtractor()
        ) as memory:
            told = " ".join(hit.text for hit in memory.search("Who likes Qux?", k=50).hits)
            assert [n for n in range(len(names)) if f"Qux{n}" in told] == [number]


def test_views_of_one_space_in_the_place_of_anothers_are_not_believed(tmp_path: Path) -> None:
    store = tmp_path / "agent.db"

    def ask(space: str) -> list[tuple[str, float]]:
        with Memory(
            store, space=space, embedder=FakeEmbedder(), extractor=FakeExtractor()
        ) as memory:
            if not memory.stats().nodes:
                fill(memory, f"Qux{space}")
            return [(hit.text, hit.score) for hit in memory.search("Who likes Qux?").hits]

    expected = ask("one")
    ask("two")
    first, second = sorted((tmp_path / "agent.db.views").iterdir())
    swap = tmp_path / "swap"
    first.rename(swap)
    second.rename(first)
    swap.rename(second)
    assert ask("one") == expected
    assert "Quxone" not in repr(ask("two"))
