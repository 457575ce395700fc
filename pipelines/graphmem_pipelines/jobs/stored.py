"""A source as the memory holds it."""

from __future__ import annotations

from graphmem.core.uids import content_uid
from graphmem.ports import GraphStore
from graphmem_schemas import Passage, Source

__all__ = ["stored_source"]


def stored_source(store: GraphStore, space: str, name: str) -> tuple[Source | None, list[Passage]]:
    """Return a source and its passages in order; None and nothing where it is not there.

    Args:
        store: holds it.
        space: the space.
        name: what the source is called.
    """
    uid = content_uid("source", name)
    (source,) = store.get(space, [uid])
    if not isinstance(source, Source):
        return None, []
    links = store.neighbours(space, [uid], ("PART_OF",))
    nodes = store.get(space, [link.start for link in links if link.end == uid])
    passages = [node for node in nodes if isinstance(node, Passage)]
    return source, sorted(passages, key=lambda passage: passage.position)
