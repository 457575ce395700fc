"""The server that development and tests run on: comes as promised, survives a kill, leaves."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from neo4j import Driver, GraphDatabase
from neo4j.exceptions import AuthError, ClientError

from scripts.neo4j_server.distribution import VERSION, NotPossible, fetch, jars, reason_not_to_run
from scripts.neo4j_server.locks import exclusive, is_held
from scripts.neo4j_server.server import Login, Neo4jServer

ROOT = Path(__file__).parents[2]


def driver_of(login: Login, *, routing: bool = False) -> Driver:
    uri = login.routing_uri if routing else login.uri
    return GraphDatabase.driver(uri, auth=(login.user, login.password))


def write(login: Login, n_nodes: int) -> None:
    with driver_of(login) as driver:
        driver.execute_query(
            "UNWIND range(1, $n) AS i CREATE (:Written {number: i})",
            n=n_nodes,
            database_=login.database,
        )


def count(login: Login) -> int:
    with driver_of(login) as driver:
        (row,) = driver.execute_query(
            "MATCH (n:Written) RETURN count(n) AS n", database_=login.database
        ).records
        return int(row["n"])


class TestShared:
    def test_it_is_the_pinned_community_edition(self, neo4j: Login) -> None:
        with driver_of(neo4j, routing=True) as driver:
            (row,) = driver.execute_query("CALL dbms.components()", database_="neo4j").records
        assert (row["versions"], row["edition"]) == ([VERSION], "community")

    def test_authentication_is_on(self, neo4j: Login) -> None:
        for auth in (None, ("somebody", neo4j.password)):
            with (
                GraphDatabase.driver(neo4j.uri, auth=auth) as driver,
                pytest.raises((AuthError, ClientError), match=r"(?i)unauthori|missing key"),
            ):
                driver.verify_connectivity()

    def test_every_test_that_asks_for_it_is_marked(
        self, neo4j: Login, request: pytest.FixtureRequest
    ) -> None:
        assert request.node.get_closest_marker("neo4j")


class TestAlone:
    def test_what_was_written_survives_a_kill(self, neo4j_alone: Neo4jServer) -> None:
        before = neo4j_alone.login
        n_nodes = count(before)
        write(before, 100)
        pid = neo4j_alone.pid
        neo4j_alone.kill()
        assert not neo4j_alone.running
        assert neo4j_alone.start() == before
        assert neo4j_alone.pid != pid
        assert count(before) == n_nodes + 100

    def test_it_can_be_stopped_and_started_twice_over(self, neo4j_alone: Neo4jServer) -> None:
        n_nodes = count(neo4j_alone.login)
        write(neo4j_alone.login, 5)
        neo4j_alone.stop()
        neo4j_alone.stop()
        login = neo4j_alone.start()
        pid = neo4j_alone.pid
        assert Neo4jServer(neo4j_alone.home).start() == login
        assert neo4j_alone.pid == pid
        assert count(login) == n_nodes + 5

    def test_the_password_is_for_the_owner_alone(self, neo4j_alone: Neo4jServer) -> None:
        assert (neo4j_alone.home / "server.json").stat().st_mode & 0o077 == 0


OWNER = """
import sys
from scripts.neo4j_server.room import Room, start_in
room = Room()
print(start_in(room.path, "one").home, flush=True)
sys.stdin.read()
if sys.argv[1] == "close":
    room.close()
"""


@pytest.mark.slow
@pytest.mark.parametrize("end", ["killed", "closed"])
def test_no_server_outlives_its_owner(neo4j_room: Path, end: str) -> None:
    command = [sys.executable, "-c", OWNER, "close" if end == "closed" else "forget"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdin is not None
        assert owner.stdout is not None
        server = Neo4jServer(Path(owner.stdout.readline().strip()))
        assert server.running
        # Held by the watcher until it has done its work.
        watch = (server.home.parent / "watch.lock").open()
        if end == "killed":
            owner.send_signal(signal.SIGKILL)
        owner.stdin.close()
        owner.wait(60)
    with watch:
        fcntl.flock(watch, fcntl.LOCK_EX)
    assert not server.running
    assert not server.home.parent.exists()


class TestFetch:
    """What Maven is, is played by a script: the real one has brought what runs above."""

    @pytest.fixture(autouse=True)
    def cache(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.setenv("GRAPHMEM_NEO4J_CACHE", str(tmp_path / "cache"))
        monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
        (tmp_path / "bin").mkdir()
        return tmp_path / "cache"

    @staticmethod
    def play_maven(folder: Path, script: str) -> None:
        path = folder / "bin" / "mvn"
        path.write_text(f'#!/bin/sh\nfor last; do :; done; out="${{last#*=}}"\n{script}\n')
        path.chmod(0o755)

    def test_it_brings_the_jars_once(self, tmp_path: Path, cache: Path) -> None:
        self.play_maven(tmp_path, 'mkdir "$out"; touch "$out/one.jar"')
        assert fetch() == jars()
        self.play_maven(tmp_path, "exit 1")
        assert [jar.name for jar in fetch().iterdir()] == ["one.jar"]
        assert sorted(file.name for file in cache.iterdir()) == [
            f"neo4j-{VERSION}",
            f"neo4j-{VERSION}.lock",
        ]

    def test_a_failure_leaves_nothing_and_says_why(self, tmp_path: Path, cache: Path) -> None:
        self.play_maven(
            tmp_path, 'mkdir "$out"; touch "$out/half.jar"; echo "[ERROR] no such host"; exit 1'
        )
        with pytest.raises(NotPossible, match=r"could not bring Neo4j .*: no such host"):
            fetch()
        assert [file.name for file in cache.iterdir()] == [f"neo4j-{VERSION}.lock"]

    def test_what_is_missing_is_said_in_one_line(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("JAVA_HOME", raising=False)
        monkeypatch.setenv("PATH", str(tmp_path / "bin"))
        assert reason_not_to_run() == "no java in PATH: install a JDK 17 or newer"
        java = tmp_path / "bin" / "java"
        java.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\"' >&2\n")
        java.chmod(0o755)
        assert "is Java 11: Neo4j" in str(reason_not_to_run())
        java.write_text("#!/bin/sh\necho 'openjdk version \"21.0.1\"' >&2\n")
        assert str(reason_not_to_run()).startswith("no mvn on PATH to bring Neo4j")
        jars().mkdir(parents=True)
        assert reason_not_to_run() is None


class TestLocks:
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        return tmp_path / "folder" / "one.lock"

    def test_held_while_held(self, path: Path) -> None:
        assert not is_held(path)
        with exclusive(path):
            assert is_held(path)
        assert not is_held(path)
