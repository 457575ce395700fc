"""Show consolidating and taking back on real conversations: what they do, cost, and leave.

    python scripts/take_back.py DIR [--sessions N]

DIR is a bench set of conversations (corpus.jsonl.gz), as `graphmem bench` reads. Adds N sessions
to a file, consolidates twice, adds one session more, consolidates, takes that session back, and
says whether the graph is what it was. Then the file is squeezed and every byte of it accounted
for. Times are of the processor.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from time import process_time

from graphmem.bench.sets import read_set, sessions
from graphmem.memory import Memory
from graphmem.stores.sqlite.residue import leftovers, pieces, squeeze, traces
from graphmem_schemas import EDGE_KINDS, Entity, Message, Node


def graph_of(memory: Memory) -> dict[str, str]:
    """All nodes and edges, with weights."""
    found: dict[str, str] = {}
    for batch in memory._store.changes(
        memory.space, 0, labels=tuple(Node.registry), kinds=EDGE_KINDS
    ):
        for node in batch.nodes:
            found[f"{node.label} {node.uid}"] = node.model_dump_json()
        for edge in batch.edges:
            weights = sorted(edge.sources.items())
            found[f"{edge.kind} {edge.start} {edge.end}"] = f"{edge.role} {weights}"
    return found


def consolidate(memory: Memory, when: str) -> None:
    """Consolidate and print what that did."""
    began = process_time()
    done = memory.consolidate()
    took = process_time() - began
    added = {label: len(uids) for label, uids in done.added.items()}
    print(
        f"consolidate {when}: {took:.2f} s, changed {done.changed}, merged {len(done.merged)}, "
        f"lifted {len(done.lifted)}, learnt {len(done.learnt)}, new {added}"
    )
    for one, into in done.merged[:12]:
        pair = [node.name for node in memory._store.get(memory.space, [one, into])
                if isinstance(node, Entity)]  # fmt: skip
        print("   ", " = ".join(pair))


def come_and_go(memory: Memory, name: str, messages: list[Message]) -> int:
    """Add a session, consolidate, take it back; return in how much the graph differs."""
    before = graph_of(memory)
    memory.add(messages, source=name)
    consolidate(memory, "with one session more")
    began = process_time()
    receipt = memory.delete(source=name)
    print(
        f"delete: {process_time() - began:.2f} s, nodes {receipt.nodes}, "
        f"{receipt.recounted} stay with less"
    )
    after = graph_of(memory)
    differ = sorted(
        key for key in before.keys() | after.keys() if before.get(key) != after.get(key)
    )
    print(f"{len(before)} nodes and edges before, {len(differ)} differ after")
    for key in differ[:6]:
        print("   ", key, before.get(key, "")[:300], "->", after.get(key, "")[:300])
    return len(differ)


def look_for(path: Path, texts: list[str]) -> int:
    """Squeeze the file and look for texts; return how much is left that should not be."""
    began = process_time()
    squeeze(path)
    left = leftovers(path)
    found = traces(sorted(path.parent.rglob("*.*")), pieces(texts))
    print(
        f"squeezed and looked at in {process_time() - began:.2f} s: {left or 'nothing left'}, "
        f"{len(found)} of {len(texts)} deleted texts in files"
    )
    return len(left) + len(found)


def main() -> int:
    """Run it all; 1 where something is left that should not be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sessions", type=int, default=19)
    given = parser.parse_args()
    # Names of sessions come again in other groups.
    everything = [
        (f"{group} {name}", messages)
        for group, rows in sorted(read_set(given.folder).groups.items())
        for name, messages in sessions(rows).items()
    ]
    told = everything[: given.sessions + 1]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "agent.db"
        with Memory(path) as memory:
            began = process_time()
            for name, messages in told[:-1]:
                memory.add(messages, source=name)
            n_nodes = memory.stats().nodes
            print(f"added {len(told) - 1} sessions in {process_time() - began:.1f} s: {n_nodes}")
            consolidate(memory, "all")
            consolidate(memory, "again")
            n_differ = come_and_go(memory, *told[-1])
        # What is so long comes in no other turn.
        texts = [message.text for message in told[-1][1] if len(message.text) > 60]
        n_left = look_for(path, texts)
    return int(bool(n_differ or n_left))


if __name__ == "__main__":
    sys.exit(main())
