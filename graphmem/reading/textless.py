"""Answers from a graph without text: ranked by a walk from what the question names.

No fitted weight speaks here, and nothing that is calibrated: how sure the memory is, is the share
of the question's words that stand in what was found.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from graphmem.core.terms import terms
from graphmem.core.uid_index import Keys
from graphmem.ports import Float32, GraphReader, VectorIndex, WalkGraph
from graphmem.reading.abstain import BAR, NO_WORD, Verdict
from graphmem.reading.decline import nothing_about
from graphmem.reading.named import named_in
from graphmem.reading.request import REQUEST
from graphmem.reading.statements import Wanted, statements
from graphmem.reading.walked import Visits, visit, visited
from graphmem_schemas import Hit, Node, SearchRequest, Seed

__all__ = ["Ground", "by_walk", "untold"]

# What is near in meaning is less sure than a name, and so many are near at most.
_N_NEAR, _LEAST_COSINE, _NEAR_SHARE = 10, 0.4, 0.5
_N_BEST, _N_SEEDS_SHOWN, _SHOWN = 5, 5, 80
_HEX_CHARS = 32
_TOLD = ("Proposition", "Event", "Hyperedge")


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """Where a walk goes.

    Attributes:
        graph: links of all that is no passage.
        vectors: of any nodes.
        reader: the store.
        space: the space.
    """

    graph: WalkGraph
    vectors: VectorIndex
    reader: GraphReader
    space: str


def by_walk(
    request: SearchRequest, wanted: Wanted, vector: Float32, ground: Ground
) -> tuple[tuple[Hit, ...], Verdict, dict[str, object]]:
    """Return hits, how sure they are, and fields of the trace.

    Args:
        request: what is asked.
        wanted: which facts count.
        vector: (d,) of the question, of unit length.
        ground: where to.
    """
    asked, graph, reader, space = request.question, ground.graph, ground.reader, ground.space
    visits = visit(graph, named_in(asked, reader, space), _nearest(vector, ground))
    found = visited(visits, request.kinds, graph, reader, space)
    hits = statements(found, _equal_shares(asked), wanted, reader, space)
    hits.sort(key=lambda hit: (-hit.score, hit.uid))
    names = [name for name, _ in visits.seeds.values() if name]
    told: dict[str, object] = {
        "names": tuple(names), "seeds": _seeds(visits), "n_pushed": visits.n_pushed,
        "n_candidates": len(found),
    }  # fmt: skip
    return tuple(hits[: request.k]), _sure(asked, hits, names), told


def untold(
    request: SearchRequest,
    best: float,
    facts: Callable[[], WalkGraph],
    ground: tuple[GraphReader, str],
) -> list[tuple[Node, Hit]]:
    """Return what no passage tells and a walk from the question's names comes to.

    One look at the counts where every fact rests on a passage, as after our own extraction.

    Args:
        request: what is asked.
        best: the score of the best passage, which the most visited gets.
        facts: links of all that is no passage.
        ground: the store and the space.
    """
    reader, space = ground
    counts = reader.count(space)
    n_facts = sum(counts.nodes.get(label, 0) for label in _TOLD)
    if counts.edges.get("EVIDENCED_BY", 0) >= n_facts and "concept" not in request.kinds:
        return []
    graph = facts()
    visits = visit(graph, named_in(request.question, reader, space), {})
    found = visited(visits, request.kinds, graph, reader, space)
    uids = [node.uid for node, _ in found]
    edges = reader.neighbours(space, uids, ["EVIDENCED_BY", "MENTIONS"]) if uids else []
    told = {uid for edge in edges for uid in (edge.start, edge.end)}
    return [
        (node, hit.model_copy(update={"score": best * hit.score}))
        for node, hit in found
        if node.uid not in told
    ]


def _nearest(question: Float32, ground: Ground) -> dict[str, float]:
    """Return nodes whose vectors are near the question's, each with a share of the walk."""
    if not len(ground.vectors):
        return {}
    keys, cosines = ground.vectors.nearest(question, _N_NEAR)
    uids = _hex_uids(keys)
    # From a vector whose node has no link, or is gone by now, nothing leads on.
    links = ground.graph.degrees(uids)
    return {
        uid: _NEAR_SHARE * cosine
        for uid, cosine, n_links in zip(uids, cosines.tolist(), links, strict=True)
        if n_links and cosine >= _LEAST_COSINE
    }


def _hex_uids(keys: Keys) -> list[str]:
    """Return the uids that have these keys where they are content hashes, as ours are."""
    digits = keys.tobytes().hex()
    return [digits[at : at + _HEX_CHARS] for at in range(0, len(digits), _HEX_CHARS)]


def _equal_shares(question: str) -> dict[str, float]:
    """Return what share of the question each of its terms is: no text tells which are rare."""
    asked = [term for term in dict.fromkeys(terms(question)) if term not in REQUEST]
    return dict.fromkeys(asked, 1.0 / len(asked)) if asked else {}


def _sure(question: str, hits: Sequence[Hit], names: Sequence[str]) -> Verdict:
    """Say how far names and the best hits have the question's words."""
    asked = frozenset(_equal_shares(question))
    if not asked:
        return NO_WORD
    texts = [*names, *(hit.text for hit in hits[:_N_BEST])] if hits else []
    missing = asked - {term for text in texts for term in terms(text)}
    confidence = 1.0 - len(missing) / len(asked)
    return Verdict(confidence, nothing_about(question, missing, ()) if confidence < BAR else None)


def _seeds(visits: Visits) -> tuple[Seed, ...]:
    """Return where the walk began, the largest shares first."""
    seeds = sorted(visits.seeds.items(), key=lambda pair: (-pair[1][1], pair[0]))
    return tuple(
        Seed(uid=uid, label="", text=name[:_SHOWN], mass=mass)
        for uid, (name, mass) in seeds[:_N_SEEDS_SHOWN]
    )
