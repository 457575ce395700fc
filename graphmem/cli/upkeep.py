"""`graphmem stats | doctor | rebuild | version`: how the memory is, and making it well."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from graphmem.cli.output import counted, counts_table, emit
from graphmem.cli.session import Session

if TYPE_CHECKING:
    from graphmem.cli.checkup import Finding
    from graphmem_schemas import Stats

__all__ = ["Rebuildable", "doctor", "rebuild", "stats", "stats_lines", "version"]


class Rebuildable(StrEnum):
    """What `rebuild` can make anew."""

    VIEWS = "views"
    VECTORS = "vectors"


def stats(session: Session) -> None:
    """Count what the space holds."""
    with session.memory() as memory:
        counts = memory.stats()
    emit(session, counts, lambda: stats_lines(counts))


def doctor(session: Session) -> None:
    """Check the store, its views, the models and the disk; say what to do."""
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


def version(session: Session) -> None:
    """Print the version."""
    from importlib.metadata import version as version_of

    number = version_of("graphmem")
    emit(session, {"version": number}, lambda: [f"graphmem {number}"])


def stats_lines(counts: Stats) -> list[str]:
    """Write the counts of a space, for a person."""
    return [
        f"space {counts.space}, commit {counts.seq}, {counts.store_bytes / 1e6:,.1f} MB, "
        f"vectors of {counts.embedder or 'no embedder yet'}",
        *counts_table(counts.nodes, "nodes"),
        *counts_table(counts.edges, "edges"),
        f"vectors {counts.n_vectors:,}",
    ]


def _finding_lines(findings: list[Finding]) -> list[str]:
    lines = []
    for finding in findings:
        lines.append(f"{'ok ' if finding.ok else 'BAD'}  {finding.what}: {finding.found}")
        if finding.do:
            lines.append(f"     do: {finding.do}")
    return lines
