"""Hurt a SQLite store on purpose, and see that nothing that was acknowledged is missing.

    python scripts/store_safety.py kill --rounds 100      # SIGKILL a writer, reopen, compare
    python scripts/store_safety.py contend --seconds 60   # two writers and two readers

Prints one JSON object; exit status 1 where anything was wrong.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import select
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

from graphmem.core.changes import Changes
from graphmem.ports import GraphReader
from graphmem.stores.sqlite import SqliteStore
from graphmem.testing.feed_contract import Mirror, read_feed
from graphmem.testing.samples import edge, entity, passage, vector
from graphmem_schemas import Node

SPACE = "a"
N_PASSAGES = 12
TEXT = "what was said, at some length, so that one commit takes many pages " * 30


def count_of(reader: GraphReader, uid: str) -> int:
    (node,) = reader.get(SPACE, [uid])
    return int(getattr(node, "text", "0"))


# Kill rounds: commit i is a function of i alone, so the counter says what must be there.


def step_uids(i: int) -> list[str]:
    return [f"{i:06}-{k:02}" for k in range(N_PASSAGES)]


def step_nodes(i: int) -> list[Node]:
    return [passage(uid, text=f"{uid} {TEXT}") for uid in step_uids(i)]


def removes(i: int) -> int | None:
    """Return the step whose nodes step i removes."""
    return i - 3 if i % 5 == 0 else None


def step(reader: GraphReader) -> Changes:
    i = count_of(reader, "counter") + 1
    uids, gone = step_uids(i), removes(i)
    return Changes(
        nodes=(passage("counter", text=str(i)), entity("hub"), *step_nodes(i)),
        edges=tuple(edge(uid, "hub", kind="MENTIONS", sources={f"s{i}": 1.0}) for uid in uids),
        vectors=tuple(vector(uid, float(i), 1.0) for uid in uids),
        remove_nodes=() if gone is None else tuple(step_uids(gone)),
    )


def write_forever(path: Path, acknowledge: int) -> None:
    """Commit and say so, until killed."""
    store = SqliteStore(path)
    while True:
        seq = store.apply(SPACE, step).seq
        os.write(acknowledge, f"{seq}\n".encode())


def fork_writer(path: Path) -> tuple[int, int]:
    """Start a writer; return its pid and the pipe on which it acknowledges."""
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(read_end)
            write_forever(path, write_end)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(70)
    os.close(write_end)
    return pid, read_end


def kill_after(pid: int, pipe: int, seconds: float) -> int:
    """Kill the writer when the time is over; return the last `seq` it acknowledged."""
    end, text = time.monotonic() + seconds, b""
    while (left := end - time.monotonic()) > 0:
        if select.select([pipe], [], [], left)[0]:
            text += os.read(pipe, 65536)
    os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    if not os.WIFSIGNALED(status):
        sys.exit("the writer ended by itself: see its error above")
    while chunk := os.read(pipe, 65536):
        text += chunk
    os.close(pipe)
    # A line that was cut by the kill was not yet an acknowledgement.
    lines = text.split(b"\n")[:-1]
    return int(lines[-1]) if lines else 0


def faults_after_kill(path: Path, acknowledged: int) -> Iterator[str]:
    """Open the store as anyone would, and compare it with what its counter promises."""
    store = SqliteStore(path)
    done = count_of(store, "counter")
    if not acknowledged <= done:
        yield f"commit {acknowledged} was acknowledged, but the store is at {done}"
    if store.seq(SPACE) != done:
        yield f"seq is {store.seq(SPACE)} after {done} commits"
    gone = {removes(i) for i in range(1, done + 1)}
    kept = [i for i in range(1, done + 1) if i not in gone]
    wanted = [node for i in kept for node in step_nodes(i)]
    if store.get(SPACE, [node.uid for node in wanted]) != wanted:
        yield f"nodes of finished commits are missing at {done}"
    counts = store.count(SPACE)
    n = len(wanted)
    if done and (counts.nodes["Passage"], counts.edges.get("MENTIONS", 0)) != (n + 1, n):
        yield f"at {done} there should be {n} passages besides the counter, but {counts}"
    mirror = Mirror()
    mirror.follow(read_feed(store, 0, SPACE))
    mirror.assert_same_as(store, SPACE)
    yield from store.check()
    store.close()


def kill_rounds(folder: Path, rounds: int, seed: int) -> dict[str, object]:
    """Kill writers at random moments; every fifth round, one that is making a new store."""
    rng, found, n_commits = random.Random(seed), [], 0
    for number in range(rounds):
        path = folder / f"{number // 5}.db"
        acknowledged = kill_after(*fork_writer(path), rng.uniform(0.0, 0.25))
        found += [f"round {number}: {fault}" for fault in faults_after_kill(path, acknowledged)]
        n_commits += acknowledged
    return {"rounds": rounds, "acknowledged": n_commits, "faults": found}


# Contention: every commit adds one to its writer's counter and to the shared one.


def contend_writer(path: Path, name: str, end: float) -> int:
    def plan(reader: GraphReader) -> Changes:
        mine, total = count_of(reader, name) + 1, count_of(reader, "total") + 1
        uids = [f"{name}-{mine}-{k}" for k in range(N_PASSAGES)]
        return Changes(
            nodes=(
                passage(name, text=str(mine)),
                passage("total", text=str(total)),
                *(passage(uid, text=TEXT[:200]) for uid in uids),
            ),
            edges=tuple(edge(uid, "total", kind="NEXT", sources={name: 1.0}) for uid in uids),
        )

    n_commits = 0
    while time.monotonic() < end:
        # A store of its own now and then: opening and closing contend as well.
        store = SqliteStore(path)
        for _ in range(25):
            store.apply(SPACE, plan)
            n_commits += 1
        store.close()
    return n_commits


def contend_reader(path: Path, name: str, end: float) -> int:
    store, mirror, n_reads = SqliteStore(path), Mirror(), 0
    while time.monotonic() < end:
        mirror.follow(read_feed(store, mirror.seq, SPACE))
        total = [int(getattr(mirror.nodes.get(uid), "text", "0")) for uid in ("w1", "w2", "total")]
        if total[0] + total[1] != total[2]:
            sys.exit(f"{name} saw half a commit: {total}")
        store.neighbours(SPACE, ["w1-1-0", "w2-1-0"])
        store.count(SPACE)
        n_reads += 1
    store.close()
    return n_reads


def fork_worker(work: Callable[[], int]) -> tuple[int, int]:
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            os.write(write_end, str(work()).encode())
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    os.close(write_end)
    return pid, read_end


def contend(folder: Path, seconds: float) -> dict[str, object]:
    """Let two processes write and two read, and add up what they say they did."""
    path, end = folder / "contended.db", time.monotonic() + seconds
    roles = {
        "w1": contend_writer,
        "w2": contend_writer,
        "r1": contend_reader,
        "r2": contend_reader,
    }
    running = {
        name: fork_worker(lambda name=name, work=work: work(path, name, end))
        for name, work in roles.items()
    }
    done, found = {}, []
    for name, (pid, pipe) in running.items():
        _, status = os.waitpid(pid, 0)
        done[name] = int(os.read(pipe, 64) or 0)
        if status:
            found.append(f"{name} failed: see its error above")
    store = SqliteStore(path)
    if count_of(store, "total") != done["w1"] + done["w2"]:
        found.append(f"{done} commits, but the store counted {count_of(store, 'total')}")
    found += store.check()
    store.close()
    return {"seconds": seconds, "done": done, "faults": found}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    kill = commands.add_parser("kill")
    kill.add_argument("--rounds", type=int, default=100)
    kill.add_argument("--seed", type=int, default=0)
    commands.add_parser("contend").add_argument("--seconds", type=float, default=60.0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="graphmem-safety-") as name:
        if given.command == "kill":
            result = kill_rounds(Path(name), given.rounds, given.seed)
        else:
            result = contend(Path(name), given.seconds)
    print(json.dumps(result))
    sys.exit(1 if result["faults"] else 0)


if __name__ == "__main__":
    main()
