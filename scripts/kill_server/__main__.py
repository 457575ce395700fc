"""Kill `graphmem serve` under load again and again, and look for what it acknowledged.

    python -m scripts.kill_server --rounds 20
    python -m scripts.kill_server --rounds 20 --workers 2

Clients add texts, conversations, documents, runs and extractions to several spaces while the
server is killed with SIGKILL at random moments and started again; of several workers every second
time only one is killed, and another goes on. In the end every acknowledged write must be there
once, every job ended, and the graph that of an undisturbed memory. Prints one JSON object; exit
status 1 where anything is wrong: `problems` says what.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from scripts.kill_server.clients import Clients
from scripts.kill_server.look import compared, looked, n_waiting
from scripts.kill_server.server import Server, free_port

SPACES = ("north", "south", "west")
FRESH = 6
_HEARD_S, _DRAINED_S = 120.0, 600.0


def disturb(
    folder: Path, *, rounds: int, clients: int, workers: int, seed: int, longest_s: float = 8.0
) -> dict[str, Any]:
    """Run it; return what was seen, `problems` among it.

    Args:
        folder: takes the store.
        rounds: how often it is killed.
        clients: that add at a time.
        workers: processes of the server.
        seed: of the moments.
        longest_s: seconds from when it answers to when it is killed.
    """
    store, port, chance = folder / "served.db", free_port(), random.Random(seed)
    begun = time.monotonic()
    server = Server(store, port, workers)
    server.wait()
    adding = Clients(server.url, SPACES, clients)
    waiting: list[int] = []
    try:
        for at in range(rounds):
            _hear_some(adding)
            time.sleep(chance.uniform(0.0, longest_s))
            if workers > 1 and at % 2 == 0 and server.kill_worker():
                waiting.append(n_waiting(store))
                continue
            server.kill()
            waiting.append(n_waiting(store))
            server = Server(store, port, workers)
            server.wait()
    finally:
        adding.stop()
    try:
        problems = _drained(store)
    finally:
        status = server.stop()
    problems += [f"the server ended with {status}"] if status else []
    told = adding.told
    problems += looked(store, told, SPACES)
    problems += compared(store, told, SPACES, folder)
    return {
        "rounds": rounds,
        "workers": workers,
        "clients": clients,
        "seconds": round(time.monotonic() - begun, 1),
        "sent": len(told.sent),
        "acknowledged": len(told.acknowledged),
        "refused": told.n_refused,
        "waiting_at_kills": waiting,
        "problems": problems,
    }


def _hear_some(adding: Clients) -> None:
    """Wait until a server has acknowledged something, else its death shows nothing."""
    before, end = len(adding.told.acknowledged), time.monotonic() + _HEARD_S
    while len(adding.told.acknowledged) < before + FRESH:
        if time.monotonic() > end:
            raise RuntimeError("the server acknowledges nothing")
        time.sleep(0.02)


def _drained(store: Path) -> list[str]:
    end = time.monotonic() + _DRAINED_S
    while left := n_waiting(store):
        if time.monotonic() > end:
            return [f"{left} writes still wait"]
        time.sleep(0.2)
    return []


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="graphmem-kills-") as folder:
        told = disturb(
            Path(folder), rounds=given.rounds, clients=given.clients, workers=given.workers,
            seed=given.seed,
        )  # fmt: skip
    print(json.dumps(told, indent=1))
    return 1 if told["problems"] else 0


if __name__ == "__main__":
    sys.exit(main())
