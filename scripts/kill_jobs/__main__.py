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
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from graphmem.testing.llm_server import LLMServer
from scripts.kill_jobs.runs import Setting, draw_moments, run_killed, run_whole
from scripts.kill_jobs.state import differences, graph_at, item_rows, job_states
from scripts.kill_jobs.tree import answer, make_tree

DELAY_S = 0.02


def compare(
    folder: Path, *, files: int, kills: int, engine: str, seed: int, with_llm: bool
) -> dict[str, Any]:
    """Run both ways; return what was seen, `problems` among it."""
    tree = folder / "tree"
    n_items = make_tree(tree, files)
    with ExitStack() as stack:
        quiet, disturbed = (
            stack.enter_context(LLMServer(answer, delay_s=DELAY_S)) for _ in range(2)
        )
        peace, killed = folder / "peace.db", folder / "killed.db"
        calm = Setting(tree, n_items, engine, url=quiet.url if with_llm else None)
        startup, whole = run_whole(calm, peace)
        harsh = Setting(tree, n_items, engine, url=disturbed.url if with_llm else None)
        moments = draw_moments(kills, seed, startup * 0.8)
        told = run_killed(harsh, killed, moments, lambda: disturbed.served().n_answered)
        calls = (quiet.served().n_answered, disturbed.served().n_answered)
    problems = (
        told.problems + look(killed, n_items) + differences(graph_at(peace), graph_at(killed))
    )
    return {
        "engine": engine,
        "llm": with_llm,
        "files": files,
        "items": n_items,
        "undisturbed_s": round(whole, 1),
        "first_item_s": round(startup, 1),
        "kills": told.kills,
        "gone_s": told.gone_s,
        "calls_undisturbed": calls[0],
        "calls": calls[1],
        "calls_lost_by_kills": told.n_lost,
        "graph": dict(Counter(key[0] for key in graph_at(killed))),
        "problems": problems,
    }


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
