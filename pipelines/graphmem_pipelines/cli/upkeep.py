"""`graphmem jobs extract | consolidate | re-embed | verify`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from graphmem.cli.output import emit
from graphmem.cli.session import Session
from graphmem_pipelines.cli.opening import (
    BaseUrl,
    Concurrency,
    LedgerFile,
    MaxCost,
    opened,
    opened_store,
)
from graphmem_pipelines.cli.telling import end_with, preview_lines, told

__all__ = ["consolidate", "extract", "reembed", "verify"]


def extract(  # noqa: PLR0913  # options, all by their names
    session: Session,
    llm: Annotated[str, typer.Option(help="LLM that reads what is stored: openai:<model>.")],
    base_url: BaseUrl = None,
    concurrency: Concurrency = 16,
    max_cost: MaxCost = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Tell what it would ask and cost, and do nothing.")
    ] = False,
    ledger: LedgerFile = None,
) -> None:
    """Have an LLM read what is stored, and add what it finds."""
    from graphmem.models.llm.limits import Limits
    from graphmem_pipelines.jobs.asking import LLMChoice
    from graphmem_pipelines.jobs.extract import Extract, preview_extract, run_extract

    choice = LLMChoice(llm, base_url, Limits(concurrency), max_cost)
    if dry_run:
        with opened_store(session) as store:
            expected = preview_extract(Extract(choice), store, session.space)
        emit(session, asdict(expected), lambda: preview_lines(expected))
        return
    with opened(session, ledger, create=True) as (store, book), told(session, "extract") as hear:
        report = run_extract(Extract(choice, hear=hear), store, session.space, book)
    end_with(session, report)


def consolidate(
    session: Session,
    llm: Annotated[
        str | None, typer.Option(help="LLM that is asked what rules leave open: openai:<model>.")
    ] = None,
    ledger: LedgerFile = None,
) -> None:
    """Merge doubles, learn relations, draw lessons and topics from what is new."""
    from graphmem_pipelines.jobs.consolidate import Consolidate, run_consolidate

    with opened(session, ledger, create=True) as (store, book), told(session, "merge") as hear:
        report = run_consolidate(Consolidate(llm=llm, hear=hear), store, session.space, book)
    end_with(session, report)


def reembed(
    session: Session,
    embedder: Annotated[
        str, typer.Option(help="minilm, sentence-transformers:<name> or openai:<model>.")
    ],
    ledger: LedgerFile = None,
) -> None:
    """Make the vectors of all spaces anew with another embedder, then switch to them."""
    from graphmem_pipelines.jobs.reembed import Reembed, run_reembed

    with opened(session, ledger, create=True) as (store, book), told(session, "embed") as hear:
        report = run_reembed(Reembed(embedder, hear), store, book)
    end_with(session, report)


def verify(session: Session, ledger: LedgerFile = None) -> None:
    """Look whether all that was ingested is there, whole."""
    from graphmem_pipelines.jobs.verify import Verify, run_verify

    with opened(session, ledger) as (store, book), told(session, "verify") as hear:
        report = run_verify(Verify(hear), store, session.space, book)
    end_with(session, report)
