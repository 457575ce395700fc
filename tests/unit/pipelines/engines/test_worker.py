"""A worker: what is wrong with an item is told, and never raised."""

from __future__ import annotations

import pickle
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from graphmem.errors import EngineLost, GraphMemError, InvalidInput, MissingExtra, ModelMissing
from graphmem.models.loading import LazyModels
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder
from graphmem_pipelines.engines import worker as module
from graphmem_pipelines.engines.base import Outcome, Recipe
from graphmem_pipelines.engines.worker import Worker, open_worker, read_packed, unpacked
from graphmem_pipelines.ledger.rows import Item
from graphmem_pipelines.readers.content import Content, ReaderOptions
from graphmem_schemas import Document, Message


def worker(recipe: Recipe | None = None) -> Worker:
    made = Worker(recipe or Recipe())
    made._models = LazyModels(FakeEmbedder(), FakeExtractor())
    return made


def of_content(content: Content) -> Item:
    return Item(1, content.name, None, "jsonl", 1, content.to_json())


def of_file(path: Path, kind: str = "text") -> Item:
    return Item(1, path.name, str(path), kind, 1)


def test_a_file_is_read_cut_embedded_and_parsed(tmp_path: Path) -> None:
    path = tmp_path / "ann.txt"
    path.write_text("Ann lives in Rome.")
    (source,) = worker().read(of_file(path)).sources
    assert (source.text.name, source.text.turns) == ("ann.txt", ())
    (passage,) = source.passages
    assert passage.vector is not None
    assert passage.extraction.propositions
    (shallow,) = worker(Recipe(depth="embed")).read(of_file(path)).sources
    assert shallow.passages[0].vector is not None
    assert not shallow.passages[0].extraction.propositions
    (cut,) = worker(Recipe(depth="cut")).read(of_file(path)).sources
    assert cut.passages[0].vector is None


def test_what_the_recipe_says_holds_where_the_source_says_nothing() -> None:
    then, now = datetime(2020, 1, 1, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC)
    reader = worker(Recipe(at=now, trust=0.5))
    bare = of_content(Content("a", document=Document(text="Ann lives in Rome.")))
    (source,) = reader.read(bare).sources
    assert (source.text.at, source.text.title, source.text.trust) == (now, None, 0.5)
    own = Content("a", document=Document(text="Ann lives in Rome.", title="Own", at=then))
    (source,) = reader.read(of_content(own)).sources
    assert (source.text.at, source.text.title) == (then, "Own")
    messages = (Message(role="user", content="Ann lives in Rome."),)
    chat = Content("c", messages=messages, title="Chat", at=then)
    (source,) = reader.read(of_content(chat)).sources
    assert (source.text.at, source.text.title) == (then, "Chat")


def test_a_run_is_handed_on_as_it_is() -> None:
    run = {"task": "open the door", "steps": ["push"], "outcome": "success"}
    outcome = worker().read(of_content(Content("r", run=run)))
    assert outcome.run == {"source": "r", **run}
    assert (outcome.sources, outcome.error) == ((), None)


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        (InvalidInput("it is broken"), "it is broken"),
        (MissingExtra("readers", "reading PDF"), "pip install 'graphmem[readers]'"),
        (MemoryError(), "k needs more memory than there is: split it"),
        (RecursionError("too deep"), "k could not be read: RecursionError: too deep"),
        (ZeroDivisionError("oops"), "k could not be read: ZeroDivisionError: oops"),
    ],
)
def test_whatever_a_reader_raises_fails_its_item(
    monkeypatch: pytest.MonkeyPatch, raised: Exception, told: str
) -> None:
    def read(*_: object) -> Content:
        raise raised

    monkeypatch.setattr(module, "read", read)
    outcome = worker().read(Item(7, "k", "/f", "text", 1))
    assert outcome.n == 7
    assert not outcome.sources
    assert told in str(outcome.error)


def test_files_that_cannot_be_read_fail_alone(tmp_path: Path) -> None:
    gone = worker().read(of_file(tmp_path / "gone.txt"))
    assert "is no longer there" in str(gone.error)
    empty = tmp_path / "empty.txt"
    empty.write_text(" \n")
    assert "'empty.txt': it is empty" in str(worker().read(of_file(empty)).error)
    long = tmp_path / "long.txt"
    long.write_bytes(b"a" * 2_000)
    small = worker(Recipe(options=ReaderOptions(max_bytes=1_000)))
    assert "2,000 bytes; at most 1,000 are read" in str(small.read(of_file(long)).error)
    odd = Item(1, "odd", None, "jsonl", 1, "{}")
    assert "no content that a reader kept" in str(worker().read(odd).error)


def test_outcomes_are_packed_and_unpacked(tmp_path: Path) -> None:
    tasks = [of_file(tmp_path / "gone.txt"), replace(of_file(tmp_path / "gone.txt"), n=2)]
    found = unpacked(read_packed(worker(), tasks))
    assert [one.n for one in found] == [1, 2]
    assert all(isinstance(one, Outcome) and one.error for one in found)


@pytest.mark.parametrize(
    "error", [ModelMissing("no model"), MissingExtra("ray", "the engine 'ray'"), EngineLost("x")]
)
def test_a_worker_that_cannot_be_is_no_items_fault(error: GraphMemError) -> None:
    with pytest.raises(type(error)) as caught:
        unpacked(read_packed(error, []))
    assert str(caught.value) == str(error)


def test_errors_of_all_kinds_go_from_process_to_process() -> None:
    def below(kind: type[GraphMemError]) -> list[type[GraphMemError]]:
        return [kind, *(one for sub in kind.__subclasses__() for one in below(sub))]

    for kind in below(GraphMemError):
        error = kind("extra", "what") if kind is MissingExtra else kind("said")  # type: ignore[call-arg]
        again = pickle.loads(pickle.dumps(error))
        assert (type(again), str(again)) == (kind, str(error))


def test_models_that_cannot_be_loaded_are_told_and_not_raised(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = open_worker(Recipe(extractor="spacy:no_such_pipeline"))
    assert isinstance(found, ModelMissing)

    def fail(*_: object) -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr(Worker, "warm", fail)
    odd = open_worker(Recipe())
    assert isinstance(odd, EngineLost)
    assert "a worker could not load its models: OSError: the disk is gone" in str(odd)
