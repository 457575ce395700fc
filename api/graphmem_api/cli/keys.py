"""`graphmem keys create | list | revoke`: who may call a server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from graphmem.cli.output import emit
from graphmem.cli.session import DEFAULT_SPACE, Session
from graphmem_api.cli.configuring import ConfigOption

if TYPE_CHECKING:
    from graphmem_api.access.keys import Key, KeyFile

__all__ = ["Scope", "create", "list_", "revoke"]

KeysOption = Annotated[
    str | None, typer.Option("--keys", help="File of the keys.  [default: beside the store]")
]


class Scope(StrEnum):
    """What a key is for; each includes those before it."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


def create(  # noqa: PLR0913  # options, all by their names
    session: Session,
    name: Annotated[str, typer.Argument(help="Whose it is; the audit log names it.")],
    scope: Annotated[
        Scope, typer.Option(help="What it is for; write includes read, admin both.")
    ] = Scope.READ,
    spaces: Annotated[
        list[str] | None, typer.Option("--space", help="Where it holds; can be given again.")
    ] = None,
    all_spaces: Annotated[bool, typer.Option("--all-spaces", help="It holds everywhere.")] = False,
    expires: Annotated[
        str | None, typer.Option(help="Days, as 90, or a date.  [default: never]")
    ] = None,
    keys: KeysOption = None,
    config: ConfigOption = None,
) -> None:
    """Make a key, and show it once: only a hash of it is kept."""
    named = list(spaces or ())
    if not named and session.space != DEFAULT_SPACE:  # it stood before the command
        named = [session.space]
    if bool(named) == all_spaces:
        raise typer.BadParameter("say for which --space it is, or --all-spaces")
    until = _until(expires)
    token, key = _file(session, keys, config).create(
        name, [scope.value], None if all_spaces else named, until
    )
    session.say("graphmem: this is the only time that the key is shown")
    emit(session, {**_row(key), "token": token}, lambda: [token])


def list_(session: Session, keys: KeysOption = None, config: ConfigOption = None) -> None:
    """List the keys, those that hold no more too."""
    rows = [_row(key) for key in _file(session, keys, config).read()]
    emit(session, {"keys": rows}, lambda: [_line(row) for row in rows] or ["no keys"])


def revoke(
    session: Session,
    key: Annotated[str, typer.Argument(help="Its name or its id.")],
    keys: KeysOption = None,
    config: ConfigOption = None,
) -> None:
    """Revoke a key; running servers refuse it within about a second."""
    gone = _file(session, keys, config).revoke(key)
    emit(session, _row(gone), lambda: [f"{gone.name} ({gone.id}) is revoked"])


def _file(session: Session, keys: str | None, config: str | None) -> KeyFile:
    from graphmem.errors import NotSupported
    from graphmem.stores.beside import KEYS
    from graphmem_api.access.files import key_file
    from graphmem_api.access.keys import KeyFile
    from graphmem_api.cli.sources import held

    store = session.store if session.store_from == "flag" else None
    settings = held({"store": store, "keys": keys}, config).settings
    path = Session(store=settings.store).path
    if settings.keys or path:
        # No store is made or opened for it.
        beside = path.absolute().with_name(path.name + KEYS) if path else Path()
        return KeyFile(Path(settings.keys) if settings.keys else beside)
    from contextlib import closing

    from graphmem.stores.registry import open_store

    with closing(open_store(settings.store)) as opened:
        file = key_file(settings, opened)
    if file is None:
        raise NotSupported("a store in memory has no file for keys beside it: name one by --keys")
    return file


def _until(expires: str | None) -> datetime | None:
    if expires is None:
        return None
    now = datetime.now(UTC)
    try:
        until = (
            now + timedelta(days=int(expires))
            if expires.isdecimal()
            else datetime.fromisoformat(expires)
        )
    except (ValueError, OverflowError):
        raise typer.BadParameter(f"--expires takes days or a date, not {expires!r}") from None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    if until <= now:
        raise typer.BadParameter(f"--expires is in the past: {expires}")
    return until


def _row(key: Key) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "scope": next(one for one in ("admin", "write", "read") if one in key.scopes),
        "spaces": None if key.spaces is None else sorted(key.spaces),
        "state": key.state(datetime.now(UTC)),
        "created_at": key.created_at.isoformat(timespec="seconds"),
        "expires_at": key.expires_at.isoformat(timespec="seconds") if key.expires_at else None,
    }


def _line(row: dict[str, Any]) -> str:
    spaces = "all spaces" if row["spaces"] is None else ", ".join(row["spaces"])
    until = f" until {row['expires_at']}" if row["expires_at"] else ""
    return f"{row['id']}  {row['name']}  {row['scope']}  {spaces}  {row['state']}{until}"
