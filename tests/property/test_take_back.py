"""Deleting a source leaves the graph that the others alone would have made: every layer of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from graphmem.core.changes import Changes
from graphmem.core.contents import Content
from graphmem.memory import Memory
from graphmem.stores.memory import MemoryStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder, FixedClock
from graphmem_schemas import (
    EDGE_KINDS,
    Concept,
    Edge,
    EdgeKind,
    Entity,
    Event,
    Hyperedge,
    Insight,
    Interaction,
    Node,
    Passage,
    Prescription,
    Proposition,
    Query,
    Source,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)
N_SOURCES, N_PLANS = 5, 4

# What a plan of one node of a layer above says: which sources it rests on.
SOME = st.frozensets(st.integers(0, N_SOURCES - 1), min_size=1, max_size=3)
PLANS = st.lists(SOME, min_size=1, max_size=N_PLANS)
LAYERS = st.fixed_dictionaries(
    {
        "facts": PLANS,
        "hyperedges": st.lists(
            st.tuples(SOME, st.frozensets(st.integers(0, N_PLANS - 1), min_size=2, max_size=3)),
            max_size=3,
        ),
        "insights": st.lists(st.tuples(SOME, SOME), max_size=3),
        "lessons": st.lists(st.tuples(SOME, SOME), max_size=3),
        "asked": st.lists(st.frozensets(st.integers(0, N_PLANS - 1), min_size=1), max_size=2),
    }
)


class Model:
    """The graph of some sources, made from nothing; a node is there if what it needs is."""

    def __init__(self, layers: dict[str, Any], sources: set[int]) -> None:
        self.layers, self.sources = layers, sources
        self.nodes: dict[str, Node] = {}
        self.edges: dict[tuple[str, str, str], Edge] = {}
        self._evidence()
        self._facts()
        self._hyperedges()
        self._lessons()
        self._asked()
        self._concepts()

    def put(self, label: type[Node], uid: str, **said: Any) -> None:
        self.nodes[uid] = label(uid=uid, recorded_at=NOW, **said)

    def join(self, kind: EdgeKind, start: str, end: str, key: str, weight: float = 1.0) -> None:
        known = self.edges.get((kind, start, end))
        sources = {**(known.sources if known else {}), key: weight}
        self.edges[kind, start, end] = Edge(kind=kind, start=start, end=end, sources=sources)

    def _evidence(self) -> None:
        """Each source is a run of one step, told in one passage that names two people."""
        for n in sorted(self.sources):
            s, p, q = f"s{n}", f"p{n}", f"q{n}"
            outcome = "success" if n % 2 else "failure"
            self.put(Source, s, name=s, kind="run", next_position=1, last_passage=p)
            self.put(Passage, p, source=s, position=0, text=f"step {n}")
            self.put(Query, q, text=f"task {n}", outcome=outcome, source=s)
            self.put(Interaction, f"i{n}", query=q, position=0, agent="a", action=f"step {n}")
            self.put(Event, f"v{n}", passage=p, text=f"event {n}", start=0, end=4)
            for name in (f"e{n}", f"e{(n + 1) % N_SOURCES}"):
                self.put(Entity, name, name=name, key=name)
                self.join("MENTIONS", p, name, s, 2.0)
                self.join("ARGUMENT", f"v{n}", name, s)
            self.join("PART_OF", p, s, s)
            self.join("PART_OF", f"i{n}", q, s)
            self.join("EVIDENCED_BY", f"i{n}", p, s)
            self.join("EVIDENCED_BY", f"v{n}", p, s)
        for n in sorted(self.sources & {m + 1 for m in self.sources}):
            self.join("SIMILAR", f"q{n}", f"q{n - 1}", f"similar {n}", 0.5)

    def fact(self, n: int) -> str:
        return Content(f"e{n}", "see", None, f"thing {n}", False).uid

    def _facts(self) -> None:
        for n, plan in enumerate(self.layers["facts"]):
            uid = self.fact(n)
            for m in sorted(plan & self.sources):
                self.put(Entity, f"e{n}", name=f"e{n}", key=f"e{n}")
                self.put(Proposition, uid, text=f"fact {n}", subject=f"e{n}", predicate="see",
                         value=f"thing {n}")  # fmt: skip
                self.join("EVIDENCED_BY", uid, f"p{m}", f"s{m}")
                self.join("SUBJECT", uid, f"e{n}", f"s{m}")

    def _hyperedges(self) -> None:
        for n, (plan, members) in enumerate(self.layers["hyperedges"]):
            facts = [self.fact(m) for m in sorted(members) if self.fact(m) in self.nodes]
            if len(facts) < 2 or not plan & self.sources:
                continue
            self.put(Hyperedge, f"h{n}", kind="group", text=f"group {n}", members=tuple(facts))
            for m in sorted(plan & self.sources):
                self.join("EVIDENCED_BY", f"h{n}", f"p{m}", f"s{m}")
            for fact in facts:
                self.join("MEMBER", f"h{n}", fact, "kept")

    def _lessons(self) -> None:
        for n, (good, bad) in enumerate(self.layers["insights"]):
            speak = {
                "SUPPORTED_BY": sorted(good & self.sources),
                "CONTRADICTED_BY": sorted((bad - good) & self.sources),
            }
            if not any(speak.values()):
                continue
            self.put(Insight, f"n{n}", text=f"insight {n}", alpha=1 + len(speak["SUPPORTED_BY"]),
                     beta=1 + len(speak["CONTRADICTED_BY"]))  # fmt: skip
            for kind, queries in speak.items():
                for m in queries:
                    self.join(kind, f"n{n}", f"q{m}", "distilled")  # type: ignore[arg-type]
            for m in sorted(good & self.sources):
                self.join("EVIDENCED_BY", f"n{n}", f"p{m}", f"s{m}")
        for n, (told, tried) in enumerate(self.layers["lessons"]):
            users = sorted(tried & self.sources)
            if not users and not told & self.sources:
                continue
            self.put(Prescription, f"l{n}", text=f"lesson {n}", when="w", uses=len(users),
                     successes=sum(m % 2 for m in users))  # fmt: skip
            for m in users:
                self.join("FROM", f"l{n}", f"q{m}", "distilled")
            for m in sorted(told & self.sources):
                self.join("EVIDENCED_BY", f"l{n}", f"p{m}", f"s{m}")

    def _asked(self) -> None:
        for n, used in enumerate(self.layers["asked"]):
            facts = [self.fact(m) for m in sorted(used) if self.fact(m) in self.nodes]
            if facts:
                self.put(Query, f"asked{n}", text="?", outcome="success")
            for fact in facts:
                self.join("USED", f"asked{n}", fact, f"recall{n}")

    def _concepts(self) -> None:
        """What two speak of is a topic; two topics have one above them."""
        lessons = sorted(uid for uid in self.nodes if uid[0] == "l")
        told = [fact for n in range(N_PLANS) if (fact := self.fact(n)) in self.nodes]
        topics = {"how": lessons, "what": told}
        there = [topic for topic, users in topics.items() if len(users) > 1]
        for topic in there:
            self.put(Concept, topic, name=topic, key=topic)
            for uid in topics[topic]:
                self.join("ABOUT", uid, topic, "assigned")
        if len(there) > 1:
            self.put(Concept, "all", name="all", key="all")
            for topic in there:
                self.join("BROADER", topic, "all", "assigned")

    def changes(self) -> Changes:
        return Changes(nodes=tuple(self.nodes.values()), edges=tuple(self.edges.values()))


def picture(memory: Memory) -> tuple[list[str], list[str]]:
    def batches() -> Iterator[Any]:
        return memory._store.changes(
            memory.space, 0, labels=tuple(Node.registry), kinds=EDGE_KINDS
        )

    nodes = sorted(f"{n.label} {n.model_dump_json()}" for b in batches() for n in b.nodes)
    edges = sorted(
        f"{e.kind} {e.start} {e.end} {sorted(e.sources.items())}"
        for b in batches()
        for e in b.edges
    )
    return nodes, edges


def memory_of(layers: dict[str, Any], sources: set[int]) -> Memory:
    store = MemoryStore()
    store.apply("default", lambda _: Model(layers, sources).changes())
    return Memory(store, embedder=FakeEmbedder(), extractor=FakeExtractor(), clock=FixedClock(NOW))


@given(LAYERS, st.lists(st.integers(0, N_SOURCES - 1), min_size=1, unique=True))
def test_what_is_left_is_what_the_other_sources_make(
    layers: dict[str, Any], gone: list[int]
) -> None:
    everything = set(range(N_SOURCES))
    with (
        memory_of(layers, everything) as memory,
        memory_of(layers, everything - set(gone)) as expected,
    ):
        before = memory.stats()
        told: list[Any] = [memory.delete(source=f"s{n}") for n in gone]
        assert picture(memory) == picture(expected)
        after = memory.stats()
        for count, receipts in (
            ((before.nodes, after.nodes), [r.nodes for r in told]),
            ((before.edges, after.edges), [r.edges for r in told]),
        ):
            was, now = count
            for name, number in was.items():
                assert number - now.get(name, 0) == sum(r.get(name, 0) for r in receipts)
