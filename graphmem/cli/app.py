"""The command line put together: commands, options before them, and how failures end."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Annotated

import typer

from graphmem.cli import (
    STOPPED,
    asking,
    benching,
    concepts,
    cypher,
    demo,
    facts,
    forgetting,
    judging,
    llm,
    reading,
    recall,
    runs,
    showing,
    stopped,
    transfer,
    upkeep,
    writing,
)
from graphmem.cli.escaped import escaped
from graphmem.cli.session import DebugOption, JsonOption, SpaceOption, StoreOption, with_session
from graphmem.errors import GraphMemError

__all__ = ["app", "commands_of", "run"]

app = typer.Typer(
    name="graphmem",
    help="Long-term memory for LLM agents, kept as a graph.",
    no_args_is_help=True,
    add_completion=False,
    # Plain help: the coloured one costs a third of the start-up time.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _say_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"graphmem {version('graphmem')}")
        raise typer.Exit


@app.callback()
def _before(
    store: StoreOption = None,
    space: SpaceOption = None,
    json: JsonOption = False,
    debug: DebugOption = False,
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", is_eager=True, callback=_say_version),
    ] = False,
) -> None:
    """Long-term memory for LLM agents, kept as a graph."""
    # Commands look these up themselves; `run` looks for --debug, since a failure may come first.


# The demo keeps its memory in a folder of its own and never touches the user's.
app.command("demo")(with_session(demo.demo, leave_out=("store",)))
for command, name in (
    (writing.add, "add"),
    (reading.search, "search"),
    (reading.context, "context"),
    (asking.ask, "ask"),
    (reading.get, "get"),
    (reading.history, "history"),
    (recall.recall, "recall"),
    (judging.feedback, "feedback"),
    (facts.current, "current"),
    (facts.define, "define"),
    (facts.quarantined, "quarantined"),
    (facts.release, "release"),
    (runs.insights, "insights"),
    (runs.prescriptions, "prescriptions"),
    (runs.prescribe, "prescribe"),
    (cypher.cypher, "cypher"),
    (cypher.queries, "queries"),
    (cypher.query, "query"),
    (showing.show, "show"),
    (forgetting.retire, "retire"),
    (forgetting.merge, "merge"),
    (forgetting.undo, "undo"),
    (upkeep.consolidate, "consolidate"),
    (transfer.export, "export"),
    (transfer.import_, "import"),
    (upkeep.stats, "stats"),
    (upkeep.doctor, "doctor"),
    (upkeep.rebuild, "rebuild"),
    (upkeep.version, "version"),
):
    app.command(name)(with_session(command))
# A copy names its two stores itself.
app.command("copy")(with_session(transfer.copy, leave_out=("store",)))
run_group = typer.Typer(help="Runs of agents.", no_args_is_help=True, rich_markup_mode=None)
for about_runs, name in ((runs.add, "add"), (runs.similar, "similar")):
    run_group.command(name)(with_session(about_runs))
app.add_typer(run_group, name="run")
bench = typer.Typer(help="Measure quality and speed.", no_args_is_help=True, rich_markup_mode=None)
for measure, name in (
    (benching.quality, "quality"),
    (benching.ablate, "ablate"),
    (benching.mixed, "mixed"),
    (benching.speed, "speed"),
    (benching.scale, "scale"),
    (benching.server, "server"),
):
    # They make memories of their own.
    bench.command(name)(with_session(measure, leave_out=("store", "space")))
app.add_typer(bench, name="bench")
topics = typer.Typer(
    help="Topics that group facts and lessons.", no_args_is_help=True, rich_markup_mode=None
)
for about_topics, name in (
    (concepts.load, "load"),
    (concepts.list_, "list"),
    (concepts.show, "show"),
):
    topics.command(name)(with_session(about_topics))
app.add_typer(topics, name="concepts")
llms = typer.Typer(help="LLMs.", no_args_is_help=True, rich_markup_mode=None)
llms.command("check")(with_session(llm.check, leave_out=("store", "space")))
app.add_typer(llms, name="llm")
# Layers above hang their commands in; they are named here by text, since nothing of this package
# may import them. Entry points would say the same, and cost 60 ms of every start.
for above in ("graphmem_pipelines.cli.commands", "graphmem_api.cli.commands"):
    import_module(above).add_to(app, bench)


def run(arguments: list[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: without the program's name; None takes the process's.

    Returns:
        0 when it went well, 1 when it failed, 2 when it was called wrongly, 130 when stopped.
    """
    given = sys.argv[1:] if arguments is None else arguments
    try:
        with _heard(silent="--json" in given):
            app(given, prog_name="graphmem", standalone_mode=True)
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
        # typer turns the user's Ctrl-C into a status without a word.
        return stopped() if status == STOPPED else status
    except KeyboardInterrupt:
        return stopped()
    except GraphMemError as error:
        _trace(given)
        return _fail(str(error), 1)
    except OSError as error:
        _trace(given)
        return _fail(f"{error.strerror or error}: {error.filename or 'no file named'}", 1)
    except Exception as error:
        _trace(given)
        hint = "this is a bug: --debug shows where"
        return _fail(f"{type(error).__name__}: {error} ({hint})", 1)
    return 0


class _Talk(logging.Handler):
    """Shows on stderr, wherever that leads just now, what the library has to say."""

    def emit(self, record: logging.LogRecord) -> None:
        _fail(record.getMessage(), 0)


@contextmanager
def _heard(*, silent: bool) -> Iterator[None]:
    """Show what the library tells its log, for as long as a command runs."""
    log, talk = logging.getLogger("graphmem"), _Talk(logging.INFO)
    before = log.level
    # What a driver has to say of a server is in the error; without a handler it goes to stderr.
    driver, nobody = logging.getLogger("neo4j"), logging.NullHandler()
    driver.addHandler(nobody)
    log.addHandler(talk)
    log.setLevel(logging.WARNING if silent else logging.INFO)
    try:
        yield
    finally:
        log.removeHandler(talk)
        driver.removeHandler(nobody)
        log.setLevel(before)


def commands_of(group: typer.Typer) -> list[list[str]]:
    """Return the words of every command in a group, in the order of its help."""
    found = [[command.name or ""] for command in group.registered_commands]
    for sub in group.registered_groups:
        inner = commands_of(sub.typer_instance) if sub.typer_instance else []
        found += [[sub.name or "", *words] for words in inner]
    return found


def _trace(arguments: list[str]) -> None:
    if "--debug" in arguments:
        traceback.print_exc()


def _fail(message: str, status: int) -> int:
    sys.stderr.write(f"graphmem: {escaped(' '.join(message.split()))}\n")
    return status
