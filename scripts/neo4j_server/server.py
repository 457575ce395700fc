"""One Neo4j server in one folder: started, stopped, killed, started again on the same data."""

from __future__ import annotations

import json
import os
import random
import secrets
import signal
import socket
import subprocess
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from scripts.neo4j_server.distribution import NotPossible, fetch, java
from scripts.neo4j_server.locks import exclusive, is_held

__all__ = ["Login", "Neo4jServer", "detach"]

START_TIMEOUT_S = 120.0
STOP_TIMEOUT_S = 60.0
# Below what kernels give to outgoing connections. A client that tries again and again to reach
# a server which is down would otherwise, one day, be given the very port and keep it.
PORTS = range(20_000, 32_000)
ADD_OPENS = ("java.nio", "java.io", "sun.nio.ch", "java.util.concurrent")
# The first shell returns at once, so that the server is nobody's child: no zombie, no warning.
# The second writes its process number down before it becomes the server.
DETACH = '"$@" </dev/null >"$0" 2>&1 &'
BECOME = 'echo $$ >"$0"; exec "$@"'

CONFIGURATION = """\
server.bolt.enabled=true
server.bolt.listen_address=127.0.0.1:{port}
server.bolt.advertised_address=127.0.0.1:{port}
server.http.enabled={http}
server.http.listen_address=127.0.0.1:{http_port}
server.https.enabled=false
server.memory.pagecache.size={pagecache}
db.tx_log.preallocate=false
dbms.usage_report.enabled=false
internal.dbms.bolt.netty_server_shutdown_quiet_period=0
"""
QUICK = "dbms.cypher.min_replan_interval=1h\n"
# Above: no 256 MB of log set aside a database; a stop takes 0.2 s, not 10 s.


@dataclass(frozen=True, slots=True)
class Login:
    """What a client needs to know."""

    uri: str
    user: str
    password: str
    database: str = "neo4j"

    @property
    def routing_uri(self) -> str:
        """The same server by way of its routing table."""
        return self.uri.replace("bolt://", "neo4j://", 1)


@dataclass(frozen=True, slots=True)
class _Kept:
    """What stays the same from one start to the next."""

    port: int
    http_port: int
    password: str


def detach(command: list[str], log: Path, *, cwd: Path, pass_fds: tuple[int, ...] = ()) -> None:
    """Run a command on its own: in its own session, nobody's child, its output in `log`."""
    subprocess.run(
        ["sh", "-c", DETACH, str(log), *command],
        check=True, cwd=cwd, pass_fds=pass_fds, start_new_session=True,
    )  # fmt: skip


