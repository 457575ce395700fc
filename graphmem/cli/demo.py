"""`graphmem demo`: real text in; a graph, cited contexts and a picture out."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from graphmem.cli.session import Session

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graphmem.cli.demo_show import Show
    from graphmem.cli.demo_texts import DemoText, Questions
    from graphmem.memory import Memory

__all__ = ["demo"]

STORE_NAME = "demo.db"
PICTURE_NAME = "graph.html"
# Small, so that a context fits a screen.
BUDGET = 400


def demo(
    session: Session,
    text: Annotated[
        list[str] | None,
        typer.Option(
            help="A file or folder of your own to add; may be given again.", metavar="PATH"
        ),
    ] = None,
    out: Annotated[
        str, typer.Option(help="Folder for the memory and the picture.", metavar="FOLDER")
    ] = "demo-output",
) -> None:
    """Watch real text become a graph, and questions become cited contexts."""
    from graphmem.cli.demo_show import Show
    from graphmem.cli.demo_texts import demo_texts, read_questions

    started = time.perf_counter()
    texts = list(demo_texts([Path(path) for path in text or []]))
    folder = Path(out)
    store = _fresh_store(folder)
    here = Session(str(store), session.space, session.as_json)
    show = Show(here)
    with here.memory(create=True) as memory:
        result = _remember(here, memory, texts, show)
        result |= _ask(memory, read_questions(), show)
    result["changed"] = _changed(here, read_questions(), show)
    result["picture"] = _paint(here, folder, show)
    result["seconds"] = round(time.perf_counter() - started, 2)
    show.end(result, store)


def _fresh_store(folder: Path) -> Path:
    """Make room for a new demo memory; only what an earlier demo left is removed."""
    folder.mkdir(parents=True, exist_ok=True)
    for leftover in folder.glob(f"{STORE_NAME}*"):
        if leftover.is_dir():
            shutil.rmtree(leftover)
        else:
            leftover.unlink()
    return folder / STORE_NAME


def _remember(
    session: Session, memory: Memory, texts: Sequence[DemoText], show: Show
) -> dict[str, Any]:
    from graphmem.cli.progress import watching

    started = time.perf_counter()
    notes: dict[str, None] = {}
    for text in texts:
        before = time.perf_counter()
        with watching(session, text.source) as progress:
            receipt = memory.add(text.content, source=text.source, progress=progress)
        show.added(text, receipt, time.perf_counter() - before)
        notes.update(dict.fromkeys(receipt.notes))
    seconds = time.perf_counter() - started
    stats = memory.stats()
    show.counts(stats, len(texts), seconds)
    return {
        "n_texts": len(texts),
        "reading_seconds": round(seconds, 2),
        "nodes": stats.nodes,
        "edges": stats.edges,
        "notes": list(notes),
    }


def _ask(memory: Memory, questions: Questions, show: Show) -> dict[str, Any]:
    show.title("Eight questions, and the context that an LLM would get")
    answers = []
    for number, (question, shows) in enumerate(questions.asked, 1):
        started = time.perf_counter()
        context = memory.context(question, budget=BUDGET)
        milliseconds = (time.perf_counter() - started) * 1_000
        show.answer(number, question, shows, context, milliseconds)
        answers.append(
            {
                "question": question,
                "text": context.text,
                "abstained": context.abstained,
                "refs": [c.ref or c.source for c in context.citations],
                "milliseconds": round(milliseconds, 1),
            }
        )
    recall = memory.search(questions.declined)
    show.declined(recall)
    declined = {
        "question": questions.declined,
        "abstained": recall.abstained,
        "confidence": recall.confidence,
    }
    return {"questions": answers, "declined": declined}


def _changed(session: Session, questions: Questions, show: Show) -> dict[str, Any] | None:
    """Show one fact that a later message changed."""
    from graphmem.cli.demo_changed import find_change
    from graphmem.stores.registry import open_store

    store = open_store(session.store)
    try:
        change = find_change(store, session.space, questions.changed)
    finally:
        store.close()
    show.changed(change)
    if change is None:
        return None
    return {
        "old": change.old.text,
        "new": change.new.text,
        "since": change.new.valid_from.isoformat() if change.new.valid_from else None,
        "evidence": [passage.text for passage in change.new_evidence],
    }


def _paint(session: Session, folder: Path, show: Show) -> str:
    from graphmem.interop.picture.page import picture_html
    from graphmem.stores.registry import open_store
    from graphmem_schemas import EDGE_KINDS, Edge, Node

    store = open_store(session.store)
    try:
        batches = store.changes(session.space, 0, labels=tuple(Node.registry), kinds=EDGE_KINDS)
        nodes: list[Node] = []
        edges: list[Edge] = []
        for batch in batches:
            nodes.extend(batch.nodes)
            edges.extend(batch.edges)
    finally:
        store.close()
    path = folder / PICTURE_NAME
    path.write_text(picture_html(nodes, edges, "What the demo remembers"), encoding="utf-8")
    show.picture(path)
    return str(path)
