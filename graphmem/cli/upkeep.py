"""`graphmem stats | doctor | rebuild | consolidate | version`: how the memory is; upkeep."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from graphmem.cli.output import counted, counts_table, emit, room
from graphmem.cli.session import Session

if TYPE_CHECKING:
    from graphmem.cli.findings import Finding
    from graphmem_schemas import ConsolidateReceipt, Stats

__all__ = ["Rebuildable", "consolidate", "doctor", "rebuild", "stats", "stats_lines", "version"]

_SHOWN = 20


class Rebuildable(StrEnum):
    """What `rebuild` can make anew."""

    VIEWS = "views"
    VECTORS = "vectors"


def stats(session: Session) -> None:
    """Count what the space holds."""
    with session.memory() as memory:
        counts = memory.stats()
    emit(session, counts, lambda: stats_lines(counts))


def doctor(
    session: Session,
    deleted: Annotated[
        bool,
        typer.Option("--deleted", help="Prove that nothing of what was deleted is left."),
    ] = False,
    text: Annotated[
        list[str] | None,
        typer.Option(help="With --deleted: a text to look for in all files; may be repeated."),
    ] = None,
) -> None:
    """Check the store, its views, the models and the disk; say what to do."""
    if text and not deleted:
        raise typer.BadParameter("--text goes with --deleted")
    if deleted:
        from graphmem.cli.leftovers import look_for_deleted

        findings = look_for_deleted(session, text or [])
    else:
        from graphmem.cli.checkup import check_up

        findings = check_up(session)
    bad = sum(not finding.ok for finding in findings)
    payload = {
        "ok": not bad,
        "findings": [{"what": f.what, "ok": f.ok, "found": f.found, "do": f.do} for f in findings],
    }
    emit(session, payload, lambda: _finding_lines(findings))
    if bad:
        session.say(f"graphmem: doctor found {bad} {'problem' if bad == 1 else 'problems'}")
        raise typer.Exit(1)


def rebuild(
    session: Session,
    what: Annotated[
        Rebuildable, typer.Argument(help="views, or vectors with the current embedder.")
    ] = Rebuildable.VIEWS,
) -> None:
    """Make the views anew from the store, or all vectors with the current embedder."""
    from graphmem.cli.progress import watching

    with session.memory() as memory, watching(session, f"rebuilding {what}") as progress:
        n_passages = memory.rebuild(str(what), progress=progress)
    result = {"rebuilt": str(what), "n_passages": n_passages}
    emit(session, result, lambda: [f"rebuilt {what} of {counted(n_passages, 'passage')}"])


def consolidate(session: Session) -> None:
    """Make more of what was added since the last time: merge, lift, learn, draw lessons."""
    from graphmem.cli.progress import watching

    with session.memory() as memory, watching(session, "consolidating") as progress:
        receipt = memory.consolidate(progress=progress)
    emit(session, receipt, lambda: _consolidated(receipt))


def version(session: Session) -> None:
    """Print the version."""
    from importlib.metadata import version as version_of

    number = version_of("graphmem")
    emit(session, {"version": number}, lambda: [f"graphmem {number}"])


def stats_lines(counts: Stats) -> list[str]:
    """Write the counts of a space, for a person."""
    return [
        f"space {counts.space}, commit {counts.seq}{room(counts.store_bytes)}, "
        f"vectors of {counts.embedder or 'no embedder yet'}",
        *counts_table(counts.nodes, "nodes"),
        *counts_table(counts.edges, "edges"),
        f"vectors {counts.n_vectors:,}",
    ]


def _consolidated(receipt: ConsolidateReceipt) -> list[str]:
    if not receipt.changed:
        return ["nothing changed", *receipt.notes]
    counts = {
        "merged": len(receipt.merged),
        "lifted": len(receipt.lifted),
        "learnt": len(receipt.learnt),
        **{f"new {label}": len(uids) for label, uids in receipt.added.items()},
    }
    return [
        *counts_table(counts, "done"),
        *(f"  {one} is read as {into}" for one, into in receipt.merged[:_SHOWN]),
        *(f"  one at a time: {relation}" for relation in receipt.learnt[:_SHOWN]),
        *receipt.notes,
    ]


def _finding_lines(findings: list[Finding]) -> list[str]:
    lines = []
    for finding in findings:
        lines.append(f"{'ok ' if finding.ok else 'BAD'}  {finding.what}: {finding.found}")
        if finding.do:
            lines.append(f"     do: {finding.do}")
    return lines
