"""Names become entities in the same way whether sources come together or one by one."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from graphmem.core.changes import Changes
from graphmem.stores.memory import MemoryStore
from graphmem.writing.resolve import NameUse, Resolution, resolve
from graphmem_schemas import EntityKind

NOW = datetime(2026, 1, 1, tzinfo=UTC)
KINDS: list[EntityKind] = ["unknown", "person", "place"]


def store_of(batches: list[list[NameUse]]) -> tuple[MemoryStore, list[Resolution]]:
    store, made = MemoryStore(), []
    for batch in batches:
        resolution = resolve(batch, store, "a", NOW)
        made.append(resolution)
        changes = Changes(nodes=tuple(resolution.new), edges=tuple(resolution.links))
        store.apply("a", lambda _, changes=changes: changes)  # type: ignore[misc]
    return store, made


def graph(store: MemoryStore) -> list[str]:
    nodes = [n for b in store.changes("a", 0, labels=("Entity",)) for n in b.nodes]
    edges = [e for b in store.changes("a", 0, kinds=("SHORT_FOR",)) for e in b.edges]
    return sorted(map(repr, (*nodes, *edges)))


def use(surface: str, source: str, kind: EntityKind = "unknown", named: bool = True) -> NameUse:
    return NameUse(surface, kind, named, source)


uses = st.builds(
    use,
    st.sampled_from(["Ann", "Ann Lee", "Lee", "Ann Lee Roe", "the Lee", "Roe", "…"]),
    st.just(""),
    st.sampled_from(KINDS),
    st.booleans(),
)


@given(st.lists(st.lists(uses, max_size=4), min_size=1, max_size=4))
def test_batches_do_not_matter(sources: list[list[NameUse]]) -> None:
    told = [
        [use(one.surface, str(number), one.kind, one.named) for one in source]
        for number, source in enumerate(sources)
    ]
    together, _ = store_of([[one for source in told for one in source]])
    one_by_one, _ = store_of(told)
    assert graph(together) == graph(one_by_one)


def test_a_name_that_only_another_source_uses_is_not_found() -> None:
    _, (made,) = store_of([[use("Ann", "s1"), use("Bo", "s2")]])
    assert made.find("ANN", "s1") == made.uid_of["ann"]
    assert made.find("Ann", "s2") is None
    assert made.find("Bo", "s3") is None


def test_the_first_source_says_what_kind_of_thing_it_is() -> None:
    first = [use("Lee", "s1", "place", named=False), use("Lee", "s1", "person")]
    store, _ = store_of([[*first, *[use("Lee", "s2", "place")] * 9]])
    assert "kind='person'" in graph(store)[0]
