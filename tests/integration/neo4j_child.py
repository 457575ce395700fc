"""A process that writes to the Neo4j that the environment names; see test_neo4j_safety.py."""

from __future__ import annotations

import os
import sys

from graphmem.core.changes import Changes
from graphmem.ports import GraphReader
from graphmem.stores.neo4j import Neo4jStore
from graphmem.testing.samples import edge, entity, passage, vector


def same_documents(store: Neo4jStore, space: str, n_documents: int) -> int:
    """Add the same documents as others do at the same time; return how many were new here."""
    n_new = 0
    for i in range(n_documents):
        document = Changes(
            nodes=(passage(f"p{i}"), entity("hub", aliases=("a", "b")), entity(f"e{i}")),
            edges=(
                edge(f"p{i}", "hub", kind="MENTIONS", sources={f"s{i}": 1.0}),
                edge(f"p{i}", f"e{i}", kind="MENTIONS", sources={f"s{i}": 1.0}),
                edge("hub", "hub", sources={f"s{i}": 1.0}),
            ),
            vectors=(vector(f"p{i}", float(i), 1.0),),
        )
        n_new += store.apply(space, lambda _, document=document: document).seq > 0  # type: ignore[misc]
    return n_new


def count_up(store: Neo4jStore, space: str, n_steps: int) -> int:
    """Add 1 to a number that others add to; say each step when it is acknowledged."""

    def step(reader: GraphReader) -> Changes:
        (old,) = reader.get(space, ["n"])
        value = int(getattr(old, "text", "0")) + 1
        mark = passage(f"{os.getpid()}-{done}")
        return Changes(
            nodes=(passage("n", text=str(value)), mark), edges=(edge(mark.uid, "n", kind="NEXT"),)
        )

    done = 0
    while done < n_steps:
        print(store.apply(space, step).seq, flush=True)
        done += 1
    return done


def forked(store: Neo4jStore, space: str, n_steps: int) -> int:
    """Use the store on both sides of a fork."""
    child = os.fork()
    if child == 0:
        status = 0 if count_up(store, space, n_steps) == n_steps else 1
        store.close()
        os._exit(status)
    done = count_up(store, space, n_steps)
    return done if os.waitpid(child, 0)[1] == 0 else -1


if __name__ == "__main__":
    work = {"same": same_documents, "count": count_up, "fork": forked}[sys.argv[1]]
    opened = Neo4jStore("neo4j://")
    print("done", work(opened, sys.argv[2], int(sys.argv[3])), flush=True)
    opened.close()
