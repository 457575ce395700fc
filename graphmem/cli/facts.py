"""`graphmem current | define | quarantined | release`: facts on two clocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from graphmem.cli.output import counted, day, emit, node_payload
from graphmem.cli.session import Session
from graphmem.cli.values import Objects, moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from graphmem_schemas import Predicate, Proposition

__all__ = ["current", "define", "quarantined", "release"]


def current(
    session: Session,
    entity: Annotated[str, typer.Argument(help="A name, or a uid.")],
    predicate: Annotated[str | None, typer.Argument(help='As in "lives in".')] = None,
    as_of: Annotated[
        str | None, typer.Option(callback=moment, help="What held then (ISO 8601).")
    ] = None,
    known_at: Annotated[
        str | None, typer.Option(callback=moment, help="What the memory knew then (ISO 8601).")
    ] = None,
) -> None:
    """Show the facts about somebody or something that hold."""
    with session.memory() as memory:
        facts = memory.current(entity, predicate, as_of=as_of, known_at=known_at)
    rows = [node_payload(fact) for fact in facts]
    emit(session, {"entity": entity, "facts": rows}, lambda: _fact_lines(facts, "no fact holds"))


def define(
    session: Session,
    predicate: Annotated[str, typer.Argument(help='The relation, as in "be in".')],
    functional: Annotated[
        bool | None,
        typer.Option("--functional/--not-functional", help="Whether one holds at a time."),
    ] = None,
    synonym: Annotated[
        list[str] | None, typer.Option(help="Says the same; may be given again.")
    ] = None,
    inverse: Annotated[
        list[str] | None,
        typer.Option(help="Says the same from the other end; may be given again."),
    ] = None,
    value_type: Annotated[
        Objects | None,
        typer.Option(help="What its objects are: entity, number, date or text.", metavar="TYPE"),
    ] = None,
) -> None:
    """Say what is special about a relation; the facts that are stored follow."""
    with session.memory(create=True) as memory:
        defined = memory.define(
            predicate,
            functional=functional,
            synonyms=synonym,
            inverse=inverse,
            value_type=value_type.value if value_type else None,
        )
    emit(session, node_payload(defined), lambda: _relation_lines(defined))


def quarantined(session: Session) -> None:
    """Show the facts that one doubtful source says against several others."""
    with session.memory() as memory:
        facts = memory.quarantined()
    rows = [node_payload(fact) for fact in facts]
    emit(session, {"facts": rows}, lambda: _fact_lines(facts, "nothing is quarantined"))


def release(
    session: Session,
    uid: Annotated[str, typer.Argument(help="As `quarantined` gives it.")],
) -> None:
    """Take a quarantined fact at its word from now on."""
    with session.memory() as memory:
        receipt = memory.release(uid)
    said = "released" if receipt.changed else "it had been released before"
    emit(session, receipt, lambda: [said])


def _fact_lines(facts: Sequence[Proposition], none: str) -> Iterable[str]:
    for fact in facts:
        since = f", since {day(fact.valid_from)}" if fact.valid_from else ""
        until = f", until {day(fact.valid_to)}" if fact.valid_to else ""
        yield f"{fact.uid}  {fact.text} ({fact.status}{since}{until})"
    yield counted(len(facts), "fact") if facts else none


def _relation_lines(defined: Predicate) -> Iterable[str]:
    often = "one at a time" if defined.functional else "any number at a time"
    yield f"{defined.key}: {often}"
    for what, ways in (("also", defined.synonyms), ("turned round", defined.inverse)):
        if ways:
            yield f"{what}: {', '.join(ways)}"
    if defined.value_type:
        yield f"its objects are: {defined.value_type}"
