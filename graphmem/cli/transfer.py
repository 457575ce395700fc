"""`graphmem export | import | copy`: a whole space out of a memory and into one."""

from __future__ import annotations

from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from graphmem.cli.output import counts_table, emit
from graphmem.cli.session import Session

if TYPE_CHECKING:
    from graphmem_schemas import Stats

__all__ = ["Peer", "copy", "export", "import_"]


class Peer(StrEnum):
    """Another memory that can be read."""

    GRAPHITI = "graphiti"
    MEM0 = "mem0"


def copy(
    session: Session,
    source: Annotated[str, typer.Argument(help="File or URL of the store to copy from.")],
    target: Annotated[str, typer.Argument(help="File or URL of the store to copy to.")],
    to: Annotated[
        str | None, typer.Option(help="Space of the target.  [default: the same]")
    ] = None,
    merge: Annotated[
        bool, typer.Option("--merge", help="Put it beside what the target's space holds.")
    ] = False,
) -> None:
    """Copy a space into another store, and compare both; run again, it goes on.

    A copy that was stopped goes on where it was. One that was finished carries over what has
    changed since. Fails where the two are not the same at the end.
    """
    from graphmem.cli.progress import watching
    from graphmem.interop.copy import copy_space, require_space
    from graphmem.models.seal import check_seal, read_seal, seal
    from graphmem.stores.registry import open_store
    from graphmem.writing.checks import check_space

    space, to_space = check_space(session.space), check_space(to or session.space)
    Session(store=source).require_store()
    with closing(open_store(source)) as old:
        check_seal(old, None)
        require_space(old, space)
        with closing(open_store(target)) as new:
            seal(new, read_seal(old))
            with watching(session, "copying") as progress:
                copied = copy_space(old, space, new, to_space, merge=merge, progress=progress)
    result = {
        "source": Session(source).shown, "space": space,
        "target": Session(target).shown, "to": to_space,
        "resumed": copied.resumed, "n_batches": copied.n_batches,
        "counts": dict(sorted(copied.holdings.counts.items())),
        "checksum": f"{copied.holdings.checksum:032x}",
    }  # fmt: skip
    emit(session, result, lambda: _copied_lines(result))


def _copied_lines(result: dict[str, Any]) -> list[str]:
    if not result["n_batches"]:
        return ["nothing new: all of it was there already"]
    total = sum(result["counts"].values())
    return [
        f"{total:,} nodes, edges and vectors of {result['space']!r} are in {result['to']!r}, "
        f"compared: checksum {result['checksum']}",
        *counts_table(result["counts"], "copied" if not result["resumed"] else "there now"),
    ]


def export(
    session: Session,
    path: Annotated[str, typer.Argument(help="A .jsonl, .trig, .ttl or .graphml file.")],
    vectors: Annotated[
        bool | None,
        typer.Option(
            "--vectors/--no-vectors", help="Vectors too.  [default: in .jsonl]",
            show_default=False,
        ),
    ] = None,
) -> None:  # fmt: skip
    """Write the whole space to a file; its ending chooses the format."""
    with session.memory() as memory:
        n_rows = memory.export(path, vectors=vectors)
    emit(session, {"path": path, "n_rows": n_rows}, lambda: [f"{n_rows:,} rows in {path}"])


def import_(
    session: Session,
    path: Annotated[
        str,
        typer.Argument(
            help="A .jsonl, .trig or .ttl file of `export`; with --from, mem0's JSON file or "
            "the URL of Graphiti's Neo4j.",
        ),
    ],
    peer: Annotated[
        Peer | None, typer.Option("--from", help="The memory that it is from.")
    ] = None,
    group: Annotated[
        str | None, typer.Option(help="With --from: whose memory, where it holds several.")
    ] = None,
) -> None:
    """Read a file that `export` wrote, or another memory, into the space."""
    from graphmem.errors import NotFound

    if peer is None and group is not None:
        raise typer.BadParameter("--group says whose memory to take --from another memory")
    if peer is not Peer.GRAPHITI and not Path(path).is_file():  # before a store is made for it
        raise NotFound(f"there is no file {path!r} to import")
    if peer is not None:
        _import_from(session, peer, path, group)
        return
    with session.memory(create=True) as memory:
        before = _n_held(memory.stats())
        n_rows = memory.import_(path)
        counts = memory.stats()
    # Counted by what is there, which tells what was replaced no more than what was known.
    n_new = max(_n_held(counts) - before, 0)
    result = {"path": path, "n_rows": n_rows, "n_new": n_new}
    emit(session, result, lambda: [f"{n_rows:,} rows from {path}: {n_new:,} new"])
    if not counts.n_vectors and counts.nodes.get("Passage"):
        session.say("graphmem: it has no vectors: `graphmem rebuild vectors` makes them")


def _n_held(counts: Stats) -> int:
    return sum(counts.nodes.values()) + sum(counts.edges.values()) + counts.n_vectors


def _import_from(session: Session, peer: Peer, where: str, group: str | None) -> None:
    from graphmem.cli.progress import watching
    from graphmem.cli.writing import receipt_lines

    with session.memory(create=True) as memory, watching(session, f"from {peer}") as progress:
        receipt = memory.import_from(str(peer), where, group=group, progress=progress)
    emit(session, receipt, lambda: receipt_lines(receipt))
