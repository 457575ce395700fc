"""Compare a job whose LLM answers from recordings with `add_extracted` of the same rows.

    python scripts/llm_job.py DIR --extraction FILE [--faults 0.3]

DIR holds a bench set. The whole way is real: files, processes, HTTP, the ledger. Prints what
differs between the two graphs, and what was expected and counted of calls and tokens. Exits with 1
where a node or an edge differs, or the preview is wrong by more than a tenth.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from graphmem import Memory
from graphmem.bench.sets import extracted, read_set
from graphmem.interop.whole import edges_of, nodes_of
from graphmem.models.llm.limits import Limits
from graphmem.stores.registry import open_store
from graphmem.testing.llm_faults import Faults
from graphmem.testing.llm_server import LLMServer
from graphmem.testing.recordings import read_recordings, recorded_rows
from graphmem_pipelines.engines.base import Recipe
from graphmem_pipelines.ingestion import ingest_into, preview
from graphmem_pipelines.jobs.asking import LLMChoice
from graphmem_pipelines.jobs.ingest import Ingest
from graphmem_schemas import ExtractedPassage

SPACE, FILE = "default", "passages.jsonl"
Rows = dict[tuple[str, ...], str]


def main() -> int:
    """Run the job, fill the other memory, and print how they differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--extraction", type=Path, required=True)
    parser.add_argument("--quotes", choices=("passage", "words"), default="passage")
    parser.add_argument("--faults", type=float, default=0.0, help="share of calls that go wrong")
    args = parser.parse_args()
    os.environ.setdefault("OPENAI_API_KEY", "none")
    bench = read_set(args.folder)
    passages = [row for rows in bench.groups.values() for row in extracted(rows)]
    with TemporaryDirectory() as room:
        told, wrong = by_job(Path(room), passages, args)
        given = by_hand(Path(room) / "given.db", passages, args.extraction)
    n_differing = compared(given, told)
    return 1 if (n_differing and not args.faults) or wrong else 0


def by_job(
    room: Path, passages: list[ExtractedPassage], args: argparse.Namespace
) -> tuple[Rows, bool]:
    """Return the graph of a job, and whether its preview was wrong."""
    file = room / FILE
    with file.open("w", encoding="utf-8") as lines:
        for one in passages:
            lines.write(json.dumps({"id": one.id, "text": one.text, "title": one.title}) + "\n")
    recordings = read_recordings(args.folder / "corpus.jsonl.gz", args.extraction, args.quotes)
    faults = Faults(share=args.faults) if args.faults else None
    with LLMServer(recordings.answer, faults=faults) as server:
        limits = Limits(backoff_s=0.05, max_tokens=100_000)
        llm = LLMChoice("openai:gpt-4o-mini", server.url, limits)
        asked = Ingest((str(file),), Recipe(), llm=llm)
        expected = preview(room / "told.db", asked)
        report = ingest_into(room / "told.db", asked)
        served = server.served()
    print(f"job {report.state}: {dict(report.items)}, {report.n_passages:,} passages")
    print("left out:", dict(report.dropped) or "nothing", report.error or "")
    n_expected = expected.usage.prompt_tokens + expected.usage.completion_tokens
    n_counted = served.usage.prompt_tokens + served.usage.completion_tokens
    off = n_expected / n_counted - 1
    print(
        f"calls: {expected.n_calls:,} expected, {served.n_answered:,} answered, "
        f"{len(served.repeated):,} contents answered twice; tokens: {n_expected:,} expected, "
        f"{n_counted:,} counted ({off:+.1%}); cost: {expected.cost} expected, "
        f"{report.spent.cost} told"
    )
    # Whole passages as quotes make answers four times as long as an LLM's.
    wrong = args.quotes == "words" and not args.faults and abs(off) > 0.1
    return graph(room / "told.db"), wrong


def by_hand(path: Path, passages: list[ExtractedPassage], extraction: Path) -> Rows:
    """Return the graph of the same rows, given."""
    where = f"{path.parent.name}/{FILE}"
    named = [
        one.model_copy(update={"session": f"{where}#{one.id}", "at": None, "speaker": None})
        for one in passages
    ]
    with Memory(path) as memory:
        memory.add_extracted(named, recorded_rows(extraction))
    return graph(path)


def graph(path: Path) -> Rows:
    """Return all nodes and edges of a store, but for when they were recorded."""
    with closing(open_store(path)) as store:
        rows: Rows = {
            (node.label, node.uid): repr(node.model_dump(exclude={"recorded_at"}))
            for node in nodes_of(store, SPACE)
        }
        for edge in edges_of(store, SPACE):
            shares = sorted(edge.sources.items())
            told = edge.model_copy(update={"sources": {}})
            rows[edge.kind, edge.start, edge.end] = repr((told, shares))
    return rows


def compared(given: Rows, told: Rows) -> int:
    """Print how many nodes and edges differ; return that number."""
    kinds = Counter[str]()
    for key in given.keys() | told.keys():
        if given.get(key) != told.get(key):
            where = "differs" if key in given and key in told else "only given"
            kinds[f"{key[0]} {where if key in given else 'only told'}"] += 1
            if sum(kinds.values()) <= 3:
                print("  ", key, given.get(key), told.get(key), sep="\n     ")
    equal = sum(told.get(key) == row for key, row in given.items())
    print(f"{equal:,} of {len(given):,} nodes and edges are equal;", end=" ")
    print("differing:", dict(sorted(kinds.items())) or "none")
    return sum(kinds.values())


if __name__ == "__main__":
    sys.exit(main())
