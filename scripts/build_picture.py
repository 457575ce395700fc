"""Draw docs/graph.svg, the README's picture, from the memory that the demo left behind."""

from __future__ import annotations

import argparse
from pathlib import Path

from graphmem.interop.picture.page import picture_svg
from graphmem.interop.picture.select import Limits
from graphmem.interop.whole import graph_of
from graphmem.stores.registry import open_store
from graphmem_schemas import Passage, Source

TARGET = Path(__file__).resolve().parent.parent / "docs" / "graph.svg"
# Few enough nodes that every name can be read at the width of a README.
LIMITS = Limits(entities=45, facts=36, events=14, passages=40)


def main() -> None:
    """Read the demo's store and write the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("store", nargs="?", default="demo-output/demo.db")
    store = open_store(parser.parse_args().store)
    nodes, edges = graph_of(store, "default")
    store.close()
    # The project's own pages change with every commit; the picture should not.
    own = {n.uid for n in nodes if isinstance(n, Source) and n.name.endswith(("README.md",))}
    own |= {n.uid for n in nodes if isinstance(n, Source) and n.name.startswith("docs/")}
    own |= {n.uid for n in nodes if isinstance(n, Passage) and n.source in own}
    kept = [node for node in nodes if node.uid not in own]
    TARGET.write_text(picture_svg(kept, edges, LIMITS), encoding="utf-8")


if __name__ == "__main__":
    main()
