"""What all tests share: no deadlines, and one real Neo4j a run, which is gone afterwards.

Tests that name one of its fixtures are marked `neo4j`, those in a real browser `browser`. Where
there is no Java or Maven the former are skipped, and the last lines of the run say why; with
GRAPHMEM_REQUIRE_NEO4J=1 they fail instead, as the latter do with CI=1 where there is no browser.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from scripts.neo4j_server.distribution import NotPossible, fetch, reason_not_to_run
from scripts.neo4j_server.room import Room, start_in
from scripts.neo4j_server.server import Login, Neo4jServer

ROOM = pytest.StashKey[Room]()

# The first call of a kernel compiles it, and a machine may be busy: slow is not wrong.
# CI asks the same each time, so that a change is judged by itself; developers ask anew, and
# `--hypothesis-profile thorough` asks ten times as much.
settings.register_profile(
    "graphmem", deadline=None, max_examples=40, derandomize=bool(os.environ.get("CI"))
)
settings.register_profile("thorough", deadline=None, max_examples=400)
settings.load_profile("graphmem")


def pytest_configure(config: pytest.Config) -> None:
    # The servers belong to the process that outlives all workers.
    if not hasattr(config, "workerinput"):
        config.stash[ROOM] = Room()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["neo4j_room"] = str(node.config.stash[ROOM].path)


def pytest_unconfigure(config: pytest.Config) -> None:
    if room := config.stash.get(ROOM, None):
        room.close()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        for fixture, marker in (("neo4j_room", "neo4j"), ("browser", "browser")):
            if fixture in fixtures:
                item.add_marker(marker)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    skipped = [
        report.longrepr[2].removeprefix("Skipped: ")
        for report in terminalreporter.stats.get("skipped", ())
        if "neo4j" in report.keywords
    ]
    for reason in sorted(set(skipped)):
        n_tests = skipped.count(reason)
        terminalreporter.write_line(f"{n_tests} tests on Neo4j were left out: {reason}")


@pytest.fixture(scope="session")
def neo4j_room(request: pytest.FixtureRequest) -> Path:
    """Where the run's servers live; the tests are skipped where none can be had."""
    reason = reason_not_to_run()
    if reason is None:
        try:
            fetch()
        except NotPossible as error:
            reason = str(error)
    if reason and os.environ.get("GRAPHMEM_REQUIRE_NEO4J") == "1":
        pytest.fail(f"GRAPHMEM_REQUIRE_NEO4J=1, but {reason}", pytrace=False)
    if reason:
        pytest.skip(reason)
    given = getattr(request.config, "workerinput", None)
    return Path(given["neo4j_room"]) if given else request.config.stash[ROOM].path


@pytest.fixture(scope="session")
def neo4j(neo4j_room: Path) -> Login:
    """The login of the run's server: shared with other workers, so a space of one's own."""
    return start_in(neo4j_room, "shared").login


@pytest.fixture(scope="session")
def neo4j_of_worker(neo4j_room: Path) -> Neo4jServer:
    """A server of this process of the run, started once: a start costs ten seconds or more."""
    return start_in(neo4j_room, os.environ.get("PYTEST_XDIST_WORKER", "main"))


@pytest.fixture(scope="module")
def neo4j_alone(neo4j_of_worker: Neo4jServer) -> Neo4jServer:
    """A server that no other test sees meanwhile, empty, to be killed, stopped and started."""
    neo4j_of_worker.start()
    neo4j_of_worker.clear()
    return neo4j_of_worker