class Neo4jServer:
    """A server and its folder; any process may hold one, all see the same state.

    Args:
        home: its folder, made if needed: data, logs, password, port.
        heap, pagecache: limits as Java and Neo4j write them.
        http: also serve the HTTP API, on `http_uri`.
        quick: for tests: compile less (C1 only), which halves the processor time of short work,
            and keep plans, though a database of ten nodes has a thousand now.
    """

    def __init__(
        self,
        home: Path,
        *,
        heap: str = "512m",
        pagecache: str = "128m",
        http: bool = False,
        quick: bool = False,
    ) -> None:
        self.home = home.absolute()
        self._http, self._pagecache, self._quick = http, pagecache, quick
        self._jvm = [f"-Xmx{heap}", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError"]
        if quick:
            self._jvm.append("-XX:TieredStopAtLevel=1")

    @property
    def login(self) -> Login:
        """How to reach the server, running or not; it has to have been started once."""
        kept = self._kept()
        return Login(f"bolt://127.0.0.1:{kept.port}", "neo4j", kept.password)

    @property
    def http_uri(self) -> str:
        """Where the HTTP API is, if it was asked for."""
        return f"http://127.0.0.1:{self._kept().http_port}"

    @property
    def running(self) -> bool:
        """Whether the process is there, answering or not."""
        return is_held(self.home / "running.lock")

    @property
    def pid(self) -> int:
        """The process number; of the last run, where none is running."""
        return int((self.home / "server.pid").read_text())

    def start(self) -> Login:
        """Start the server unless it runs; return when it answers a query.

        Raises:
            NotPossible: it cannot be brought, or did not start; the message has its last words.
        """
        with exclusive(self.home / "changing.lock"):
            if not self.running:
                jars = fetch()
                if not (self.home / "server.json").exists():
                    self._set_up(jars)
                self._spawn(jars)
            self._wait_until_it_answers()
            return self.login

    def stop(self) -> None:
        """Stop the server as its administrator would; nothing where it is not running."""
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """Kill the server, as a crash would: SIGKILL. `start` brings it back."""
        self._signal(signal.SIGKILL)

    def admin(self, *arguments: str) -> None:
        """Run `neo4j-admin` on the data of a server that was started once and is stopped now.

        Raises:
            NotPossible: The server runs.
            subprocess.CalledProcessError: The command failed; its words are in `stderr`.
        """
        with exclusive(self.home / "changing.lock"):
            if self.running:
                raise NotPossible(f"the server in {self.home} runs: stop it first")
            self._run_admin(fetch(), *arguments)

    def clear(self) -> None:
        """Take all nodes, constraints and indexes from the database of a server that runs."""
        from neo4j import GraphDatabase

        login = self.login
        with (
            GraphDatabase.driver(login.uri, auth=(login.user, login.password)) as driver,
            driver.session(database=login.database) as session,
        ):
            session.run("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS").consume()
            constraints = session.run("SHOW CONSTRAINTS YIELD name").value()
            for name in constraints:
                session.run("DROP CONSTRAINT $name", name=name).consume()
            indexes = session.run("SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP'").value()
            for name in indexes:
                session.run("DROP INDEX $name", name=name).consume()

    def _run_admin(self, jars: Path, *arguments: str) -> None:
        subprocess.run(
            [java(), "-XX:TieredStopAtLevel=1", "-cp", f"{jars}/*", "org.neo4j.cli.AdminTool",
             *arguments],
            check=True, capture_output=True, timeout=START_TIMEOUT_S,
            env=os.environ | {"NEO4J_HOME": str(self.home), "NEO4J_CONF": f"{self.home}/conf"},
        )  # fmt: skip

    def _kept(self) -> _Kept:
        return _Kept(**json.loads((self.home / "server.json").read_text()))

    def _set_up(self, jars: Path) -> None:
        """Choose ports and password; the password goes in before the first start."""
        for name in ("conf", "data", "logs"):
            (self.home / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        kept = _Kept(*_two_free_ports(), secrets.token_urlsafe(18))
        (self.home / "conf" / "neo4j.conf").write_text("")
        self._run_admin(jars, "dbms", "set-initial-password", "--", kept.password)
        new = self.home / "server.json.new"
        with open(new, "w", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            json.dump(asdict(kept), file)
        new.rename(self.home / "server.json")

    def _spawn(self, jars: Path) -> None:
        kept = self._kept()
        if not _is_free(kept.port):
            raise NotPossible(f"port {kept.port} of {self.home} is taken: stop what listens there")
        (self.home / "conf" / "neo4j.conf").write_text(
            CONFIGURATION.format(
                port=kept.port, http_port=kept.http_port, http=str(self._http).lower(),
                pagecache=self._pagecache,
            )
            + (QUICK if self._quick else "")
        )  # fmt: skip
        (self.home / "server.pid").unlink(missing_ok=True)
        command = [
            "sh", "-c", BECOME, str(self.home / "server.pid"),
            java(), "-cp", f"{jars}/*", *self._jvm,
            *(f"--add-opens=java.base/{name}=ALL-UNNAMED" for name in ADD_OPENS),
            "org.neo4j.server.CommunityEntryPoint",
            f"--home-dir={self.home}", f"--config-dir={self.home}/conf", "--console-mode",
        ]  # fmt: skip
        with exclusive(self.home / "running.lock") as lock:
            # The server inherits the lock and holds it until its end.
            log = self.home / "console.log"
            detach(command, log, cwd=self.home, pass_fds=(lock.fileno(),))

    def _wait_until_it_answers(self) -> None:
        # Its "Started." comes before the database is there, so a query is what tells.
        end = time.monotonic() + START_TIMEOUT_S
        while not _answers(self.login):
            if not self.running:
                raise NotPossible(f"Neo4j ended while starting: {self._last_words()}")
            if time.monotonic() > end:
                os.kill(self.pid, signal.SIGKILL)
                raise NotPossible(f"Neo4j did not answer in time: {self._last_words()}")
            time.sleep(0.1)

    def _last_words(self) -> str:
        lines = (self.home / "console.log").read_text(errors="replace").splitlines()
        told = [line for line in lines if "ERROR" in line or "Caused by" in line] or lines[-1:]
        return " ".join(told)[-500:] or f"it said nothing, see {self.home / 'logs'}"

    def _signal(self, number: signal.Signals) -> None:
        """Send it and wait until the process is gone; one that does not stop is killed."""
        if not self.home.exists():
            return
        with exclusive(self.home / "changing.lock"):
            end = time.monotonic() + STOP_TIMEOUT_S
            if self.running:
                os.kill(self.pid, number)
            while self.running:
                if time.monotonic() > end:
                    os.kill(self.pid, signal.SIGKILL)
                time.sleep(0.02)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _two_free_ports() -> tuple[int, int]:
    free = filter(_is_free, random.SystemRandom().sample(PORTS, k=len(PORTS)))
    return next(free), next(free)


def _answers(login: Login) -> bool:
    """Whether a query is answered; a login that is refused is an error, not a "no"."""
    from neo4j import GraphDatabase
    from neo4j.exceptions import DriverError, Neo4jError

    try:
        with GraphDatabase.driver(
            login.uri, auth=(login.user, login.password), max_transaction_retry_time=0
        ) as driver:
            driver.execute_query("RETURN 1", database_=login.database)
    except (DriverError, Neo4jError) as error:
        if not error.is_retryable():
            raise
        return False
    return True
