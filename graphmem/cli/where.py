"""What is said beside an answer from an empty space: which other spaces hold something."""

from __future__ import annotations

from contextlib import closing

from graphmem.cli.session import Session

__all__ = ["tell_where"]

_N_NAMED = 5


def tell_where(session: Session) -> None:
    """Say that the space is empty, where it is, and which others of its store are not.

    A mistyped name of a space is no error, since a space begins with what is added to it.
    """
    if session.as_json:
        return
    from graphmem.stores.registry import open_store

    with closing(open_store(session.store)) as store:
        if store.count(session.space).nodes.get("Passage"):
            return
        others = [space for space in store.spaces() if space != session.space]
    said = f"graphmem: space {session.space!r} of {session.shown} holds no passage"
    if not others:
        session.say(f"{said}, and there is no other: `graphmem add` adds texts")
        return
    named = ", ".join(map(repr, others[:_N_NAMED]))
    more = len(others) - _N_NAMED
    rest = f" and {more:,} more (`graphmem doctor` lists them)" if more > 0 else ""
    session.say(f"{said}; its other spaces are {named}{rest}: --space chooses one")
