"""A stage of `consolidate` with an LLM: what runs of one sort teach, said better than by rules.

What rules draw from runs stays as it is. The LLM adds prescriptions, each on words of a step that
stands in a run: that passage is its evidence, and it goes when the run is deleted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from pydantic import BaseModel, ConfigDict

from graphmem.core.changes import Changes
from graphmem.core.chat import ChatMessage, ask
from graphmem.core.extraction import PrescriptionDraft
from graphmem.core.quotes import QuotedText
from graphmem.errors import CompletionFailed
from graphmem.ports import LLM, GraphReader
from graphmem.prompts.texts import read_prompt
from graphmem.writing.checks import is_blank
from graphmem.writing.drafting import Draft
from graphmem.writing.llm.ground import MIN_QUOTE_CHARS
from graphmem.writing.llm.said import SaidPrescription
from graphmem.writing.site import Site
from graphmem.writing.tell_lessons import prescription_uid, tell_lesson
from graphmem_schemas import Interaction, Passage, Prescription, Query

__all__ = ["MAX_SORTS", "PROMPT", "distil_runs"]

PROMPT = "distil-v1"
# Sorts of task that one `consolidate` asks about, and what of each is shown.
MAX_SORTS = 20
_RUNS_OF_AN_OUTCOME, _STEPS, _CHARS = 3, 12, 400

_Steps = Mapping[str, Sequence[Passage]]
_Lesson = tuple[Passage, PrescriptionDraft]


class _Said(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    prescriptions: tuple[SaidPrescription, ...] = ()


def distil_runs(llm: LLM, site: Site) -> None:
    """Ask once for each sort of task that has new runs, and keep what rests on a step.

    Where the LLM does not answer, the rest is left, and a note says so.
    """
    nodes = site.store.get(site.space, site.new(Query.label))
    skeletons = sorted({n.skeleton for n in nodes if isinstance(n, Query) and n.source})
    dropped = Counter[str]()
    for skeleton in [one for one in skeletons if one][:MAX_SORTS]:
        runs = _runs(skeleton, site)
        steps = _steps(runs, site)
        if not any(steps.values()):
            continue
        try:
            said = ask(llm.complete, _messages(runs, steps, site), _Said).value
        except CompletionFailed as error:
            site.notes.append(f"runs were not distilled any further: {error}")
            break
        lessons = _grounded(said.prescriptions, steps, dropped)
        if lessons:
            _keep(lessons, site)
    if dropped:
        told = ", ".join(f"{why} ({count})" for why, count in sorted(dropped.items()))
        site.notes.append(f"lessons of runs left out: {told}")


def _runs(skeleton: str, site: Site) -> list[Query]:
    """Return some runs of a sort that went well, then some that failed: the newest of each."""
    key = f"~{skeleton}"
    uids = site.store.find(site.space, Query.label, [key]).get(key, ())
    runs = [n for n in site.store.get(site.space, list(uids)) if isinstance(n, Query)]
    runs.sort(key=lambda run: (run.recorded_at, run.uid), reverse=True)
    return [
        run
        for outcome in ("success", "failure")
        for run in [run for run in runs if run.outcome == outcome][:_RUNS_OF_AN_OUTCOME]
    ]


def _steps(runs: Sequence[Query], site: Site) -> dict[str, list[Passage]]:
    """Return for each run the passages of its last steps, in order."""
    uids = [run.uid for run in runs]
    parts = site.store.neighbours(site.space, uids, ["PART_OF"]) if uids else []
    done: dict[str, list[Interaction]] = {uid: [] for uid in uids}
    for node in site.store.get(site.space, sorted({edge.start for edge in parts})):
        if isinstance(node, Interaction) and node.query in done and not node.noop:
            done[node.query].append(node)
    last = {
        uid: sorted(steps, key=lambda step: step.position)[-_STEPS:] for uid, steps in done.items()
    }
    wanted = sorted({step.uid for steps in last.values() for step in steps})
    told: dict[str, list[str]] = {}
    for edge in site.store.neighbours(site.space, wanted, ["EVIDENCED_BY"]) if wanted else []:
        told.setdefault(edge.start, []).append(edge.end)
    uids = sorted({uid for found in told.values() for uid in found})
    texts = {n.uid: n for n in site.store.get(site.space, uids) if isinstance(n, Passage)}
    return {
        run: _in_order(texts[uid] for step in steps for uid in told.get(step.uid, ()))
        for run, steps in last.items()
    }


def _in_order(passages: Iterable[Passage]) -> list[Passage]:
    return sorted(passages, key=lambda passage: passage.position)


def _messages(runs: Sequence[Query], steps: _Steps, site: Site) -> list[ChatMessage]:
    lines: list[str] = []
    for n, run in enumerate(runs, 1):
        lines.append(f"Run {n}, {run.outcome}. Task: {' '.join(run.text.split())[:_CHARS]}")
        lines += [f"- {' '.join(one.text.split())[:_CHARS]}" for one in steps[run.uid]]
    known = _known(steps, site)
    lines += ["Known:", *(f"- {one.when}: {one.text}"[:_CHARS] for one in known)]
    said = "\n".join(lines if known else [*lines, "nothing yet"])
    return [ChatMessage("system", read_prompt(PROMPT)), ChatMessage("user", said)]


def _known(steps: _Steps, site: Site) -> list[Prescription]:
    """Return the prescriptions that rest on these steps already."""
    uids = sorted({passage.uid for found in steps.values() for passage in found})
    edges = site.store.neighbours(site.space, uids, ["EVIDENCED_BY"])
    nodes = site.store.get(site.space, sorted({edge.start for edge in edges}))
    return [node for node in nodes if isinstance(node, Prescription)]


def _grounded(
    rows: Iterable[SaidPrescription], steps: _Steps, dropped: Counter[str]
) -> list[_Lesson]:
    """Return what rests on a step, with its passage; what does not is counted."""
    texts = [(one, QuotedText(one.text)) for found in steps.values() for one in found]
    lessons: list[_Lesson] = []
    for row in rows:
        if is_blank(row.when) or is_blank(row.text):
            dropped["it does not say when or what"] += 1
            continue
        long = len(row.quote.strip()) >= MIN_QUOTE_CHARS
        places = ((one, text.find(row.quote)) for one, text in texts if long)
        place = next(((one, span) for one, span in places if span), None)
        if place is None:
            dropped["no step has its quote"] += 1
            continue
        passage, (start, end) = place
        steps_said = tuple(step for step in row.steps if not is_blank(step))
        draft = PrescriptionDraft(row.when, row.text, start, end, row.when_not or None, steps_said)
        lessons.append((passage, draft))
    return lessons


def _keep(lessons: Sequence[_Lesson], site: Site) -> None:
    added: dict[str, list[str]] = {}

    def plan(reader: GraphReader) -> Changes:
        draft = Draft(site.space, site.now)
        _tell(lessons, draft, reader)
        added.clear()
        added.update(draft.added)
        return Changes(nodes=tuple(draft.nodes.values()), edges=tuple(draft.edges.values()))

    if site.apply(plan):
        for label, uids in added.items():
            site.tell(label, uids)


def _tell(lessons: Sequence[_Lesson], draft: Draft, reader: GraphReader) -> None:
    there = reader.get(draft.space, [passage.uid for passage, _ in lessons])
    known = reader.get(draft.space, [prescription_uid(one.when, one.text) for _, one in lessons])
    for (passage, one), node, place in zip(lessons, known, there, strict=True):
        if place is not None:
            tell_lesson(passage, one, draft, new=node is None)
