"""The command line of the server for development."""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path

from scripts.neo4j_server.distribution import VERSION, NotPossible, fetch, reason_not_to_run
from scripts.neo4j_server.server import Neo4jServer

HOME = Path(__file__).resolve().parents[2] / ".cache" / "neo4j"


def main() -> None:
    """Run one command; stdout is fit for `eval`."""
    given = _parser().parse_args()
    try:
        if given.command == "fetch":
            print(f"# Neo4j {VERSION}: {fetch()}")
        elif given.command == "start":
            if reason := reason_not_to_run():
                raise NotPossible(reason)
            _start(given)
        else:
            getattr(Neo4jServer(given.home), given.command)()
    except NotPossible as error:
        sys.exit(f"neo4j_server: {error}")


def _start(given: argparse.Namespace) -> None:
    server = Neo4jServer(given.home, heap=given.heap, pagecache=given.pagecache, http=given.http)
    login = server.start()
    print(f"# Neo4j {VERSION} answers (process {server.pid}, data and logs in {server.home})")
    for name in ("uri", "user", "password"):
        print(f"export NEO4J_{name.upper()}={shlex.quote(getattr(login, name))}")
    if given.http:
        print(f"# HTTP API: {server.http_uri}")
    command = f"{sys.executable} -m scripts.neo4j_server stop --home {given.home}"
    print(f"# stop it: {'make neo4j-stop' if given.home == HOME else command}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scripts.neo4j_server", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("fetch", help="bring the jars into the cache")
    for name, text in (
        ("start", "start it and wait until it answers"),
        ("stop", "stop it cleanly"),
        ("kill", "kill it as a crash would"),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument("--home", type=Path, default=HOME)
        if name == "start":
            command.add_argument("--heap", default="512m")
            command.add_argument("--pagecache", default="128m")
            command.add_argument("--http", action="store_true", help="serve the HTTP API too")
    return parser


if __name__ == "__main__":
    main()
