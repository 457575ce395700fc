"""Kill `graphmem ingest` again and again, go on each time, and compare with an undisturbed run.

    python -m scripts.kill_jobs --files 1000 --kills 20 --engine local
    python -m scripts.kill_jobs --files 1000 --kills 20 --engine ray --llm

It makes a tree of files of mixed kinds, ingests it once in peace, and once while the process is
killed with SIGKILL at random moments. Prints one JSON object; exit status 1 where anything is
wrong: `problems` says what.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from graphmem.testing.llm_server import LLMServer
from scripts.kill_jobs.runs import Moment, Setting, Told, draw_moments, run_killed, run_whole
from scripts.kill_jobs.state import differences, graph_at, item_rows, job_states
from scripts.kill_jobs.tree import answer, make_tree

DELAY_S = 0.02
# Where the second run is faster than the first, a kill comes too late, and all begins anew.
ATTEMPTS = 4


def compare(
    folder: Path, *, files: int, kills: int, engine: str, seed: int, with_llm: bool
) -> dict[str, Any]:
    """Run both ways; return what was seen, `problems` among it."""
    tree, peace = folder / "tree", folder / "peace.db"
    setting = Setting(tree, make_tree(tree, files), engine)
    with LLMServer(answer, delay_s=DELAY_S) as server:
        startup, whole = run_whole(_asking(setting, server, with_llm), peace)
        calls_undisturbed = server.served().n_answered
    moments = draw_moments(kills, seed, startup * 0.8)
    for attempt in range(ATTEMPTS):
        killed = folder / f"killed{attempt}.db"
        told, calls = _disturb(setting, killed, moments, with_llm)
        if not told.too_late:
            break
        moments = [moment.earlier() for moment in moments]
    problems = told.problems + look(killed, setting.n_items)
    problems += differences(graph_at(peace), graph_at(killed))
    return {
        "engine": engine,
        "llm": with_llm,
        "files": files,
        "items": setting.n_items,
        "undisturbed_s": round(whole, 1),
        "first_item_s": round(startup, 1),
        "kills": told.kills,
        "gone_s": told.gone_s,
        "calls_undisturbed": calls_undisturbed,
        "calls": calls,
        "calls_lost_by_kills": told.n_lost,
        "graph": dict(Counter(key[0] for key in graph_at(killed))),
        "problems": problems,
    }


def _disturb(
    setting: Setting, store: Path, moments: Sequence[Moment], with_llm: bool
) -> tuple[Told, int]:
    """Run and kill; return what was seen, and how often the server has answered."""
    with LLMServer(answer, delay_s=DELAY_S) as server:
        asking = _asking(setting, server, with_llm)
        told = run_killed(asking, store, moments, lambda: server.served().n_answered)
        return told, server.served().n_answered


def _asking(setting: Setting, server: LLMServer, with_llm: bool) -> Setting:
    return replace(setting, url=server.url if with_llm else None)


def look(store: Path, n_items: int) -> list[str]:
    """Say what the ledger and `jobs verify` find wrong."""
    rows = item_rows(store)
    states = Counter(state for _, state, _ in rows)
    problems = [] if states == {"applied": n_items} else [f"items are {dict(states)}"]
    if len({key for key, _, _ in rows}) != len(rows):
        problems.append("an item is there twice")
    if job_states(store) != ["done"]:
        problems.append(f"jobs are {job_states(store)}")
    command = [sys.executable, "-m", "graphmem", "jobs", "verify", "--store", str(store)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return problems + ([f"verify: {done.stdout}{done.stderr}"] if done.returncode else [])


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--engine", choices=["local", "ray"], default="local")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--llm", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="graphmem-kills-") as folder:
        told = compare(
            Path(folder), files=given.files, kills=given.kills, engine=given.engine,
            seed=given.seed, with_llm=given.llm,
        )  # fmt: skip
    print(json.dumps(told, indent=1))
    return 1 if told["problems"] else 0


if __name__ == "__main__":
    sys.exit(main())
