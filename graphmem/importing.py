"""From another memory into this one: reads it through `interop`, writes through `writing`."""

from __future__ import annotations

from pathlib import Path

from graphmem.errors import InvalidInput, MissingExtra
from graphmem.interop.importers.foreign import Foreign
from graphmem.ports import Progress
from graphmem.writing.accept import SourceText, accept_passages
from graphmem.writing.checks import check_path
from graphmem.writing.given import from_given, read_given
from graphmem.writing.writer import Writer, merge_receipts
from graphmem_schemas import Receipt, RejectedRow

__all__ = ["PEERS", "read_peer", "take_in"]

PEERS = ("graphiti", "mem0")


def read_peer(peer: str, where: str | Path, group: str | None) -> Foreign:
    """Read another memory; see `Memory.import_from`.

    Raises:
        InvalidInput: It is no memory that is known, or no such group is there.
        NotFound: There is no such file.
        MissingExtra: The Neo4j driver is not installed.
        StoreError: The Neo4j cannot be reached.
    """
    if peer == "mem0":
        from graphmem.interop.importers.mem0 import read_mem0

        return read_mem0(check_path(where), group)
    if peer != "graphiti":
        known = " or ".join(map(repr, PEERS))
        raise InvalidInput(f"cannot import from {peer!r}: it is {known}")
    from graphmem.interop.importers.graphiti import read_graphiti

    try:
        from graphmem.stores.neo4j.foreign import reading
    except ModuleNotFoundError as error:
        if error.name != "neo4j":
            raise
        raise MissingExtra("neo4j", "reading what Graphiti wrote") from error
    with reading(str(where)) as read:
        return read_graphiti(read, group)


def take_in(foreign: Foreign, writer: Writer, progress: Progress) -> Receipt:
    """Store what was read; rows that cannot be used are named in the receipt."""
    rejected = list(foreign.rejected)
    to_read: list[SourceText] = []
    told: list[SourceText] = []
    for passage in foreign.passages:
        try:
            texts = accept_passages([passage])
        except InvalidInput as error:
            rejected.append((passage.id, str(error)))
            continue
        (to_read if passage.id in foreign.to_read else told).extend(texts)
    refs = {turn.ref for text in told for turn in text.turns if turn.ref}
    given, bad = read_given([one for one in foreign.extractions if one.id in refs], refs)
    rejected += [(f"extraction {index}", why) for index, why in bad]
    receipts = [
        writer.add(to_read, progress),
        writer.add_given(
            told, lambda draft: from_given(draft.text, given.get(draft.ref or "")), progress
        ),
    ]
    receipt = merge_receipts(receipts, [uid for one in receipts for uid in one.sources])
    problems = tuple(
        RejectedRow(index=index, reason=f"{name}: {why}")
        for index, (name, why) in enumerate(rejected)
    )
    notes = (*receipt.notes, *foreign.notes)
    return receipt.model_copy(update={"rejected": problems, "notes": notes})
