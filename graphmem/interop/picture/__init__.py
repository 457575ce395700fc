"""One self-contained picture of a graph: select → lay out → draw → page."""
