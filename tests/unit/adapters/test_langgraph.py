"""LangGraph's store over a memory, beside LangGraph's own store in memory."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypedDict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langgraph.graph import START, StateGraph
from langgraph.store.base import BaseStore, MatchCondition, PutOp
from langgraph.store.memory import InMemoryStore

from graphmem.adapters.langgraph import GraphMemStore
from graphmem.adapters.values import write_value
from graphmem.errors import InvalidInput
from graphmem.memory import Memory
from graphmem.stores.memory import MemoryStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder
from graphmem_schemas import Document

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


def open_memory(store: MemoryStore | None = None) -> Memory:
    return Memory(
        store or MemoryStore(),
        space="langgraph",
        embedder=FakeEmbedder(),
        extractor=FakeExtractor(),
    )


@pytest.fixture
def memory() -> Iterator[Memory]:
    with open_memory() as opened:
        yield opened


@pytest.fixture
def store(memory: Memory) -> GraphMemStore:
    return GraphMemStore(memory)


@pytest.fixture(scope="module")
def lasting() -> Iterator[GraphMemStore]:
    with open_memory() as opened:
        yield GraphMemStore(opened)


@settings(max_examples=25)
@given(value=st.dictionaries(st.text(max_size=10), VALUES, max_size=4))
def test_every_value_comes_back_exactly(lasting: GraphMemStore, value: dict[str, Any]) -> None:
    lasting.put(("a", "b"), "key", value)
    item = lasting.get(("a", "b"), "key")
    assert item is not None
    assert json.dumps(item.value) == json.dumps(value)


def test_names_may_hold_anything(store: GraphMemStore) -> None:
    odd = ("a/b", "c d", "#", "é", "//")
    for key in ("x/y#a", "", "a//b", "%2F"):
        store.put(odd, key, {"key": key})
    assert [store.get(odd, key).value for key in ("x/y#a", "", "a//b", "%2F")] == [  # type: ignore[union-attr]
        {"key": key} for key in ("x/y#a", "", "a//b", "%2F")
    ]
    assert store.get(("a", "b", "c d", "#", "é", "//"), "x/y#a") is None
    assert store.list_namespaces() == [odd]


def test_putting_again_replaces_and_deleting_removes_what_was_learnt(memory: Memory) -> None:
    store = GraphMemStore(memory)
    store.put(("users",), "tom", {"text": "Tom likes Lisbon."})
    first = store.get(("users",), "tom")
    store.put(("users",), "tom", {"text": "Tom likes Porto."})
    second = store.get(("users",), "tom")
    assert first is not None
    assert second is not None
    assert second.value == {"text": "Tom likes Porto."}
    assert first.created_at == second.created_at
    assert first.updated_at < second.updated_at
    assert [fact.text for fact in memory.current("Tom")] == ["Tom likes Porto"]
    assert memory.stats().nodes["Source"] == 1
    store.delete(("users",), "tom")
    store.delete(("users",), "tom")
    assert store.get(("users",), "tom") is None
    assert memory.stats().nodes == {}


def test_a_put_that_is_cut_off_leaves_the_new_and_the_next_one_cleans_up(
    memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = GraphMemStore(memory)
    store.put(("a",), "k", {"n": 1})

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(memory, "delete", killed)
        with pytest.raises(KeyboardInterrupt):
            store.put(("a",), "k", {"n": 2})
    assert memory.stats().nodes["Source"] == 2
    item = store.get(("a",), "k")
    assert item is not None
    assert item.value == {"n": 2}
    assert [one.value for one in store.search(("a",))] == [{"n": 2}]
    store.put(("a",), "k", {"n": 3})
    item = store.get(("a",), "k")
    assert item is not None
    assert item.value == {"n": 3}
    assert memory.stats().nodes["Source"] == 1


def add_by_old_name(memory: Memory, source: str, key: str, version: int) -> None:
    moment = "2026-01-01T00:00:00+00:00"
    kept = {
        "namespace": ["a"],
        "key": key,
        "value": {"n": version},
        "version": version,
        "indexed": True,
        "created_at": moment,
        "updated_at": moment,
    }
    memory.add(Document.model_construct(uri=write_value(kept), text="n"), source=source)


def test_stores_that_write_one_key_in_turns_lose_nothing(
    memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = GraphMemStore(memory), GraphMemStore(memory)
    one.put(("a",), "k", {"n": 1})
    add, calls = memory.add, []

    def in_turns(*args: Any, **kwargs: Any) -> Any:
        calls.append((args, kwargs))
        if len(calls) == 1:  # two knows of version 1 alone, and writes below
            one.put(("a",), "k", {"n": 2})
            one.put(("a",), "k", {"n": 3})
            return None
        receipt = add(*args, **kwargs)
        if len(calls) == 3:  # one has written version 3, and removed nothing yet
            add(*calls[0][0], **calls[0][1])
        return receipt

    with monkeypatch.context() as patched:
        patched.setattr(memory, "add", in_turns)
        two.put(("a",), "k", {"n": "late"})
    assert len(calls) == 3
    for store in (one, two):
        item = store.get(("a",), "k")
        assert item is not None
        assert item.value == {"n": 3}
        assert [found.value for found in store.search(("a",))] == [{"n": 3}]
    assert memory.stats().nodes["Source"] == 1


def test_stores_that_write_one_key_at_once_agree(memory: Memory) -> None:
    stores = [GraphMemStore(memory) for _ in range(3)]

    def put(at: int) -> None:
        stores[at % 3].put(("a",), "k", {"n": at})

    with ThreadPoolExecutor(3) as threads:
        list(threads.map(put, range(18)))
    values = [item.value for store in stores if (item := store.get(("a",), "k"))]
    assert len(values) == 3
    assert values[0] == values[1] == values[2]
    stores[0].put(("a",), "k", {"n": "last"})
    assert [found.value for found in stores[1].search(("a",))] == [{"n": "last"}]
    assert memory.stats().nodes["Source"] == 1


def test_items_of_the_old_names_are_read_and_replaced(memory: Memory) -> None:
    store = GraphMemStore(memory)
    add_by_old_name(memory, "langgraph/a//k#a", "k", 3)
    add_by_old_name(memory, "langgraph/a//k#b", "k", 2)
    add_by_old_name(memory, "langgraph/a//l#b", "l", 7)
    assert [found.value for found in store.search(("a",))] == [{"n": 3}, {"n": 7}]
    old = store.get(("a",), "k")
    assert old is not None
    assert old.value == {"n": 3}
    store.put(("a",), "k", {"n": 4})
    new = store.get(("a",), "k")
    assert new is not None
    assert (new.value, new.created_at) == ({"n": 4}, old.created_at)
    assert memory.stats().nodes["Source"] == 2
    store.delete(("a",), "l")
    assert [found.value for found in store.search(("a",))] == [{"n": 4}]


ITEMS: list[tuple[tuple[str, ...], str, dict[str, Any]]] = [
    (("users", "ann"), "a", {"text": "Ann likes tea.", "score": 3, "tags": ["x", "y"]}),
    (("users", "ann"), "b", {"text": "Ann plays chess.", "score": 5, "in": {"deep": 1}}),
    (("users", "ben"), "a", {"text": "Ben likes tea.", "score": 5}),
    (("docs", "v1"), "d", {"text": "A guide to tea.", "score": 1}),
    (("docs",), "e", {"n": 1}),
]


@pytest.mark.parametrize(
    "filter_",
    [
        None, {"score": 5}, {"score": {"$gt": 3}}, {"score": {"$gte": 3, "$lt": 5}},
        {"score": {"$ne": 5}}, {"text": {"$eq": "Ben likes tea."}}, {"tags": ["x", "y"]},
        {"in": {"deep": 1}}, {"none": 1},
    ],
)  # fmt: skip
@pytest.mark.parametrize("prefix", [("users",), ("users", "ann"), ("nobody",)])
def test_filters_do_as_those_of_langgraph_do(
    store: GraphMemStore, prefix: tuple[str, ...], filter_: dict[str, Any] | None
) -> None:
    own = InMemoryStore()
    for each in (own, store):
        for namespace, key, value in ITEMS:
            each.put(namespace, key, value)
    said = [
        sorted((one.namespace, one.key) for one in each.search(prefix, filter=filter_))
        for each in (own, store)
    ]
    assert said[0] == said[1]


@pytest.mark.parametrize(
    "options",
    [
        {}, {"prefix": ("users",)}, {"suffix": ("v1",)}, {"prefix": ("*", "ann")},
        {"max_depth": 1}, {"limit": 2}, {"limit": 2, "offset": 1},
        {"prefix": ("users", "*", "x")}, {"suffix": ("*",)},
    ],
)  # fmt: skip
def test_namespaces_are_listed_as_langgraph_does(
    store: GraphMemStore, options: dict[str, Any]
) -> None:
    own = InMemoryStore()
    for each in (own, store):
        for namespace, key, value in ITEMS:
            each.put(namespace, key, value)
    assert store.list_namespaces(**options) == own.list_namespaces(**options)
    condition = MatchCondition("prefix", ("users",))
    assert condition.path == ("users",)


def test_a_query_ranks_what_it_finds_and_the_rest_comes_last(store: GraphMemStore) -> None:
    for namespace, key, value in ITEMS:
        store.put(namespace, key, value)
    store.put(("users", "ann"), "hidden", {"text": "Ann plays chess every day."}, index=False)
    found = store.search(("users",), query="Who plays chess?", limit=10)
    assert (found[0].namespace, found[0].key) == (("users", "ann"), "b")
    assert found[0].score is not None
    scores = [one.score for one in found if one.score is not None]
    assert scores == sorted(scores, reverse=True)
    assert [one.score for one in found if one.key == "hidden"] == [None]
    assert {one.namespace[0] for one in found} == {"users"}
    rest = store.search(("users",), query="Who plays chess?", limit=10, offset=1)
    assert [one.dict() for one in rest] == [one.dict() for one in found[1:]]


def test_only_what_a_put_names_is_read(memory: Memory) -> None:
    store = GraphMemStore(memory, fields=["said"])
    store.put(("a",), "k", {"said": "Tom likes Lisbon.", "log": "Ada likes Rome."})
    store.put(
        ("a",), "l", {"said": "x", "notes": [{"t": "Bea likes Bonn."}]}, index=["notes[*].t"]
    )
    assert [fact.text for fact in memory.current("Tom")] == ["Tom likes Lisbon"]
    assert [fact.text for fact in memory.current("Bea")] == ["Bea likes Bonn"]
    assert memory.stats().nodes["Proposition"] == 2


def test_reads_of_a_batch_see_what_was_before(store: GraphMemStore) -> None:
    store.put(("a",), "k", {"n": 1})
    done = store.batch([PutOp(("a",), "k", {"n": 2}), PutOp(("a",), "k", {"n": 3})])
    assert done == [None, None]
    item = store.get(("a",), "k")
    assert item is not None
    assert item.value == {"n": 3}


def test_what_json_does_not_know_is_refused(store: GraphMemStore) -> None:
    with pytest.raises(InvalidInput, match="only what JSON knows"):
        store.put(("a",), "k", {"x": object()})
    store.put(("a",), "k", {"n": 1})
    with pytest.raises(InvalidInput, match="operator"):
        store.search(("a",), filter={"n": {"$in": [1]}})
    with pytest.raises(NotImplementedError, match="TTL"):
        store.put(("a",), "k", {"n": 1}, ttl=5)


def test_nodes_of_a_graph_use_it_from_an_event_loop(memory: Memory) -> None:
    class State(TypedDict):
        said: str

    async def remember(state: State, *, store: BaseStore) -> State:
        await store.aput(("users",), "tom", {"text": state["said"]})
        found = await store.asearch(("users",), query="Who likes Lisbon?")
        item = await store.aget(("users",), "tom")
        assert item is not None
        assert await store.alist_namespaces() == [("users",)]
        return {"said": f"{found[0].value['text']} {item.key}"}

    graph = StateGraph(State).add_node("remember", remember).add_edge(START, "remember")
    compiled = graph.compile(store=GraphMemStore(memory))
    end = asyncio.run(compiled.ainvoke({"said": "Tom likes Lisbon."}))
    assert end["said"] == "Tom likes Lisbon. tom"


def test_a_store_reads_what_another_left(tmp_path: Any) -> None:
    def opened() -> Memory:
        return Memory(tmp_path / "a.db", embedder=FakeEmbedder(), extractor=FakeExtractor())

    with opened() as memory:
        memory.add("Not of LangGraph.", source="langgraph")
        memory.add("Not of LangGraph either.", source="zebra")
        GraphMemStore(memory).put(("a",), "k", {"big": "word " * 50_000})
    with opened() as memory:
        store = GraphMemStore(memory)
        item = store.get(("a",), "k")
        assert item is not None
        assert item.value == {"big": "word " * 50_000}
        assert [one.key for one in store.search(())] == ["k"]


def test_where_no_named_path_is_there_nothing_of_the_value_is_read(memory: Memory) -> None:
    store = GraphMemStore(memory, fields=["said"])
    store.put(("a",), "k", {"secret": "The password is swordfish."}, index=["title"])
    store.put(("a",), "l", {"secret": "The password is swordfish.", "said": " "})
    assert "swordfish" not in str(memory.search("password swordfish").hits)
    found = store.search(("a",), query="item k password swordfish")
    assert [(one.key, one.score) for one in found] == [("k", None), ("l", None)]


@pytest.mark.parametrize(
    "uri",
    [None, "https://example.org", write_value({}), write_value([1]), write_value({"key": 1})],
)
def test_sources_of_others_below_its_prefix_are_passed_over(
    memory: Memory, uri: str | None
) -> None:
    store = GraphMemStore(memory)
    store.put(("a",), "k", {"n": 1})
    for name in ("langgraph/notes", "langgraph/a//k#0", "langgraph/a//l#z"):
        memory.add(Document(uri=uri, text="Tea is fine."), source=name)
    assert [one.key for one in store.search(("a",), query="tea")] == ["k"]
    assert store.list_namespaces() == [("a",)]
    assert store.get(("a",), "l") is None
    store.delete(("a",), "k")
    assert store.search(()) == []
    assert memory.stats().nodes["Source"] == 3


@pytest.mark.parametrize("size", [955, 970, 976, 977, 990, 1_000, 20_000])
def test_long_keys_are_kept_like_others(memory: Memory, size: int) -> None:
    store = GraphMemStore(memory)
    keys = ["x" * size, "x" * (size - 1) + "y", "长" * (size // 9)]
    for n, key in enumerate(keys):
        store.put(("a",), key, {"n": n})
        store.put(("a",), key, {"n": n, "again": True})
    items = [store.get(("a",), key) for key in keys]
    assert [(one.key, one.value["n"]) for one in items if one] == list(
        zip(keys, range(3), strict=True)
    )
    assert memory.stats().nodes["Source"] == 3
    for key in keys:
        store.delete(("a",), key)
    assert store.search(("a",)) == []


def test_long_keys_of_the_old_names_are_read_and_replaced(memory: Memory) -> None:
    store, key = GraphMemStore(memory), "x" * 980
    add_by_old_name(memory, f"langgraph/a//{key}#a", key, 2)
    item = store.get(("a",), key)
    assert item is not None
    assert item.value == {"n": 2}
    store.put(("a",), key, {"n": 3})
    assert [found.value for found in store.search(("a",))] == [{"n": 3}]
    assert memory.stats().nodes["Source"] == 1
