"""`graphmem search | context | get | history`: questions to the memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from graphmem.cli.output import citation_line, counted, emit, hit_lines, node_payload, wrapped
from graphmem.cli.session import Session
from graphmem.cli.values import Kind, Mode, moment
from graphmem.cli.where import tell_where

if TYPE_CHECKING:
    from graphmem_schemas import Change, Context, Node, Recall

__all__ = ["context", "context_lines", "get", "history", "search"]

Question = Annotated[str, typer.Argument(help="In plain words.")]
AsOf = Annotated[
    str | None, typer.Option(callback=moment, help="Answer with what held then (ISO 8601).")
]
_READING = "read"
Uid = Annotated[str, typer.Argument(help="As receipts and hits give it.")]


def search(  # noqa: PLR0913  # options, all by their names
    session: Session,
    question: Question,
    k: Annotated[int, typer.Option("-k", "--k", min=1, max=1000, help="How many hits.")] = 10,
    as_of: AsOf = None,
    kind: Annotated[
        list[Kind] | None,
        typer.Option(
            help="passage, proposition, event, hyperedge, entity or concept; may be given again.",
            metavar="KIND",
        ),
    ] = None,
    mode: Annotated[
        Mode | None,
        typer.Option(
            help="latest (facts that hold), all (those that held, too) or chronological; "
            "what the question asks for unless said.",
            metavar="MODE",
        ),
    ] = None,
    why: Annotated[bool, typer.Option("--why", help="Show score parts and paths.")] = False,
) -> None:
    """Find what answers a question, best first."""
    with session.memory() as memory:
        recall = memory.search(
            question,
            k=k,
            as_of=as_of,
            kinds=[one.value for one in kind or ()] or None,
            mode=mode.value if mode else None,
        )
    emit(session, recall, lambda: _recall_lines(recall, why=why))
    if not recall.hits:
        tell_where(session)


def context(
    session: Session,
    question: Question,
    budget: Annotated[int, typer.Option(min=1, help="Tokens that the text may take.")] = 1500,
    as_of: AsOf = None,
) -> None:
    """Pack what answers a question into cited text for a prompt.

    It is laid out and numbered by source and time; --json also gives the hits, best first.
    """
    with session.memory() as memory:
        packed = memory.context(question, budget=budget, as_of=as_of)
    emit(session, packed, lambda: context_lines(packed))
    if not packed.recall.hits:
        tell_where(session)


def get(session: Session, uid: Uid) -> None:
    """Show one node."""
    with session.memory() as memory:
        node = memory.get(uid)
    payload = node_payload(node)
    emit(session, payload, lambda: _node_lines(node))


def history(
    session: Session,
    uid: Annotated[str | None, typer.Argument(help="As receipts and hits give it.")] = None,
    entity: Annotated[str | None, typer.Option(help="Instead: a name, or a uid.")] = None,
    predicate: Annotated[str | None, typer.Option(help="With it: one relation.")] = None,
    known_at: Annotated[
        str | None,
        typer.Option(callback=moment, help="With it: as the memory had it then (ISO 8601)."),
    ] = None,
) -> None:
    """Show how a node came to be what it is, oldest first."""
    if (uid is None) == (entity is None):
        raise typer.BadParameter("name one of UID and --entity")
    if entity is None and (predicate or known_at):
        raise typer.BadParameter("--predicate and --known-at go with --entity")
    with session.memory() as memory:
        changes = memory.history(uid, entity=entity, predicate=predicate, known_at=known_at)
    rows = [
        {"at": c.at.isoformat(), "what": c.what, "node": node_payload(c.node)} for c in changes
    ]
    emit(session, {"uid": uid, "entity": entity, "changes": rows}, lambda: _history_lines(changes))


def context_lines(packed: Context) -> list[str]:
    """Write a packed context with what its citations stand for."""
    if packed.abstained:
        return [f"no answer: {packed.abstained}"]
    lines = [packed.text, ""]
    texts = {hit.uid: hit.text for hit in packed.recall.hits}
    lines += [citation_line(one, texts.get(one.passage, "")) for one in packed.citations]
    return [*lines, f"({counted(packed.n_tokens, 'token')})"]


def _recall_lines(recall: Recall, *, why: bool) -> Iterable[str]:
    if recall.abstained:
        yield f"no answer: {recall.abstained}"
        if recall.hits:
            yield "the nearest, which are not trusted to answer it:"
    for number, hit in enumerate(recall.hits, 1):
        yield from hit_lines(number, hit, why=why)
    if why:
        yield f"confidence {recall.confidence:.3f}; {recall.trace.n_candidates} candidates"
        yield _timing_line(recall.trace.timings_ms)


def _timing_line(timings: Mapping[str, float]) -> str:
    """Write what each stage took, from the moments at which they ended."""
    moments = sorted(timings.items(), key=lambda item: item[1])
    before = [0.0, *(moment for _, moment in moments)]
    # What comes last is the reading of nodes, and ends it all.
    names = [_READING if name == "total" else name for name, _ in moments]
    stages = ", ".join(
        f"{name} {moment - start:.1f}"
        for name, (_, moment), start in zip(names, moments, before, strict=False)
    )
    return f"milliseconds: {timings.get('total', 0.0):.1f} in all ({stages})"


def _node_lines(node: Node) -> list[str]:
    lines = [f"{node.label} {node.uid}"]
    for name, value in node.model_dump(mode="json", exclude={"uid"}).items():
        if value not in (None, "", [], ()):
            lines.extend(wrapped(f"{name}: {value}"))
    return lines


def _history_lines(changes: list[Change]) -> list[str]:
    lines = []
    for change in changes:
        text = getattr(change.node, "text", None) or getattr(change.node, "name", "")
        ended = getattr(change.node, "valid_to", None)
        until = f", until {ended.isoformat()}" if ended and ended != change.at else ""
        lines += [f"{change.at.isoformat()}  {change.what}{until}", *wrapped(str(text))]
    return lines
