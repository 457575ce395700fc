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
    from graphmem_schemas import Context

__all__ = ["demo"]

STORE_NAME = "demo.db"
PICTURE_NAME = "graph.html"
# Small, so that a context fits a screen.
BUDGET = 800
GO_ON = "What does Devi do on Wednesdays?"


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
    from graphmem.cli.demo_texts import YOURS, demo_texts, read_questions
    from graphmem.cli.demo_yours import question_about

    started = time.perf_counter()
    texts = list(demo_texts([Path(path) for path in text or []]))
    folder = Path(out)
    store = _fresh_store(folder)
    here = Session(str(store), session.space, session.as_json)
    show = Show(here)
    questions = read_questions()
    with here.memory(create=True) as memory:
        result, yours = _remember(here, memory, texts, show)
        names = _topics(here, yours)
        _warm_up(memory, questions, show)
        result |= _ask(memory, questions, show)
        if any(one.group == YOURS for one in texts):
            result["yours"] = _ask_yours(memory, names, show)
    result["changed"] = _changed(here, questions, show)
    result["picture"] = _paint(here, folder, show)
    result["seconds"] = round(time.perf_counter() - started, 2)
    show.end(result, store, question_about(names[0]) if names else GO_ON)


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
) -> tuple[dict[str, Any], list[str]]:
    """Add the texts; also return the uids of the passages of the user's own."""
    from graphmem.cli.demo_texts import YOURS
    from graphmem.cli.inputs import LeftOut
    from graphmem.cli.progress import watching
    from graphmem.errors import InvalidInput

    started = time.perf_counter()
    notes: dict[str, None] = {}
    left_out: list[LeftOut] = []
    yours: list[str] = []
    for text in texts:
        before = time.perf_counter()
        try:
            with watching(session, text.source) as progress:
                receipt = memory.add(text.read(), source=text.source, progress=progress)
        except InvalidInput as error:
            if text.group != YOURS:
                raise
            left_out.append(LeftOut.because(text.source, error))
            show.left_out(left_out[-1])
            continue
        show.added(text, receipt, time.perf_counter() - before)
        notes.update(dict.fromkeys(receipt.notes))
        if text.group == YOURS:
            yours.extend(receipt.added.get("Passage", ()))
    seconds = time.perf_counter() - started
    stats = memory.stats()
    n_texts = len(texts) - len(left_out)
    show.counts(stats, n_texts, seconds)
    result = {
        "n_texts": n_texts,
        "reading_seconds": round(seconds, 2),
        "nodes": stats.nodes,
        "edges": stats.edges,
        "notes": list(notes),
        "left_out": [{"name": one.name, "reason": one.reason} for one in left_out],
    }
    return result, yours


def _topics(session: Session, passages: Sequence[str]) -> list[str]:
    from graphmem.cli.demo_yours import topics
    from graphmem.stores.registry import open_store

    store = open_store(session.store)
    try:
        return topics(store, session.space, passages)
    finally:
        store.close()


def _warm_up(memory: Memory, questions: Questions, show: Show) -> None:
    """Ask once, so that what is done once is not counted as the time of a question."""
    started = time.perf_counter()
    # One that is about what people said, and one that has to walk through documents.
    for question in (questions.declined, questions.asked[-1].question):
        memory.context(question, budget=BUDGET)
    show.ready(time.perf_counter() - started)


def _ask(memory: Memory, questions: Questions, show: Show) -> dict[str, Any]:
    show.title("Eight questions, and the context that an LLM would get")
    answers = []
    for number, asked in enumerate(questions.asked, 1):
        context, milliseconds = _context(memory, asked.question)
        places = asked.found_in(context.text)
        show.answer(number, asked.question, asked.shows, context, milliseconds)
        show.expected(asked.answer, places)
        answers.append(
            {
                "question": asked.question,
                "answer": asked.answer,
                "answer_in": places,
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


def _ask_yours(memory: Memory, names: Sequence[str], show: Show) -> list[dict[str, Any]]:
    """Ask about what the user's own texts name most."""
    from graphmem.cli.demo_yours import question_about

    show.yours(len(names))
    answers = []
    for number, name in enumerate(names, 1):
        question = question_about(name)
        context, milliseconds = _context(memory, question)
        show.answer(number, question, "named most in your texts", context, milliseconds)
        sources = [citation.source for citation in context.citations]
        answers.append({"question": question, "text": context.text, "sources": sources})
    return answers


def _context(memory: Memory, question: str) -> tuple[Context, float]:
    """Return the context of a question, and the milliseconds that it took."""
    started = time.perf_counter()
    context = memory.context(question, budget=BUDGET)
    return context, (time.perf_counter() - started) * 1_000


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
    from graphmem.interop.whole import graph_of
    from graphmem.stores.registry import open_store

    store = open_store(session.store)
    try:
        nodes, edges = graph_of(store, session.space)
    finally:
        store.close()
    path = folder / PICTURE_NAME
    path.write_text(picture_html(nodes, edges, "What the demo remembers"), encoding="utf-8")
    show.picture(path)
    return str(path)
