"""The read path of one space: a question goes in, hits or a cited context come out."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from time import perf_counter

from graphmem.core.uids import content_uid
from graphmem.ports import (
    Clock,
    Embedder,
    GraphReader,
    Judgements,
    ShownNodes,
    TextIndex,
    TextMatch,
    VectorIndex,
    WalkGraph,
)
from graphmem.reading.abstain import BAR, Verdict, judge
from graphmem.reading.arrange import arranged
from graphmem.reading.candidates import MIN_EACH
from graphmem.reading.changed import remarks_on
from graphmem.reading.credit import credited
from graphmem.reading.decline import closest_thing, nothing_of
from graphmem.reading.facts import facts_of
from graphmem.reading.find import Finder, Found, since
from graphmem.reading.known import is_known
from graphmem.reading.manner import Manner, manner_of
from graphmem.reading.newer import N_LOOKED, newer_first, said_by
from graphmem.reading.of_a_sort import is_of_a_sort
from graphmem.reading.order import in_time, moments_of
from graphmem.reading.pack import TokenCounter, estimate_tokens, pack
from graphmem.reading.rank import Observed, Ranked, observe_candidates, rank
from graphmem.reading.ranker import Ranker, default_ranker
from graphmem.reading.sides import N_ASKED, denials, marked, stated_by, stated_sides
from graphmem.reading.statements import Wanted, shares_of, statements, wanted_by
from graphmem.reading.textless import Ground, by_walk, untold
from graphmem.reading.then import facts_first, telling_first, telling_then, topic_of
from graphmem.reading.trace import bridges, passage_hit, path_of, score_parts
from graphmem_schemas import (
    Context,
    Entity,
    Hit,
    Node,
    Passage,
    Recall,
    SearchRequest,
    Source,
    Trace,
)

__all__ = ["Engine"]

# What a context may choose from: more than fits, so that repetition can be left out.
_N_TO_PACK = 40
# From so many passages facts, events and entities are taken.
_N_TO_READ = 30
_N_SEEDS_SHOWN = 5


@dataclass(frozen=True, slots=True, eq=False)
class Engine:
    """Answers questions from one space.

    Attributes:
        store: where facts and what they rest on are read from.
        nodes: where passages, sources and entities are read from.
        space: the space.
        text: lexical search.
        vectors: search by meaning.
        walk: the links.
        catch_up: brings these three up to the store; returns what tells its newest
            commit from all others.
        embedder: turns questions into vectors.
        clock: dates the recalls.
        count_tokens: counts the tokens of a context.
        remote: whether catching up is a journey, even where nothing is new.
        ranker: the weights of the ranking.
        judgements: what people said of what they were shown; None ranks without.
        facts: makes the links of all that is no passage ready; None leaves a graph without text
            unsearched.
    """

    store: GraphReader
    nodes: ShownNodes
    space: str
    text: TextIndex
    vectors: VectorIndex
    walk: WalkGraph
    catch_up: Callable[[], Hashable]
    embedder: Embedder
    clock: Clock
    count_tokens: TokenCounter = estimate_tokens
    remote: bool = False
    ranker: Ranker = field(default_factory=default_ranker)
    judgements: Judgements | None = None
    facts: Callable[[], WalkGraph] | None = None
    _finder: Finder = field(init=False)

    def __post_init__(self) -> None:
        finder = Finder(
            self.text, self.vectors, self.catch_up, self.embedder, self.clock, self.remote
        )
        object.__setattr__(self, "_finder", finder)

    def search(self, request: SearchRequest) -> Recall:
        """Return the best hits with reasons, or none of them trusted, with a reason."""
        only_passages = request.kinds == ("passage",)
        recall, nodes = self._recall(request, request.k, 0 if only_passages else _N_TO_READ)
        return self._in_time(recall, nodes)

    def context(self, request: SearchRequest) -> Context:
        """Return a text with citations that keeps within the budget; empty where it abstains."""
        asked = request.model_copy(update={"kinds": ("passage",)})
        recall, passages = self._recall(asked, max(request.k, _N_TO_PACK))
        best = recall.model_copy(update={"hits": recall.hits[: request.k]})
        shown = self._in_time(best, passages)
        # As of another time, what has changed since is none of the answer.
        now = self.clock() if request.as_of is None else None
        remarks = remarks_on(recall.hits, self.store, self.space, now)
        places = None
        if recall.trace.mode == "chronological":
            places = moments_of(recall.hits, passages, self._sources(passages, recall.hits))
        packed = pack(recall.hits, passages, request.budget, self.count_tokens, remarks, places)
        reason = recall.abstained
        if recall.hits and not packed.text:
            reason = f"no passage fits into {request.budget} tokens: raise the budget"
        if reason is not None:
            return Context(text="", abstained=reason, recall=shown)
        text, citations, n_tokens = packed.text, packed.citations, packed.n_tokens
        return Context(text=text, citations=citations, n_tokens=n_tokens, recall=shown)

    def _recall(
        self, request: SearchRequest, k: int, n_read: int = 0
    ) -> tuple[Recall, dict[str, Passage]]:
        started = perf_counter()
        manner = manner_of(request.question, request.mode)
        found = self._finder.find(request, max(k, n_read), started, last=manner.last)
        match = found.match
        try:
            ranked = self._rank(found, started)
            verdict = judge(found.question, match, ranked)
            # Behind the verdict: what was of use says nothing of what the memory knows.
            ranked = credited(ranked, self.judgements, found.asking.question)
            nodes, hits = self._arranged(request, manner, found, ranked, max(k, n_read))
            more, then = request.kinds != ("passage",), found.question.then
            wanted = wanted_by(manner.before, then, request.as_of, self.clock())
            if verdict.reason and self._knows(found.question.text, hits[: request.k], wanted):
                verdict = Verdict(BAR)
            closest = _closest(hits, verdict.closest)
            hits = hits[: max(k, n_read)]
            if more:
                hits = self._with_facts(request, wanted, match, hits)[:k]
            trace = _trace(found, manner, ranked, nodes, started)
            if more and self.facts is not None and match.is_empty:
                ground = Ground(self.facts(), self.vectors, self.store, self.space)
                hits, verdict, told = by_walk(request, wanted, found.asking.question, ground)
                trace = trace.model_copy(update=told)
        finally:
            match.close()
        reason = verdict.reason and verdict.reason + closest
        recall = Recall(
            id=content_uid("recall", self.space, request.question, self.clock().isoformat()),
            question=request.question,
            hits=hits,
            abstained=reason or (None if hits else nothing_of(request.kinds)),
            confidence=verdict.confidence,
            trace=trace,
        )
        return recall, nodes

    def observe(self, question: str) -> Observed:
        """Return the candidates of a question with all that the ranker weighs.

        For fitting the ranker; a search goes the same way.
        """
        started = perf_counter()
        found = self._finder.find(SearchRequest(question=question), MIN_EACH, started)
        try:
            return self._observe(found, started)
        finally:
            found.match.close()

    def _observe(self, found: Found, started: float) -> Observed:
        def told(stage: str) -> None:
            found.timings[stage] = since(started)

        return observe_candidates(found, self.walk, self.ranker, told)

    def _rank(self, found: Found, started: float) -> Ranked:
        ranked = rank(self._observe(found, started), self.ranker)
        found.timings["rank"] = since(started)
        return ranked

    def _hydrate(
        self, found: Found, ranked: Ranked, k: int
    ) -> tuple[dict[str, Passage], tuple[Hit, ...]]:
        """Read the best candidates and the first seeds, and make hits of the former."""
        best = ranked.order[:k]
        uids = [ranked.pool.uids[at] for at in best]
        # Seeds were found by the question itself; only what the walk brought in needs a reason.
        brought = [uid for uid in uids if uid not in ranked.seeds]
        paths = bridges(self.walk, list(ranked.seeds), brought)
        entities = [path[1] for path in paths.values()]
        # The index tells the sources, so that one read brings them along with their passages.
        sources = found.match.source_uids(ranked.pool.rows[best])
        names, shown = found.names, list(ranked.seeds)[:_N_SEEDS_SHOWN]
        unnamed = [uid for uid in (*entities, *sources) if uid not in names]
        nodes = {}
        for node in self._read([*uids, *shown, *unnamed]):
            if isinstance(node, Passage):
                nodes[node.uid] = node
            elif isinstance(node, Source | Entity):
                names[node.uid] = node.name
        hits = []
        for at, uid in zip(best, uids, strict=True):
            if uid in nodes:  # else removed between the view and the store
                why = path_of(paths.get(uid), names)
                parts = score_parts(ranked.parts[at])
                hits.append(passage_hit(nodes[uid], names, float(ranked.scores[at]), parts, why))
        return nodes, tuple(hits)

    def _with_facts(
        self, request: SearchRequest, wanted: Wanted, match: TextMatch, passages: tuple[Hit, ...]
    ) -> tuple[Hit, ...]:
        """Return hits of all wanted kinds: those that the passages state, and they themselves."""
        found = facts_of(passages, request.kinds, self.store, self.space)
        if self.facts is not None and passages:
            best = max(0.0, *(hit.score for hit in passages))
            found += untold(request, best, self.facts, (self.store, self.space))
        hits = statements(found, shares_of(match), wanted, self.store, self.space)
        hits.sort(key=lambda hit: hit.uid)
        # Passages stay in their order where scores tie: that of a rule may not be that of uids.
        hits += passages if "passage" in request.kinds else ()
        return tuple(sorted(hits, key=lambda hit: -hit.score))

    def _knows(self, question: str, hits: tuple[Hit, ...], wanted: Wanted) -> bool:
        """Whether a fact of the hits answers what their words do not."""
        about = question, hits, wanted, self.store, self.space
        return is_known(*about) or is_of_a_sort(*about, self.embedder)

    def _arranged(
        self, request: SearchRequest, manner: Manner, found: Found, ranked: Ranked, k: int
    ) -> tuple[dict[str, Passage], tuple[Hit, ...]]:
        """Return k hits or more as the question wants them, and their passages."""
        match = found.match
        ranked, rescore = arranged(ranked, match, manner)
        # As of another time, nothing is newer.
        then = found.question.then
        of_today = request.as_of is None and then is None
        is_now, by_facts = manner.newer and of_today, manner.today and of_today
        moves = is_now or by_facts or then is not None
        nodes, hits = self._hydrate(found, ranked, max(k, N_LOOKED if moves else 0))
        hits = rescore(hits)
        if moves or (manner.sides and any(hit.speaker for hit in hits[:N_LOOKED])):
            shares, looked = shares_of(match), hits[:N_LOOKED]
            at = then.until if then else self.clock()
            asked = [hit.uid for hit in hits[: N_LOOKED if then else N_ASKED]]
            stated = stated_by(asked, self.store, self.space)
            sides = stated_sides(stated, shares, self.store, self.space, at)
            if is_now:
                began = {uid: one.at for uid, one in self._sources(nodes, looked).items()}
                there = said_by(at, nodes, began)
                hits = newer_first(request.question, hits, there, began, shares, sides.newer)
            elif by_facts:
                hits = facts_first(hits, sides.newer, "newer")
            elif then:
                hits = facts_first(hits, sides.newer | sides.still, "then")
                topic = topic_of(found.question, shares)
                telling = telling_then(stated, topic, then, self.clock(), self.store, self.space)
                hits = telling_first(hits, telling, topic)
            denied = denials(looked, nodes, shares) if manner.sides else frozenset()
            hits = marked(hits, sides.against | denied)
        return nodes, hits

    def _in_time(self, recall: Recall, nodes: dict[str, Passage]) -> Recall:
        """Return a recall with its hits in the order of time, where that was wanted."""
        if recall.trace.mode != "chronological":
            return recall
        hits = in_time(recall.hits, nodes, self._sources(nodes, recall.hits))
        return recall.model_copy(update={"hits": hits})

    def _sources(self, nodes: dict[str, Passage], hits: Sequence[Hit]) -> dict[str, Source]:
        uids = {nodes[hit.uid].source for hit in hits if hit.uid in nodes}
        return {node.uid: node for node in self._read(sorted(uids)) if isinstance(node, Source)}

    def _read(self, uids: list[str]) -> list[Node]:
        wanted = list(dict.fromkeys(uids))
        found = self.nodes.get(self.space, wanted) if wanted else []
        return [node for node in found if node is not None]


def _closest(hits: Sequence[Hit], uid: str | None) -> str:
    """Return who or what comes closest, and when: the passage of the uid, else the best."""
    hit = next((hit for hit in hits if hit.uid == uid), hits[0] if hits and uid else None)
    return closest_thing(hit.speaker or hit.title or hit.source, hit.at) if hit else ""


def _trace(
    found: Found, manner: Manner, ranked: Ranked, nodes: dict[str, Passage], started: float
) -> Trace:
    match = found.match
    seeds = []
    for uid, mass in list(ranked.seeds.items())[:_N_SEEDS_SHOWN]:
        text = nodes[uid].text[:80] if uid in nodes else ""
        seeds.append({"uid": uid, "label": "Passage", "text": text, "mass": mass})
    return Trace.model_validate(
        {
            "terms": match.terms,
            "names": (*match.speakers, *match.titles),
            "seeds": seeds,
            "n_candidates": len(ranked.pool),
            "n_pushed": ranked.walk.n_pushed,
            "mode": manner.mode,
            "mode_reason": manner.why,
            "timings_ms": {**found.timings, "total": since(started)},
        }
    )
