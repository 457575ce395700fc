"""`graphmem bench quality`: recall on a set with gold evidence, beside flat retrieval.

Gold, types and roles stay with the judge; what the systems see is the corpus and the questions.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

from graphmem.bench.measures import all_found, auroc, interval, percentiles, share_found
from graphmem.bench.sets import BenchQuestion, BenchSet, read_extractions, read_set
from graphmem.bench.spaces import filled_store
from graphmem.bench.systems import Answer, Asked, open_system
from graphmem.memory import Memory
from graphmem.models.loading import LazyModels
from graphmem.ports import GraphStore

__all__ = ["QualityReport", "run_quality"]

_BUDGET = 1_500
_WARM_UP = "What is this about?"


@dataclass(frozen=True, slots=True)
class _Judged:
    """A question with what one system answered."""

    question: BenchQuestion
    answer: Answer
    ms: float


@dataclass(frozen=True, slots=True)
class QualityReport:
    """What was measured; shares are from 0 to 1.

    Attributes:
        name: of the set.
        n_queries: how many questions were asked.
        extraction: "spacy" or the name of the file of given extractions.
        ks: the cut-offs.
        systems: by name: recall, all_gold, by_type, roles, abstention, latency_ms and
            context_tokens.
    """

    name: str
    n_queries: int
    extraction: str
    ks: tuple[int, ...]
    systems: Mapping[str, Mapping[str, Any]]

    def to_json(self) -> str:
        """Return everything as one JSON object."""
        return json.dumps(
            {
                "set": self.name,
                "n_queries": self.n_queries,
                "extraction": self.extraction,
                "systems": self.systems,
            },
            ensure_ascii=False,
        )

    def table(self) -> str:
        """Return the main figures as a Markdown table, shares in per cent."""
        head = [f"R@{k}" for k in self.ks] + [f"all@{k}" for k in self.ks]
        lines = [
            f"{self.name}: {self.n_queries} questions, extraction {self.extraction}",
            "",
            f"| system | {' | '.join(head)} | abstain AUROC | p50 ms | p95 ms |",
            "|---|" + "---|" * (len(head) + 3),
        ]
        lines += [_line(name, row, self.ks) for name, row in self.systems.items()]
        return "\n".join(lines)


@dataclass(slots=True)
class _Tally:
    """What one system did so far."""

    judged: list[_Judged] = field(default_factory=list)
    tokens: list[float] = field(default_factory=list)
    cited: list[float] = field(default_factory=list)


def run_quality(  # settings, all by their names
    folder: Path,
    extraction: str = "spacy",
    systems: Sequence[str] = ("bm25", "dense", "flat", "graphmem"),
    ks: Sequence[int] = (5, 10, 20),
    report: Callable[[str], None] = lambda _: None,
    stores: Path | None = None,
) -> QualityReport:
    """Fill a memory for each group of a set, ask all questions, and judge the answers.

    Args:
        folder: of the set: `corpus.jsonl.gz` and `queries.jsonl.gz`.
        extraction: "spacy" for our own, else a file of given extractions.
        systems: which to compare.
        ks: cut-offs, each 1 or more.
        report: hears how far it has come.
        stores: where filled stores of our own extraction are kept; None keeps none.

    Raises:
        NotFound: A file of the set is missing.
        InvalidInput: A file is not what it should be, or there is no such system.
    """
    bench = read_set(folder)
    given = None if extraction == "spacy" else read_extractions(Path(extraction))
    tallies = {name: _Tally() for name in systems}
    models = LazyModels()
    with filled_store(bench, stores, models, report, given) as store:
        _ask_all(bench, store, models, tallies, tuple(ks), report)
    return QualityReport(
        name=bench.name,
        n_queries=len(bench.questions),
        extraction="spacy" if given is None else Path(extraction).name,
        ks=tuple(ks),
        systems={name: _summary(tally, tuple(ks)) for name, tally in tallies.items()},
    )


def _ask_all(  # what a run is made of
    bench: BenchSet,
    store: GraphStore,
    models: LazyModels,
    tallies: Mapping[str, _Tally],
    ks: tuple[int, ...],
    report: Callable[[str], None],
) -> None:
    """Ask every system everything, group by group."""
    for at, (group, rows) in enumerate(bench.groups.items(), start=1):
        asked = [q for q in bench.questions if q.group == group]
        if not asked:
            continue
        report(
            f"{bench.name}: group {at} of {len(bench.groups)}: "
            f"{len(rows)} passages, {len(asked)} questions"
        )
        memory = Memory(store, space=group, embedder=models.embedder)
        for name, tally in tallies.items():
            _ask(open_system(name, memory, store, models.embedder), asked, tally, max(ks))
        if "graphmem" in tallies:
            for question in asked:
                _pack(memory, question, tallies["graphmem"])


def _ask(system: Asked, asked: Sequence[BenchQuestion], tally: _Tally, n_refs: int) -> None:
    system.ask(_WARM_UP, n_refs)
    for question in asked:
        started = perf_counter()
        answer = system.ask(question.question, n_refs)
        ms = (perf_counter() - started) * 1000.0
        tally.judged.append(_Judged(question, answer, ms))


def _pack(memory: Memory, question: BenchQuestion, tally: _Tally) -> None:
    context = memory.context(question.question, budget=_BUDGET)
    tally.tokens.append(context.n_tokens)
    if question.gold:
        refs = [citation.ref or "" for citation in context.citations]
        tally.cited.append(share_found(refs, question.gold, len(refs)))


def _summary(tally: _Tally, ks: tuple[int, ...]) -> dict[str, Any]:
    judged = [one for one in tally.judged if one.question.gold]
    types = sorted({one.question.type for one in judged})
    tokens = {**percentiles(tally.tokens), "gold_share": _mean(tally.cited)}
    return {
        "recall": _at(judged, ks, share_found),
        "recall_interval": {
            str(k): interval([_score(one, k, share_found) for one in judged]) for k in ks
        },
        "all_gold": _at(judged, ks, all_found),
        "by_type": {
            kind: {
                "n": sum(one.question.type == kind for one in judged),
                "recall": _at(
                    [one for one in judged if one.question.type == kind], ks, share_found
                ),
            }
            for kind in types
        },
        "roles": _roles(tally.judged),
        "abstention": _abstention(tally.judged),
        "latency_ms": percentiles([one.ms for one in tally.judged]),
        "context_tokens": tokens if tally.tokens else {},
    }


_Measure = Callable[[Sequence[str], Sequence[str], int], float]


def _score(one: _Judged, k: int, measure: _Measure) -> float:
    return measure(one.answer.refs, one.question.gold, k)


def _at(
    judged: Sequence[_Judged], ks: tuple[int, ...], measure: _Measure
) -> dict[str, float | None]:
    return {str(k): _mean([_score(one, k, measure) for one in judged]) for k in ks}


def _roles(judged: Sequence[_Judged]) -> dict[str, Any]:
    """Whether what was updated stands above the original, and both sides of a contradiction."""
    updates, contradictions = [], []
    for one in judged:
        roles, refs = one.question.roles, one.answer.refs
        if {"original_info", "updated_info"} <= roles.keys():
            places = {ref: at for at, ref in enumerate(refs)}
            newest = min(places.get(ref, len(refs)) for ref in roles["updated_info"])
            oldest = min(places.get(ref, len(refs)) for ref in roles["original_info"])
            updates.append(float(newest < oldest))
        if {"first_statement", "second_statement"} <= roles.keys():
            top = set(refs[:10])
            sides = (roles["first_statement"], roles["second_statement"])
            contradictions.append(float(all(top & set(side) for side in sides)))
    found: dict[str, Any] = {}
    if updates:
        found["update_order"] = {"n": len(updates), "share": _mean(updates)}
    if contradictions:
        found["contradiction_both@10"] = {"n": len(contradictions), "share": _mean(contradictions)}
    return found


def _abstention(judged: Sequence[_Judged]) -> dict[str, Any]:
    known = [one.answer for one in judged if one.question.answerable]
    unknown = [one.answer for one in judged if not one.question.answerable]
    found: dict[str, Any] = {
        "n_unanswerable": len(unknown),
        "auroc": auroc([a.confidence for a in known], [a.confidence for a in unknown]),
    }
    if any(answer.declined is not None for answer in known):
        found["declined_answerable"] = _mean([float(bool(a.declined)) for a in known])
        found["declined_unanswerable"] = _mean([float(bool(a.declined)) for a in unknown])
    return found


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _line(name: str, row: Mapping[str, Any], ks: tuple[int, ...]) -> str:
    shares = [_percent(row["recall"][str(k)]) for k in ks]
    shares += [_percent(row["all_gold"][str(k)]) for k in ks]
    area = row["abstention"]["auroc"]
    latency = row["latency_ms"]
    cells = [name, *shares, "–" if area is None else f"{area:.3f}"]
    cells += [f"{latency['p50']:.1f}", f"{latency['p95']:.1f}"]
    return f"| {' | '.join(cells)} |"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f}"
