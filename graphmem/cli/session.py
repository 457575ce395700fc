"""What all commands share: where the memory is, which space, how to answer.

Commands take a `Session` as their first argument; `with_session` adds the options `--store`,
`--space`, `--json` and `--debug` to each of them, so that they are written once.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from graphmem.cli.escaped import escaped

if TYPE_CHECKING:
    from rich.console import Console

    from graphmem.memory import Memory

__all__ = ["DEFAULT_SPACE", "DEFAULT_STORE", "Session", "with_session"]

DEFAULT_STORE = "graphmem.db"
DEFAULT_SPACE = "default"

StoreOption = Annotated[
    str | None,
    typer.Option(
        "--store",
        envvar="GRAPHMEM_STORE",
        help=f"File of the memory, or memory://name. [default: {DEFAULT_STORE}]",
        show_default=False,
    ),
]
SpaceOption = Annotated[
    str | None,
    typer.Option("--space", help=f"Space, one a user. [default: {DEFAULT_SPACE}]"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]
DebugOption = Annotated[bool, typer.Option("--debug", help="Show the trace of a failure.")]
_SHARED: dict[str, tuple[Any, Any]] = {
    "store": (StoreOption, None),
    "space": (SpaceOption, None),
    "json": (JsonOption, False),
    "debug": (DebugOption, False),
}


@dataclass(frozen=True, slots=True)
class Session:
    """One run of one command.

    Attributes:
        as_json: whether stdout gets one JSON object and nothing else.
        store_from: who named the store: "flag", "environment" or "default".
    """

    store: str = DEFAULT_STORE
    space: str = DEFAULT_SPACE
    as_json: bool = False
    store_from: str = field(default="default", compare=False)

    @contextmanager
    def memory(self, *, create: bool = False) -> Iterator[Memory]:
        """Open the memory for the length of a `with` block.

        Args:
            create: whether a store that is not there may be made; reading commands say no,
                so that a mistyped path is an error and not an empty memory.

        Raises:
            NotFound: The store is not there and may not be made.
        """
        from graphmem.memory import Memory

        if not create:
            self.require_store()
        memory = Memory(self.store, space=self.space)
        try:
            yield memory
        except KeyboardInterrupt:
            # Closing keeps the views for the next start; whoever stops us does not wait for it.
            raise
        except BaseException:
            memory.close()
            raise
        else:
            memory.close()

    def require_store(self) -> None:
        """Check that the store is there.

        Raises:
            InvalidInput: It is a URL with a slip of the pen.
            NotFound: It is a file that does not exist.
        """
        from graphmem.errors import NotFound
        from graphmem.stores.registry import check_target

        check_target(self.store)
        path = self.path
        if path is not None and not path.exists():
            raise NotFound(
                f"there is no store {str(path)!r}: `graphmem add` makes one, "
                "--store or GRAPHMEM_STORE names another"
            )

    @property
    def path(self) -> Path | None:
        """The file of the store, where it is one."""
        if "://" not in self.store:
            return Path(self.store)
        scheme, _, rest = self.store.partition("://")
        return Path(rest.removeprefix("/")) if scheme == "sqlite" and rest else None

    @property
    def shown(self) -> str:
        """The store as it may be printed: a URL without its login."""
        scheme, mark, rest = self.store.partition("://")
        return f"{scheme}://{rest.rpartition('@')[2]}" if mark else self.store

    @property
    def console(self) -> Console:
        """Where talk goes: stderr, so that stdout stays clean for machines."""
        from rich.console import Console

        return Console(stderr=True, highlight=False)

    def say(self, text: str) -> None:
        """Tell a person something; silent under `--json`."""
        if not self.as_json:
            self.console.print(escaped(text), markup=False, soft_wrap=True)


def with_session(
    command: Callable[..., None], leave_out: Collection[str] = ()
) -> Callable[..., None]:
    """Give a command the shared options and hand it a `Session` as its first argument.

    What stands after the command's name wins over what stands before it, and both win over the
    environment.

    Args:
        command: takes a `Session` and its own options.
        leave_out: shared options that mean nothing to this command.
    """
    signature = inspect.signature(command, eval_str=True)
    own = list(signature.parameters.values())[1:]
    keyword = inspect.Parameter.KEYWORD_ONLY
    shared = [
        inspect.Parameter(name, keyword, default=default, annotation=annotation)
        for name, (annotation, default) in _SHARED.items()
        if name not in leave_out
    ]
    context = inspect.Parameter("ctx", keyword, annotation=typer.Context)
    parameters = [p.replace(kind=keyword) for p in own] + shared + [context]

    def run(**values: Any) -> None:
        context = values.pop("ctx")
        given: dict[str, Any] = {}
        for name, (_, default) in _SHARED.items():
            after = values.pop(name, default)
            given[name] = _chosen(context, name, after)
        # An empty name is not the default one: that is what an unset shell variable gives.
        session = Session(
            store=DEFAULT_STORE if given["store"] is None else given["store"],
            space=DEFAULT_SPACE if given["space"] is None else given["space"],
            as_json=bool(given["json"]),
            store_from=_named_by(context, given["store"]),
        )
        command(session, **values)

    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # typer reads it
    run.__annotations__ = {p.name: p.annotation for p in parameters}
    run.__doc__ = command.__doc__
    run.__name__ = command.__name__
    return run


def _chosen(context: typer.Context, name: str, after: Any) -> Any:
    """Return the value of a shared option, given what the command itself has for it.

    Args:
        after: typed after the command's name, from the environment, or the default.
    """
    root = context.find_root()
    if not _was_typed(context, name) and _was_typed(root, name):
        return root.params[name]
    return after


def _named_by(context: typer.Context, store: str | None) -> str:
    if store is None:
        return "default"
    typed = _was_typed(context, "store") or _was_typed(context.find_root(), "store")
    return "flag" if typed else "environment"


def _was_typed(context: Any, name: str) -> bool:
    source = context.get_parameter_source(name)
    # By its name, since typer has had click's own enumeration and a copy of it.
    return source is not None and source.name == "COMMANDLINE"
