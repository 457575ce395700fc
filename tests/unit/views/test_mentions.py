from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from graphmem.core.kernels.mentions import MAX_LINKS
from graphmem.core.mentions import Mentions, gathered
from graphmem.views.links import TITLE_WEIGHT, SpaceLinks
from graphmem_schemas import Edge, EdgeKind

KINDS: tuple[EdgeKind, ...] = ("MENTIONS", "SHORT_FOR", "SAME_AS")
PASSAGES = [f"p{i}" for i in range(5)]
ENTITIES = [f"e{i}" for i in range(6)]

MENTION = st.tuples(
    st.just("MENTIONS"),
    st.sampled_from(PASSAGES),
    st.sampled_from(ENTITIES),
    st.sampled_from([1.0, 2.0]),
)
NAME = st.tuples(
    st.sampled_from(["SHORT_FOR", "SAME_AS"]),
    st.sampled_from(ENTITIES),
    st.sampled_from(ENTITIES),
    st.just(1.0),
).filter(lambda edge: edge[1] != edge[2])
STEP = st.one_of(
    st.lists(st.one_of(MENTION, NAME), min_size=1, max_size=15),
    st.lists(st.sampled_from([*PASSAGES, *ENTITIES]), min_size=1, max_size=2),
    st.just("compact"),
)


def _edge(kind: EdgeKind, start: str, end: str, weight: float = 1.0) -> Edge:
    return Edge(kind=kind, start=start, end=end, sources={"s": weight})


def _links(*edges: Edge) -> SpaceLinks:
    links = SpaceLinks(KINDS)
    links.stage(edges, [])
    links.settle()
    return links


def _told(links: SpaceLinks, found: Mentions, n: int) -> list[dict[str, bool]]:
    """Return the entities of each passage, and whether each is its title."""
    names = links.index.uids(links.index.find(found.keys))
    told = []
    for at in range(n):
        mentions = range(found.starts[at], found.starts[at + 1])
        numbers = found.numbers[mentions.start : mentions.stop].tolist()
        assert numbers == sorted(set(numbers)), "each once, in order"
        told.append({names[found.numbers[m]]: bool(found.titled[m]) for m in mentions})
    return told


@settings(max_examples=120, deadline=None)
@given(st.lists(STEP, min_size=1, max_size=6))
def test_that_the_loops_tell_what_links_one_by_one_tell(steps: list[object]) -> None:
    links = SpaceLinks(KINDS)
    for step in steps:
        if step == "compact":
            links.adjacency.compact()
        elif isinstance(step[0], tuple):  # type: ignore[index]
            links.stage([_edge(*edge) for edge in step], [])  # type: ignore[attr-defined]
            links.settle()
        else:
            links.remove_nodes(step)  # type: ignore[arg-type]
    asked = [*PASSAGES, "nobody"]
    found = links.mentions(asked)
    one_by_one = gathered(asked, links.links, TITLE_WEIGHT, links.n_passages)
    told = _told(links, found, len(asked))
    index = sorted({name for names in told for name in names})
    assert told == _named(one_by_one, index, len(asked))
    assert found.n_passages == one_by_one.n_passages


def _named(found: Mentions, names: list[str], n: int) -> list[dict[str, bool]]:
    assert len(found.keys) == len(names), "no more and no fewer entities"
    told = []
    for at in range(n):
        mentions = range(found.starts[at], found.starts[at + 1])
        told.append({names[found.numbers[m]]: bool(found.titled[m]) for m in mentions})
    return told


@settings(max_examples=60, deadline=None)
@given(st.lists(MENTION, min_size=1, max_size=25))
def test_that_without_other_names_each_is_counted_by_its_passages(
    edges: list[tuple[EdgeKind, str, str, float]],
) -> None:
    links = _links(*(_edge(*edge) for edge in edges))
    found = links.mentions(PASSAGES)
    names = links.index.uids(links.index.find(found.keys))
    expected = Counter(end for _, end in {(edge[1], edge[2]) for edge in edges})
    assert dict(zip(names, found.counts.tolist(), strict=True)) == dict(expected)


def test_that_a_short_form_counts_the_passages_of_its_long_form() -> None:
    links = _links(
        _edge("MENTIONS", "p0", "e0"),
        _edge("MENTIONS", "p1", "e0"),
        _edge("MENTIONS", "p2", "e1"),
        _edge("SHORT_FOR", "e1", "e0"),  # e1 is the short form
    )
    found = links.mentions(["p0", "p2"])
    names = links.index.uids(links.index.find(found.keys))
    assert dict(zip(names, found.counts.tolist(), strict=True)) == {"e0": 2, "e1": 3}
    assert _told(links, found, 2) == [{"e0": False, "e1": False}, {"e1": False}]


def test_that_a_title_stays_one_where_it_is_also_a_short_form() -> None:
    links = _links(
        _edge("MENTIONS", "p0", "e0"),
        _edge("MENTIONS", "p0", "e1", 2.0),
        _edge("SHORT_FOR", "e1", "e0"),
    )
    assert _told(links, links.mentions(["p0"]), 1) == [{"e0": False, "e1": True}]


def test_that_a_name_of_very_many_links_is_not_looked_through() -> None:
    crowd = [_edge("MENTIONS", f"p{i}", "e0") for i in range(MAX_LINKS)]
    known = _links(*crowd[:-1], _edge("SHORT_FOR", "e1", "e0"))
    hub = _links(*crowd, _edge("SHORT_FOR", "e1", "e0"))
    assert _told(known, known.mentions(["p0"]), 1) == [{"e0": False, "e1": False}]
    assert _told(hub, hub.mentions(["p0"]), 1) == [{"e0": False}]


def test_that_a_passage_of_many_mentions_has_each_once_in_order() -> None:
    names = [f"e{(7 * i) % 300}" for i in range(300)]
    links = _links(*(_edge("MENTIONS", "p0", name) for name in names))
    assert _told(links, links.mentions(["p0"]), 1) == [dict.fromkeys(sorted(names), False)]
    links.adjacency.compact()
    assert _told(links, links.mentions(["p0"]), 1) == [dict.fromkeys(sorted(names), False)]


def test_that_nobody_mentions_nothing() -> None:
    found = SpaceLinks(KINDS).mentions(["p0"])
    assert found.starts.tolist() == [0, 0]
    assert not len(found.numbers)
    assert not len(found.keys)
    assert SpaceLinks(KINDS).mentions([]).starts.tolist() == [0]


def test_that_passages_of_many_mentions_keep_their_own() -> None:
    names = [[f"e{(7 * i) % 100 + shift}" for i in range(100)] for shift in (400, 200, 300)]
    links = _links(
        *(_edge("MENTIONS", f"p{at}", name) for at, own in enumerate(names) for name in own)
    )
    told = _told(links, links.mentions(["p0", "p1", "p2"]), 3)
    assert told == [dict.fromkeys(own, False) for own in names]
