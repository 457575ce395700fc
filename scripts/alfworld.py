"""Show what runs of agents teach: similar runs by sort of task, and the insights drawn from them.

    python scripts/alfworld.py DIR

DIR holds `trajectories.jsonl.gz`: {task_id, goal, task, task_type, success, steps: [{action,
observation}]}. The type of a task is seen by the judge only. Prints, leaving each run out of its
own answer: the share of the five most similar runs that are of the same type, and the same with
all that the run itself shows left out (its words do not help to mask its task).
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections import Counter, defaultdict
from pathlib import Path
from time import process_time
from typing import Any

from graphmem.core.skeleton import grams, likeness, skeleton
from graphmem.memory import Memory
from graphmem_schemas import Insight, Query

K = 5


def read_runs(folder: Path) -> list[dict[str, Any]]:
    """Return the runs of the folder."""
    with gzip.open(folder / "trajectories.jsonl.gz", "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def add_all(memory: Memory, runs: list[dict[str, Any]]) -> dict[str, str]:
    """Add every run; return the type of each by its query's uid."""
    types = {}
    for run in runs:
        receipt = memory.add_run(
            run["task"], run["steps"], bool(run["success"]), source=f"run-{run['task_id']}"
        )
        types[receipt.added["Query"][0]] = run["task_type"]
    return types


def same_type(memory: Memory, types: dict[str, str]) -> dict[str, list[float]]:
    """Return for each type the shares of the five most similar others that are of it."""
    shares: dict[str, list[float]] = defaultdict(list)
    for uid, kind in types.items():
        task = memory.get(uid)
        assert isinstance(task, Query)
        hits = [h for h in memory.similar(task.text, k=K + 1).hits if h.uid != uid][:K]
        shares[kind].append(sum(types[h.uid] == kind for h in hits) / K)
    return shares


def without_own_words(memory: Memory, types: dict[str, str]) -> float:
    """Return the same share, where a task is masked by what other runs show alone."""
    queries = {uid: memory.get(uid) for uid in types}
    n_with = Counter(slot for q in queries.values() for slot in q.slots)  # type: ignore[attr-defined]
    total = 0.0
    for uid, query in queries.items():
        assert isinstance(query, Query)
        slots = {s for s, n in n_with.items() if n > (s in query.slots)}
        asked = grams(skeleton(query.text, slots), ())
        others = [q for other, q in queries.items() if other != uid and isinstance(q, Query)]
        scored = sorted(others, key=lambda q: (-likeness(asked, grams(q.skeleton, ())), q.uid))
        total += sum(types[q.uid] == types[uid] for q in scored[:K]) / K
    return total / len(queries)


def show_insights(memory: Memory, types: dict[str, str]) -> None:
    """Print the insights by type, with evidence that can be followed to steps."""
    store, space = memory._store, memory.space
    found = [
        node
        for batch in store.changes(space, 0, labels=("Insight",))
        for node in batch.nodes
        if isinstance(node, Insight)
    ]
    by_type: dict[str, list[str]] = defaultdict(list)
    for insight in sorted(found, key=lambda i: (-i.alpha, i.uid)):
        edges = store.neighbours(space, [insight.uid], ["SUPPORTED_BY", "CONTRADICTED_BY"])
        kinds = Counter(types[e.end] for e in edges if e.end in types)
        steps = store.neighbours(space, [insight.uid], ["EVIDENCED_BY"])
        if kinds:
            line = (
                f"+{insight.alpha - 1:g} -{insight.beta - 1:g} steps {len(steps)}: {insight.text}"
            )
            by_type[kinds.most_common(1)[0][0]].append(line)
    for kind in sorted(set(types.values())):
        print(f"{kind}: {len(by_type[kind])} insights")
        for line in by_type[kind][:4]:
            print(f"   {line}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--store", default="memory://")
    arguments = parser.parse_args()
    runs = read_runs(arguments.folder)
    with Memory(arguments.store) as memory:
        started = process_time()
        types = add_all(memory, runs)
        n_steps = sum(len(run["steps"]) for run in runs)
        print(
            f"{len(types)} runs, {n_steps} steps in {process_time() - started:.1f} s of processor"
        )
        print(memory.stats().nodes)
        shares = same_type(memory, types)
        every = [share for kind in shares.values() for share in kind]
        print(f"same type among the {K} most similar: {100 * sum(every) / len(every):.1f} %")
        for kind, values in sorted(shares.items()):
            print(f"   {kind:10} {100 * sum(values) / len(values):5.1f} % of {len(values)} runs")
        print(f"masked by others' words alone: {100 * without_own_words(memory, types):.1f} %")
        done = memory.consolidate()
        print(f"consolidated: { ({label: len(uids) for label, uids in done.added.items()}) }")
        show_insights(memory, types)


if __name__ == "__main__":
    main()
